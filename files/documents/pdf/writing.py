"""Sets a document and writes it as a PDF."""

from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate
from reportlab.platypus.doctemplate import (
    LayoutError,
    NextPageTemplate,
)
from reportlab.platypus.flowables import Flowable, PageBreak, Spacer

from files.documents import model
from files.documents.model import Document
from files.documents.pdf.blocks import story
from files.documents.pdf.characters import clean
from files.documents.pdf.furniture import Furniture
from files.documents.pdf.setter import Setter
from files.documents.pdf.sheet import Sheet
from files.exceptions import DoesNotFitPage

CREATOR = "H&S platform"


def write_pdf(document: Document, file: BinaryIO) -> list[str]:
    """Write the document's PDF, and return warnings for its owner.

    Raises DoesNotFitPage where its margins leave no room for the text.
    """
    size = (document.page.width * mm, document.page.height * mm)
    sheet = Sheet(file, pagesize=size, pageCompression=1, lang=document.language)
    sheet.setViewerPreference("DisplayDocTitle", "true")
    setter = Setter(document, sheet)
    if setter.headings:
        sheet.showOutline()
    template = _template(document, Furniture(setter), size)
    try:
        template.build(
            _with_cover(document, story(setter)), canvasmaker=lambda *_, **__: sheet
        )
    except LayoutError:
        raise DoesNotFitPage from None
    return sheet.pieces.warnings()


def _with_cover(document: Document, flowables: list[Flowable]) -> list[Flowable]:
    start = [NextPageTemplate("later")]
    if document.cover:
        start = [NextPageTemplate("first"), PageBreak(), NextPageTemplate("later")]
    return [*start, *(flowables or [Spacer(1, 1)])]


def _template(document: Document, furniture: Furniture, size) -> BaseDocTemplate:
    properties = document.properties
    template = BaseDocTemplate(
        None,
        pagesize=size,
        title=clean(properties.title),
        author=clean(properties.author),
        subject=clean(properties.subject),
        keywords=clean(", ".join(properties.keywords)),
        creator=CREATOR,
        lang=document.language,
    )
    top = document.page.top * mm
    pages = [
        PageTemplate("first", _frame(document, furniture.first_top),
                     onPage=furniture.draw_first),
        PageTemplate("later", _frame(document, top), onPage=furniture.draw_later),
    ]  # fmt: skip
    if document.cover:
        cover = PageTemplate(
            "cover", _frame(document, top), onPage=furniture.draw_cover
        )
        pages.insert(0, cover)
    template.addPageTemplates(pages)
    # Empty pages are taken for an endless loop, but these are wanted.
    breaks = sum(isinstance(block, model.PageBreak) for block in document.blocks)
    template._emptyPagesAllowed += breaks
    return template


def _frame(document: Document, top: float) -> Frame:
    page = document.page
    return Frame(
        page.left * mm,
        page.bottom * mm,
        page.text_width * mm,
        page.height * mm - page.bottom * mm - top,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
