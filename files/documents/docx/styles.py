"""Writes the styles of a document."""

from dataclasses import dataclass
from functools import lru_cache

from babel.core import get_global

from files.documents.docx.colours import Colours, colours_of
from files.documents.docx.elements import (
    TWIPS_PER_POINT,
    add,
    add_border,
    root,
    serialized,
)
from files.documents.docx.stylesheet import SPACE_AFTER, Style, paragraph_styles
from files.documents.docx.table_styles import add_table_styles
from files.documents.model import Direction, Document, Theme

_FAMILIES = {"sans": "Calibri", "serif": "Cambria"}
_MONO = "Consolas"
_COMPLEX = "Arial"
_SIDES = ("top", "left", "bottom", "right")  # In the order of the schema.
_MIRRORED = {"left": "right", "right": "left"}
_PLAIN = "DefaultParagraphFont"
_EAST_ASIAN = {
    ("ja", "sans"): "Yu Gothic",
    ("ja", "serif"): "MS Mincho",
    ("ko", "sans"): "Malgun Gothic",
    ("ko", "serif"): "Malgun Gothic",
}
_EAST_ASIAN_DEFAULT = "Microsoft YaHei"
# The height of a line as the fonts themselves have it, of their size.
_OWN_LINE = {"sans": 1.22, "serif": 1.17}
_BUILT_IN = {
    "Quote", "caption", "List Bullet", "List Number", "Title", "Subtitle", "header",
    "footer", "TOC Heading", *(f"{kind} {n}" for kind in ("heading", "toc")
    for n in range(1, 7)),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Look:
    """All that the styles depend on."""

    theme: Theme
    accent: str
    language: str
    direction: Direction
    text_width: int


def style_id(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split()).replace(
        "Toc", "TOC"
    )


def font_of(theme: Theme) -> str:
    return _FAMILIES[theme.family]


def look_of(document: Document, text_width: int) -> Look:
    return Look(
        theme=document.theme,
        accent=document.accent,
        language=document.language,
        direction=document.direction,
        text_width=text_width,
    )


@lru_cache(maxsize=100)
def styles_xml(look: Look) -> bytes:
    colours = colours_of(look.accent)
    styles = root("styles")
    _add_defaults(styles, look)
    # Word hides what is built in and not used.
    add(
        styles,
        "latentStyles",
        defLockedState=0,
        defUIPriority=99,
        defSemiHidden=1,
        defUnhideWhenUsed=1,
        defQFormat=0,
        count=376,
    )
    _add_normal(styles, look.theme, colours)
    for style in paragraph_styles(look.theme, colours):
        _add_paragraph_style(styles, style, look)
    _add_character_styles(styles, look.theme, colours)
    add_table_styles(styles, colours)
    return serialized(styles)


def _add_defaults(styles, look: Look) -> None:
    defaults = add(styles, "docDefaults")
    run = add(add(defaults, "rPrDefault"), "rPr")
    language = _with_region(look.language)
    font, family = font_of(look.theme), look.theme.family
    east = _EAST_ASIAN.get((language.partition("-")[0], family), _EAST_ASIAN_DEFAULT)
    add(run, "rFonts", ascii=font, hAnsi=font, eastAsia=east, cs=_COMPLEX)
    _add_size(run, look.theme.text_size)
    add(run, "lang", val=language, eastAsia=language, bidi=language)
    add(defaults, "pPrDefault")


def _with_region(language: str) -> str:
    """Return the language with a region, without which Word proofs no text."""
    if "-" in language:
        return language
    likely = get_global("likely_subtags").get(language, "")
    region = likely.rpartition("_")[2]
    return f"{language}-{region}" if region else language


def _add_normal(styles, theme: Theme, colours: Colours) -> None:
    normal = add(styles, "style", type="paragraph", default=1, styleId="Normal")
    add(normal, "name", val="Normal")
    add(normal, "qFormat")
    line = round(240 * theme.line_height / _OWN_LINE[theme.family])
    after = round(theme.text_size * SPACE_AFTER * TWIPS_PER_POINT)
    spacing = {"before": 0, "after": after, "line": line, "lineRule": "auto"}
    add(add(normal, "pPr"), "spacing", **spacing)
    add(add(normal, "rPr"), "color", val=colours.text)


def _add_paragraph_style(styles, style: Style, look: Look) -> None:
    custom = {} if style.name in _BUILT_IN else {"customStyle": 1}
    element = add(
        styles, "style", type="paragraph", styleId=style_id(style.name), **custom
    )
    add(element, "name", val=style.name)
    add(element, "basedOn", val=style_id(style.based_on))
    if style.next:
        add(element, "next", val=style_id(style.next))
    add(element, "qFormat")
    _add_paragraph_look(element, style, look)
    _add_run_look(element, style)


def _add_character_styles(styles, theme: Theme, colours: Colours) -> None:
    default = add(styles, "style", type="character", default=1, styleId=_PLAIN)
    add(default, "name", val="Default Paragraph Font")
    add(default, "uiPriority", val=1)
    add(default, "semiHidden")
    link = _add_character_style(styles, "Hyperlink")
    add(link, "color", val=colours.accent)
    add(link, "u", val="single")
    code = _add_character_style(styles, "Inline Code", customStyle=1)
    add(code, "rFonts", ascii=_MONO, hAnsi=_MONO, cs=_MONO)
    add(code, "noProof")
    _add_size(code, theme.text_size * 0.92)
    add(code, "shd", val="clear", color="auto", fill=colours.shade)


def _add_character_style(styles, name: str, **attributes: object):
    style = add(styles, "style", type="character", styleId=style_id(name), **attributes)
    add(style, "name", val=name)
    add(style, "basedOn", val=_PLAIN)
    add(style, "qFormat")
    return add(style, "rPr")


def _add_paragraph_look(element, style: Style, look: Look) -> None:
    properties = add(element, "pPr")
    if style.is_kept:
        add(properties, "keepNext")
        add(properties, "keepLines")
    if style.numbering:
        add(add(properties, "numPr"), "numId", val=style.numbering)
    _add_box(properties, style, look.direction)
    if style.has_end_tab:
        add(
            add(properties, "tabs"),
            "tab",
            val="right",
            leader="dot",
            pos=look.text_width,
        )
    _add_spacing(properties, style)
    if style.indents:
        add(properties, "ind", left=style.indents[0], right=style.indents[1])
    if style.align:
        add(properties, "jc", val=style.align)
    if style.outline is not None:
        add(properties, "outlineLvl", val=style.outline)


def _add_box(properties, style: Style, direction: Direction) -> None:
    if style.borders:
        borders = add(properties, "pBdr")
        lines = dict(style.borders)
        if direction == "rtl":
            lines = {_MIRRORED.get(side, side): line for side, line in lines.items()}
        for side in sorted(lines, key=_SIDES.index):
            line = lines[side]
            add_border(borders, side, line.colour, width=line.width, space=line.space)
    if style.fill:
        add(properties, "shd", val="clear", color="auto", fill=style.fill)


def _add_spacing(properties, style: Style) -> None:
    spacing = {}
    if style.before is not None:
        spacing["before"] = round(style.before * TWIPS_PER_POINT)
    if style.after is not None:
        spacing["after"] = round(style.after * TWIPS_PER_POINT)
    if style.line is not None:
        spacing |= {"line": round(240 * style.line), "lineRule": "auto"}
    if style.exact_line is not None:
        line = round(style.exact_line * TWIPS_PER_POINT)
        spacing |= {"line": line, "lineRule": "exact"}
    if spacing:
        add(properties, "spacing", **spacing)


def _add_run_look(element, style: Style) -> None:
    properties = add(element, "rPr")
    if style.is_mono:
        add(properties, "rFonts", ascii=_MONO, hAnsi=_MONO, cs=_MONO)
    _add_weight(properties, style)
    if style.is_mono:
        add(properties, "noProof")
    if style.colour:
        add(properties, "color", val=style.colour)
    if style.letter_space:
        add(properties, "spacing", val=round(style.letter_space * TWIPS_PER_POINT))
    if style.size:
        _add_size(properties, style.size)


def _add_weight(properties, style: Style) -> None:
    for tag, state in (("b", style.is_bold), ("i", style.is_italic)):
        if state is not None:
            add(properties, tag, val=int(state))
            add(properties, f"{tag}Cs", val=int(state))
    if style.is_caps:
        add(properties, "caps")


def _add_size(properties, size: float) -> None:
    half_points = max(round(size * 2), 2)
    add(properties, "sz", val=half_points)
    add(properties, "szCs", val=half_points)
