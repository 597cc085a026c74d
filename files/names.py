"""The names under which people see files."""

import re
import unicodedata

MAX_LENGTH = 200
# What turns the direction of text around, to make "exe.pdf" of "fdp.exe".
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def display_name(title: str, extension: str) -> str:
    """Return the title as a file's name: one line, without control characters.

    A title that ends with the extension does not get it twice.
    """
    stem = one_line(_BIDI_CONTROLS.sub("", title))
    stem = re.sub(rf"\.{extension}$", "", stem, flags=re.IGNORECASE)
    stem = stem[: MAX_LENGTH - len(extension) - 1].strip()
    return f"{stem or 'File'}.{extension}"


def one_line(text: str) -> str:
    """Return a text of somebody else's without line breaks, control characters and
    halves of surrogate pairs, which no database or answer takes."""
    shown = ("" if _is_hidden(c) else c for c in re.sub(r"\s", " ", text))
    return re.sub(" +", " ", "".join(shown)).strip()


def stem_of(name: str) -> str:
    """Return a file's name without its extension, and without any folder."""
    base = re.split(r"[/\\]", name)[-1]
    stem, dot, _ = base.rpartition(".")
    return stem if dot else base


def _is_hidden(character: str) -> bool:
    """Tell whether it is a control character, or half a surrogate pair."""
    return unicodedata.category(character) in ("Cc", "Cs")
