"""Draws the axes, bars and lines of a chart."""

from collections.abc import Iterator
from itertools import groupby

from files.documents.model import Chart
from files.documents.pdf.scales import scale_of, write_number
from files.documents.pdf.setter import Setter
from files.documents.pdf.sheet import Sheet
from files.documents.pdf.text import Text, TextStyle, cut_to_width

LEAST_DISTANCE = 13  # Points from a rotated label to the next.
LEAST_LABEL = 30
SLANT = 0.71  # Of the length of a label: its height and width, rotated.
MAX_LABEL = 84  # Points: rotated labels are no longer.
GRID = "#e3e8ed"
AXIS = "#9aa5b1"
MAX_MARKED = 40  # Points of a line; of more, none has a mark.


class Plot:
    """The plot of a chart; values that cannot be shown are None."""

    def __init__(self, block: Chart, setter: Setter, label: TextStyle, sheet: Sheet):
        self._block = block
        self._setter = setter
        self._label = label
        self._sheet = sheet
        self._count = max(len(block.labels), 1)

    def draw(self, x, y, width: float, height: float, colours: list[str]) -> None:
        scale = scale_of(self._extremes(), from_zero=self._block.kind == "bar")
        language = self._setter.document.language
        ticks = [(tick, self._line(write_number(tick, language, scale.step), 90))
                 for tick in scale.ticks]  # fmt: skip
        left = max(text.natural_width() for _, text in ticks) + 7
        if self._block.unit:
            height -= 13
            self._line(self._block.unit, width).drawOn(self._sheet, x, y + height + 3)
        labels, is_rotated, below = self._labels(left, (width - left) / self._count)
        self._scale = scale
        self._x, self._y = x + left, y + below
        self._width, self._height = width - left - 2, max(height - below - 5, 10)
        self._step = self._width / self._count
        self._draw_grid(ticks)
        if self._block.kind == "bar":
            self._draw_bars(colours)
        else:
            self._draw_lines(colours)
        self._draw_axis()
        self._draw_labels(labels, is_rotated)

    def _line(self, text: str, width: float) -> Text:
        return cut_to_width(self._setter.composer, text, self._label, width)

    def _extremes(self) -> Iterator[float]:
        if self._block.kind == "bar" and self._block.is_stacked:
            for number in range(self._count):
                values = self._values(number)
                yield sum(value for value in values if value > 0)
                yield sum(value for value in values if value < 0)
            return
        for series in self._block.series:
            yield from (value for value in series.values if value is not None)

    def _values(self, number: int) -> list[float]:
        """Return what the series say of a label; a gap is 0."""
        return [
            (series.values[number] or 0) if number < len(series.values) else 0
            for series in self._block.series
        ]

    def _height_of(self, value: float) -> float:
        return self._y + self._height * self._scale.share(value)

    @property
    def _base(self) -> float:
        """Return the height of zero, or of what is next to it on the axis."""
        return self._height_of(min(max(0, self._scale.low), self._scale.high))

    def _draw_grid(self, ticks: list[tuple[float, Text]]) -> None:
        for tick, text in ticks:
            y = self._height_of(tick)
            self._sheet.rule(self._x, y, self._width, GRID, 0.5)
            left = self._x - 5 - text.natural_width()
            text.drawOn(self._sheet, left, y - self._label.leading / 2)

    def _draw_axis(self) -> None:
        self._sheet.rule(self._x, self._base, self._width, AXIS, 0.8)

    def _labels(
        self, left: float, step: float
    ) -> tuple[list[tuple[int, Text]], bool, float]:
        """Return the labels with their places, if they are rotated, and their room."""
        # The first one, rotated, begins within the chart.
        room = min(MAX_LABEL, max((left + step / 2) / SLANT, LEAST_LABEL, step - 6))
        whole = [self._line(label, room) for label in self._block.labels]
        widest = max((text.natural_width() for text in whole), default=0)
        if widest + 6 <= step:
            return list(enumerate(whole)), False, self._label.leading + 4
        every = max(1, -(-LEAST_DISTANCE // step) if step else 1)
        kept = [(n, text) for n, text in enumerate(whole) if n % every == 0]
        widest = max((text.natural_width() for _, text in kept), default=0)
        if widest + 6 <= step * every:
            return kept, False, self._label.leading + 4
        return kept, True, widest * SLANT + 12

    def _draw_labels(self, labels: list[tuple[int, Text]], is_rotated: bool) -> None:
        for number, text in labels:
            middle = self._x + (number + 0.5) * self._step
            width = text.natural_width()
            if not is_rotated:
                y = self._y - self._label.leading - 3
                text.drawOn(self._sheet, middle - width / 2, y)
                continue
            self._sheet.saveState()
            self._sheet.translate(middle + 3, self._y - 6)
            self._sheet.rotate(45)
            text.drawOn(self._sheet, -width, -self._label.leading / 2)
            self._sheet.restoreState()

    def _draw_bars(self, colours: list[str]) -> None:
        group = self._step * 0.72
        for number in range(self._count):
            left = self._x + self._step * (number + 0.14)
            if self._block.is_stacked:
                self._draw_stack(left, group, self._values(number), colours)
                continue
            width = group / len(self._block.series)
            pairs = zip(self._values(number), colours, strict=True)
            for place, (value, colour) in enumerate(pairs):
                bar = (left + place * width, min(width * 0.92, 60))
                self._draw_bar(*bar, self._base, self._height_of(value), colour)

    def _draw_stack(self, left, width, values: list[float], colours) -> None:
        reached = {True: 0.0, False: 0.0}
        for value, colour in zip(values, colours, strict=True):
            start = reached[value > 0]
            reached[value > 0] = start + value
            ends = self._height_of(start), self._height_of(start + value)
            self._draw_bar(left, min(width, 70), *ends, colour)

    def _draw_bar(self, x, width, start: float, end: float, colour: str) -> None:
        if start != end:
            self._sheet.rectangle(x, min(start, end), width, abs(end - start), colour)

    def _draw_lines(self, colours: list[str]) -> None:
        sheet = self._sheet
        sheet.saveState()
        sheet.setLineWidth(1.7)
        sheet.setLineJoin(1)
        sheet.setLineCap(1)
        for series, colour in zip(self._block.series, colours, strict=True):
            sheet.setStrokeColor(colour)
            sheet.setFillColor(colour)
            for points in self._runs(series.values[: self._count]):
                self._draw_run(points)
        sheet.restoreState()

    def _draw_run(self, points: list[tuple[float, float]]) -> None:
        path = self._sheet.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self._sheet.drawPath(path, stroke=1, fill=0)
        if self._count <= MAX_MARKED or len(points) == 1:
            for x, y in points:
                self._sheet.circle(x, y, 2.1, stroke=0, fill=1)

    def _runs(self, values) -> Iterator[list[tuple[float, float]]]:
        """Give the points between gaps."""
        numbered = enumerate(values)
        for is_gap, run in groupby(numbered, key=lambda pair: pair[1] is None):
            if not is_gap:
                yield [
                    (self._x + (n + 0.5) * self._step, self._height_of(value))
                    for n, value in run
                ]
