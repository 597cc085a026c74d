"""Makes pieces of text that are ready to be set: shaped, measured and encoded."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from files.documents.characters import is_right_to_left
from files.documents.fonts import fallback_font
from files.documents.pdf.characters import (
    atoms,
    clusters,
    has_right_to_left,
    levels,
    may_end_line,
    seen,
)
from files.documents.pdf.embedding import DocumentFonts
from files.documents.pdf.faces import BuiltInFace, Face, base_face, face_of

MAX_NAMED = 10  # Of the characters without a font, in the warning.
REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How a run of text looks. A document has each but once."""

    family: str
    size: float
    colour: str  # As PDF's operator: "0 0 0 rg".
    is_bold: bool = False
    is_italic: bool = False
    is_struck: bool = False
    is_code: bool = False
    link: str = ""
    tracking: float = 0  # Points between letters.

    @property
    def is_decorated(self) -> bool:
        """Whether more than letters is drawn."""
        return self.is_code or self.is_struck or bool(self.link)


@dataclass(slots=True, eq=False)
class Piece:
    """A run of one look, font and direction that no line breaks."""

    text: str
    look: Look
    setting: str  # The operators that choose its font and colour.
    code: str  # What stands in a TJ array.
    width: float
    level: int
    is_space: bool = False
    breaks: bool = False  # A line may end after it, as after a space.
    is_line_end: bool = False
    face: Face | BuiltInFace | None = field(default=None, repr=False)


@dataclass(slots=True)
class Passage:
    """A text in pieces, in the order in which it is read."""

    pieces: list[Piece]
    is_rtl: bool = False
    has_levels: bool = False  # Parts of it may run from right to left.
    is_decorated: bool = False


