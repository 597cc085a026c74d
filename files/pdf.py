"""Sets a document of blocks as a PDF with ReportLab.

No text of the client meets the parser of a Paragraph's mark-up, which could open files.
"""

from functools import cache
from typing import BinaryIO

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus.doctemplate import LayoutError
from reportlab.platypus.paraparser import ParaFrag

from files.exceptions import DoesNotFitPage
from files.fonts import document_fonts

FONTS = document_fonts()  # Loaded before workers are forked, so that they share them.
DEFAULT_TITLE = "Document"
INK = colors.HexColor("#1f2933")
QUIET = colors.HexColor("#66727f")
ACCENT = colors.HexColor("#1d4ed8")
RULE = colors.HexColor("#d5dbe1")
BAND = colors.HexColor("#f4f6f8")
MARGIN = 22 * mm
FRAME_PADDING = 12  # What ReportLab keeps free of a frame's width.
MAX_LINES = 40
WIDE_COLUMN = 30
NARROWEST_TEXT = 7
HEADING_SIZES = {1: 17, 2: 14, 3: 12, 4: 11, 5: 10, 6: 10}
ALIGNMENTS = {
    "left": TA_LEFT,
    "center": TA_CENTER,
    "right": TA_RIGHT,
    "justify": TA_JUSTIFY,
}


def write_pdf(document: dict, file: BinaryIO) -> list[str]:
    """Write the PDF of a validated document: `title`, `content`, `metadata`.

    Raises DoesNotFitPage.
    """
    title = document.get("title") or DEFAULT_TITLE
    metadata = document.get("metadata", {})
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author=str(metadata.get("author", "")),
        subject=str(metadata.get("description", "")),
        creator="H&S platform",
    )
    story = [*_opening(document.get("title"), metadata)]
    for block in document.get("content", []):
        story.extend(_BLOCKS[block["type"]](block, template.width - FRAME_PADDING))
    try:
        template.build(story, onFirstPage=_foot, onLaterPages=_running_head(title))
    except LayoutError:
        raise DoesNotFitPage from None
    return []


@cache
def _style(name: str, **changes) -> ParagraphStyle:
    body = {
        "fontName": FONTS.regular,
        "fontSize": 10,
        "leading": 15,
        "textColor": INK,
        "spaceAfter": 7,
        "splitLongWords": 1,
    }
    return ParagraphStyle(name, **{**body, **changes})


def _text(
    text: str, style: ParagraphStyle, *, bullet: str | None = None
) -> list[Paragraph]:
    """Set a text, in pieces, as a Paragraph takes the square of its lines in time."""
    lines = text.split("\n")
    pieces = [lines[i : i + MAX_LINES] for i in range(0, len(lines), MAX_LINES)]
    styles = [_tight(style)] * (len(pieces) - 1) + [style]
    bullets = [bullet] + [None] * (len(pieces) - 1)
    return [
        Paragraph("", style, bulletText=bullet, frags=_fragments(piece, style))
        for piece, style, bullet in zip(pieces, styles, bullets, strict=True)
    ]


def _fragments(lines: list[str], style: ParagraphStyle) -> list[ParaFrag]:
    plain, line_break = _fragment_kinds(style)
    fragments = [plain.clone(text=lines[0])]
    for line in lines[1:]:
        fragments += [line_break.clone(), plain.clone(text=line)]
    return fragments


@cache
def _fragment_kinds(style: ParagraphStyle) -> tuple[ParaFrag, ParaFrag]:
    plain, line_break, _ = Paragraph("a<br/>b", style).frags
    return plain, line_break


@cache
def _tight(style: ParagraphStyle) -> ParagraphStyle:
    return style.clone(f"{style.name}-tight", spaceAfter=0)


def _opening(title: str | None, metadata: dict) -> list[Flowable]:
    opening = []
    if title:
        style = _style(
            "title", fontName=FONTS.bold, fontSize=24, leading=29, spaceAfter=4
        )
        opening.extend(_text(title, style))
    if description := metadata.get("description"):
        style = _style("lead", fontSize=11.5, leading=16, textColor=QUIET)
        opening.extend(_text(str(description), style))
    facts = [str(metadata[key]) for key in ("author", "date") if metadata.get(key)]
    if version := metadata.get("version"):
        facts.append(f"Version {version}")
    if facts:
        style = _style("facts", fontSize=9, leading=13, textColor=QUIET)
        opening.extend(_text("  ·  ".join(facts), style))
    if opening:
        rule = HRFlowable(
            width="100%", thickness=1.2, color=ACCENT, spaceBefore=6, spaceAfter=14
        )
        opening.append(rule)
    return opening


