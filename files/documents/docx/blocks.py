"""Which function sets which block, and the blocks that hold others."""

from collections.abc import Iterable

from files.documents import model
from files.documents.docx.charts import add_chart
from files.documents.docx.contents import add_contents
from files.documents.docx.draft import LEAST_WIDTH, Draft, Place
from files.documents.docx.elements import TWIPS_PER_POINT, add, word_name
from files.documents.docx.grid import (
    column_widths,
    end_table,
    start_cell,
    start_row,
    start_table,
)
from files.documents.docx.images import add_image
from files.documents.docx.numbering import BULLETS, INDENT, LEVELS
from files.documents.docx.paragraphs import add_markdown, add_paragraph
from files.documents.docx.stylesheet import SPACE_AFTER
from files.documents.docx.table_styles import LAYOUT
from files.documents.docx.tables import add_key_values, add_table
from files.documents.docx.texts import (
    add_callout,
    add_code,
    add_divider,
    add_heading,
    add_opening,
    add_page_break,
    add_quote,
    add_space,
    add_text_paragraph,
)

_GUTTER = 240


def add_blocks(draft: Draft, place: Place, blocks: Iterable[model.Block]) -> None:
    for block in blocks:
        _WRITERS[type(block)](draft, place, block)


def add_list(draft: Draft, place: Place, block: model.List) -> None:
    level = min(place.depth, LEVELS - 1)
    style, number = "ListBullet", BULLETS
    if block.is_ordered:
        style, number = "ListNumber", draft.numbering.new(level, block.start)
    inside = place.nested(INDENT * (level + 1), depth=place.depth + 1)
    for item in block.items:
        add_markdown(draft, place, style, item.text, numbering=(level, number))
        add_blocks(draft, inside, item.blocks)
    if block.items and not place.depth:
        _set_space_after(draft, place.parent[-1])


def _set_space_after(draft: Draft, last) -> None:
    """Keep what follows a list apart from it, where items are close together."""
    if last.find("{*}pPr/{*}numPr") is not None:
        after = round(draft.document.theme.text_size * SPACE_AFTER * TWIPS_PER_POINT)
        add(last[0], "spacing", after=after)


def add_columns(draft: Draft, place: Place, block: model.Columns) -> None:
    widths = column_widths(place.width, block.shares)
    table = start_table(draft, place, LAYOUT, widths, is_fixed=True)
    row = start_row(table)
    last = len(widths) - 1
    for number, (blocks, width) in enumerate(zip(block.columns, widths, strict=True)):
        gutter = 0 if number == last else _GUTTER
        cell = start_cell(row, width, gutter)
        inside = Place(parent=cell, width=max(width - gutter, LEAST_WIDTH))
        add_blocks(draft, inside, blocks)
        # Without a paragraph at the end of a cell Word calls the file broken.
        if cell[-1].tag != word_name("p"):
            add_paragraph(inside, "Gap")
    end_table(place)


_WRITERS = {
    model.Heading: add_heading,
    model.Paragraph: add_text_paragraph,
    model.List: add_list,
    model.Table: add_table,
    model.Quote: add_quote,
    model.Code: add_code,
    model.Callout: add_callout,
    model.KeyValues: add_key_values,
    model.Image: add_image,
    model.Chart: add_chart,
    model.PageBreak: add_page_break,
    model.Divider: add_divider,
    model.TableOfContents: add_contents,
    model.Space: add_space,
    model.Columns: add_columns,
    model.Opening: add_opening,
}
