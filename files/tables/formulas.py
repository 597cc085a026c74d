"""Which texts a spreadsheet would take for a formula, and how they are kept texts."""

import re

# Spreadsheets and their users' tools skip what stands before a formula: blanks, also
# wide ones, control characters, and what has no width, such as a byte order mark.
_SKIPPED = (
    r"[\s\x00-\x1f\x7f-\xa0\xad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"
)
_FORMULA = re.compile(
    # With the full-width and small forms that are folded into ASCII on some systems.
    rf"{_SKIPPED}*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
    r"|[\t\r\n\x00]"
)
# A sign, digits and one separator at most: whatever reads it finds a number.
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may run the text of a CSV file's cell."""
    # Most texts begin with a letter or a digit, and this is asked for each of them.
    if text[:1].isalnum() or _FORMULA.match(text) is None:
        return False
    return _PLAIN_NUMBER.fullmatch(text) is None