def _heading(block: dict, width: float) -> list[Flowable]:
    size = HEADING_SIZES[block["level"]]
    style = _style(
        f"heading{block['level']}",
        fontName=FONTS.bold,
        fontSize=size,
        leading=size * 1.3,
        spaceBefore=size * 0.8,
        spaceAfter=size * 0.35,
    )
    # A heading does not stand alone at the end of a page. ReportLab's own keepWithNext
    # takes minutes for many headings in a row.
    return [CondPageBreak(size * 2 + 3 * 15), *_text(block["text"], style)]


def _paragraph(block: dict, width: float) -> list[Flowable]:
    style = _style("body-" + block["align"], alignment=ALIGNMENTS[block["align"]])
    return _text(block["text"], style)


def _list(block: dict, width: float) -> list[Flowable]:
    style = _style(
        "item",
        spaceAfter=2,
        leftIndent=18,
        bulletIndent=3,
        bulletFontName=FONTS.regular,
        bulletFontSize=10,
        bulletColor=ACCENT,
    )
    flowables = []
    for number, item in enumerate(block["items"], start=1):
        bullet = f"{number}." if block["ordered"] else "•"
        flowables.extend(_text(item, style, bullet=bullet))
    return [*flowables, Spacer(1, 6)]


def _table(block: dict, width: float) -> list[Flowable]:
    rows = block["rows"]
    columns = max(len(row) for row in rows)
    is_tight = width / columns < WIDE_COLUMN
    padding = 1 if is_tight else 5
    numeric = [_is_numeric(rows[1:], column) for column in range(columns)]
    head = _cells(rows[0], numeric, is_bold=True, is_tight=is_tight)
    body = [_cells(row, numeric, is_tight=is_tight) for row in rows[1:]]
    table = LongTable(
        [head, *body],
        colWidths=_column_widths(rows, columns, width, padding),
        repeatRows=1,
        splitInRow=1,
    )
    table.setStyle(_table_style(padding))
    return [Spacer(1, 4), table, Spacer(1, 10)]


@cache
def _table_style(padding: int) -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, BAND]),
            ("TOPPADDING", (0, 0), (-1, -1), 4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("LEFTPADDING", (0, 0), (-1, -1), padding),
            ("RIGHTPADDING", (0, 0), (-1, -1), padding),
        ]
    )


def _cells(
    row: list, numeric: list[bool], *, is_bold: bool = False, is_tight: bool
) -> list[list[Paragraph]]:
    padded = [*row, *[""] * (len(numeric) - len(row))]
    return [
        _text(_cell_text(value), _cell_style(is_bold, is_tight, is_numeric))
        for value, is_numeric in zip(padded, numeric, strict=True)
    ]


@cache
def _cell_style(is_bold: bool, is_tight: bool, is_numeric: bool) -> ParagraphStyle:
    return _style(
        f"cell-{is_bold}-{is_tight}-{is_numeric}",
        fontName=FONTS.bold if is_bold else FONTS.regular,
        fontSize=6.5 if is_tight else 9,
        leading=8.5 if is_tight else 12,
        spaceAfter=0,
        alignment=TA_RIGHT if is_numeric else TA_LEFT,
    )


def _cell_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _is_numeric(rows: list[list], column: int) -> bool:
    values = [row[column] for row in rows if len(row) > column]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in values
    )


def _column_widths(
    rows: list[list], columns: int, width: float, padding: int
) -> list[float]:
    """Give each column room for a letter, and share the rest by the longest texts."""
    longest = [
        min(max(len(_cell_text(row[i])) for row in rows if len(row) > i), 40) + 3
        for i in range(columns)
    ]
    least = 2 * padding + NARROWEST_TEXT
    rest = width - columns * least
    return [least + rest * length / sum(longest) for length in longest]


def _foot(canvas, template) -> None:
    canvas.saveState()
    canvas.setFont(FONTS.regular, 8)
    canvas.setFillColor(QUIET)
    canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()


def _running_head(title: str):
    shown = title if len(title) <= 90 else f"{title[:89]}…"

    def draw(canvas, template) -> None:
        _foot(canvas, template)
        canvas.saveState()
        canvas.setFont(FONTS.regular, 8)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN, A4[1] - 13 * mm, shown)
        canvas.restoreState()

    return draw


_BLOCKS = {
    "heading": _heading,
    "paragraph": _paragraph,
    "list": _list,
    "table": _table,
}
