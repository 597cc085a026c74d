"""Sets texts: paragraphs of lines that can go on over pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from reportlab.platypus import Flowable

from files.documents.inline import Span, spans
from files.documents.pdf.characters import clean
from files.documents.pdf.lines import Line, LineBreaker, in_visual_order, show
from files.documents.pdf.pieces import Look, Passage, Piece, Pieces
from files.documents.pdf.sheet import Sheet, fill_colour

Align = Literal["left", "center", "right", "justify"]
CODE_BACKGROUND = "#eef1f4"
MONO_SIZE = 0.92  # Of the size around: Liberation Mono looks larger than it is.
MAX_SPREAD = 0.6  # Of the size: words of justified lines are no further apart.
FEW_LINES = 2  # No fewer stand alone at the end or the beginning of a page.
ELLIPSIS = "\u2026"


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    family: str
    size: float
    leading: float
    colour: str
    link_colour: str
    is_bold: bool = False
    is_italic: bool = False
    align: Align | None = None  # None: where lines of its direction start.
    is_rtl: bool = False  # Where the text itself does not tell.
    space_before: float = 0
    space_after: float = 0
    tracking: float = 0

    def look(self, span: Span) -> Look:
        is_link = bool(span.link)
        return Look(
            family="mono" if span.is_code else self.family,
            size=self.size * MONO_SIZE if span.is_code else self.size,
            colour=fill_colour(self.link_colour if is_link else self.colour),
            is_bold=self.is_bold or span.is_bold,
            is_italic=self.is_italic or span.is_italic,
            is_struck=span.is_struck,
            is_code=span.is_code,
            link=span.link,
            tracking=self.tracking,
        )


PLAIN = Span(text="")


class Composer:
    """Makes Texts of what a document says."""

    def __init__(self, pieces: Pieces):
        self._pieces = pieces
        self._looks: dict[TextStyle, dict[tuple, Look]] = {}
        self._made_looks: dict[tuple, Look] = {}

    def text(self, text: str, style: TextStyle, *, is_marked: bool = True) -> "Text":
        """Set a text of inline Markdown, or one that is not marked, as it is."""
        looks = self._looks.setdefault(style, {})
        text = clean(text)
        if is_marked:
            runs = [(span.text, self._look(span, style, looks)) for span in spans(text)]
        else:
            look = self._look(PLAIN, style, looks)
            parts = re.split("(\n)", text) if "\n" in text else [text]
            runs = [(part, look) for part in parts if part]
        passage = self._pieces.of(runs, is_rtl=style.is_rtl)
        return Text(passage, style, self._pieces)

    def _look(self, span: Span, style: TextStyle, looks: dict[tuple, Look]) -> Look:
        key = (
            span.is_bold,
            span.is_italic,
            span.is_code,
            span.is_struck,
            span.link,
        )
        look = looks.get(key)
        if look is None:
            look = style.look(span)
            # Styles that differ otherwise have the same look, and the same pieces.
            look = looks[key] = self._made_looks.setdefault(_values(look), look)
        return look


def _values(look: Look) -> tuple:
    return tuple(getattr(look, name) for name in Look.__slots__)


class Text(Flowable):
    """A text of any length; it is set when its width is known."""

    def __init__(self, passage: Passage, style: TextStyle, maker: Pieces):
        super().__init__()
        self.style = style
        self.is_rtl = passage.is_rtl
        self._passage = passage
        self._maker = maker
        self._lines: list[Line] = []
        self._set_width: float | None = None
        self.spaceBefore = style.space_before
        self.spaceAfter = style.space_after

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        if width != self._set_width:
            breaker = LineBreaker(width, self._maker)
            self._lines = breaker.lines(self._passage.pieces)
            self._set_width = width
        self.width = width
        self.height = len(self._lines) * self.style.leading
        return width, self.height

    def split(self, width: float, height: float) -> list["Text"]:
        self.wrap(width, height)
        fitting = int(height / self.style.leading + 0.001)
        total = len(self._lines)
        if fitting < FEW_LINES or fitting >= total:
            return [self] if fitting >= total else []
        if total - fitting < FEW_LINES and fitting > FEW_LINES:
            fitting = total - FEW_LINES
        return [self._part(0, fitting), self._part(fitting, total)]

    def _part(self, start: int, end: int) -> "Text":
        part = Text(self._passage, self.style, self._maker)
        part._lines = self._lines[start:end]
        part._set_width = self._set_width
        if start:
            part.spaceBefore = 0
        else:
            part.spaceAfter = 0
        return part

    def least_width(self) -> float:
        """Return the width of its longest word."""
        widest = width = 0.0
        for piece in self._passage.pieces:
            width = 0.0 if piece.is_space or piece.is_line_end else width + piece.width
            widest = max(widest, width)
            if piece.breaks:
                width = 0.0
        return widest

    def natural_width(self) -> float:
        """Return the width that shows it without other breaks than its own."""
        widest = width = 0.0
        for piece in self._passage.pieces:
            width = 0.0 if piece.is_line_end else width + piece.width
            widest = max(widest, width)
        return widest

    @property
    def last_width(self) -> float:
        """Return how far its last line reaches, once it is set."""
        return self._lines[-1].width if self._lines else 0

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        """Draw the lines with their lower left corner there."""
        style = self.style
        baseline = y + self.height - (style.leading + style.size * 0.72) / 2
        operators = [f"BT {style.tracking:g} Tc"]
        decorated = []
        for line in self._lines:
            if line.pieces:
                pieces = line.pieces
                if self._passage.has_levels:
                    pieces = in_visual_order(pieces)
                start, space = self._placing(line)
                operators.append(f"1 0 0 1 {x + start:.2f} {baseline:.2f} Tm")
                operators += show(pieces, space)
                if self._passage.is_decorated:
                    decorated.append((pieces, x + start, baseline, space))
            baseline -= style.leading
        operators.append("0 Tc ET")
        for each in decorated:
            _decorate_behind(canvas, *each)
        canvas.write(operators)
        for each in decorated:
            _decorate_over(canvas, *each)

    def _placing(self, line: Line) -> tuple[float, float]:
        """Return where the line starts, and how much wider its spaces are."""
        room = self.width - line.width
        align = self.style.align or ("right" if self.is_rtl else "left")
        if align == "justify":
            spaces = sum(len(p.text) for p in line.pieces if p.is_space)
            is_spread = not line.is_last and spaces and room > 0
            if is_spread and room / spaces <= self.style.size * MAX_SPREAD:
                return 0, room / spaces
            align = "right" if self.is_rtl else "left"
        if align == "left":
            return 0, 0
        return (room if align == "right" else room / 2), 0


def cut_to_width(composer: Composer, text: str, style: TextStyle, width: float) -> Text:
    """Return the plain text on one line, its end cut off if it is too long."""
    text = " ".join(clean(text).split())
    line = composer.text(text, style, is_marked=False)
    while line.natural_width() > width and text:
        share = width / line.natural_width()
        text = text[: min(len(text) - 1, int(len(text) * share))].rstrip()
        line = composer.text(text + ELLIPSIS, style, is_marked=False)
    line.wrap(width + 1, style.leading)
    return line


def _decorations(pieces: Iterable[Piece], x: float, space: float):
    """Give each run of one look as (look, left, right)."""
    runs: list[list] = []
    for piece in pieces:
        width = piece.width + (space * len(piece.text) if piece.is_space else 0)
        if runs and runs[-1][0] is piece.look:
            runs[-1][2] += width
        else:
            runs.append([piece.look, x, x + width])
        x += width
    return [run for run in runs if run[0].is_decorated]


def _decorate_behind(canvas: Sheet, pieces, x, baseline, space) -> None:
    for look, left, right in _decorations(pieces, x, space):
        if look.is_code:
            canvas.setFillColor(CODE_BACKGROUND)
            canvas.roundRect(
                left - 1.2,
                baseline - look.size * 0.28,
                right - left + 2.4,
                look.size * 1.24,
                1.6,
                stroke=0,
                fill=1,
            )


def _decorate_over(canvas: Sheet, pieces, x, baseline, space) -> None:
    for look, left, right in _decorations(pieces, x, space):
        thickness = look.size * 0.05
        rule = f"{left:.2f} {{:.2f}} {right - left:.2f} {thickness:.2f} re f"
        if look.link:
            y = baseline - look.size * 0.16
            canvas.write([look.colour, rule.format(y)])
            box = (left, baseline - look.size * 0.25, right, baseline + look.size)
            canvas.linkURL(look.link, box, relative=0)
        if look.is_struck:
            canvas.write([look.colour, rule.format(baseline + look.size * 0.28)])


def aligned(style: TextStyle, align: Align | None) -> TextStyle:
    return replace(style, align=align) if align else style
