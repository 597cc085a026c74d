"""Which way the parts of a text run."""

import re
from collections.abc import Iterator

_RTL = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
_NEUTRAL = r"[\W\d_]"
_RTL_LETTERS = re.compile(f"[{_RTL}]")
# From letter to letter of one direction, with what stands between.
_RTL_PART = re.compile(f"[{_RTL}](?:{_NEUTRAL}*[{_RTL}])*")
_LTR_PART = re.compile(rf"[^\W\d_{_RTL}](?:{_NEUTRAL}*[^\W\d_{_RTL}])*")


def stretches(text: str, *, in_rtl: bool) -> Iterator[tuple[str, bool]]:
    """Yield (text, is right to left) for each part of one direction.

    Word takes spaces and signs to run as the part does that holds them: they go with
    the paragraph's direction unless they stand between letters of the other.
    """
    if not in_rtl and (text.isascii() or not _RTL_LETTERS.search(text)):
        yield text, False
        return
    end = 0
    for match in (_LTR_PART if in_rtl else _RTL_PART).finditer(text):
        if match.start() > end:
            yield text[end : match.start()], in_rtl
        yield match[0], not in_rtl
        end = match.end()
    if end < len(text):
        yield text[end:], in_rtl
