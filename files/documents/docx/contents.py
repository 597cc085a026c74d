"""The table of contents: a field that Word can renew, with its entries in place.

The entries have no page numbers until Word renews the field: only Word knows them, and
what makes it renew a field on opening also makes it ask the reader for leave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import add
from files.documents.docx.fields import wrap_in_field
from files.documents.docx.paragraphs import add_paragraph, add_plain, add_runs
from files.documents.inline import Span, plain
from files.documents.model import Block, Columns, Heading, List, TableOfContents


def headings(blocks: Sequence[Block]) -> Iterator[Heading]:
    """Yield all headings with a text, in their order."""
    for block in blocks:
        match block:
            case Heading() if plain(block.text):
                yield block
            case List():
                for item in block.items:
                    yield from headings(item.blocks)
            case Columns():
                for column in block.columns:
                    yield from headings(column)


def add_bookmark(draft: Draft, paragraph) -> None:
    """Mark a heading's text, so that the table of contents can lead there."""
    number = next(draft.headings)
    start = add(paragraph, "bookmarkStart", id=number, name=_bookmark(number))
    paragraph.insert(1, start)  # After the properties.
    add(paragraph, "bookmarkEnd", id=number)


def add_contents(draft: Draft, place: Place, contents: TableOfContents) -> None:
    control = add(place.parent, "sdt")
    gallery = add(add(control, "sdtPr"), "docPartObj")
    add(gallery, "docPartGallery", val="Table of Contents")
    add(gallery, "docPartUnique")
    inside = replace(place, parent=add(control, "sdtContent"))
    title = contents.title or draft.document.contents_title
    if title:
        add_plain(draft, inside, "TOCHeading", title)
    entries = [
        (number, heading)
        for number, heading in enumerate(headings(draft.document.blocks), 1)
        if heading.level <= contents.levels
    ]
    paragraphs = [_add_entry(draft, inside, *entry) for entry in entries]
    end = add_paragraph(inside, "Gap")
    instruction = f'TOC \\o "1-{contents.levels}" \\h \\z \\u'
    wrap_in_field((paragraphs or [end])[0], end, instruction)


def _add_entry(draft: Draft, place: Place, number: int, heading: Heading):
    text = plain(heading.text)
    is_reversed = draft.is_right_to_left(text)
    style = f"TOC{heading.level}"
    paragraph = add_paragraph(place, style, is_reversed=is_reversed)
    link = add(paragraph, "hyperlink", anchor=_bookmark(number), history=1)
    add_runs(draft, link, (Span(text=text),), is_reversed=is_reversed)
    return paragraph


def _bookmark(number: int) -> str:
    return f"_Toc{number:08d}"
