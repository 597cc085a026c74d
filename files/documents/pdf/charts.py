"""Draws charts: what stands around the plot, and pies."""

from dataclasses import replace
from math import cos, isfinite, radians, sin

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable

from files.documents.colours import RULE, palette
from files.documents.model import Chart, Series
from files.documents.pdf.plots import Plot
from files.documents.pdf.scales import write_number
from files.documents.pdf.setter import Setter
from files.documents.pdf.sheet import Sheet
from files.documents.pdf.text import TextStyle, cut_to_width

SWATCH = 7
LEGEND_LINE = 14
LARGEST = 1e300  # Larger values are drawn as this one: sums stay finite.
GAP = 8
LEGEND_WIDTH = 250
LEGEND_SHARE = 0.42  # Of the width, beside a pie.
MAX_LEGEND_LINES = 3  # Below the title of bars and lines.


def set_chart(block: Chart, setter: Setter, width: float) -> list[Flowable]:
    height = min(block.height * mm, setter.text_height - 30)
    chart = ChartBox(block, setter, height)
    chart.spaceBefore, chart.spaceAfter = 6, 13
    return [CondPageBreak(height), chart]


def shown(value: float | None) -> float | None:
    """Return a value that can be drawn; others are gaps."""
    if value is None or not isfinite(value):
        return None
    return min(max(value, -LARGEST), LARGEST)


class ChartBox(Flowable):
    def __init__(self, block: Chart, setter: Setter, height: float):
        super().__init__()
        self._block = block
        self._setter = setter
        self._height = height
        styles = setter.styles
        self._label = replace(styles.furniture, align="left", is_rtl=False)
        self._title = replace(styles.sized(1.05), is_bold=True, space_after=0)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, self._height
        return width, self.height

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        self._sheet = canvas
        top = y + self.height
        if self._block.title:
            top -= self._title.leading + 4
            self._write(self._block.title, self._title, x, top + 4, self.width)
        if self._block.kind == "pie":
            self._draw_pie(x, y, top)
            return
        colours = palette(self._setter.styles.accent, len(self._block.series))
        if len(self._block.series) > 1:
            entries = [
                (series.name, colour)
                for series, colour in zip(self._block.series, colours, strict=True)
            ]
            top = self._draw_legend_above(entries, x, top)
        values = [
            Series(name=each.name, values=tuple(map(shown, each.values)))
            for each in self._block.series
        ]
        block = replace(self._block, series=tuple(values))
        Plot(block, self._setter, self._label, canvas).draw(
            x, y, self.width, max(top - y, 20), colours
        )

    def _write(self, text: str, style: TextStyle, x, y, width: float) -> float:
        """Write one line; return how wide it is."""
        line = cut_to_width(self._setter.composer, text, style, width)
        line.drawOn(self._sheet, x, y)
        return line.natural_width()

    def _draw_legend_above(self, entries, x: float, top: float) -> float:
        """Draw as many entries as fit; return where the room below begins."""
        at, lines = x, 1
        room = self.width / 2
        top -= LEGEND_LINE
        for name, colour in entries:
            text = cut_to_width(self._setter.composer, name, self._label, room)
            needed = SWATCH + 4 + text.natural_width() + 14
            if at > x and at + needed > x + self.width + 14:
                at, lines, top = x, lines + 1, top - LEGEND_LINE
                if lines > MAX_LEGEND_LINES:
                    return top + LEGEND_LINE - 4
            self._swatch(at, top, colour)
            text.drawOn(self._sheet, at + SWATCH + 4, top)
            at += needed
        return top - 4

    def _swatch(self, x: float, y: float, colour: str) -> None:
        self._sheet.setFillColor(colour)
        self._sheet.roundRect(x, y + 2.2, SWATCH, SWATCH, 1.5, stroke=0, fill=1)

    def _draw_pie(self, x: float, y: float, top: float) -> None:
        values = [max(shown(v) or 0, 0) for v in self._block.series[0].values]
        labels = self._block.labels
        colours = palette(self._setter.styles.accent, len(values))
        radius = max(min((top - y) / 2 - 2, self.width * (1 - LEGEND_SHARE) / 2), 5)
        centre = (x + radius + 4, y + (top - y) / 2)
        largest = max(values, default=0)
        # Divided first, as the sum of huge values may be infinite.
        total = sum(value / largest for value in values) if largest else 0
        shares = [value / largest / total if total else 0 for value in values]
        self._draw_slices(centre, radius, shares, colours)
        slices = list(zip(labels, values, shares, colours, strict=False))
        self._draw_legend_beside(slices, centre[0] + radius + 26, x, y, top)

    def _draw_slices(self, centre, radius: float, shares, colours) -> None:
        sheet = self._sheet
        sheet.saveState()
        sheet.setStrokeColor("#ffffff")
        sheet.setLineWidth(1.2)
        middle, level = centre
        box = (middle - radius, level - radius, middle + radius, level + radius)
        if not any(shares):
            sheet.setStrokeColor(RULE)
            sheet.circle(middle, level, radius, stroke=1, fill=0)
        angle = 90.0
        for share, colour in zip(shares, colours, strict=True):
            sheet.setFillColor(colour)
            if share > 0.9999:
                sheet.circle(middle, level, radius, stroke=0, fill=1)
            elif share:
                sheet.wedge(*box, angle, -360 * share, stroke=1, fill=1)
            self._write_share(centre, radius, angle - 180 * share, share)
            angle -= 360 * share
        sheet.restoreState()

    def _write_share(self, centre, radius: float, angle: float, share: float) -> None:
        if share < 0.06 or radius < 40:
            return
        style = replace(self._label, colour="#ffffff", is_bold=True, align="center")
        reach = radius * 0.68 if share < 0.9999 else 0
        x = centre[0] + reach * cos(radians(angle))
        y = centre[1] + reach * sin(radians(angle))
        line = self._setter.composer.text(f"{share:.0%}", style, is_marked=False)
        line.wrap(40, 0)
        line.drawOn(self._sheet, x - 20, y - style.leading / 2)

    def _draw_legend_beside(self, slices, left: float, x, y, top: float) -> None:
        room = min(x + self.width - left, LEGEND_WIDTH)
        lines = max(int((top - y) / LEGEND_LINE), 1)
        listed = slices if len(slices) <= lines else slices[: lines - 1]
        at = (top + y) / 2 + min(len(slices), lines) * LEGEND_LINE / 2
        language = self._setter.document.language
        for label, value, share, colour in listed:
            at -= LEGEND_LINE
            self._swatch(left, at, colour)
            number = f"{write_number(value, language)} {self._block.unit}".strip()
            if self._block.unit != "%":
                per_cent = write_number(round(share * 100, 1), language)
                number = f"{number} ({per_cent}%)"
            style = replace(self._label, align="right")
            figures = cut_to_width(self._setter.composer, number, style, room * 0.55)
            used = figures.natural_width()
            name_room = room - SWATCH - GAP - used - GAP
            self._write(label, self._label, left + SWATCH + 5, at, max(name_room, 20))
            figures.wrap(used + 1, 0)
            figures.drawOn(self._sheet, left + room - used - 1, at)
        if len(listed) < len(slices):
            more = f"+ {len(slices) - len(listed)}"
            self._write(more, self._label, left, at - LEGEND_LINE, room)
