"""What is known of characters: which are dropped, and where lines may break."""

import re
import unicodedata
from collections.abc import Iterator

from bidi import algorithm

from files.documents.characters import printable

# Hints about breaking and joining that would show as boxes, or break words apart.
_DROPPED = re.compile("[\u00ad\u2060-\u2064\ufeff\ufff9-\ufffb]")
# More marks than these on one letter would cover the lines around it.
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_STACKED = re.compile(f"({_MARKS}{{6}}){_MARKS}+")
# Spaces of other widths, which few fonts have.
_SPACES = dict.fromkeys([*range(0x2000, 0x200B), 0x205F], " ")
_SPACES |= dict.fromkeys([0x2007, 0x202F], "\xa0")
_LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
_JOINING = re.compile(
    "[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)
NEUTRAL = "\ufffc"
JOINER = "\u200d"

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff"
    "\U0001e800-\U0001efff]"
)

# Chinese and Japanese break between any two characters, but a closing one does not
# begin a line, and an opening one does not end it.
_OPENING = "\uff08\u300c\u300e\u3010\u3014\u300a\u3008\uff3b\uff5b"
_CLOSING = (
    "\u3001\u3002\uff0c\uff0e\u30fb\uff1a\uff1b\uff1f\uff01\uff09\u300d"
    "\u300f\u3011\u3015\u300b\u3009\uff3d\uff5d\u30fc\u3005\u3041\u3043"
    "\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u30a1\u30a3\u30a5"
    "\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6\uff05"
)
_IDEOGRAPHS = (
    "\u2e80-\u3000\u3001-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60"
    "\uffe0-\uffe6\U00020000-\U0003ffff"
)
_IDEOGRAPHIC = re.compile(f"[{_IDEOGRAPHS}]")
_IDEOGRAPHIC_ATOM = re.compile(
    f" +|\u200b|[{_OPENING}]*(?:[{_IDEOGRAPHS}]|[^ \u200b{_IDEOGRAPHS}]+)[{_CLOSING}]*"
)
_ATOM = re.compile(
    " +|\u200b"
    "|[^ \u200b]*?[^\\W\\d_]{2}(?:[-/](?=[^\\W_]{2})|[\u2013\u2014])"
    "|[^ \u200b]+"
)
# Thai, Lao, Myanmar and Khmer have no spaces between words, and a break may stand
# between any two syllables.
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_LEADING_VOWELS = frozenset(
    "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"
)


def clean(text: str) -> str:
    """Return the text without what cannot be shown; tabs are spaces."""
    if text.isascii() and text.isprintable():
        return text
    text = _DROPPED.sub("", printable(_LINE_ENDS.sub("\n", text)))
    return _STACKED.sub(r"\1", text.translate(_SPACES))


def seen(text: str) -> str:
    """Return the text without characters that have no look of their own."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def atoms(text: str) -> list[str]:
    """Split a text where its lines may break; runs of spaces are atoms, too."""
    if " " not in text and text.isalnum() and text.isascii():
        return [text]
    pattern = _IDEOGRAPHIC_ATOM if _IDEOGRAPHIC.search(text) else _ATOM
    return pattern.findall(text)


def is_dense(text: str) -> bool:
    return not text.isascii() and bool(_DENSE.search(text))


def may_end_line(text: str) -> bool:
    return text[-1] not in _LEADING_VOWELS


def clusters(text: str) -> Iterator[str]:
    """Split a text into letters with the marks that belong to them."""
    cluster = ""
    for character in text:
        is_part = (
            cluster[-1:] == JOINER
            or _JOINING.match(character)
            or unicodedata.category(character)[0] == "M"
        )
        if cluster and not is_part:
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def has_right_to_left(text: str) -> bool:
    return not text.isascii() and bool(_RIGHT_TO_LEFT.search(text))


def levels(text: str, *, is_rtl: bool) -> list[int]:
    """Return each character's level by Unicode's algorithm: odd ones run left."""
    # The library drops characters without a direction, and stumbles over those that
    # are not assigned.
    directions = [unicodedata.bidirectional(character) for character in text]
    known = (
        character if direction else NEUTRAL
        for character, direction in zip(text, directions, strict=True)
        if direction != "BN"
    )
    storage = algorithm.get_empty_storage()
    storage["base_level"] = int(is_rtl)
    storage["base_dir"] = "R" if is_rtl else "L"
    algorithm.get_embedding_levels("".join(known), storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    found = iter(storage["chars"])
    result: list[int] = []
    for direction in directions:
        if direction == "BN":
            result.append(result[-1] if result else int(is_rtl))
        else:
            result.append(next(found)["level"])
    return result
