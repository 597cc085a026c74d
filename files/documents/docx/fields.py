"""Fields: what Word works out and shows."""

import re

from files.documents.docx.draft import Draft
from files.documents.docx.elements import add
from files.documents.docx.paragraphs import add_runs, add_text
from files.documents.inline import Span

_INSTRUCTIONS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
_PLACEHOLDER = re.compile(r"(\{pages?\})")


def add_field(parent, instruction: str, result: str) -> None:
    """Append a field that shows `result` until Word works it out."""
    for run in _opening(parent, instruction):
        parent.append(run)
    add_text(add(parent, "r"), result)
    _mark(parent, "end")


def wrap_in_field(first, last, instruction: str) -> None:
    """Make all from one paragraph's start to another's end the result of a field."""
    for position, run in enumerate(_opening(first, instruction), start=1):
        first.insert(position, run)
    _mark(last, "end")


def _opening(parent, instruction: str) -> list:
    begin = _mark(parent, "begin")
    code = add(parent, "r")
    add(code, "instrText").text = instruction
    return [begin, code, _mark(parent, "separate")]


def _mark(parent, kind: str):
    run = add(parent, "r")
    add(run, "fldChar", fldCharType=kind)
    return run


def add_page_text(draft: Draft, paragraph, text: str, *, is_reversed: bool) -> None:
    """Append a header's text, with fields where {page} and {pages} stand."""
    for part in _PLACEHOLDER.split(text):
        if part in _INSTRUCTIONS:
            add_field(paragraph, _INSTRUCTIONS[part], "1")
        elif part:
            add_runs(draft, paragraph, (Span(text=part),), is_reversed=is_reversed)
