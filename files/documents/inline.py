"""Inline Markdown: emphasis, code, links."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from markdown_it import MarkdownIt

# Text without any of these is what it says; most of it is.
_MARKED = re.compile(r"[*_`\[\]\\~&<]")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+\Z", re.IGNORECASE)
MAX_NESTING = 20


@dataclass(frozen=True, kw_only=True)
class Span:
    """A run of text that looks the same; a line break is a span of its own: "\\n"."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False
    is_struck: bool = False
    link: str = ""  # http, https or mailto; nothing else is let through.


@lru_cache(maxsize=500)
def spans(text: str) -> tuple[Span, ...]:
    """Return what a text of inline CommonMark (and ~~strikethrough~~) consists of.

    A line break of the text is a line break. HTML is text. A link to anything but a
    web or mail address loses its address and keeps its text. So does an image.
    """
    if not _MARKED.search(text):
        return tuple(_lines(text, Span(text="")))
    tokens = _parser().parseInline(text)[0].children or []
    return tuple(_walk(tokens))


def plain(text: str) -> str:
    """Return the text without its marks, on one line."""
    return " ".join("".join(span.text for span in spans(text)).split())


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    return parser.enable("strikethrough")


def safe_link(address: str) -> str:
    """Return the address if a document may lead there, else nothing."""
    return address if _SAFE_LINK.match(address) else ""


def _lines(text: str, look: Span):
    for number, line in enumerate(text.split("\n")):
        if number:
            yield replace(look, text="\n")
        if line:
            yield replace(look, text=line)


def _walk(tokens):
    looks = [Span(text="")]
    for token in tokens:
        if token.nesting > 0:
            looks.append(replace(looks[-1], **_restyling(token)))
        elif token.nesting < 0:
            looks.pop()
        elif token.type in ("softbreak", "hardbreak"):
            yield replace(looks[-1], text="\n")
        elif token.content:
            is_code = token.type == "code_inline"
            yield replace(looks[-1], text=token.content, is_code=is_code)


def _restyling(token) -> dict:
    match token.type:
        case "strong_open":
            return {"is_bold": True}
        case "em_open":
            return {"is_italic": True}
        case "s_open":
            return {"is_struck": True}
        case "link_open":
            return {"link": safe_link(str(token.attrs["href"]))}
    return {}
