"""The cover: a page and a section of its own."""

from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import one_line
from files.documents.docx.pages import end_cover
from files.documents.docx.paragraphs import add_paragraph, add_plain
from files.documents.docx.tables import add_pairs


def add_cover(draft: Draft, place: Place) -> None:
    cover = draft.document.cover
    add_plain(draft, place, "CoverTitle", one_line(cover.title))
    if cover.subtitle:
        add_plain(draft, place, "CoverSubtitle", one_line(cover.subtitle))
    if cover.facts:
        add_pairs(draft, place, cover.facts)
    end_cover(draft, add_paragraph(place, "Gap").find("{*}pPr"))
