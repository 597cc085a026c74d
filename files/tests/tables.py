"""Tables for tests: written without a job, and read by the readers people use."""

import csv
import io
import secrets

import openpyxl
from django.conf import settings

from files.storage import new_file
from files.tables.csv_writer import CsvOptions, write_csv
from files.tables.xlsx_writer import XlsxOptions, write_xlsx
from files.tests.factories import make_stored_file
from jobs.tests.factories import make_job

COLUMNS = [{"id": "name", "title": "Name"}, {"id": "n", "title": "Number"}]
ROWS = [["North", 12], ["=1+1", None]]


def make_table_job(*, owner, kind="csv", **payload):
    """Create a job as the endpoint would, with a valid table."""
    return make_job(
        owner=owner,
        kind=kind,
        type="file-generation",
        lane="documents",
        payload={"columns": COLUMNS, "rows": ROWS, "left_out": 0, **payload},
    )


def make_ndjson_job(content, *, owner, kind="csv", **payload):
    """Create a job as the endpoint would for rows that were sent line by line."""
    source = make_stored_file(
        owner=owner, content=content, type="ndjson", display_name="Table.ndjson"
    )
    return make_job(
        owner=owner,
        kind=kind,
        type="file-generation",
        lane="documents",
        payload={"rows_from": source.file_name, **payload},
    )


def content_of(job):
    return (settings.FILES_ROOT / job.result["file"]["fileName"]).read_bytes()


def rows_of(job):
    """Return what Python's reader finds in the CSV file that a job has made."""
    return list(csv.reader(io.StringIO(content_of(job).decode(), newline="")))


def csv_bytes(titles, rows, **options):
    """Return the CSV of a table, and the warnings."""
    file = io.BytesIO()
    warnings = write_csv(CsvOptions(**options), titles, rows, file)
    return file.getvalue(), warnings


def csv_rows(titles, rows, **options):
    """Return what Python's reader finds in the CSV of a table, with the header."""
    content, _ = csv_bytes(titles, rows, **options)
    text = content.decode(CsvOptions(**options).codec)
    delimiter = options.get("delimiter", ",")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def xlsx_bytes(titles, rows, *, name="Table", **options):
    """Return the workbook of a table, and the warnings."""
    with new_file(secrets.token_hex(20), owner_id="nobody") as file:
        warnings = write_xlsx(XlsxOptions(**options), name, titles, rows, file)
        file.seek(0)
        return file.read(), warnings


def workbook_of(titles, rows, **options):
    content, _ = xlsx_bytes(titles, rows, **options)
    return openpyxl.load_workbook(io.BytesIO(content))


def xlsx_rows(titles, rows, **options):
    """Return what openpyxl finds in the workbook of a table, with the header."""
    sheet = workbook_of(titles, rows, **options).active
    width = len(titles)
    return [
        [cell.value for cell in row]
        for row in sheet.iter_rows(max_col=width, max_row=1 + len(rows))
    ]
