"""What stands on pages besides the text: header, footer, logo, watermark, cover."""

from dataclasses import replace
from math import atan2, degrees, hypot

from reportlab.lib.units import mm

from files.documents.colours import INK, QUIET, RULE
from files.documents.model import Cover, Opening, Picture
from files.documents.pdf.images import draw_picture
from files.documents.pdf.setter import Setter
from files.documents.pdf.sheet import Sheet
from files.documents.pdf.text import Align, Text, aligned, cut_to_width

LOGO_TOP = 11 * mm
LOGO_SIZE = (60 * mm, 13 * mm)
COVER_LOGO_SIZE = (80 * mm, 26 * mm)
COVER_BAND = 9 * mm
WATERMARK_COLOUR = "#eef0f3"
WATERMARK_SHARE = 0.72  # Of the page's diagonal.


class Furniture:
    """Draws what is on each page; the numbers of pages last, when all are known."""

    def __init__(self, setter: Setter):
        self._setter = setter
        self._document = setter.document
        page = self._document.page
        self.width, self.height = page.width * mm, page.height * mm
        self._left, self._right = page.left * mm, self.width - page.right * mm

    @property
    def first_top(self) -> float:
        """Return the first page's upper margin, where a logo needs room."""
        top = self._document.page.top * mm
        if self._document.logo and not self._document.cover:
            return max(top, LOGO_TOP + LOGO_SIZE[1] + 7 * mm)
        return top

    def draw_first(self, canvas: Sheet, template) -> None:
        self._draw_watermark(canvas)
        has_logo = self._document.logo and not self._document.cover
        if has_logo:
            self._draw_logo(canvas, self.height - LOGO_TOP, LOGO_SIZE)
        blocks = self._document.blocks
        begins_with_opening = bool(blocks) and isinstance(blocks[0], Opening)
        self._draw_lines(canvas, has_header=not (has_logo or begins_with_opening))

    def draw_later(self, canvas: Sheet, template) -> None:
        self._draw_watermark(canvas)
        self._draw_lines(canvas, has_header=True)

    def _draw_lines(self, canvas: Sheet, *, has_header: bool) -> None:
        number = canvas.getPageNumber()
        page = self._document.page
        # Halfway between the text and the edge of the sheet, but not too far away.
        above = self.height - page.top * mm + min(page.top * mm / 2, 10 * mm)
        below = page.bottom * mm - min(page.bottom * mm / 2, 10 * mm)
        if has_header and self._document.header:
            canvas.draw_later(
                lambda: self._draw_line(canvas, self._document.header, number, above)
            )
        if self._document.footer:
            canvas.draw_later(
                lambda: self._draw_line(
                    canvas, self._document.footer, number, below - 8, "center"
                )
            )

    def _draw_line(
        self,
        canvas: Sheet,
        text: str,
        number: int,
        y: float,
        align: Align | None = None,
    ) -> None:
        pages = canvas.getPageNumber() - 1
        text = text.replace("{pages}", str(pages))
        text = text.replace("{page}", str(number))
        style = aligned(self._setter.styles.furniture, align)
        room = self._right - self._left
        line = cut_to_width(self._setter.composer, text, style, room)
        line.wrap(room + 1, 0)
        line.drawOn(canvas, self._left, y)

    def _draw_logo(
        self, canvas: Sheet, top: float, size: tuple, start: float = 0
    ) -> None:
        width, height = _fitted(self._document.logo, size)
        is_rtl = self._setter.styles.is_rtl
        x = self._right - width if is_rtl else self._left + start
        draw_picture(canvas, self._document.logo, x, top - height, width, height)

    def _draw_watermark(self, canvas: Sheet) -> None:
        if not self._document.watermark:
            return
        style = replace(
            self._setter.styles.furniture,
            size=100,
            leading=100,
            colour=WATERMARK_COLOUR,
            is_bold=True,
            align="left",
        )
        composer = self._setter.composer
        text = " ".join(self._document.watermark.split())
        natural = composer.text(text, style, is_marked=False).natural_width() or 1
        diagonal = hypot(self.width, self.height) * WATERMARK_SHARE
        size = round(min(100 * diagonal / natural, 130), 1)
        style = replace(style, size=size, leading=size)
        line = composer.text(text, style, is_marked=False)
        width = line.natural_width()
        line.wrap(width + 1, 0)
        canvas.saveState()
        canvas.translate(self.width / 2, self.height / 2)
        canvas.rotate(degrees(atan2(self.height, self.width)))
        line.drawOn(canvas, -width / 2, -size / 2)
        canvas.restoreState()

    def draw_cover(self, canvas: Sheet, template) -> None:
        cover = self._document.cover
        styles = self._setter.styles
        self._draw_watermark(canvas)
        band = self.width - COVER_BAND if styles.is_rtl else 0
        canvas.rectangle(band, 0, COVER_BAND, self.height, styles.accent)
        if self._document.logo:
            top = self.height - 26 * mm
            self._draw_logo(canvas, top, COVER_LOGO_SIZE, self._start)
        y = self._draw_cover_title(canvas, cover, self.height * 0.66)
        self._draw_cover_facts(canvas, cover, min(y - 20 * mm, self.height * 0.3))

    def _draw_cover_title(self, canvas: Sheet, cover: Cover, top: float) -> float:
        """Draw title and subtitle, and return where they end."""
        styles = self._setter.styles
        size = min(max(styles.title.size * 1.5, 30), 38)
        title = replace(styles.title, size=size, leading=size * 1.15, space_after=0)
        subtitle = replace(styles.lead, size=14, leading=20, colour=QUIET)
        y = top
        for text, style, least in (
            (cover.title, title, self.height * 0.4),
            (cover.subtitle, subtitle, self.height * 0.34),
        ):
            if text:
                part = self._fitting(text, style, y - least)
                y -= part.height
                part.drawOn(canvas, self._left + self._start, y)
                y -= 12
        x = self._right - 52 if styles.is_rtl else self._left + self._start
        canvas.rectangle(x, y - 6, 52, 2.4, styles.accent)
        return y - 6

    @property
    def _start(self) -> float:
        """Return how far the cover's text stands from the margin, for the band."""
        return 0 if self._setter.styles.is_rtl else max(24 * mm - self._left, 0)

    def _fitting(self, text: str, style, height: float) -> Text:
        """Set a text in the largest size in which it is not too high."""
        room = self._right - self._left - self._start
        part = self._setter.composer.text(text, style, is_marked=False)
        part.wrap(room, 0)
        while part.height > height and style.size > 8:
            size = round(style.size * 0.85, 1)
            style = replace(style, size=size, leading=size * 1.2)
            part = self._setter.composer.text(text, style, is_marked=False)
            part.wrap(room, 0)
        return part

    def _draw_cover_facts(self, canvas: Sheet, cover: Cover, top: float) -> None:
        styles = self._setter.styles
        label = replace(styles.cell, size=9, leading=13, colour=QUIET)
        value = replace(styles.cell, size=10, leading=13, colour=INK)
        room = self._right - self._left - self._start
        label_width = room * 0.25
        y = top
        for name, fact in cover.facts:
            y -= 20
            if y < 12 * mm:
                return
            x = self._left + self._start
            canvas.rule(x, y + 16, room, RULE, 0.5)
            places = [(name, label, x, label_width),
                      (fact, value, x + label_width, room - label_width)]  # fmt: skip
            if styles.is_rtl:
                places = [(name, label, x + room - label_width, label_width),
                          (fact, value, x, room - label_width)]  # fmt: skip
            for text, style, left, width in places:
                line = cut_to_width(self._setter.composer, text, style, width - 8)
                line.wrap(width, 0)
                line.drawOn(canvas, left, y)


def _fitted(picture: Picture, size: tuple[float, float]) -> tuple[float, float]:
    """Return the largest size of a picture within another that keeps its shape."""
    share = min(size[0] / picture.width, size[1] / picture.height)
    return picture.width * share, picture.height * share
