"""What workers do to make files."""

import asyncio
from functools import partial
from io import BytesIO

from PIL import Image

from files.capture.apart import run_apart
from files.capture.generation import generate_capture, page_pdf, screenshot
from files.documents.composition import title_of
from files.documents.docx import write_docx
from files.documents.pdf import write_pdf
from files.generation import generate_file
from files.rendering import Write, render
from files.tables.csv_writer import CsvOptions, write_csv
from files.tables.generation import generate_table, name_of, options_of
from files.tables.xlsx_writer import XlsxOptions, write_xlsx
from jobs.handlers import Outcome
from jobs.models import Job


def generate_pdf(job: Job) -> Outcome:
    return _generate_document(job, extension="pdf", write=write_pdf)


def generate_docx(job: Job) -> Outcome:
    return _generate_document(job, extension="docx", write=write_docx)


def generate_csv(job: Job) -> Outcome:
    options = options_of(job, CsvOptions)
    return generate_table(job, extension="csv", write=partial(write_csv, options))


def generate_xlsx(job: Job) -> Outcome:
    write = partial(write_xlsx, options_of(job, XlsxOptions), name_of(job))
    return generate_table(job, extension="xlsx", write=write)


def generate_screenshot(job: Job) -> Outcome:
    image_format = job.payload["options"]["format"]
    extension = {"jpeg": "jpg"}.get(image_format, image_format)
    return generate_capture(job, extension=extension, take=screenshot)


def generate_page_pdf(job: Job) -> Outcome:
    return generate_capture(job, extension="pdf", take=page_pdf)


def _generate_document(job: Job, *, extension: str, write: Write) -> Outcome:
    return generate_file(
        job,
        extension=extension,
        title=lambda: job.payload.get("file_name") or title_of(job.payload),
        write=lambda file: render(
            job.payload, file, owner_id=job.owner_id, write=write
        ),
    )


def _warm_up() -> None:
    """Load what jobs need, before workers are forked, so that they share it."""
    heading, rows = {"type": "heading", "text": "*a*", "level": 1}, [["a", "b"], [1, 2]]
    table = {"type": "table", "rows": rows}
    for write in (write_pdf, write_docx):
        request = {"title": "a", "content": [heading, table]}
        render(request, BytesIO(), owner_id="", write=write)
    Image.preinit()
    run_apart(lambda call: asyncio.sleep(0))


_warm_up()
