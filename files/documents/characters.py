"""What is known of characters in any format."""

import unicodedata

# What no document can hold.
_UNPRINTABLE = dict.fromkeys(
    [
        # Controls, save the line break.
        *range(0x0A),
        *range(0x0B, 0x20),
        *range(0x7F, 0xA0),
        # What turns the text after it around: it makes one name look like another.
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        # No characters: neither XML nor UTF-8 has them.
        *range(0xD800, 0xE000),
        0xFFFE,
        0xFFFF,
    ]
)
_UNPRINTABLE[ord("\t")] = "    "


def printable(text: str) -> str:
    """Return the text without the characters that no document can show."""
    return text.translate(_UNPRINTABLE)


def is_right_to_left(text: str, *, default: bool) -> bool:
    """Tell whether the first letter that has a direction runs from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return default
