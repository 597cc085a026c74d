"""The fonts of this machine: found once through fontconfig, chosen by coverage."""

import logging
import shutil
import subprocess
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

Family = Literal["sans", "serif", "mono"]
BASE_FAMILIES: dict[Family, str] = {
    "sans": "Liberation Sans",
    "serif": "Liberation Serif",
    "mono": "Liberation Mono",
}
TIMEOUT_SECONDS = 10
REGULAR, BOLD, NARROW = "80", "200", 80  # As fontconfig counts.
# What each line of fc-list says; a FontFile is made of it.
FORMAT = "\\t".join(
    f"%{{{name}}}"
    for name in (
        "file",
        "index",
        "family",
        "style",
        "weight",
        "slant",
        "width",
        "fontformat",
        "variable",
        "charset",
    )
)
# Fallback fonts whose names begin so come first, in this order; others come last.
# Noto has a font for each script, WenQuanYi those of Chinese, Japanese and Korean.
FOR_LETTERS = (
    "Noto Sans",
    "Noto Serif",
    "Noto",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
    "DejaVu",
)
FOR_SYMBOLS = ("DejaVu Sans", "Symbola", "WenQuanYi Micro Hei", "Noto Sans")
# These look like none else, or have letters for formulas only.
UNUSUAL = ("Display", "Looped", "Kufi", "Rashi", "Nastaliq", "Mono", "Math", "Music")
BLOCK = 256  # Characters; fonts are looked through for so many at once.
logger = logging.getLogger(__name__)


class Coverage:
    """The characters that a font shows, as ranges."""

    def __init__(self, charset: str):
        """Take what fontconfig prints: "20-7e a0 1f600-1f64f"."""
        ranges = sorted(_range(part) for part in charset.split())
        self._starts = array("I", [start for start, _ in ranges])
        self._ends = array("I", [end for _, end in ranges])

    def __contains__(self, character: str) -> bool:
        code = ord(character)
        position = bisect_right(self._starts, code) - 1
        return position >= 0 and code <= self._ends[position]

    def __len__(self) -> int:
        return sum(self._ends) - sum(self._starts) + len(self._ends)

    def has_any(self, start: int, end: int) -> bool:
        position = bisect_right(self._starts, end) - 1
        return position >= 0 and self._ends[position] >= start

    def has_all(self, text: str) -> bool:
        return all(character in self for character in text)


@dataclass(frozen=True, kw_only=True, eq=False)
class FontFile:
    family: str
    style: str
    path: str
    index: int
    is_bold: bool
    is_italic: bool
    coverage: Coverage


def _range(part: str) -> tuple[int, int]:
    start, _, end = part.partition("-")
    return int(start, 16), int(end or start, 16)


@cache
def installed_fonts() -> tuple[FontFile, ...]:
    """Return the fonts with TrueType outlines, regular and bold, by preference.

    Others cannot be embedded. Without fontconfig there are none.
    """
    fonts = [_font(line.split("\t")) for line in _font_list() if _is_useful(line)]
    return tuple(sorted(fonts, key=lambda font: _preference(font, FOR_LETTERS)))


@cache
def _fonts_for_symbols() -> tuple[FontFile, ...]:
    fonts = installed_fonts()
    return tuple(sorted(fonts, key=lambda font: _preference(font, FOR_SYMBOLS)))


def _font_list() -> list[str]:
    program = shutil.which("fc-list")
    if program is None:
        _advise("fc-list was not found")
        return []
    try:
        done = subprocess.run(  # noqa: S603  Nothing in it is of a client.
            [program, "--format", FORMAT + "\\n"],
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        _advise(f"fc-list failed ({type(error).__name__})")
        return []
    lines = done.stdout.decode(errors="replace").splitlines()
    if not any(BASE_FAMILIES["sans"] in line for line in lines):
        _advise("Liberation fonts were not found")
    return lines


def _advise(reason: str) -> None:
    logger.warning(
        "%s: documents may show Western European letters only. "
        "Install fontconfig, fonts-liberation, fonts-noto-core, "
        "fonts-wqy-microhei and fonts-symbola.",
        reason,
    )


def _is_useful(line: str) -> bool:
    fields = line.split("\t")
    if len(fields) != FORMAT.count("%"):
        return False
    *_, weight, _, width, outlines, variable, charset = fields
    return (
        weight in (REGULAR, BOLD)
        and width.isdecimal()
        and int(width) > NARROW
        and outlines == "TrueType"
        and variable != "True"
        and bool(charset)
    )


def _font(fields: list[str]) -> FontFile:
    path, index, family, style, weight, slant, *_, charset = fields
    return FontFile(
        family=family.split(",")[0],
        style=style.split(",")[0],
        path=path,
        index=int(index),
        is_bold=weight == BOLD,
        is_italic=slant != "0",
        coverage=Coverage(charset),
    )


def _preference(font: FontFile, names: tuple[str, ...]) -> tuple:
    ranks = [rank for rank, name in enumerate(names) if font.family.startswith(name)]
    is_unusual = any(word in font.family.split() for word in UNUSUAL)
    rank = ranks[0] if ranks else len(names)
    return is_unusual, rank, font.family, font.is_italic, font.is_bold, font.path


@cache
def base_font(
    family: Family, *, is_bold: bool = False, is_italic: bool = False
) -> FontFile | None:
    """Return the font that texts of this family are set in; None: PDF's own."""
    name = BASE_FAMILIES[family]
    for font in installed_fonts():
        if font.family == name and (font.is_bold, font.is_italic) == (
            is_bold,
            is_italic,
        ):
            return font
    return None


@lru_cache(maxsize=1_000)
def _fonts_for(block: int, is_letter: bool) -> list[FontFile]:
    """Return the upright fonts that show any of a block of characters."""
    fonts = installed_fonts() if is_letter else _fonts_for_symbols()
    start = block * BLOCK
    return [
        font
        for font in fonts
        if not font.is_italic and font.coverage.has_any(start, start + BLOCK - 1)
    ]


@lru_cache(maxsize=10_000)
def fallback_font(
    text: str, family: Family = "sans", *, is_bold: bool = False
) -> FontFile | None:
    """Return a font that shows all of a short text, of this family and bold if any."""
    is_letter = unicodedata.category(text[0])[0] in "LM"
    fonts = _fonts_for(ord(text[0]) // BLOCK, is_letter)
    shown = [font for font in fonts if font.coverage.has_all(text)]
    if not shown:
        return None
    likes = [font for font in shown if font.family == _like(shown[0], family, shown)]
    return next((font for font in likes if font.is_bold == is_bold), likes[0])


def _like(best: FontFile, family: Family, shown: list[FontFile]) -> str:
    """Return the name of the serif sister of the best font, if that is wanted."""
    sister = best.family.replace("Noto Sans", "Noto Serif")
    if family == "serif" and any(font.family == sister for font in shown):
        return sister
    return best.family


def font_for(text: str, family: Family = "sans") -> FontFile | None:
    """Return the font that shows a short text: the base font if it can."""
    base = base_font(family)
    if base and base.coverage.has_all(text):
        return base
    return fallback_font(text, family)
