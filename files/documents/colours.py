"""The colours of a document, the same in all formats: `#rrggbb`."""

import colorsys

INK = "#1f2933"
SOFT = "#3e4c59"
QUIET = "#66727f"
RULE = "#d5dbe1"
BAND = "#f6f8fa"
CALLOUTS = {"tip": "#15803d", "warning": "#b45309", "danger": "#b91c1c"}
# What a chart takes beside the accent: told apart by those who see few colours, too.
_OTHERS = (
    "#f59e0b",
    "#2563eb",
    "#10b981",
    "#ef4444",
    "#8b5cf6",
    "#06b6d4",
    "#84cc16",
    "#64748b",
)
_ALIKE = 0.09  # Of the circle of hues.


def tint(colour: str, share: float) -> str:
    """Return white with so much of the colour in it; a share of 0 is white."""
    return _written(255 - (255 - value) * share for value in _channels(colour))


def palette(accent: str, count: int) -> list[str]:
    """Return so many colours for a chart: the accent, and others unlike it."""
    others = [one for one in _OTHERS if not _are_alike(one, accent)]
    found = [accent]
    for number in range(count - 1):
        # Once all are used, they come again, paler each time.
        turn = number // len(others)
        found.append(tint(others[number % len(others)], 1 / (1 + turn * 0.6)))
    return found


def _are_alike(one: str, other: str) -> bool:
    distance = abs(_hue(one) - _hue(other))
    return min(distance, 1 - distance) < _ALIKE


def _hue(colour: str) -> float:
    return colorsys.rgb_to_hls(*_channels(colour))[0]


def _channels(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _written(channels) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in channels)
