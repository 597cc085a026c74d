"""Writes a table as an Excel workbook of one sheet, in constant memory."""

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from files.quota import check_storage
from files.storage import NewFile
from files.tables.exceptions import BadRow, TableTooLarge
from files.tables.rows import MAX_COLUMNS, Cell

MAX_ROWS = 1_048_576  # Excel's, with the header.
# A cell takes some 80 bytes of the disk before all is compressed.
MAX_CELLS = 12_000_000
MAX_TEXT_LENGTH = 32_767
MAX_SHEET_NAME_LENGTH = 31
FORBIDDEN_IN_SHEET_NAMES = "[]:*?/\\"
LARGEST_EXACT = 10**15  # Excel keeps 15 digits of a number.
ROWS_PER_CHECK = 10_000
SAMPLED_ROWS = 100
NARROWEST, WIDEST = 8, 60
DEFAULT_SHEET_NAME = "Table"

# Excel breaks lines at LF alone. XML has none of the others.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OTHER_BREAKS = re.compile("\r\n?")


@dataclass(frozen=True, kw_only=True)
class XlsxOptions:
    sheet_name: str = DEFAULT_SHEET_NAME


def write_xlsx(
    options: XlsxOptions,
    name: str,
    titles: list[str],
    rows: Iterable[list[Cell]],
    file: NewFile,
) -> list[str]:
    """Write the table and return warnings; `name` is the workbook's title.

    Raises TableTooLarge, BadRow, and StorageFull.
    """
    if len(titles) > MAX_COLUMNS:
        raise TableTooLarge(f"A sheet has {MAX_COLUMNS:,} columns at most.")
    folder = file.scratch_folder()
    path = folder / "workbook.xlsx"
    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "tmpdir": str(folder)}
    )
    workbook.use_zip64()
    now = datetime.now(UTC).replace(tzinfo=None)
    workbook.set_properties({"title": legal_text(name), "created": now})
    worksheet = workbook.add_worksheet(options.sheet_name)
    sheet = _Sheet(worksheet)
    try:
        sheet.write_head(titles, workbook.add_format({"bold": True}))
        for sheet.row_number, row in enumerate(rows, 1):
            sheet.write_row(row)
            if sheet.row_number % ROWS_PER_CHECK == 0:
                # What has been written is copied before it is compressed.
                check_storage(worksheet.row_data_fh.tell())
        sheet.dress(len(titles))
    except BaseException:
        # The workbook is given up unclosed: closing it would write all of it.
        worksheet.row_data_fh.close()
        raise
    workbook.close()
    # Not written there at once: an archive that cannot be ended says so when it is
    # collected, long after the file has been closed.
    with path.open("rb") as archive:
        shutil.copyfileobj(archive, file)
    return sheet.warnings()


def legal_text(text: str) -> str:
    """Return the text as a sheet can hold it: what XML has, lines ended with LF."""
    if text.isprintable():
        return text
    return _ILLEGAL.sub("", _OTHER_BREAKS.sub("\n", text))


class _Sheet:
    """Writes one row after the other, and never a formula, link or date."""

    def __init__(self, worksheet: Worksheet) -> None:
        self.worksheet = worksheet
        self.row_number = 0  # 0 for the header.
        self.cells = 0
        self.cut = 0
        self.widths: dict[int, int] = {}

    def write_head(self, titles: list[str], bold: Format) -> None:
        for column, title in enumerate(titles):
            self._write_text(column, title, bold)
        self.worksheet.freeze_panes(1, 0)

    def write_row(self, row: list[Cell]) -> None:
        self.cells += len(row)
        if self.row_number >= MAX_ROWS:
            raise TableTooLarge(f"A sheet has {MAX_ROWS:,} rows at most.")
        if self.cells > MAX_CELLS:
            raise TableTooLarge(f"A workbook has {MAX_CELLS:,} cells at most.")
        for column, value in enumerate(row):
            self._write_cell(column, value)

    def _write_cell(self, column: int, value: Cell) -> None:
        match value:
            case str():
                self._write_text(column, value)
            case None:
                pass
            case bool():
                self.worksheet.write_boolean(self.row_number, column, value)
            case int() | float():
                self._write_number(column, value)
            case _:
                text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
                self._write_text(column, text)

    def _write_number(self, column: int, number: float) -> None:
        if isinstance(number, int) and abs(number) >= LARGEST_EXACT:
            self._write_text(column, str(number))
            return
        if not isfinite(number):
            raise BadRow(f"Row {self.row_number:,} has a number that is too large.")
        self.worksheet.write_number(self.row_number, column, number)

    def _write_text(self, column: int, text: str, style: Format | None = None) -> None:
        text = legal_text(text)
        if len(text) > MAX_TEXT_LENGTH:
            text = text[:MAX_TEXT_LENGTH]
            self.cut += 1
        if self.row_number <= SAMPLED_ROWS:
            longest = max(map(len, text.split("\n")))
            self.widths[column] = max(longest, self.widths.get(column, 0))
        self.worksheet.write_string(self.row_number, column, text, style)

    def dress(self, columns: int) -> None:
        """Add what depends on the rows."""
        self.worksheet.autofilter(0, 0, self.row_number, columns - 1)
        for column, length in self.widths.items():
            width = min(max(length + 2, NARROWEST), WIDEST)
            self.worksheet.set_column(column, column, width)

    def warnings(self) -> list[str]:
        if not self.cut:
            return []
        return [
            f"{self.cut:,} texts were cut at {MAX_TEXT_LENGTH:,} characters, which is "
            f"as long as a cell may be."
        ]
