"""Word's numbering: bullets of several levels, and a numbering for each list."""

from itertools import count

from files.documents.docx.elements import add, root, serialized

INDENT = 380  # Of each level.
LEVELS = 9  # As many as Word has.
BULLETS = 1
_NUMBERS = 2
_HIGHEST_START = 32_767
_SIGNS = ("\u2022", "\u2013")
_FORMATS = ("decimal", "lowerLetter", "lowerRoman")


class Numbering:
    """The numberings of a document; `BULLETS` is that of all lists with bullets."""

    def __init__(self) -> None:
        self._ids = count(_NUMBERS + 1)
        self._starts: list[tuple[int, int, int]] = []

    def new(self, level: int, start: int) -> int:
        """Return the id of a numbering for one ordered list on this level."""
        number = next(self._ids)
        self._starts.append((number, level, min(max(start, 0), _HIGHEST_START)))
        return number

    def xml(self) -> bytes:
        if not self._starts:
            return serialized(_base())
        numbering = _base()
        for number, level, start in self._starts:
            override = add(_numbering(numbering, number, 1), "lvlOverride", ilvl=level)
            add(override, "startOverride", val=start)
        return serialized(numbering)


def _base():
    numbering = root("numbering")
    for abstract, style in enumerate(("ListBullet", "ListNumber")):
        definition = add(numbering, "abstractNum", abstractNumId=abstract)
        add(definition, "nsid", val=f"4D2F00{abstract:02X}")
        add(definition, "multiLevelType", val="multilevel")
        for level in range(LEVELS):
            _level(definition, level, is_ordered=bool(abstract), style=style)
    _numbering(numbering, BULLETS, 0)
    _numbering(numbering, _NUMBERS, 1)
    return numbering


def _numbering(parent, number: int, abstract: int):
    numbering = add(parent, "num", numId=number)
    add(numbering, "abstractNumId", val=abstract)
    return numbering


def _level(definition, number: int, *, is_ordered: bool, style: str) -> None:
    level = add(definition, "lvl", ilvl=number)
    add(level, "start", val=1)
    kind = _FORMATS[number % len(_FORMATS)] if is_ordered else "bullet"
    add(level, "numFmt", val=kind)
    if number == 0:
        add(level, "pStyle", val=style)
    sign = f"%{number + 1}." if is_ordered else _SIGNS[number % len(_SIGNS)]
    add(level, "lvlText", val=sign)
    add(level, "lvlJc", val="left")
    properties = add(level, "pPr")
    add(properties, "ind", left=INDENT * (number + 1), hanging=INDENT)
