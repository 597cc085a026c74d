"""Writes a table as CSV (RFC 4180)."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from math import isfinite
from typing import BinaryIO

from files.tables.exceptions import BadRow, NotInEncoding
from files.tables.formulas import is_formula
from files.tables.rows import Cell

DELIMITERS = [",", ";", "\t", "|"]
ENCODINGS = [
    "utf-8",
    "utf-16",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "iso-8859-1",
    "iso-8859-15",
]
QUOTING = {
    "minimal": csv.QUOTE_MINIMAL,
    "all": csv.QUOTE_ALL,
    "nonnumeric": csv.QUOTE_NONNUMERIC,
}
CRLF = "\r\n"


@dataclass(frozen=True, kw_only=True)
class CsvOptions:
    delimiter: str = ","
    quoting: str = "minimal"
    encoding: str = "utf-8"
    bom: bool = False
    line_ending: str = "crlf"
    escape_formulas: bool = True

    @property
    def codec(self) -> str:
        return "utf-8-sig" if self.bom and self.encoding == "utf-8" else self.encoding


def write_csv(
    options: CsvOptions, titles: list[str], rows: Iterable[list[Cell]], file: BinaryIO
) -> list[str]:
    """Write the table and return warnings; raises NotInEncoding, and BadRow."""
    cells = _Cells(options)
    text = TextIOWrapper(file, encoding=options.codec, newline="")
    writer = csv.writer(
        text if options.line_ending == "crlf" else _LinesWithLF(text),
        delimiter=options.delimiter,
        quoting=QUOTING[options.quoting],
        lineterminator=CRLF,
    )
    try:
        writer.writerow(cells.of_row(titles))
        writer.writerows(cells.of_rows(rows))
        text.flush()
    except UnicodeEncodeError as error:
        raise cells.not_in_encoding(error) from None
    finally:
        text.detach()
    return cells.warnings()


class _LinesWithLF:
    """Ends lines with LF: told to do so, csv would leave a CR in a cell unquoted."""

    def __init__(self, text: TextIOWrapper) -> None:
        self.text = text

    def write(self, line: str) -> None:
        self.text.write(line.removesuffix(CRLF) + "\n")


class _Cells:
    """Turns the values of rows into what csv writes, and knows where it is."""

    def __init__(self, options: CsvOptions) -> None:
        self.options = options
        self.row_number = 0
        self.row: list = []
        self.escaped = 0

    def of_rows(self, rows: Iterable[list[Cell]]) -> Iterator[list]:
        for self.row_number, row in enumerate(rows, 1):
            yield self.of_row(row)

    def of_row(self, row: list[Cell]) -> list:
        # Most cells are plain, and so many that a call for each takes half the time.
        self.row = [
            value
            if (kind := type(value)) is int or (kind is str and value[:1].isalnum())
            else self._cell(value)
            for value in row
        ]
        return self.row

    def _cell(self, value: Cell) -> str | int | float:
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is float:
            if not isfinite(value):
                raise BadRow(f"Row {self.row_number:,} has a number that is too large.")
            return value
        if value is None:
            return ""
        if kind is bool:
            return "true" if value else "false"
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _text(self, text: str) -> str:
        if not self.options.escape_formulas or not is_formula(text):
            return text
        self.escaped += 1
        return f"'{text}"

    def not_in_encoding(self, error: UnicodeEncodeError) -> NotInEncoding:
        """Say which cell has the character that `error` is about."""
        character = error.object[error.start]
        place = f"Row {self.row_number:,}" if self.row_number else "The header"
        column = next(
            number
            for number, cell in enumerate(self.row, 1)
            if isinstance(cell, str) and character in cell
        )
        return NotInEncoding(
            f"{place}, column {column:,}, has the character "
            f"U+{ord(character):04X}, which {self.options.encoding} does not have."
        )

    def warnings(self) -> list[str]:
        if not self.escaped:
            return []
        return [
            f"{self.escaped:,} texts that a spreadsheet could take for formulas have "
            f"an apostrophe before them."
        ]
