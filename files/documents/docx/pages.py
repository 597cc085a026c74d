"""The pages: their size, and what stands on each of them."""

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE

from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import (
    TWIPS_PER_MM,
    add,
    one_line,
    qualified,
    root,
    word_name,
)
from files.documents.docx.fields import add_page_text
from files.documents.docx.images import TWIPS_PER_PIXEL, add_picture, fitted
from files.documents.docx.paragraphs import add_paragraph
from files.documents.docx.watermark import add_watermark
from files.documents.model import Opening, Page, Picture

_WIDEST_LOGO = 3_400
_LOWEST_LOGO = 400
_UNDER_LOGO = 200
_MOST_TO_EDGE = 560
_KINDS = {
    "header": ("hdr", CONTENT_TYPE.WML_HEADER, RELATIONSHIP_TYPE.HEADER),
    "footer": ("ftr", CONTENT_TYPE.WML_FOOTER, RELATIONSHIP_TYPE.FOOTER),
}


def end_cover(draft: Draft, properties) -> None:
    """End the cover's section in the properties of its last paragraph."""
    section = add(properties, "sectPr")
    _add_header(draft, section, "default", "", has_logo=True)
    _add_footer(draft, section, "default", "")
    _add_layout(draft, section)


def end_document(draft: Draft, body) -> None:
    """End the last section, which is the only one where there is no cover."""
    document = draft.document
    section = add(body, "sectPr")
    _add_header(draft, section, "default", document.header)
    has_logo = bool(document.logo) and not document.cover
    begins = document.blocks[:1]
    has_title_page = has_logo or any(isinstance(block, Opening) for block in begins)
    if has_title_page:
        _add_header(draft, section, "first", "", has_logo=has_logo)
    _add_footer(draft, section, "default", document.footer)
    if has_title_page:
        _add_footer(draft, section, "first", document.footer)
    _add_layout(draft, section, has_title_page=has_title_page)


def _add_header(
    draft: Draft, section, usage: str, text: str, *, has_logo: bool = False
) -> None:
    document = draft.document
    if not (document.header or document.logo or document.watermark):
        return
    element, part = _add_part(draft, section, "header", usage)
    is_logo_here = bool(document.logo) and has_logo
    style = "Logo" if is_logo_here else "Header"
    paragraph = _add_text(draft, element, style, text)
    if is_logo_here:
        size = _logo_size(document.logo, document.page)
        reference = draft.parts.picture(document.logo, part)
        add_picture(draft, paragraph, reference, size, document.properties.author)
    if document.watermark:
        add_watermark(draft, paragraph)


def _logo_size(logo: Picture, page: Page) -> tuple[int, int]:
    """Return (width, height) with which the logo stays in the upper margin."""
    top = _twips(page.top)
    room = max(top - _to_edge(top) - _UNDER_LOGO, _LOWEST_LOGO)
    return fitted(logo, logo.width * TWIPS_PER_PIXEL, _WIDEST_LOGO, room)


def _add_footer(draft: Draft, section, usage: str, text: str) -> None:
    if draft.document.footer:
        element, _ = _add_part(draft, section, "footer", usage)
        _add_text(draft, element, "Footer", text)


def _add_part(draft: Draft, section, kind: str, usage: str):
    tag, content_type, relationship = _KINDS[kind]
    element = root(tag)
    name = f"/word/{kind}{next(draft.parts.numbers)}.xml"
    identity, part = draft.parts.add(name, content_type, relationship, element)
    reference = add(section, f"{kind}Reference", type=usage)
    reference.set(qualified("r:id"), identity)
    return element, part


def _add_text(draft: Draft, element, style: str, text: str):
    text = one_line(text)
    is_reversed = draft.is_right_to_left(text)
    place = Place(parent=element, width=draft.text_width)
    paragraph = add_paragraph(place, style, is_reversed=is_reversed)
    add_page_text(draft, paragraph, text, is_reversed=is_reversed)
    return paragraph


def _add_layout(draft: Draft, section, *, has_title_page: bool = False) -> None:
    document, page = draft.document, draft.document.page
    size = add(section, "pgSz", w=_twips(page.width), h=_twips(page.height))
    if page.width > page.height:
        size.set(word_name("orient"), "landscape")
    top, bottom = _twips(page.top), _twips(page.bottom)
    add(
        section,
        "pgMar",
        top=top,
        right=_twips(page.right),
        bottom=bottom,
        left=_twips(page.left),
        header=_to_edge(top),
        footer=_to_edge(bottom),
        gutter=0,
    )
    add(section, "cols", space=720)
    if has_title_page:
        add(section, "titlePg")
    if document.direction == "rtl":
        add(section, "bidi")


def _to_edge(margin: int) -> int:
    """Return how far a header or footer in this margin is from the paper's edge."""
    return min(margin // 2, _MOST_TO_EDGE)


def _twips(length: float) -> int:
    return round(length * TWIPS_PER_MM)
