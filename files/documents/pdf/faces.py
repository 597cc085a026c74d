"""Fonts as texts are set in them: HarfBuzz's shapes and widths."""

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

import uharfbuzz
from reportlab.pdfbase import pdfmetrics

from files.documents.fonts import FontFile, base_font

MAX_REMEMBERED = 4_000  # Shapes of short texts, for each face.
ASCII = "".join(map(chr, range(0x20, 0x7F)))
LONG = 40  # Longer texts than this hardly come twice.
# Of PDF's own fonts: what serves where Liberation is not installed.
BUILT_IN = {
    "sans": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
    "serif": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "mono": ("Courier", "Courier-Bold", "Courier-Oblique"),
}


class Glyph(NamedTuple):
    """A glyph by its number in the font; measures in thousandths of the size."""

    number: int
    width: float  # The font's own.
    advance: float  # Where the next one begins; differs by kerning.
    x_offset: float
    y_offset: float


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """Characters that are shown together, by as many glyphs as it takes."""

    text: str
    glyphs: tuple[Glyph, ...]

    @property
    def is_simple(self) -> bool:
        """Whether it is a glyph in its place, which says it all."""
        glyph = self.glyphs[0]
        return len(self.glyphs) == 1 and not (glyph.x_offset or glyph.y_offset)


@dataclass(frozen=True, slots=True)
class Shape:
    """A text as it is shown, from left to right."""

    clusters: tuple[Cluster, ...]
    advance: float  # In thousandths of the size.
    is_rtl: bool


class Face:
    """A font of this machine. The file is mapped: its pages are shared by workers."""

    is_embedded = True

    def __init__(self, file: FontFile):
        self.file = file
        blob = uharfbuzz.Blob.from_file_path(file.path)
        self.harfbuzz_face = uharfbuzz.Face(blob, file.index)
        self._font = uharfbuzz.Font(self.harfbuzz_face)
        self._scale = 1000 / self.harfbuzz_face.upem
        extents = self._font.get_font_extents("ltr")
        self.ascent = extents.ascender * self._scale
        self.descent = extents.descender * self._scale
        space = self._font.get_nominal_glyph(ord(" ")) or 0
        width = self._font.get_glyph_h_advance(space) * self._scale
        self.blank = Glyph(space, width, 0, 0, 0)
        self._has_ascii = file.coverage.has_all(ASCII)
        self._letters: dict[tuple[str, int, int], Cluster] = {}
        self._remembered: dict[tuple[str, bool], Shape] = {}

    def has_all(self, text: str) -> bool:
        if self._has_ascii and text.isascii():
            return True
        return self.file.coverage.has_all(text)

    def shape(self, text: str, *, is_rtl: bool = False) -> Shape:
        """Return how a text of one direction is shown, which the face must have."""
        if len(text) > LONG:
            return self._shape(text, is_rtl=is_rtl)
        shape = self._remembered.get((text, is_rtl))
        if shape is None:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            shape = self._shape(text, is_rtl=is_rtl)
            self._remembered[text, is_rtl] = shape
        return shape

    def _shape(self, text: str, *, is_rtl: bool) -> Shape:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        # A ligature cannot be taken apart where letters are copied, or lines broken.
        uharfbuzz.shape(self._font, buffer, {"liga": text[0] > "\u02ff"})
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        if not is_rtl and [info.cluster for info in infos] == list(range(len(text))):
            clusters = tuple(
                self._letter(letter, info.codepoint, position)
                for letter, info, position in zip(text, infos, positions, strict=True)
            )
        else:
            clusters = self._grouped(text, infos, positions)
        advance = sum(glyph.advance for each in clusters for glyph in each.glyphs)
        return Shape(clusters, advance, is_rtl)

    def _grouped(self, text: str, infos, positions) -> tuple[Cluster, ...]:
        found = list(zip(infos, positions, strict=True))
        starts = sorted({info.cluster for info, _ in found})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        clusters = []
        for start, group in groupby(found, key=lambda pair: pair[0].cluster):
            glyphs = tuple(self._glyph(info.codepoint, at) for info, at in group)
            clusters.append(Cluster(text[start : ends[start]], glyphs))
        return tuple(clusters)

    def _letter(self, letter: str, number: int, position) -> Cluster:
        """Return a cluster of one letter and glyph; most of them come often."""
        if position.x_offset or position.y_offset:
            return Cluster(letter, (self._glyph(number, position),))
        key = (letter, number, position.x_advance)
        cluster = self._letters.get(key)
        if cluster is None:
            cluster = Cluster(letter, (self._glyph(number, position),))
            if len(self._letters) < MAX_REMEMBERED:
                self._letters[key] = cluster
        return cluster

    def _glyph(self, number: int, position) -> Glyph:
        scale = self._scale
        return Glyph(
            number,
            self._font.get_glyph_h_advance(number) * scale,
            position.x_advance * scale,
            position.x_offset * scale,
            position.y_offset * scale,
        )


class BuiltInFace:
    """A font that every PDF reader has: Western European letters, no shaping."""

    is_embedded = False

    def __init__(self, name: str):
        self.name = name
        font = pdfmetrics.getFont(name)
        self._widths = font.widths
        self.ascent, self.descent = font.face.ascent, font.face.descent

    def has_all(self, text: str) -> bool:
        try:
            text.encode("cp1252")
        except UnicodeEncodeError:
            return False
        return True

    @lru_cache(maxsize=MAX_REMEMBERED)  # noqa: B019  There are twelve, for good.
    def shape(self, text: str, *, is_rtl: bool = False) -> Shape:
        clusters = tuple(
            Cluster(letter, (self._glyph(letter.encode("cp1252")[0]),))
            for letter in (reversed(text) if is_rtl else text)
        )
        advance = sum(each.glyphs[0].advance for each in clusters)
        return Shape(clusters, advance, is_rtl)

    def _glyph(self, code: int) -> Glyph:
        width = self._widths[code]
        return Glyph(code, width, width, 0, 0)


@cache
def face_of(file: FontFile) -> Face:
    return Face(file)


@cache
def base_face(
    family: str, *, is_bold: bool = False, is_italic: bool = False
) -> Face | BuiltInFace:
    """Return the face that texts of a family are set in."""
    if file := base_font(family, is_bold=is_bold, is_italic=is_italic):
        return face_of(file)
    regular, bold, italic = BUILT_IN[family]
    return BuiltInFace(bold if is_bold else italic if is_italic else regular)
