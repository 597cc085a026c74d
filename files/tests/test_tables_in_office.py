"""LibreOffice reads what was written."""

import csv
from io import StringIO
from unittest.mock import patch

import pytest

from files.tests.office import converted
from files.tests.tables import csv_bytes, xlsx_bytes

pytestmark = pytest.mark.live

TITLES = ["name", "note", "n"]
ROWS = [
    ["Zürich 日本", 'say "hi"; a,b', 12],
    ["two\nlines", " spaces ", -5],
    ["=1+1", "+49 170 1", 1.5],
    ["@SUM(1)", "\t=1+1", 0],
    ["", "007", 1000000],
]


# Commas, double quotes, UTF-8.
CSV = "Text - txt - csv (StarCalc):44,34,76"


def rows_found(content, source):
    """Return the rows that LibreOffice finds in a file."""
    arguments = [f"--infilter={CSV}"] if source == "csv" else []
    text = converted(content, source, f"csv:{CSV}", *arguments).decode()
    return list(csv.reader(StringIO(text)))


def test_reads_csv_and_runs_no_formula():
    found = rows_found(csv_bytes(TITLES, ROWS)[0], "csv")

    assert found == [
        TITLES,
        ["Zürich 日本", 'say "hi"; a,b', "12"],
        ["two\nlines", " spaces ", "-5"],
        ["'=1+1", "'+49 170 1", "1.5"],
        ["'@SUM(1)", "'\t=1+1", "0"],
        ["", "7", "1000000"],
    ]


def test_reads_xlsx_and_runs_no_formula():
    with patch("files.storage.check_room"):
        content, _ = xlsx_bytes(TITLES, ROWS)

    found = rows_found(content, "xlsx")

    assert found == [TITLES, *([str(value) for value in row] for row in ROWS)]
