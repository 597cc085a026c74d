"""Headings with their bookmarks, and the table of contents."""

from dataclasses import replace

from reportlab.platypus import CondPageBreak, Flowable

from files.documents.colours import QUIET
from files.documents.model import Heading, TableOfContents
from files.documents.pdf.setter import HeadingPlace, Setter
from files.documents.pdf.sheet import Sheet
from files.documents.pdf.text import Text, cut_to_width

INDENT = 14
NUMBER_WIDTH = 34
LONGEST_ENTRY = 2  # Lines of a heading in the contents: the rest is cut off.
FOLLOWING_LINES = 2  # So much of what follows stands on a heading's page.


class Bookmark(Flowable):
    """Marks the place of a heading, without size."""

    def __init__(self, place: HeadingPlace, depth: int):
        super().__init__()
        self._place = place
        self._depth = depth

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        place = self._place
        place.page = canvas.getPageNumber()
        canvas.bookmarkHorizontal(place.key, x, y + 2)
        canvas.addOutlineEntry(place.text or "-", place.key, self._depth)


def depths(places: list[HeadingPlace]) -> list[int]:
    """Return how deep each heading lies below others; levels may have been skipped."""
    found: list[int] = []
    above: list[int] = []
    for place in places:
        while above and above[-1] >= place.level:
            above.pop()
        found.append(len(above))
        above.append(place.level)
    return found


def heading_text(block: Heading, setter: Setter) -> Text:
    return setter.composer.text(block.text, setter.styles.heading(block.level))


def set_heading(block: Heading, setter: Setter, width: float) -> list[Flowable]:
    return [heading_text(block, setter)]


def with_bookmark(text: Text, place: HeadingPlace, depth: int) -> list[Flowable]:
    """Return the flowables of a heading that is not part of another block."""
    mark = Bookmark(place, depth)
    # Room above a heading belongs to its mark, which comes first.
    mark.spaceBefore, text.spaceBefore = text.spaceBefore, 0
    return [mark, text]


def set_contents(
    block: TableOfContents, setter: Setter, width: float
) -> list[Flowable]:
    title = block.title or setter.document.contents_title
    style = setter.styles.heading(2)
    flowables: list[Flowable] = [CondPageBreak(style.leading * 4)]
    flowables.append(setter.composer.text(title, style, is_marked=False))
    places = [place for place in setter.headings if place.level <= block.levels]
    for place, depth in zip(places, depths(places), strict=True):
        flowables.append(ContentsLine(place, depth, setter, width))
    flowables[-1].spaceAfter = 14
    return flowables


class ContentsLine(Flowable):
    """A heading's text and page, which is known only when all is set."""

    def __init__(self, place: HeadingPlace, depth: int, setter: Setter, width: float):
        super().__init__()
        self._place = place
        self._setter = setter
        self._indent = depth * INDENT
        base = setter.styles.body
        self._style = replace(
            base,
            is_bold=depth == 0,
            colour=base.colour if depth < 2 else QUIET,
            leading=base.size * 1.4,
            space_after=0,
        )
        room = LONGEST_ENTRY * self._room(width)
        self._text = cut_to_width(setter.composer, place.text, self._style, room)
        self.spaceBefore = 5 if depth == 0 else 2

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        _, self.height = self._text.wrap(self._room(width), height)
        return width, self.height

    def _room(self, width: float) -> float:
        return max(width - self._indent - NUMBER_WIDTH, 30)

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        is_rtl = self._setter.styles.is_rtl
        self._text.drawOn(canvas, x + (NUMBER_WIDTH if is_rtl else self._indent), y)
        self._draw_dots(canvas, x, y + self._style.leading * 0.3, is_rtl)
        box = (x, y, x + self.width, y + self.height)
        canvas.linkRect("", self._place.key, box, relative=0, Border="[0 0 0]")
        canvas.draw_later(lambda: self._draw_page(canvas, x, y, is_rtl))

    def _draw_dots(self, canvas: Sheet, x: float, y: float, is_rtl: bool) -> None:
        used = self._indent + self._text.last_width + 6
        if self._text.is_rtl != is_rtl or self.width - NUMBER_WIDTH < used + 10:
            return
        start, end = x + used, x + self.width - NUMBER_WIDTH + 10
        if is_rtl:
            start, end = x + NUMBER_WIDTH - 10, x + self.width - used
        canvas.saveState()
        canvas.setStrokeColor("#b6bec7")
        canvas.setLineWidth(0.8)
        canvas.setLineCap(1)
        canvas.setDash([0, 3.6])
        canvas.line(start, y, end, y)
        canvas.restoreState()

    def _draw_page(self, canvas: Sheet, x: float, y: float, is_rtl: bool) -> None:
        number = str(self._place.page)
        style = replace(self._style, align="left" if is_rtl else "right")
        text = self._setter.composer.text(number, style, is_marked=False)
        text.wrap(NUMBER_WIDTH, 0)
        text.drawOn(canvas, x if is_rtl else x + self.width - NUMBER_WIDTH, y)
