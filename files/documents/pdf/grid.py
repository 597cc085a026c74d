"""Rows of cells: what tables and columns are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.platypus import Flowable

from files.documents.colours import BAND, INK, RULE
from files.documents.pdf.boxes import SLACK
from files.documents.pdf.sheet import Sheet

HIGH = 120  # Points: rows above this go on over pages, others move to the next one.
FEW_ROWS = 3
ROOM = 60  # Points: less is not worth beginning a high row in.


@dataclass(slots=True)
class Row:
    cells: list[Flowable | None]
    kind: Literal["head", "body", "total"] = "body"
    is_banded: bool = False
    height: float = 0


@dataclass(frozen=True, kw_only=True)
class GridStyle:
    accent: str = ""  # Of the rule below the head.
    has_rules: bool = True
    x_padding: float = 0
    y_padding: float = 0
    highest_head: float = 0  # A higher one is not repeated, and may be split.


class Grid(Flowable):
    """Rows that go on over pages, with those of the head repeated."""

    def __init__(
        self,
        head: Sequence[Row],
        rows: Sequence[Row],
        widths: Sequence[float],
        style: GridStyle,
        rows_height: float | None = None,
    ):
        super().__init__()
        self._rows_height = rows_height  # Of all rows, if it is known.
        self._widths = widths
        self._style = style
        self._head = list(head)
        self._rows = list(rows)
        for row in self._head:
            row.height = self._measured(row)
        if sum(row.height for row in self._head) > style.highest_head:
            self._head, self._rows = [], [*self._head, *self._rows]

    def spaced(self, *, before: float = 0, after: float = 0) -> "Grid":
        self.spaceBefore, self.spaceAfter = before, after
        return self

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = sum(self._widths)
        if self._rows_height is None:
            for row in self._rows:
                row.height = row.height or self._measured(row)
            self._rows_height = sum(row.height for row in self._rows)
        self.height = self._rows_height + sum(row.height for row in self._head)
        return self.width, self.height

    @property
    def beginning(self) -> float:
        """The height of the head and the first rows, once it is wrapped."""
        return sum(row.height for row in [*self._head, *self._rows[:FEW_ROWS]])

    def _measured(self, row: Row) -> float:
        padding = 2 * self._style.x_padding
        heights = [
            cell.wrap(max(width - padding, 1), 0)[1]
            for cell, width in zip(row.cells, self._widths, strict=True)
            if cell
        ]
        return max(heights, default=0) + 2 * self._style.y_padding

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        if self.height <= height + SLACK:
            return [self]
        room = height - sum(row.height for row in self._head) + SLACK
        for number, row in enumerate(self._rows):
            if row.height > room:
                is_last = number == len(self._rows) - 1
                if is_last and row.height <= HIGH and number > FEW_ROWS:
                    # The last row takes the one above it along.
                    return self._split_at(number - 1, 0)
                return self._split_at(number, room)
            room -= row.height
        return []

    def _split_at(self, number: int, room: float) -> list[Flowable]:
        above, row, below = (
            self._rows[:number],
            self._rows[number],
            self._rows[number + 1 :],
        )
        halves = None
        if row.height > HIGH and room > ROOM:
            halves = self._halves(row, room - 2 * self._style.y_padding)
        # Not added up anew for each page, which would take long for many rows.
        rest = self._rows_height - sum(each.height for each in above)
        if halves:
            above, below = [*above, halves[0]], [halves[1], *below]
            halves[1].height = self._measured(halves[1])
            rest += halves[1].height - row.height
        else:
            below = [row, *below]
        if not above:
            return []
        first, second = self._with(above), self._with(below, rest)
        return [
            first.spaced(before=self.spaceBefore),
            second.spaced(after=self.spaceAfter),
        ]

    def _with(self, rows: list[Row], height: float | None = None) -> "Grid":
        return Grid(self._head, rows, self._widths, self._style, height)

    def _halves(self, row: Row, room: float) -> tuple[Row, Row] | None:
        upper, lower = [], []
        for cell, width in zip(row.cells, self._widths, strict=True):
            first, rest = _cut(cell, width - 2 * self._style.x_padding, room)
            upper.append(first)
            lower.append(rest)
        if not any(upper):
            return None
        return Row(upper, row.kind, row.is_banded), Row(lower, row.kind, row.is_banded)

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        top = y + self.height
        previous = None
        for row in [*self._head, *self._rows]:
            top -= row.height
            if self._style.has_rules:
                self._draw_ground(canvas, x, top, row, previous)
            self._draw_cells(canvas, x, top + row.height, row)
            previous = row

    def _draw_cells(self, canvas: Sheet, x: float, top: float, row: Row) -> None:
        padding = self._style.x_padding
        top -= self._style.y_padding
        for cell, width in zip(row.cells, self._widths, strict=True):
            if cell:
                cell.drawOn(canvas, x + padding, top - cell.height)
            x += width

    def _draw_ground(self, canvas: Sheet, x, y, row: Row, previous) -> None:
        if row.kind == "body" and row.is_banded:
            canvas.rectangle(x, y, self.width, row.height, BAND)
        if row.kind == "total" and (previous is None or previous.kind != "total"):
            canvas.rule(x, y + row.height, self.width, INK, 0.9)
        if row.kind == "head":
            canvas.rule(x, y, self.width, self._style.accent, 1.1)
        else:
            canvas.rule(x, y, self.width, RULE, 0.4)


def _cut(cell: Flowable | None, width: float, room: float):
    """Return what of a cell fits, and the rest."""
    if cell is None:
        return None, None
    if cell.height <= room:
        return cell, None
    halves = cell.split(max(width, 1), room)
    return (halves[0], halves[1]) if len(halves) == 2 else (None, cell)