class Pieces:
    """Makes the pieces of one document, each only once."""

    def __init__(self, fonts: DocumentFonts):
        self._fonts = fonts
        self._made: defaultdict[tuple, dict[str, tuple[Piece, ...]]]
        self._made = defaultdict(dict)  # By look and level.
        self._missing: Counter[str] = Counter()

    def of(self, runs: list[tuple[str, Look]], *, is_rtl: bool) -> Passage:
        """Return the pieces of a text that was cleaned, in runs of one look each.

        A line break is a run of its own, "\\n". `is_rtl` is for texts that do not tell.
        """
        is_decorated = any(look.is_decorated for _, look in runs)
        text = "".join(text for text, _ in runs)
        if not has_right_to_left(text):
            base = is_rtl and is_right_to_left(text, default=True)
            if not base:
                return Passage(self._simple(runs), is_decorated=is_decorated)
        base = is_right_to_left(text, default=is_rtl)
        pieces = list(self._by_levels(runs, text, base))
        return Passage(pieces, base, has_levels=True, is_decorated=is_decorated)

    def warnings(self) -> list[str]:
        """Say which characters no font of this machine shows."""
        if not self._missing:
            return []
        named = [
            f"U+{ord(character):04X}" + (f" ({times} times)" if times > 1 else "")
            for character, times in self._missing.most_common(MAX_NAMED)
        ]
        more = len(self._missing) - len(named)
        others = f" and {more} more" if more else ""
        return [f"No font here shows {', '.join(named)}{others}."]

    def _simple(self, runs: list[tuple[str, Look]]) -> list[Piece]:
        pieces: list[Piece] = []
        for text, look in runs:
            if text == "\n":
                pieces.append(self._line_end(look, 0))
                continue
            made = self._made[look, 0]
            for atom in atoms(text):
                pieces.extend(made.get(atom) or self._make(atom, look, 0))
        return pieces

    def _by_levels(self, runs, text: str, is_rtl: bool) -> Iterator[Piece]:
        start = 0
        line: list[tuple[str, Look]] = []
        for run in [*runs, ("\n", None)]:
            if run[0] != "\n":
                line.append(run)
                continue
            length = sum(len(part) for part, _ in line)
            found = levels(text[start : start + length], is_rtl=is_rtl)
            yield from self._levelled(line, found)
            start += length + 1
            line = []
            if run[1]:
                yield self._line_end(run[1], int(is_rtl))

    def _levelled(self, line: list[tuple[str, Look]], found: list[int]):
        start = 0
        for text, look in line:
            for level, group in groupby(
                range(len(text)), key=lambda at, start=start: found[start + at]
            ):
                places = list(group)
                for atom in atoms(text[places[0] : places[-1] + 1]):
                    made = self._made[look, level].get(atom)
                    yield from made or self._make(atom, look, level)
            start += len(text)

    def _line_end(self, look: Look, level: int) -> Piece:
        return Piece("\n", look, "", "", 0, level, is_line_end=True, breaks=True)

    def _make(self, atom: str, look: Look, level: int) -> tuple[Piece, ...]:
        """Make the pieces of an atom: one for each font that it takes."""
        runs = self._by_font(atom, look)
        pieces = [self._piece(text, face, look, level) for text, face in runs]
        if pieces:
            last = pieces[-1]
            last.breaks = last.is_space or _may_break_after(atom)
        made = tuple(pieces)
        # What is missing is counted each time.
        if all(piece.face for piece in made):
            self._made[look, level][atom] = made
        return made

    def _piece(
        self, text: str, face: Face | BuiltInFace | None, look: Look, level: int
    ) -> Piece:
        if face is None:
            return self._replacement(text, look, level)
        shape = face.shape(text, is_rtl=bool(level % 2))
        font = self._fonts[face]
        return Piece(
            text,
            look,
            f"/{font.name} {look.size:g} Tf {look.colour}",
            font.encode(shape, look.size),
            shape.advance * look.size / 1000 + look.tracking * len(shape.clusters),
            level,
            is_space=text.isspace() and "\xa0" not in text,
            face=face,
        )

    def _replacement(self, text: str, look: Look, level: int) -> Piece:
        """Note that no font shows the text, and show a box if there is one."""
        self._missing.update(seen(text))
        face = self._covering(REPLACEMENT, look)
        if face is None:
            return Piece(text, look, f"{look.colour}", "", 0, level)
        boxes = self._piece(REPLACEMENT * len(seen(text)), face, look, level)
        boxes.text, boxes.face = text, None
        return boxes

    def _by_font(self, text: str, look: Look) -> list[tuple]:
        base = base_face(look.family, is_bold=look.is_bold, is_italic=look.is_italic)
        if base.has_all(text):
            return [(text, base)]
        found: list[tuple[str, Face | BuiltInFace | None]] = []
        for cluster in clusters(text):
            face = self._face_of(cluster, look, base, found[-1][1] if found else None)
            if found and found[-1][1] is face:
                found[-1] = (found[-1][0] + cluster, face)
            else:
                found.append((cluster, face))
        return [(part, face) for part, face in found if seen(part)]

    def _face_of(self, cluster: str, look: Look, base, previous):
        shown = seen(cluster)
        if not shown:
            return previous or base
        if base.has_all(shown):
            return base
        if previous and previous.has_all(shown):
            return previous
        # Marks that no font has together with their letter: each on its own.
        return self._covering(shown[:20], look) or self._covering(shown[0], look)

    def _covering(self, text: str, look: Look) -> Face | None:
        file = fallback_font(text, look.family, is_bold=look.is_bold)
        return face_of(file) if file else None

    def apart(self, piece: Piece) -> list[Piece]:
        """Take a piece that is too long for a line apart, into letters."""
        if piece.face is None:
            return [piece]
        shape = piece.face.shape(piece.text, is_rtl=bool(piece.level % 2))
        texts = [cluster.text for cluster in shape.clusters]
        if piece.level % 2:
            texts.reverse()
        parts = [self._part(text, piece) for text in texts]
        for part in parts:
            part.breaks = may_end_line(part.text)
        return parts

    def _part(self, text: str, whole: Piece) -> Piece:
        made = self._made[whole.look, whole.level, whole.face]
        if text not in made:
            made[text] = (self._piece(text, whole.face, whole.look, whole.level),)
        return made[text][0]


def _may_break_after(atom: str) -> bool:
    return atom[-1] in "-/\u2013\u2014\u200b" or not (
        atom[-1].isascii() or atom[-1] < "\u2e80"
    )
