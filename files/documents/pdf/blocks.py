"""What each block of a document becomes on paper."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, PageBreak, Spacer

from files.documents import model
from files.documents.colours import BAND, CALLOUTS, QUIET, RULE, SOFT, tint
from files.documents.pdf.boxes import Box, Padding, Stack, bullet, ground
from files.documents.pdf.charts import set_chart
from files.documents.pdf.grid import Grid, GridStyle, Row
from files.documents.pdf.headings import (
    FOLLOWING_LINES,
    depths,
    set_contents,
    set_heading,
    with_bookmark,
)
from files.documents.pdf.images import set_image
from files.documents.pdf.setter import Setter
from files.documents.pdf.tables import set_table
from files.documents.pdf.text import aligned

BULLETS = ("\u2022", "\u25e6", "\u25aa")
MAX_DEPTH = 12  # Deeper lists are not indented any further.
ITEM_INDENT = 16
COLUMN_GAP = 18


def story(setter: Setter) -> list[Flowable]:
    """Return all that stands on the pages, in order."""
    flowables: list[Flowable] = []
    places = iter(zip(setter.headings, depths(setter.headings), strict=True))
    width = setter.text_width
    blocks = [
        (block, set_block(block, setter, width)) for block in setter.document.blocks
    ]
    for (block, parts), following in pairwise([*blocks, (None, [])]):
        if isinstance(block, model.Heading):
            _, height = parts[0].wrap(width, 0)
            around = parts[0].getSpaceBefore() + parts[0].getSpaceAfter()
            room = height + around + _room_for(*following, setter)
            mark = with_bookmark(parts[0], *next(places))
            parts = [CondPageBreak(min(room, setter.text_height * 0.9)), *mark]
        flowables.extend(parts)
    return flowables


def _room_for(
    block: model.Block | None, parts: list[Flowable], setter: Setter
) -> float:
    """Return the height that a heading needs together with what follows it.

    ReportLab's own keepWithNext takes minutes for many headings in a row.
    """
    lines = FOLLOWING_LINES * setter.styles.body.leading
    if isinstance(block, model.Heading):
        return 3 * setter.styles.heading(block.level).size + lines
    whole = sum(each.height for each in parts if isinstance(each, CondPageBreak))
    return whole + lines if whole else lines


def set_block(block: model.Block, setter: Setter, width: float) -> list[Flowable]:
    return _SETTERS[type(block)](block, setter, width)


def _stack(blocks, setter: Setter, width: float) -> Stack:
    parts = [part for block in blocks for part in set_block(block, setter, width)]
    return Stack(parts)


def _paragraph(block: model.Paragraph, setter: Setter, width) -> list[Flowable]:
    style = getattr(setter.styles, block.style)
    return [setter.composer.text(block.text, aligned(style, block.align))]


def _list(
    block: model.List, setter: Setter, width: float, depth: int = 0
) -> list[Flowable]:
    items = []
    last = block.start + len(block.items) - 1
    indent = _indent(block, last, setter) if depth < MAX_DEPTH else 0
    for number, item in enumerate(block.items, start=block.start):
        mark = f"{number}." if block.is_ordered else BULLETS[min(depth, 2)]
        items.append(_item(item, mark, setter, (width, indent), depth))
    if not items:
        return []
    items[-1].spaceAfter = setter.styles.body.space_after if depth == 0 else 2
    return items


def _indent(block: model.List, last: int, setter: Setter) -> float:
    if not block.is_ordered:
        return ITEM_INDENT
    style = setter.styles.body
    return max(ITEM_INDENT, 5 + style.size * 0.56 * (len(str(last)) + 1))


def _item(
    item: model.ListItem, mark: str, setter: Setter, room: tuple, depth: int
) -> Box:
    width, indent = room
    styles = setter.styles
    parts: list[Flowable] = []
    if item.text or not item.blocks:
        parts.append(setter.composer.text(item.text, styles.item))
    for block in item.blocks:
        if isinstance(block, model.List):
            parts += _list(block, setter, width - indent, depth + 1)
        else:
            parts += set_block(block, setter, width - indent)
    mark_style = styles.bullet if mark in BULLETS else styles.number
    set_mark = setter.composer.text(mark, mark_style, is_marked=False)
    padding = Padding(left=indent)
    return Box(
        parts[0] if len(parts) == 1 else Stack(parts),
        padding.mirrored() if styles.is_rtl else padding,
        bullet(set_mark, max(indent, ITEM_INDENT), is_rtl=styles.is_rtl),
        space_after=2.5,
    )


def _quote(block: model.Quote, setter: Setter, width: float) -> list[Flowable]:
    styles = setter.styles
    style = replace(styles.body, is_italic=True, colour=SOFT, space_after=2)
    parts: list[Flowable] = [setter.composer.text(block.text, style)]
    if block.by:
        by = replace(styles.small, space_after=0)
        parts.append(setter.composer.text(f"\u2014 {block.by}", by))
    padding = Padding(left=14, right=14, top=2, bottom=2)
    bar = ground("", tint(styles.accent, 0.45), is_rtl=styles.is_rtl)
    return [Box(Stack(parts), padding, bar, space_before=5, space_after=11)]


def _code(block: model.Code, setter: Setter, width: float) -> list[Flowable]:
    text = setter.composer.text(
        block.text.rstrip("\n"), setter.styles.code, is_marked=False
    )
    padding = Padding(top=7, right=9, bottom=7, left=9)
    return [Box(text, padding, ground(BAND), space_before=3, space_after=10)]


def _callout(block: model.Callout, setter: Setter, width: float) -> list[Flowable]:
    styles = setter.styles
    colour = CALLOUTS.get(block.style, styles.accent)
    parts: list[Flowable] = []
    if block.title:
        title = replace(styles.body, is_bold=True, colour=colour, space_after=2)
        parts.append(setter.composer.text(block.title, title))
    body = replace(styles.body, space_after=0)
    parts.append(setter.composer.text(block.text, body))
    padding = Padding(top=8, right=12, bottom=8, left=13)
    if styles.is_rtl:
        padding = padding.mirrored()
    back = ground(tint(colour, 0.07), colour, is_rtl=styles.is_rtl)
    return [Box(Stack(parts), padding, back, space_before=4, space_after=11)]


def _key_values(block: model.KeyValues, setter: Setter, width) -> list[Flowable]:
    styles = setter.styles
    key_style = replace(styles.cell, colour=QUIET)
    rows = []
    widest = 0.0
    for key, value in block.items:
        name = setter.composer.text(key, key_style, is_marked=False)
        widest = max(widest, name.natural_width())
        rows.append(Row([name, setter.composer.text(value, styles.cell)]))
    first = min(widest + 24, width * 0.4)
    widths = [first, width - first]
    if styles.is_rtl:
        widths.reverse()
        for row in rows:
            row.cells.reverse()
    style = GridStyle(accent=styles.accent, x_padding=2, y_padding=3.2)
    return [Grid([], rows, widths, style).spaced(before=3, after=12)]


def _columns(block: model.Columns, setter: Setter, width: float) -> list[Flowable]:
    total = sum(block.shares)
    widths = [width * share / total for share in block.shares]
    cells = []
    for number, (blocks, room) in enumerate(zip(block.columns, widths, strict=True)):
        gap = COLUMN_GAP if number < len(widths) - 1 else 0
        padding = Padding(right=gap)
        if setter.styles.is_rtl:
            padding = padding.mirrored()
        cells.append(Box(_stack(blocks, setter, room - gap), padding))
    if setter.styles.is_rtl:
        widths.reverse()
        cells.reverse()
    grid = Grid([], [Row(cells)], widths, GridStyle(has_rules=False))
    return [grid.spaced(after=setter.styles.body.space_after)]


def _opening(block: model.Opening, setter: Setter, width: float) -> list[Flowable]:
    styles = setter.styles
    lead = replace(styles.lead, colour=QUIET, space_after=3)
    facts = replace(styles.small, space_after=0, space_before=3)
    texts = [
        (block.kicker.upper(), styles.kicker),
        (block.title, styles.title),
        (block.subtitle, lead),
        (block.facts, facts),
    ]
    parts: list[Flowable] = [
        setter.composer.text(text, style, is_marked=False)
        for text, style in texts
        if text
    ]
    if setter.document.theme.has_title_rule:
        parts.append(Rule(styles.accent, 1.4, space_before=9, space_after=18))
    elif parts:
        parts[-1].spaceAfter = 18
    return parts


class Rule(Flowable):
    """A line over the whole width."""

    def __init__(
        self, colour: str, thickness: float, *, space_before: float, space_after: float
    ):
        super().__init__()
        self._colour = colour
        self._thickness = thickness
        self.spaceBefore = space_before
        self.spaceAfter = space_after

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, self._thickness
        return width, self.height

    def drawOn(self, canvas, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        canvas.rule(x, y + self.height / 2, self.width, self._colour, self._thickness)


def _page_break(block: model.PageBreak, setter: Setter, width) -> list[Flowable]:
    return [PageBreak()]


def _divider(block: model.Divider, setter: Setter, width: float) -> list[Flowable]:
    return [Rule(RULE, 0.8, space_before=10, space_after=14)]


def _space(block: model.Space, setter: Setter, width: float) -> list[Flowable]:
    return [Spacer(1, block.height * mm)]


_SETTERS: dict[type, Callable[..., list[Flowable]]] = {
    model.Heading: set_heading,
    model.Paragraph: _paragraph,
    model.List: _list,
    model.Table: set_table,
    model.Quote: _quote,
    model.Code: _code,
    model.Callout: _callout,
    model.KeyValues: _key_values,
    model.Image: set_image,
    model.Chart: set_chart,
    model.PageBreak: _page_break,
    model.Divider: _divider,
    model.TableOfContents: set_contents,
    model.Space: _space,
    model.Columns: _columns,
    model.Opening: _opening,
}
