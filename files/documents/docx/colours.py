"""The colours of a document, as Word writes them: six hexadecimal digits."""

from dataclasses import dataclass

from files.documents import colours as shared


def _digits(colour: str) -> str:
    return colour.removeprefix("#").upper()


@dataclass(frozen=True, kw_only=True)
class Colours:
    accent: str
    callouts: dict[str, tuple[str, str]]  # The line's and the fill's.
    tint: str  # A pale accent, for tables' heads.
    text: str = _digits(shared.INK)
    strong: str = "111827"
    quiet: str = _digits(shared.QUIET)
    rule: str = _digits(shared.RULE)
    shade: str = _digits(shared.BAND)


def colours_of(accent: str) -> Colours:
    callouts = {"note": accent, **shared.CALLOUTS}
    return Colours(
        accent=_digits(accent),
        callouts={
            name: (_digits(line), _digits(shared.tint(line, 0.07)))
            for name, line in callouts.items()
        },
        tint=_digits(shared.tint(accent, 0.09)),
    )
