"""Tables of data, and of keys with values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from files.documents.docx.colours import Colours, colours_of
from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import TWIPS_PER_POINT, add, add_border
from files.documents.docx.grid import (
    column_widths,
    end_table,
    start_cell,
    start_row,
    start_table,
)
from files.documents.docx.paragraphs import (
    add_markdown,
    add_paragraph,
    add_plain,
    add_runs,
)
from files.documents.docx.stylesheet import CELL_SIZE, DENSE_CELL_SIZE
from files.documents.docx.table_styles import DENSE_TABLE, KEY_VALUES, REPORT_TABLE
from files.documents.inline import Span
from files.documents.model import Alignment, KeyValues, Table

_LONGEST_COUNTED = 40
_LETTER = 0.57  # How wide a letter is, of its size.
_FEW_LINES = 20
_NARROW = 720  # Columns below this are set densely.
_KEYS_SHARE = 0.3

Cell = str | int | float | None
Sides = Sequence[Alignment | None]


@dataclass(frozen=True, kw_only=True)
class _Density:
    table_style: str
    ending: str  # Of the names of the styles for the cells.
    cell_size: float  # Of the text's size.
    padding: int  # On both sides of a cell, and a little more.


_ROOMY = _Density(table_style=REPORT_TABLE, ending="", cell_size=CELL_SIZE, padding=240)
_DENSE = _Density(
    table_style=DENSE_TABLE, ending="Dense", cell_size=DENSE_CELL_SIZE, padding=60
)


def add_table(draft: Draft, place: Place, table: Table) -> None:
    columns = max((len(row) for row in table.rows), default=0)
    if not columns:
        return
    if table.caption:
        add_markdown(draft, place, "Caption", table.caption, is_kept_with_next=True)
    density = _DENSE if place.width / columns < _NARROW else _ROOMY
    _TableWriter(draft, place, table, density, columns).write()
    end_table(place)


class _TableWriter:
    def __init__(
        self, draft: Draft, place: Place, table: Table, density: _Density, columns: int
    ) -> None:
        self._draft = draft
        self._density = density
        self._letter = (
            draft.document.theme.text_size
            * TWIPS_PER_POINT
            * density.cell_size
            * _LETTER
        )
        self._total_rows = table.total_rows
        rows = [row + (None,) * (columns - len(row)) for row in table.rows]
        self._head = rows[:1] if table.has_header else []
        self._body = rows[len(self._head) :]
        self._sides = (table.align + (None,) * columns)[:columns]
        has_widths = len(table.widths) == columns and min(table.widths) > 0
        shares = table.widths if has_widths else self._shares(rows, place.width)
        self._widths = column_widths(place.width, shares)
        self._table = start_table(
            draft,
            place,
            density.table_style,
            self._widths,
            has_header=table.has_header,
            is_fixed=has_widths,
        )

    def write(self) -> None:
        for row in self._head:
            self._add_row(row, _header_sides(self._body, self._sides), "TableHeading")
        first_total = max(len(self._body) - self._total_rows, 0)
        for row in self._body[:first_total]:
            self._add_row(row, self._sides, "TableText")
        for number, row in enumerate(self._body[first_total:]):
            tr = self._add_row(row, self._sides, "TableTotal")
            if not number:
                _set_off(tr, colours_of(self._draft.document.accent))

    def _add_row(self, row: Sequence[Cell], sides: Sides, style: str):
        is_header = style == "TableHeading"
        tr = start_row(self._table, is_short=self._is_short(row), is_header=is_header)
        for value, width, side in zip(row, self._widths, sides, strict=True):
            place = Place(parent=start_cell(tr, width), width=width)
            _add_value(
                self._draft,
                place,
                f"{style}{self._density.ending}",
                value,
                align=side,
                is_kept_with_next=is_header,
            )
        return tr

    def _is_short(self, row: Sequence[Cell]) -> bool:
        for value, width in zip(row, self._widths, strict=True):
            text = cell_text(value)
            room = max(width - self._density.padding, self._letter)
            lines = len(text) * self._letter / room + text.count("\n")
            if lines > _FEW_LINES:
                return False
        return True

    def _shares(self, rows: Sequence[Sequence[Cell]], width: int) -> Sequence[float]:
        """Return how wide the columns should be, by their longest words and texts."""
        columns = [[cell_text(value) for value in column]
                   for column in zip(*rows, strict=True)]  # fmt: skip
        words = [(word for text in texts for word in text.split()) for texts in columns]
        least = [self._width_of(texts) for texts in words]
        wanted = [self._width_of(texts) for texts in columns]
        spare = width - sum(least)
        if spare <= 0:
            return least
        wishes = [most - given for most, given in zip(wanted, least, strict=True)]
        if sum(wishes) <= spare:
            return wanted
        return [
            given + spare * wish / sum(wishes)
            for given, wish in zip(least, wishes, strict=True)
        ]

    def _width_of(self, texts: Iterable[str]) -> float:
        """Return the width that the longest of the texts takes."""
        longest = min(max(map(len, texts), default=0), _LONGEST_COUNTED)
        return longest * self._letter + self._density.padding


def _add_value(draft: Draft, place: Place, style: str, value: Cell, **look) -> None:
    if isinstance(value, str):
        add_markdown(draft, place, style, value, **look)
    elif _is_number(value):
        # A number begins with its sign, whichever way the texts around it run.
        look["align"] = look["align"] or "right"
        paragraph = add_paragraph(place, style, **look)
        add_runs(draft, paragraph, (Span(text=str(value)),), is_reversed=False)
    else:
        add_plain(draft, place, style, cell_text(value), **look)


def _header_sides(body: Sequence[Sequence[Cell]], align: Sides) -> Sides:
    """Return the sides of a header's texts: over numbers, that of the numbers."""
    return [
        side or ("right" if _is_numeric(row[column] for row in body) else None)
        for column, side in enumerate(align)
    ]


def _is_numeric(values) -> bool:
    given = [value for value in values if value is not None and value != ""]
    return bool(given) and all(map(_is_number, given))


def _is_number(value: Cell) -> bool:
    return isinstance(value, int | float)


def cell_text(value: Cell) -> str:
    return "" if value is None else str(value)


def _set_off(tr, colours: Colours) -> None:
    for properties in tr.iterfind("{*}tc/{*}tcPr"):
        add_border(add(properties, "tcBorders"), "top", colours.accent, width=8)


def add_key_values(draft: Draft, place: Place, block: KeyValues) -> None:
    add_pairs(draft, place, block.items, write=add_markdown)


def add_pairs(
    draft: Draft, place: Place, pairs: Sequence[tuple[str, str]], *, write=add_plain
) -> None:
    """Append a table of plain keys, with values that `write` writes."""
    if not pairs:
        return
    widths = column_widths(place.width, (_KEYS_SHARE, 1 - _KEYS_SHARE))
    table = start_table(draft, place, KEY_VALUES, widths, is_fixed=True)
    for key, value in pairs:
        row = start_row(table)
        cells = [Place(parent=start_cell(row, width), width=width) for width in widths]
        add_plain(draft, cells[0], "Key", key)
        write(draft, cells[1], "TableText", value)
    end_table(place)
