"""Paragraphs and the runs of text in them."""

import re
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

from docx.oxml.ns import qn

from files.documents.docx.direction import stretches
from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import add, clean
from files.documents.inline import Span, spans
from files.documents.model import Alignment

_SPACE = qn("xml:space")
_REFERENCE = qn("r:id")
_LONGEST_LINK = 2_000  # Word takes a little more, and calls a file with more broken.
_HOST = re.compile(r"[\w.:-]+")
_SWAPPED = {"left": "right", "right": "left"}


def add_markdown(draft: Draft, place: Place, style: str, text: str, **look):
    """Append a paragraph of inline Markdown; `look` is that of `add_paragraph`."""
    return add_spans(draft, place, style, spans(text), **look)


def add_plain(draft: Draft, place: Place, style: str, text: str, **look):
    return add_spans(draft, place, style, (Span(text=text),), **look)


def add_spans(draft: Draft, place: Place, style: str, texts: Sequence[Span], **look):
    """Append a paragraph that runs as its first letter does, and return it."""
    is_reversed = draft.is_right_to_left("".join(span.text for span in texts))
    paragraph = add_paragraph(place, style, is_reversed=is_reversed, **look)
    add_runs(draft, paragraph, texts, is_reversed=is_reversed)
    return paragraph


def add_paragraph(
    place: Place,
    style: str,
    *,
    is_reversed: bool = False,
    align: Alignment | None = None,
    is_kept_with_next: bool = False,
    numbering: tuple[int, int] | None = None,
    inset: int = 0,
):
    """Append an empty paragraph and return it.

    `numbering` is (level, id); `inset` is what the style indents, which counts where
    the place is indented too.
    """
    paragraph = add(place.parent, "p")
    properties = add(paragraph, "pPr")
    add(properties, "pStyle", val=style)
    if is_kept_with_next:
        add(properties, "keepNext")
    if numbering:
        numbered = add(properties, "numPr")
        add(numbered, "ilvl", val=numbering[0])
        add(numbered, "numId", val=numbering[1])
    if is_reversed:
        add(properties, "bidi")
    if place.indent and not numbering:
        add(properties, "ind", left=place.indent + inset)
    if align:
        add(properties, "jc", val=_justification(align, is_reversed=is_reversed))
    return paragraph


def add_runs(draft: Draft, paragraph, texts: Sequence[Span], *, is_reversed: bool):
    """Append the texts to a paragraph, links as links."""
    for address, linked in groupby(texts, lambda span: span.link):
        parent = paragraph
        is_link = _is_fit_for_link(address)
        if is_link:
            parent = add(paragraph, "hyperlink", history=1)
            parent.set(_REFERENCE, draft.parts.link(clean(address)))
        for span in linked:
            for text, is_part_rtl in stretches(clean(span.text), in_rtl=is_reversed):
                run = add(parent, "r")
                _look(run, span, is_link=is_link, is_rtl=is_part_rtl)
                add_text(run, text)


def add_text(run, text: str) -> None:
    for number, line in enumerate(text.split("\n")):
        if number:
            add(run, "br")
        if line:
            element = add(run, "t")
            element.text = line
            if line[0].isspace() or line[-1].isspace():
                element.set(_SPACE, "preserve")


def _look(run, span: Span, *, is_link: bool, is_rtl: bool) -> None:
    """Describe a run, in the order that the schema asks for."""
    marks = []
    # Scripts such as Arabic have marks of their own.
    is_simple = span.text.isascii()
    if span.is_bold:
        marks += ["b"] if is_simple else ["b", "bCs"]
    if span.is_italic:
        marks += ["i"] if is_simple else ["i", "iCs"]
    if span.is_struck:
        marks.append("strike")
    if is_rtl:
        marks.append("rtl")
    style = "Hyperlink" if is_link else "InlineCode" if span.is_code else ""
    if not marks and not style:
        return
    properties = add(run, "rPr")
    if style:
        add(properties, "rStyle", val=style)
    for mark in marks:
        add(properties, mark)


def _justification(align: Alignment, *, is_reversed: bool) -> str:
    """Return Word's name: its left is where a line begins, whichever side that is."""
    if align == "justify":
        return "both"
    return _SWAPPED.get(align, align) if is_reversed else align


def _is_fit_for_link(address: str) -> bool:
    """Tell whether Word takes the address: with one that it does not, no file opens."""
    if not 0 < len(address) <= _LONGEST_LINK:
        return False
    try:
        parts = urlsplit(clean(address))
        host = f"{parts.hostname}:{parts.port or 0}"
    except ValueError:
        return False
    return parts.scheme == "mailto" or bool(_HOST.fullmatch(host))
