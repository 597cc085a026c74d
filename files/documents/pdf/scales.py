"""The numbers of a chart: its axis, and how they are written."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.numbers import format_compact_decimal, format_decimal

STEPS = (1, 2, 2.5, 5, 10)
MAX_STEPS = 6
COMPACT = 100_000  # Larger numbers are written as "1.2M".
TOO_LARGE = 1e15


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high` with a tick at each `step`."""

    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Return where a value lies, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * number for number in range(count + 1)]


def scale_of(values: Iterable[float], *, from_zero: bool) -> Scale:
    """Return an axis with round numbers that all the values fit on."""
    values = list(values)
    low, high = min(values, default=0.0), max(values, default=1.0)
    if from_zero or 0 <= low < high * 0.5:
        low = min(low, 0.0)
    if from_zero or low * 0.5 > high:
        high = max(high, 0.0)
    if math.isclose(low, high, rel_tol=1e-12):  # Their difference is lost in steps.
        low, high = (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    step = _step((high / MAX_STEPS) - (low / MAX_STEPS))
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step, step)


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(least, 1e-300)))
    return next((s * power for s in STEPS if s * power >= least * 0.999), 10 * power)


def write_number(value: float, language: str, step: float = 0) -> str:
    """Write a number as the language does, with the decimals that the step needs."""
    locale = _locale(language)
    if abs(value) >= TOO_LARGE or 0 < abs(value) < 1e-6:
        return f"{value:.3g}"
    if abs(value) >= COMPACT:
        return format_compact_decimal(value, locale=locale, fraction_digits=2)
    decimals = 2 if not step else max(0, math.ceil(-math.log10(step) - 1e-9))
    if step and round(step, decimals) != round(step, decimals + 1):
        decimals += 1
    pattern = "#,##0." + "#" * min(decimals, 8)
    return format_decimal(value, format=pattern.rstrip("."), locale=locale)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")
