"""Makes blocks of Markdown: CommonMark with tables, strikethrough and alerts.

https://spec.commonmark.org; alerts are block quotes that begin with [!NOTE], [!TIP],
[!WARNING] and the like, as GitHub has them.
"""

import re
from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from files.documents.characters import printable
from files.documents.inline import escaped, markdown_of, plain_of
from files.documents.labels import Labels
from files.documents.limits import (
    HIGHEST_LIST_START,
    MAX_COLUMNS,
    MAX_HEADING_LENGTH,
    MAX_IMAGES,
    MAX_LABEL_LENGTH,
    MAX_LANGUAGE_LENGTH,
    MAX_LIST_DEPTH,
    MAX_TEXT_LENGTH,
)
from files.documents.model import (
    Block,
    Callout,
    Code,
    Divider,
    Heading,
    Image,
    List,
    ListItem,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from files.exceptions import InvalidDocument

MAX_NESTING = 100
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", re.IGNORECASE)
_ALERT_STYLES = {
    "note": "note",
    "tip": "tip",
    "important": "warning",
    "warning": "warning",
    "caution": "danger",
}
_FILE_NAME = re.compile(r"(?:/api/files/)?([0-9a-f]{40}\.[a-z0-9]{1,10})\Z")
_ALIGN = re.compile(r"text-align:(left|right|center)")

LoadPicture = Callable[[dict], Picture]


def blocks_of_markdown(
    text: str, load_picture: LoadPicture, labels: Labels, warnings: list[str]
) -> tuple[Block, ...]:
    """Return the blocks of a Markdown text; what is left out is added to `warnings`.

    HTML is text. An image is a data URI or one of the owner's files; none is fetched.
    Raises InvalidDocument where a table has more than 30 columns, a paragraph more
    than 20,000 characters, where there are more than 50 images, or lists and quotes
    are nested without measure; and what `load_picture` raises.
    """
    env: dict = {}
    tokens = _parser().parse(printable(text), env)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        # The parser drops what is nested deeper.
        raise InvalidDocument("The Markdown nests lists and quotes too deeply.")
    reader = _Reader(load_picture, labels, warnings, has_references="references" in env)
    return tuple(reader.blocks(SyntaxTreeNode(tokens).children))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    return parser.enable(["table", "strikethrough"])


class _Reader:
    def __init__(
        self,
        load_picture: LoadPicture,
        labels: Labels,
        warnings: list[str],
        *,
        has_references: bool,
    ) -> None:
        self.load_picture = load_picture
        self.labels = labels
        self.warnings = warnings
        self.has_references = has_references
        self.images = 0

    def blocks(self, nodes: list[SyntaxTreeNode], depth: int = 0):
        for node in nodes:
            yield from self._block(node, depth)

    def _block(self, node: SyntaxTreeNode, depth: int):
        match node.type:
            case "heading":
                yield self._heading(node)
            case "paragraph":
                yield from self._paragraph(node)
            case "bullet_list" | "ordered_list":
                yield from self._list(node, depth)
            case "table":
                yield self._table(node)
            case "fence" | "code_block":
                language = node.info.split(maxsplit=1)[0] if node.info.strip() else ""
                yield from _code(node.content, language[:MAX_LANGUAGE_LENGTH])
            case "blockquote":
                yield from self._quote(node, depth)
            case "hr":
                yield Divider()

    def _heading(self, node: SyntaxTreeNode) -> Heading:
        text = self._text(node)
        if len(text) > MAX_HEADING_LENGTH:
            message = f"A heading of the Markdown has more than {MAX_HEADING_LENGTH}"
            raise InvalidDocument(f"{message} characters.")
        return Heading(text=text, level=int(node.tag[1]))

    def _paragraph(self, node: SyntaxTreeNode):
        """Images that stand alone become blocks; one within a text, its alt text."""
        inline = node.children[0]
        pictures = [child for child in inline.children if child.type == "image"]
        others = [
            child
            for child in inline.children
            if child.type not in ("image", "softbreak") and child.content.strip()
        ]
        if not pictures or others:
            if text := self._text(node):
                yield Paragraph(text=text)
            return
        for picture in pictures:
            yield from self._image(picture)

    def _image(self, node: SyntaxTreeNode):
        address = str(node.attrs.get("src", ""))
        tokens = node.token.children or []
        source = _source_of(address)
        if source is None:
            shown = address if len(address) <= 100 else f"{address[:99]}..."
            self.warnings.append(f"An image was left out, as none is fetched: {shown}")
            if tokens:
                yield Paragraph(text=markdown_of(tokens))
            return
        self.images += 1
        if self.images > MAX_IMAGES:
            raise InvalidDocument(f"The Markdown has more than {MAX_IMAGES} images.")
        alt = plain_of(tokens)[:MAX_LABEL_LENGTH]
        picture = self.load_picture(source)
        yield Image(picture=picture, alt=alt, caption=escaped(alt))

    def _list(self, node: SyntaxTreeNode, depth: int):
        items = [self._item(item, depth) for item in node.children]
        start = int(node.attrs.get("start", 1))
        yield List(
            items=tuple(item for item, _ in items),
            is_ordered=node.type == "ordered_list",
            start=min(start, HIGHEST_LIST_START),
        )
        # What would be nested too deeply to be set stands below.
        for _, rest in items:
            yield from rest

    def _item(self, node: SyntaxTreeNode, depth: int):
        children = list(node.children)
        text = ""
        if children and children[0].type == "paragraph":
            text = self._text(children.pop(0))
        blocks = tuple(self.blocks(children, depth + 1))
        if depth + 1 >= MAX_LIST_DEPTH:
            return ListItem(text=text), blocks
        return ListItem(text=text, blocks=blocks), ()

    def _quote(self, node: SyntaxTreeNode, depth: int):
        """Paragraphs become one quote; what else stands in it follows by itself."""
        texts: list[str] = []
        others: list[SyntaxTreeNode] = []
        for child in node.children:
            if child.type == "paragraph":
                texts.append(self._text(child))
            else:
                others.append(child)
        if text := "\n".join(texts)[:MAX_TEXT_LENGTH]:
            yield _quote_or_callout(text, self.labels)
        yield from self.blocks(others, depth)

    def _table(self, node: SyntaxTreeNode) -> Table:
        rows = [row for part in node.children for row in part.children]
        if len(rows[0].children) > MAX_COLUMNS:
            message = f"A table of the Markdown has more than {MAX_COLUMNS} columns."
            raise InvalidDocument(message)
        return Table(
            rows=tuple(tuple(map(self._text, row.children)) for row in rows),
            align=tuple(map(_alignment, rows[0].children)),
        )

    def _text(self, node: SyntaxTreeNode) -> str:
        """Return the inline Markdown of a node, with its references resolved."""
        token = node.children[0].token
        text = token.content
        if self.has_references:
            text = markdown_of(token.children or [])
        if len(text) > MAX_TEXT_LENGTH:
            raise InvalidDocument(
                f"A paragraph of the Markdown has more than {MAX_TEXT_LENGTH} "
                f"characters."
            )
        return text


def _quote_or_callout(text: str, labels: Labels) -> Block:
    # The bracket was escaped, or is not a link for want of an address.
    alert = _ALERT.match(text.replace("\\", "", 3))
    if alert is None:
        return Quote(text=text)
    style = _ALERT_STYLES[alert[1].lower()]
    title = getattr(labels, style)
    rest = text.partition("]")[2].lstrip()
    return Callout(text=rest or title, title=title, style=style)


def _code(text: str, language: str):
    text = text.rstrip("\n")
    for start in range(0, len(text), MAX_TEXT_LENGTH):
        yield Code(text=text[start : start + MAX_TEXT_LENGTH], language=language)


def _alignment(cell: SyntaxTreeNode) -> str | None:
    found = _ALIGN.search(str(cell.attrs.get("style", "")))
    return found[1] if found else None


def _source_of(address: str) -> dict | None:
    if address.startswith("data:"):
        return {"data": address}
    match = _FILE_NAME.match(address)
    return {"file_name": match[1]} if match else None
