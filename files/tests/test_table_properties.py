"""Whatever table a client may send reads back equal."""

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from files.tables.csv_writer import DELIMITERS, QUOTING
from files.tables.formulas import is_formula
from files.tables.xlsx_writer import legal_text
from files.tests.tables import csv_rows, xlsx_rows

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-(10**18), 10**18) | st.floats(
    allow_nan=False, allow_infinity=False
)
VALUES = TEXTS | NUMBERS | st.booleans() | st.none()


@st.composite
def tables(draw):
    width = draw(st.integers(1, 5))
    titles = draw(st.lists(TEXTS, min_size=width, max_size=width))
    row = st.lists(VALUES, min_size=width, max_size=width)
    return titles, draw(st.lists(row, min_size=1, max_size=8))


@settings(max_examples=200, deadline=None)
@given(
    tables(),
    st.sampled_from(DELIMITERS),
    st.sampled_from(sorted(QUOTING)),
    st.sampled_from(["crlf", "lf"]),
    st.sampled_from(["utf-8", "utf-16"]),
    st.booleans(),
)
def test_csv_reads_back_equal(table, delimiter, quoting, line_ending, encoding, bom):
    titles, rows = table

    found = csv_rows(
        titles,
        rows,
        delimiter=delimiter,
        quoting=quoting,
        line_ending=line_ending,
        encoding=encoding,
        bom=bom,
    )

    assert found == [[in_csv(value) for value in row] for row in [titles, *rows]]


@settings(max_examples=100, deadline=None)
@given(tables())
def test_xlsx_reads_back_equal(table):
    titles, rows = table

    with patch("files.storage.check_room"):
        found = xlsx_rows(titles, rows)

    assert found == [[in_xlsx(value) for value in row] for row in [titles, *rows]]


def in_csv(value):
    if isinstance(value, str):
        return f"'{value}" if is_formula(value) else value
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value)


def in_xlsx(value):
    if isinstance(value, str):
        return legal_text(value)
    if isinstance(value, float):
        number = float(f"{value:.16G}")
        return int(number) if number.is_integer() else number
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return str(value)
    return value
