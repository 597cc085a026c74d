"""Word files for tests: every block there is, and what stands in a file."""

import io
from zipfile import ZipFile

import docx
from docx.oxml.ns import nsmap
from lxml import etree
from PIL import Image as PillowImage

from files.documents.docx import write_docx
from files.documents.model import (
    Callout,
    Chart,
    Code,
    Columns,
    Cover,
    Divider,
    Document,
    Heading,
    Image,
    KeyValues,
    List,
    ListItem,
    Opening,
    PageBreak,
    Paragraph,
    Picture,
    Properties,
    Quote,
    Series,
    Space,
    Table,
    TableOfContents,
)

W = f"{{{nsmap['w']}}}"


def make_document(*blocks, **fields) -> Document:
    fields.setdefault("properties", Properties(title="Report"))
    return Document(blocks=blocks, **fields)


def written(*blocks, **fields) -> bytes:
    file = io.BytesIO()
    write_docx(make_document(*blocks, **fields), file)
    return file.getvalue()


def opened(*blocks, **fields):
    """Return the document as python-docx reads it."""
    return docx.Document(io.BytesIO(written(*blocks, **fields)))


def parts(*blocks, **fields) -> dict[str, bytes]:
    """Return the files in the file by their names."""
    with ZipFile(io.BytesIO(written(*blocks, **fields))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body(*blocks, **fields):
    """Return the XML of the text."""
    return etree.fromstring(parts(*blocks, **fields)["word/document.xml"])


def values(element, path: str) -> list[str]:
    """Return the `w:val` of all elements on the path, of names without prefixes."""
    prefixed = "/".join(f"{W}{name}" for name in path.split("/"))
    return [found.get(f"{W}val") for found in element.iterfind(f".//{prefixed}")]


def texts(element) -> list[str]:
    """Return the text of each paragraph."""
    return ["".join(p.itertext(f"{W}t")) for p in element.iter(f"{W}p")]


def make_picture(width=40, height=20, kind="png", color="navy") -> Picture:
    file = io.BytesIO()
    PillowImage.new("RGB", (width, height), color).save(file, kind)
    return Picture(data=file.getvalue(), format=kind, width=width, height=height)


def make_list(*items, **fields) -> List:
    made = [item if isinstance(item, ListItem) else ListItem(text=item)
            for item in items]  # fmt: skip
    return List(items=tuple(made), **fields)


def make_chart(kind="bar", **fields) -> Chart:
    fields.setdefault("labels", ("Spring", "Summer", "Autumn"))
    fields.setdefault("series", (Series(name="North", values=(3, None, 4.5)),))
    return Chart(kind=kind, **fields)


NESTED = ListItem(
    text="outer",
    blocks=(
        make_list("inner", is_ordered=True, start=3),
        Space(height=3),
        Paragraph(text="inside"),
        Table(rows=(("in",), ("a list",))),
    ),
)
EVERY_BLOCK = (
    Opening(title="Title", subtitle="Subtitle", facts="Facts", kicker="Kicker"),
    TableOfContents(title="Contents", levels=2),
    *(Heading(text=f"Heading {level}", level=level) for level in range(1, 7)),
    Paragraph(text="Body with **bold**, *italic*, `code`, ~~struck~~"),
    Paragraph(text="and [a link](https://example.com/)", align="justify"),
    Paragraph(text="Lead", style="lead", align="right"),
    Paragraph(text="Small\nprint", style="small", align="center"),
    make_list("bullet", NESTED),
    make_list("one", "two", is_ordered=True, start=5),
    Table(
        rows=(("Name", "Number"), ("first", 1), ("second", 2.5), ("Sum", 3.5)),
        caption="A table",
        total_rows=1,
    ),
    Table(rows=(("yes", None),), has_header=False, widths=(1, 3)),
    Quote(text="Quoted", by="Ada"),
    Code(text="if x:\n    return 1", language="python"),
    *(
        Callout(text=f"A {style}", title="Titled", style=style)
        for style in ("note", "tip", "warning", "danger")
    ),
    KeyValues(items=(("Key", "Value"),)),
    Image(picture=make_picture(), caption="A picture", alt="Blue", align="left"),
    Image(picture=make_picture(kind="jpeg"), width=50),
    make_chart(title="Bars", unit="EUR"),
    make_chart(is_stacked=True),
    make_chart("line"),
    make_chart("pie", series=(Series(name="Share", values=(1, 2, 3)),)),
    PageBreak(),
    Divider(),
    Space(height=10),
    Columns(columns=((Paragraph(text="left"),), (Table(rows=(("x",),)),), ()),
            shares=(2, 1, 1)),
    Paragraph(text="שלום **עולם** and English"),
)  # fmt: skip
EVERYTHING = {
    "header": "Header {page}",
    "footer": "Page {page} of {pages}",
    "watermark": "DRAFT",
    "logo": make_picture(color="green"),
    "cover": Cover(title="Cover", subtitle="Below", facts=(("Label", "Fact"),)),
}
