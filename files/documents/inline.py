"""Inline Markdown: emphasis, code, links."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Text without any of these is what it says; most of it is.
_MARKED = re.compile(r"[*_`\[\]\\~&<]")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+\Z", re.IGNORECASE)
MAX_NESTING = 20
_BREAKS = ("softbreak", "hardbreak")
_MARKS = {"strong": "**", "em": "*", "s": "~~"}


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


def escaped(text: str) -> str:
    """Return inline Markdown that shows the text as it is."""
    return _MARKED.sub(r"\\\g<0>", text)


def plain(text: str) -> str:
    """Return the text without its marks, on one line."""
    return " ".join("".join(span.text for span in spans(text)).split())


def markdown_of(tokens: list[Token]) -> str:
    """Return parsed inline Markdown as a text that `spans` reads alike.

    What referred to the rest of its document, [a link][1], stands by itself then.
    """
    text, addresses = [], []
    for token in tokens:
        if token.type == "link_open":
            addresses.append(token.attrs["href"])
            text.append("[")
        elif token.type == "link_close":
            text.append(f"](<{addresses.pop()}>)")
        elif token.type in _BREAKS:
            text.append("\n")
        elif token.type == "code_inline":
            text.append(_code(token.content))
        elif token.nesting:
            text.append(_MARKS[token.type.rpartition("_")[0]])
        else:
            text.append(escaped(_text_of(token)))
    return "".join(text)


def plain_of(tokens: list[Token]) -> str:
    """Return what parsed inline Markdown says, without its marks."""
    return "".join(map(_text_of, tokens))


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
        elif token.type in _BREAKS:
            yield replace(looks[-1], text="\n")
        elif text := _text_of(token):
            is_code = token.type == "code_inline"
            yield replace(looks[-1], text=text, is_code=is_code)


def _text_of(token: Token) -> str:
    if token.type in _BREAKS:
        return "\n"
    # What an image shows, in words, has marks of its own.
    return plain_of(token.children) if token.type == "image" else token.content


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


def _code(text: str) -> str:
    """Fence a code span by more backticks than it has in a row."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}"
