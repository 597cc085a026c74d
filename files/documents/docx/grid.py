"""Rows of cells: what tables and columns are made of."""

from collections.abc import Sequence

from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import add
from files.documents.docx.paragraphs import add_paragraph


def column_widths(width: int, shares: Sequence[float]) -> list[int]:
    whole = sum(shares)
    return [max(round(width * share / whole), 1) for share in shares]


def start_table(
    draft: Draft,
    place: Place,
    style: str,
    widths: Sequence[int],
    *,
    has_header: bool = False,
    is_fixed: bool = False,
):
    """Append a table without rows; columns that are not fixed give way to words."""
    table = add(place.parent, "tbl")
    properties = add(table, "tblPr")
    add(properties, "tblStyle", val=style)
    if draft.document.direction == "rtl":
        add(properties, "bidiVisual")
    add(properties, "tblW", w=sum(widths), type="dxa")
    if place.indent:
        add(properties, "tblInd", w=place.indent, type="dxa")
    add(properties, "tblLayout", type="fixed" if is_fixed else "autofit")
    add(properties, "tblLook", val="0620" if has_header else "0600")
    grid = add(table, "tblGrid")
    for width in widths:
        add(grid, "gridCol", w=width)
    return table


def start_row(table, *, is_short: bool = False, is_header: bool = False):
    """Append a row; a short one stays on one page, or is repeated on each."""
    row = add(table, "tr")
    # Readers cut off what is whole, or repeated, and higher than a page.
    if is_short:
        properties = add(row, "trPr")
        add(properties, "cantSplit")
        if is_header:
            add(properties, "tblHeader")
    return row


def start_cell(row, width: int, gutter: int = 0):
    cell = add(row, "tc")
    properties = add(cell, "tcPr")
    add(properties, "tcW", w=width, type="dxa")
    if gutter:
        add(add(properties, "tcMar"), "right", w=gutter, type="dxa")
    return cell


def end_table(place: Place) -> None:
    """Keep the table apart from what follows; two in a row would be one for Word."""
    add_paragraph(place, "Gap")
