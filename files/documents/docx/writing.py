"""Sets a document as a Word file."""

from typing import BinaryIO

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE

from files.documents.docx.blocks import add_blocks
from files.documents.docx.cover import add_cover
from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import add
from files.documents.docx.pages import end_document
from files.documents.docx.properties import set_properties
from files.documents.docx.settings import settings_xml
from files.documents.docx.styles import look_of, styles_xml
from files.documents.model import Document


def write_docx(document: Document, file: BinaryIO) -> list[str]:
    """Write the document to a file open for writing, and return warnings."""
    draft = Draft(document=document)
    body = add(draft.parts.body, "body")
    place = Place(parent=body, width=draft.text_width)
    if document.cover:
        add_cover(draft, place)
    add_blocks(draft, place, document.blocks)
    end_document(draft, body)
    _add_parts(draft)
    set_properties(draft.parts.package.core_properties, document)
    draft.parts.save(file)
    # The parts refer to each other, and would keep it until garbage is collected.
    body.clear()
    return []


def _add_parts(draft: Draft) -> None:
    """Add what stands beside the text."""
    styles = styles_xml(look_of(draft.document, draft.text_width))
    for name, content_type, relationship, content in (
        ("styles", CONTENT_TYPE.WML_STYLES, RELATIONSHIP_TYPE.STYLES, styles),
        (
            "numbering",
            CONTENT_TYPE.WML_NUMBERING,
            RELATIONSHIP_TYPE.NUMBERING,
            draft.numbering.xml(),
        ),
        (
            "settings",
            CONTENT_TYPE.WML_SETTINGS,
            RELATIONSHIP_TYPE.SETTINGS,
            settings_xml(),
        ),
    ):
        draft.parts.add(f"/word/{name}.xml", content_type, relationship, content)
