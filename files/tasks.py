"""The kinds of document that jobs make."""

from files.generation import generate_file
from files.pdf import DEFAULT_TITLE, write_pdf
from jobs.handlers import Outcome
from jobs.models import Job


def generate_pdf(job: Job) -> Outcome:
    return generate_file(
        job,
        extension="pdf",
        title=job.payload.get("title") or DEFAULT_TITLE,
        write=lambda file: write_pdf(job.payload, file),
    )
