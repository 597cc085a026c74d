"""Containers of flowables: one below the other, indented, marked, or on a ground."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.platypus import CondPageBreak, Flowable, PageBreak

from files.documents.pdf.sheet import Sheet
from files.documents.pdf.text import Text

SLACK = 0.001
_PAGE_BREAKS = (CondPageBreak, PageBreak)


class Stack(Flowable):
    """Flowables one below the other, as one."""

    def __init__(self, parts: Sequence[Flowable]):
        super().__init__()
        # Inside of another block nothing can call for a new page.
        parts = [part for part in parts if not isinstance(part, _PAGE_BREAKS)]
        self._parts = parts
        self._heights: list[float] = []
        self._set_width: float | None = None
        self.spaceBefore = parts[0].getSpaceBefore() if parts else 0
        self.spaceAfter = parts[-1].getSpaceAfter() if parts else 0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        if width != self._set_width:
            self._heights = [part.wrap(width, height)[1] for part in self._parts]
            self._set_width = width
        self.width = width
        self.height = sum(self._heights) + sum(self._gaps())
        return width, self.height

    def _gaps(self) -> list[float]:
        """Return the room above each part; the larger of two spaces counts."""
        gaps = [0.0] if self._parts else []
        for above, below in zip(self._parts, self._parts[1:], strict=False):
            gaps.append(max(above.getSpaceAfter(), below.getSpaceBefore()))
        return gaps

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        used = 0.0
        pairs = zip(self._heights, self._gaps(), strict=True)
        for number, (part_height, gap) in enumerate(pairs):
            if used + gap + part_height > height + SLACK:
                return self._split_at(number, width, height - used - gap)
            used += gap + part_height
        return [self]

    def _split_at(self, number: int, width: float, room: float) -> list[Flowable]:
        above, part, below = (
            self._parts[:number],
            self._parts[number],
            self._parts[number + 1 :],
        )
        if room > 0 and (halves := part.split(width, room)):
            above, below = [*above, halves[0]], [*halves[1:], *below]
        else:
            below = [part, *below]
        return [Stack(above), Stack(below)] if above else []

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        top = y + self.height
        pairs = zip(self._parts, self._heights, self._gaps(), strict=True)
        for part, height, gap in pairs:
            top -= gap + height
            part.drawOn(canvas, x, top)


@dataclass(frozen=True, kw_only=True)
class Padding:
    top: float = 0
    right: float = 0
    bottom: float = 0
    left: float = 0

    def mirrored(self) -> "Padding":
        return Padding(
            top=self.top, right=self.left, bottom=self.bottom, left=self.right
        )


# Draws what stands around or behind: canvas, x, y, width, height, and whether this is
# the first piece of what goes on over pages.
Decoration = Callable[[Sheet, float, float, float, float, bool], None]


class Box(Flowable):
    """A flowable with room around it, and something drawn there."""

    def __init__(
        self,
        inner: Flowable,
        padding: Padding,
        decorate: Decoration | None = None,
        *,
        space_before: float = 0,
        space_after: float = 0,
        is_first: bool = True,
    ):
        super().__init__()
        self._inner = inner
        self._padding = padding
        self._decorate = decorate
        self._is_first = is_first
        self.spaceBefore = space_before
        self.spaceAfter = space_after

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        pad = self._padding
        room = max(width - pad.left - pad.right, 1)
        _, inner_height = self._inner.wrap(room, height - pad.top - pad.bottom)
        self.width, self.height = width, inner_height + pad.top + pad.bottom
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        pad = self._padding
        room = max(width - pad.left - pad.right, 1)
        halves = self._inner.split(room, height - pad.top - pad.bottom)
        if len(halves) < 2:
            return []
        first, rest = halves
        return [
            self._with(first, space_before=self.spaceBefore, is_first=self._is_first),
            self._with(rest, space_after=self.spaceAfter, is_first=False),
        ]

    def _with(self, inner: Flowable, **changes) -> "Box":
        return Box(inner, self._padding, self._decorate, **changes)

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        if self._decorate:
            self._decorate(canvas, x, y, self.width, self.height, self._is_first)
        pad = self._padding
        self._inner.drawOn(canvas, x + pad.left, y + pad.bottom)


def ground(colour: str, bar: str = "", *, is_rtl: bool = False) -> Decoration:
    """Return what fills a box with a colour, and draws a bar where lines start."""

    def decorate(canvas: Sheet, x, y, width, height, is_first) -> None:
        if colour:
            canvas.rectangle(x, y, width, height, colour)
        if bar:
            canvas.rectangle(x + width - 2.5 if is_rtl else x, y, 2.5, height, bar)

    return decorate


def bullet(mark: Text, indent: float, *, is_rtl: bool) -> Decoration:
    """Return what sets a mark beside the first line of a box."""

    def decorate(canvas: Sheet, x, y, width, height, is_first) -> None:
        if is_first:
            _, mark_height = mark.wrap(indent - 5, height)
            left = x + width - indent + 5 if is_rtl else x
            mark.drawOn(canvas, left, y + height - mark_height)

    return decorate
