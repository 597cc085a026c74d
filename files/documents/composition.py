"""Makes a Document of what a client has asked for."""

from dataclasses import dataclass, field, replace
from functools import cache

from babel import Locale
from django.utils import timezone

from files.documents import model
from files.documents.characters import printable
from files.documents.labels import Labels, labels_for
from files.documents.markdown import LoadPicture, blocks_of_markdown
from files.documents.model import Block, Document, Page, Properties
from files.documents.templates import TEMPLATES, WITH_COVER, Draft

DEFAULT_TITLE = "Document"
MAX_PROPERTY_LENGTH = 255  # What Word takes.
MAX_KEYWORDS = 30
# Width and height in mm, upright.
PAGE_SIZES = {
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
}


@dataclass(frozen=True, kw_only=True)
class Composition:
    document: Document
    warnings: list[str] = field(default_factory=list)


def compose(request: dict, load_picture: LoadPicture) -> Composition:
    """Return the document of a validated request, and what its owner should know.

    `load_picture` gets where an image comes from, `data` or `file_name`. What it
    raises is raised; so is InvalidDocument, where Markdown holds what cannot be set.
    """
    options = request.get("options", {})
    warnings: list[str] = []
    locale = _locale(options.get("language", "en"))
    labels = labels_for(locale)
    draft = Draft(
        title=request.get("title", ""),
        body=_body(request, load_picture, labels, warnings),
        fields=request.get("fields", {}),
        metadata=_texts_of(request.get("metadata", {})),
        locale=locale,
        labels=labels,
        today=timezone.localdate(),
    )
    name = options.get("template", "report")
    draft = TEMPLATES[name](draft)
    document = Document(
        properties=_properties(title_of(request), draft, request.get("metadata", {})),
        blocks=_with_contents(draft.blocks, options),
        cover=draft.cover if options.get("cover_page", name in WITH_COVER) else None,
        page=page_of(draft.page, options),
        theme=draft.theme,
        language=options.get("language", "en"),
        direction="rtl" if locale.text_direction == "rtl" else "ltr",
        header=_line(options.get("header", draft.header), draft),
        footer=_line(options.get("footer", draft.footer), draft),
        logo=load_picture(options["logo"]) if options.get("logo") else None,
        watermark=options.get("watermark", ""),
        contents_title=draft.labels.contents,
        **({"accent": options["accent_color"]} if "accent_color" in options else {}),
    )
    return Composition(document=_without_doubled_title(document), warnings=warnings)


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


def _body(
    request: dict, load_picture: LoadPicture, labels: Labels, warnings: list[str]
) -> tuple[Block, ...]:
    if "markdown" in request:
        return blocks_of_markdown(request["markdown"], load_picture, labels, warnings)
    content = request.get("content", [])
    return tuple(block_of(block, load_picture, labels) for block in content)


def block_of(data: dict, load_picture: LoadPicture, labels: Labels) -> Block:
    """Return the block of the model that a validated block of a request stands for."""
    values = dict(data)
    kind = values.pop("type")
    match kind:
        case "list":
            return _list(values)
        case "table":
            return _table(values, labels)
        case "key-values":
            pairs = tuple((item["key"], item["value"]) for item in values["items"])
            return model.KeyValues(items=pairs)
        case "image":
            return _image(values, load_picture)
        case "chart":
            return _chart(values)
    return _PLAIN_BLOCKS[kind](**values)


# Those whose fields are the model's own.
_PLAIN_BLOCKS = {
    "heading": model.Heading,
    "paragraph": model.Paragraph,
    "quote": model.Quote,
    "code": model.Code,
    "callout": model.Callout,
    "page-break": model.PageBreak,
    "divider": model.Divider,
    "table-of-contents": model.TableOfContents,
}


def _list(values: dict) -> model.List:
    items = tuple(
        model.ListItem(text=item)
        if isinstance(item, str)
        else model.ListItem(
            text=item["text"], blocks=(_list(item),) if "items" in item else ()
        )
        for item in values["items"]
    )
    return model.List(
        items=items, is_ordered=values["ordered"], start=values.get("start", 1)
    )


def _table(values: dict, labels: Labels) -> model.Table:
    words = {True: labels.yes, False: labels.no}
    return model.Table(
        rows=tuple(
            tuple(words[cell] if isinstance(cell, bool) else cell for cell in row)
            for row in values["rows"]
        ),
        has_header=values.get("header", True),
        widths=tuple(values.get("widths", ())),
        align=tuple(values.get("align", ())),
        caption=values.get("caption", ""),
    )


def _image(values: dict, load_picture: LoadPicture) -> model.Image:
    source = {key: values.pop(key) for key in ("data", "file_name") if key in values}
    return model.Image(picture=load_picture(source), **values)


def _chart(values: dict) -> model.Chart:
    series = tuple(
        model.Series(name=one["name"], values=tuple(one["values"]))
        for one in values.pop("series")
    )
    return model.Chart(
        kind=values.pop("chart"),
        labels=tuple(values.pop("labels")),
        is_stacked=values.pop("stacked"),
        series=series,
        **values,
    )


def _with_contents(blocks: tuple[Block, ...], options: dict) -> tuple[Block, ...]:
    """Put a table of contents in front, behind the title."""
    if not options.get("table_of_contents"):
        return blocks
    opening = 1 if blocks and isinstance(blocks[0], model.Opening) else 0
    contents = (model.TableOfContents(), model.PageBreak())
    return (*blocks[:opening], *contents, *blocks[opening:])


def _without_doubled_title(document: Document) -> Document:
    """A title that stands on the cover does not stand on the next page again."""
    blocks = document.blocks
    if document.cover is None or not blocks or not isinstance(blocks[0], model.Opening):
        return document
    return replace(document, blocks=blocks[1:])


def page_of(page: Page, options: dict) -> Page:
    """Return a template's page in the size and with the margins that are asked for."""
    width, height = PAGE_SIZES[options.get("page_size", "A4")]
    if options.get("orientation") == "landscape":
        width, height = height, width
    return replace(page, width=width, height=height, **options.get("margins", {}))


def title_of(request: dict) -> str:
    """Return what to call the document of a validated request."""
    fields = request.get("fields", {})
    options = request.get("options", {})
    number = ""
    if options.get("template") == "invoice":
        labels = labels_for(_locale(options.get("language", "en")))
        number = f"{labels.invoice} {fields['number']}"
    return request.get("title") or fields.get("subject") or number or DEFAULT_TITLE


def _line(text: str, draft: Draft) -> str:
    """Fill in what is known of a header or footer; the pages' numbers are not."""
    text = text.replace("{title}", draft.title)
    return text.replace("{date}", draft.day()) if "{date}" in text else text


def _properties(title: str, draft: Draft, metadata: dict) -> Properties:
    keywords = metadata.get("keywords", [])
    if isinstance(keywords, str):
        keywords = keywords.split(",")
    if not isinstance(keywords, list):
        keywords = []
    texts = [_short(str(word).strip()) for word in keywords[:MAX_KEYWORDS]]
    known = draft.metadata
    return Properties(
        title=_short(title),
        author=_short(known.get("author", "")),
        subject=_short(known.get("subject") or known.get("description", "")),
        keywords=tuple(filter(None, texts)),
    )


def _texts_of(metadata: dict) -> dict[str, str]:
    """Return what of a free-form object can stand in a document."""
    return {
        key: printable(str(value))
        for key, value in metadata.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }


def _short(text: str) -> str:
    return text[:MAX_PROPERTY_LENGTH]
