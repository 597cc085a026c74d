"""Blocks that are paragraphs."""

from files.documents.docx.contents import add_bookmark
from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import TWIPS_PER_MM, add, one_line, word_name
from files.documents.docx.paragraphs import (
    add_markdown,
    add_paragraph,
    add_plain,
    add_runs,
    add_spans,
)
from files.documents.docx.stylesheet import BOX_INSET, QUOTE_INSET
from files.documents.inline import Span, plain, spans
from files.documents.model import (
    Callout,
    Code,
    Divider,
    Heading,
    Opening,
    PageBreak,
    Paragraph,
    Quote,
    Space,
)

_STYLES = {"body": "Normal", "lead": "Lead", "small": "Small"}
_TALLEST_LINE = 31_680  # Word's most, 1,584 points.


def add_heading(draft: Draft, place: Place, heading: Heading) -> None:
    texts = spans(heading.text)
    paragraph = add_spans(draft, place, f"Heading{heading.level}", texts)
    if plain(heading.text):
        add_bookmark(draft, paragraph)


def add_text_paragraph(draft: Draft, place: Place, block: Paragraph) -> None:
    add_markdown(draft, place, _STYLES[block.style], block.text, align=block.align)


def add_quote(draft: Draft, place: Place, quote: Quote) -> None:
    _keep_apart(place, "Quote")
    add_markdown(
        draft,
        place,
        "Quote",
        quote.text,
        inset=QUOTE_INSET,
        is_kept_with_next=bool(quote.by),
    )
    if quote.by:
        text = f"\u2014 {quote.by}"
        add_markdown(draft, place, "QuoteSource", text, inset=QUOTE_INSET)


def add_code(draft: Draft, place: Place, code: Code) -> None:
    _keep_apart(place, "Code")
    # Code runs from left to right, whatever the language of its texts.
    paragraph = add_paragraph(place, "Code", inset=BOX_INSET)
    text = code.text.rstrip("\n")
    add_runs(draft, paragraph, (Span(text=text),), is_reversed=False)


def add_callout(draft: Draft, place: Place, callout: Callout) -> None:
    style = f"Callout{callout.style.title()}"
    _keep_apart(place, style)
    if callout.title:
        add_markdown(
            draft,
            place,
            f"{style}Title",
            callout.title,
            inset=BOX_INSET,
            is_kept_with_next=True,
        )
    add_markdown(draft, place, style, callout.text, inset=BOX_INSET)


def _keep_apart(place: Place, style: str) -> None:
    """Add a gap where Word would draw one box around this and what comes before."""
    if len(place.parent):
        before = place.parent[-1].find("{*}pPr/{*}pStyle")
        if before is not None and before.get(word_name("val")).startswith(style):
            add_paragraph(place, "Gap")


def add_page_break(draft: Draft, place: Place, block: PageBreak) -> None:
    run = add(add_paragraph(place, "Gap"), "r")
    add(run, "br", type="page")


def add_divider(draft: Draft, place: Place, block: Divider) -> None:
    add_paragraph(place, "Divider")


def add_space(draft: Draft, place: Place, space: Space) -> None:
    paragraph = add_paragraph(place, "Gap")
    height = min(max(round(space.height * TWIPS_PER_MM), 1), _TALLEST_LINE)
    spacing = add(paragraph[0], "spacing", line=height, lineRule="exact")
    paragraph[0].insert(1, spacing)  # After the style, before any indent.


def add_opening(draft: Draft, place: Place, opening: Opening) -> None:
    texts = {
        "Kicker": opening.kicker,
        "Title": opening.title,
        "Subtitle": opening.subtitle,
        "Facts": opening.facts,
    }
    for style, text in texts.items():
        if text:
            add_plain(draft, place, style, one_line(text))
    rule = "TitleRule" if draft.document.theme.has_title_rule else "Gap"
    add_paragraph(place, rule)
