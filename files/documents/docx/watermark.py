"""A text across the page, behind its own: an old kind of drawing, as Word makes it."""

from docx.oxml import parse_xml

from files.documents.docx.draft import Draft
from files.documents.docx.elements import NAMESPACES, TWIPS_PER_POINT, add, one_line
from files.documents.docx.styles import font_of

_LETTER = 0.6  # How wide a letter is, of its height.
_LOWEST_SHAPE = 0.35
_DIAGONAL = 1.3  # Of the text's width, what both sides of the text come to.
_DECLARATIONS = " ".join(
    f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("w", "v", "o")
)
_SHAPE = """<w:pict {declarations}>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
 path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>
<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>
<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/>
<v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom"
 o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><o:lock v:ext="edit" text="t" shapetype="t"/>
</v:shapetype>
<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{identity}"
 type="#_x0000_t136" o:allowincell="f" fillcolor="#d5dbe1" stroked="f"
 style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:{height}pt;\
rotation:315;z-index:-251658752;mso-position-horizontal:center;\
mso-position-horizontal-relative:margin;mso-position-vertical:center;\
mso-position-vertical-relative:margin">
<v:fill opacity=".5"/><v:textpath style="font-family:&quot;{font}&quot;;font-size:1pt"/>
</v:shape></w:pict>"""


def add_watermark(draft: Draft, paragraph) -> None:
    """Append the document's watermark to a paragraph of a header."""
    text = one_line(draft.document.watermark)
    shape = min(1 / (_LETTER * max(len(text), 1)), _LOWEST_SHAPE)
    width = draft.text_width / TWIPS_PER_POINT * _DIAGONAL / (1 + shape)
    number = next(draft.parts.shapes)
    picture = parse_xml(
        _SHAPE.format(
            declarations=_DECLARATIONS,
            number=number,
            identity=2_048 + number,
            width=round(width),
            height=round(width * shape),
            font=font_of(draft.document.theme),
        )
    )
    picture.find("{*}shape/{*}textpath").set("string", text)
    run = add(paragraph, "r")
    add(add(run, "rPr"), "noProof")
    run.append(picture)
