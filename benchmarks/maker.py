"""Makes documents in a process of its own, as a worker does.

python -m benchmarks.maker CASE: a file of JSON with `format`, `request` and `path`.
Says "ready"; then, for each line of input, a number of seconds, makes documents for
that long, at least one, and answers with the milliseconds that each took.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django


def main() -> None:
    django.setup()
    case = json.loads(Path(sys.argv[1]).read_text())
    path = Path(case["path"])
    make = partial(make_file, path, writer_of(case["format"], case.pop("request")))
    gc.collect()
    gc.freeze()  # As the worker does.
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(make_for(float(line), make, path)), flush=True)


def make_for(seconds: float, make: Callable[[], None], path: Path) -> list[float]:
    milliseconds = []
    ends_at = time.perf_counter() + seconds
    while not milliseconds or time.perf_counter() < ends_at:
        # To write over a file makes some file systems wait for the disk.
        path.unlink(missing_ok=True)
        started = time.perf_counter()
        make()
        milliseconds.append((time.perf_counter() - started) * 1000)
    return milliseconds


def writer_of(extension: str, request: dict) -> Callable:
    """Return what writes a request's document, which is validated here, to a file."""
    from files.api.documents import DocumentSerializer
    from files.api.tables import TableSerializer

    is_document = extension in ("pdf", "docx")
    form = (DocumentSerializer if is_document else TableSerializer)(data=request)
    form.is_valid(raise_exception=True)
    payload = json.loads(json.dumps(form.validated_data))
    write = document_writer if is_document else table_writer
    return write(payload, extension)


def make_file(path: Path, write: Callable) -> None:
    from files.storage import new_file

    with new_file("benchmark", owner_id="") as file:
        write(file)
        file.flush()
        Path(file.temporary_file_path()).rename(path)


def document_writer(payload: dict, extension: str) -> Callable:
    from files.documents.docx import write_docx
    from files.documents.pdf import write_pdf
    from files.rendering import render

    write = {"pdf": write_pdf, "docx": write_docx}[extension]
    return lambda file: render(payload, file, owner_id="", write=write)


def table_writer(payload: dict, extension: str) -> Callable:
    from files.tables.csv_writer import CsvOptions, write_csv
    from files.tables.rows import PayloadRows
    from files.tables.xlsx_writer import XlsxOptions, write_xlsx

    write = {
        "csv": partial(write_csv, CsvOptions()),
        "xlsx": partial(write_xlsx, XlsxOptions(), "Benchmark"),
    }[extension]

    def write_rows(file) -> None:
        rows = PayloadRows(payload)
        write(rows.titles, rows, file)

    return write_rows


if __name__ == "__main__":
    main()
