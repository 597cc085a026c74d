"""Sets tables: their cells, and the widths of their columns."""

from dataclasses import replace

from reportlab.platypus import CondPageBreak, Flowable

from files.documents.model import Table
from files.documents.pdf.grid import Grid, GridStyle, Row
from files.documents.pdf.setter import Setter
from files.documents.pdf.text import Text, TextStyle, aligned

WIDE_COLUMN = 36  # Points: where columns are narrower, letters are smaller.
NARROWEST_TEXT = 7  # Points: every column has room for a letter.
HIGHEST_HEAD = 0.4  # Of a page: a higher one does not stand on each.
HIGHEST_BEGINNING = 0.6  # Of a page: more is not kept together.
WIDEST_TEXT = 260  # Points: longer texts do not make their column wider.


def set_table(block: Table, setter: Setter, width: float) -> list[Flowable]:
    columns = max((len(row) for row in block.rows), default=0)
    if not columns:
        return []
    grid = _TableMaker(block, setter, width, columns).grid()
    grid.wrap(width, 0)
    room, caption = grid.beginning, []
    if block.caption:
        style = replace(setter.styles.caption, is_bold=True, space_before=6)
        caption.append(setter.composer.text(block.caption, style))
        room += caption[0].wrap(width, 0)[1] + style.leading
    # Of a page at most: where there is no more room, there is none on the next.
    together = CondPageBreak(min(room, setter.text_height * HIGHEST_BEGINNING))
    return [together, *caption, grid.spaced(before=4, after=13)]


class _TableMaker:
    def __init__(self, block: Table, setter: Setter, width: float, columns: int):
        self._block = block
        self._setter = setter
        self._width = width
        self._columns = columns
        is_tight = width / columns < WIDE_COLUMN
        styles = setter.styles
        self._padding = 1 if is_tight else 5
        cell = styles.tight_cell if is_tight else styles.cell
        self._first_body_row = 1 if block.has_header else 0
        self._styles = [self._column_style(number, cell) for number in range(columns)]

    def grid(self) -> Grid:
        rows = [self._row(number) for number in range(len(self._block.rows))]
        widths = self._widths(rows)
        if self._setter.styles.is_rtl:
            widths.reverse()
            for row in rows:
                row.cells.reverse()
        style = GridStyle(
            accent=self._setter.styles.accent,
            x_padding=self._padding,
            y_padding=3.6,
            highest_head=self._setter.text_height * HIGHEST_HEAD,
        )
        head = rows[: self._first_body_row]
        return Grid(head, rows[self._first_body_row :], widths, style)

    def _column_style(self, column: int, cell: TextStyle) -> TextStyle:
        wanted = self._block.align[column : column + 1]
        if wanted and wanted[0]:
            return aligned(cell, wanted[0])
        return aligned(cell, "right") if self._is_numeric(column) else cell

    def _is_numeric(self, column: int) -> bool:
        rows = self._block.rows[self._first_body_row :]
        values = [row[column] for row in rows if len(row) > column]
        shown = [value for value in values if value not in (None, "")]
        return bool(shown) and all(_is_number(value) for value in shown)

    def _row(self, number: int) -> Row:
        values = self._block.rows[number]
        kind = "body"
        if number < self._first_body_row:
            kind = "head"
        elif number >= len(self._block.rows) - self._block.total_rows:
            kind = "total"
        cells = [self._cell(value, self._styles[column], is_bold=kind != "body")
                 for column, value in enumerate(values)]  # fmt: skip
        cells += [None] * (self._columns - len(cells))
        return Row(cells, kind, (number - self._first_body_row) % 2 == 1)

    def _cell(self, value, style: TextStyle, *, is_bold: bool) -> Text | None:
        if value is None or value == "":
            return None
        if _is_number(value) and style.align is None:
            style = aligned(style, "right")
        if is_bold:
            style = self._setter.bold(style)
        if isinstance(value, str):
            return self._setter.composer.text(value, style)
        return self._setter.composer.text(str(value), style, is_marked=False)

    def _widths(self, rows: list[Row]) -> list[float]:
        shares = self._block.widths
        if shares and len(shares) == self._columns and all(s > 0 for s in shares):
            return self._with_least([self._width * s / sum(shares) for s in shares])
        return self._automatic_widths(rows)

    def _automatic_widths(self, rows: list[Row]) -> list[float]:
        """Give each column room for its longest word, and share the rest."""
        least = [float(NARROWEST_TEXT)] * self._columns
        natural = list(least)
        for row in rows:
            for column, cell in enumerate(row.cells):
                if cell:
                    longest_word = min(cell.least_width() + 0.1, WIDEST_TEXT)
                    least[column] = max(least[column], longest_word)
                    text_width = min(cell.natural_width() + 0.1, WIDEST_TEXT)
                    natural[column] = max(natural[column], text_width)
        room = self._width - 2 * self._padding * self._columns
        if sum(least) > room:
            widths = _shrunk(least, room)
        else:
            wishes = [n - at_least for n, at_least in zip(natural, least, strict=True)]
            spare = room - sum(least)
            # What all have, they share as they wish, or as they are.
            basis = wishes if sum(wishes) > spare else natural
            start = least if sum(wishes) > spare else [0.0] * self._columns
            left = room - sum(start)
            widths = [s + left * b / sum(basis)
                      for s, b in zip(start, basis, strict=True)]  # fmt: skip
        return [width + 2 * self._padding for width in widths]

    def _with_least(self, widths: list[float]) -> list[float]:
        padding = 2 * self._padding
        texts = _shrunk(
            [max(width - padding, 0) for width in widths],
            self._width - padding * self._columns,
        )
        return [width + padding for width in texts]


def _shrunk(widths: list[float], room: float) -> list[float]:
    """Share out the room by the widths, but leave each the room of a letter."""
    rest = room - NARROWEST_TEXT * len(widths)
    total = sum(widths) or 1
    return [NARROWEST_TEXT + rest * width / total for width in widths]


def _is_number(value) -> bool:
    return isinstance(value, int | float)
