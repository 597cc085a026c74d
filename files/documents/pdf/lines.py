"""Breaks pieces of text into lines, in one pass, and draws a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from files.documents.pdf.characters import is_dense
from files.documents.pdf.pieces import Piece, Pieces

HAIR = 1e-6  # Widths that were added up in another order may differ by so little.


@dataclass(slots=True)
class Line:
    pieces: list[Piece]
    width: float
    is_last: bool = False  # Of its paragraph: never spread out.


class LineBreaker:
    """Fills lines of a width; a word that is longer than a line is taken apart."""

    def __init__(self, width: float, pieces: Pieces):
        self._room = width + HAIR
        self._pieces = pieces
        self._lines: list[Line] = []
        self._line: list[Piece] = []
        self._width = 0.0

    def lines(self, pieces: Sequence[Piece]) -> list[Line]:
        """Return the lines; a text that ends with a line break has no empty one."""
        word: list[Piece] = []
        word_width = 0.0
        for piece in pieces:
            is_glue = piece.is_space or piece.is_line_end
            if not is_glue:
                word.append(piece)
                word_width += piece.width
            if word and (is_glue or piece.breaks):
                self._add(word, word_width)
                word, word_width = [], 0.0
            if is_glue:
                self._add_glue(piece)
        if word:
            self._add(word, word_width)
        if self._line or not self._lines:
            self._end_line(is_last=True)
        self._lines[-1].is_last = True
        return self._lines

    def _add_glue(self, piece: Piece) -> None:
        """Add a space, save at the beginning of a line that was filled, or end it."""
        if piece.is_line_end:
            self._end_line(is_last=True)
        elif self._line or not self._lines or self._lines[-1].is_last:
            self._line.append(piece)
            self._width += piece.width

    def _add(self, word: list[Piece], width: float) -> None:
        if self._width + width <= self._room:
            self._line += word
            self._width += width
        elif width <= self._room and not is_dense(word[0].text):
            self._end_line()
            self._line = word
            self._width = width
        else:
            self._add_apart(word)

    def _add_apart(self, word: list[Piece]) -> None:
        for piece in word:
            for part in self._pieces.apart(piece):
                is_full = self._width + part.width > self._room
                if is_full and self._line and _may_break(self._line):
                    self._end_line()
                self._line.append(part)
                self._width += part.width

    def _end_line(self, *, is_last: bool = False) -> None:
        pieces, width = self._line, self._width
        while pieces and pieces[-1].is_space:
            width -= pieces.pop().width
        if pieces or is_last or not self._lines:
            self._lines.append(Line(pieces, width, is_last))
        self._line, self._width = [], 0.0


def _may_break(line: list[Piece]) -> bool:
    return line[-1].breaks or line[-1].is_space or len(line) > 1


def in_visual_order(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Order a line from left to right: Unicode's rule L2."""
    highest = max((piece.level for piece in pieces), default=0)
    if not highest:
        return pieces
    ordered = list(pieces)
    for level in range(highest, 0, -1):
        at = 0
        while at < len(ordered):
            end = at
            while end < len(ordered) and ordered[end].level >= level:
                end += 1
            ordered[at:end] = reversed(ordered[at:end])
            at = end + 1
    return ordered


def show(pieces: Sequence[Piece], space: float = 0) -> list[str]:
    """Return the operators that show a line; spaces are wider by so many points."""
    operators = []
    for setting, group in groupby(pieces, key=_setting):
        if space:
            codes = [_wider(piece, space) if piece.is_space else piece.code
                     for piece in group]  # fmt: skip
        else:
            codes = [piece.code for piece in group]
        operators.append(f"{setting}[{''.join(codes)}]TJ")
    return operators


def _setting(piece: Piece) -> str:
    return piece.setting


def _wider(piece: Piece, space: float) -> str:
    extra = space * len(piece.text) * 1000 / piece.look.size
    return f"{piece.code}{-extra:.0f}"
