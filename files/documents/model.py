"""What a document consists of, whatever it becomes.

`composition` makes a Document of a request; `pdf` and `docx` set it. Texts of blocks
are inline Markdown (see `inline`) where nothing else is said.
"""

from dataclasses import dataclass, field
from typing import Literal

Alignment = Literal["left", "center", "right", "justify"]
Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, kw_only=True)
class Heading:
    text: str
    level: int = 1  # 1 to 6


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    text: str
    align: Alignment | None = None  # None: as the language is written.
    style: Literal["body", "lead", "small"] = "body"


@dataclass(frozen=True, kw_only=True)
class ListItem:
    text: str
    blocks: tuple["Block", ...] = ()  # What belongs to it: mostly a nested List.


@dataclass(frozen=True, kw_only=True)
class List:
    items: tuple[ListItem, ...]
    is_ordered: bool = False
    start: int = 1


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells are texts, numbers or None; short rows are filled up. At most 63 columns,
    as Word has it."""

    rows: tuple[tuple[str | int | float | None, ...], ...]
    has_header: bool = True
    widths: tuple[float, ...] = ()  # Shares of the width, one for each column.
    align: tuple[Alignment | None, ...] = ()  # None: numbers right, texts as written.
    caption: str = ""
    total_rows: int = 0  # So many at the end are totals: set off, and bold.


@dataclass(frozen=True, kw_only=True)
class Quote:
    text: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Code:
    text: str  # As it is, no Markdown.
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Callout:
    text: str
    title: str = ""
    style: Literal["note", "tip", "warning", "danger"] = "note"


@dataclass(frozen=True, kw_only=True)
class KeyValues:
    items: tuple[tuple[str, str], ...]  # (key, value); the key is plain text.


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image that was checked: PNG or JPEG, RGB or grey, upright, no metadata."""

    data: bytes
    format: Literal["png", "jpeg"]
    width: int  # In pixels.
    height: int


@dataclass(frozen=True, kw_only=True)
class Image:
    picture: Picture
    width: float | None = None  # Per cent of the text's width; None: 96 px an inch.
    align: Literal["left", "center", "right"] = "center"
    caption: str = ""
    alt: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    name: str
    values: tuple[float | None, ...]  # One for each label; None is a gap.


@dataclass(frozen=True, kw_only=True)
class Chart:
    kind: Literal["bar", "line", "pie"]
    labels: tuple[str, ...]  # Plain text, as are all texts of a chart.
    series: tuple[Series, ...]  # A pie has one, without negative values.
    title: str = ""
    unit: str = ""  # Stands with the axis: "EUR", "%".
    is_stacked: bool = False  # Bars only.
    height: float = 70  # In mm.


@dataclass(frozen=True, kw_only=True)
class PageBreak:
    pass


@dataclass(frozen=True, kw_only=True)
class Divider:
    pass


@dataclass(frozen=True, kw_only=True)
class TableOfContents:
    title: str = ""
    levels: int = 3


@dataclass(frozen=True, kw_only=True)
class Space:
    """Room of so many mm. Templates only, as are the two below."""

    height: float


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Blocks side by side in a table without lines; `shares` of the width."""

    columns: tuple[tuple["Block", ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The title with what belongs to it, over a rule. All texts are plain."""

    title: str
    subtitle: str = ""
    facts: str = ""  # "Ada Lovelace · 23 November 2026"
    kicker: str = ""  # What kind of document it is, small, over the title: "INVOICE"


Block = (
    Heading
    | Paragraph
    | List
    | Table
    | Quote
    | Code
    | Callout
    | KeyValues
    | Image
    | Chart
    | PageBreak
    | Divider
    | TableOfContents
    | Space
    | Columns
    | Opening
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Sizes in mm."""

    width: float = 210
    height: float = 297
    top: float = 24
    right: float = 22
    bottom: float = 22
    left: float = 22

    @property
    def text_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        return self.height - self.top - self.bottom


@dataclass(frozen=True, kw_only=True)
class Theme:
    """How a template looks; sizes in points."""

    family: Literal["sans", "serif"] = "sans"
    text_size: float = 10
    line_height: float = 1.45  # Of the size.
    title_size: float = 24
    heading_sizes: tuple[float, ...] = (17, 14, 12, 11, 10, 10)
    has_coloured_headings: bool = True  # The first two levels in the accent colour.
    has_title_rule: bool = True


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A page of its own before the first; all texts are plain."""

    title: str
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # (label, value)


@dataclass(frozen=True, kw_only=True)
class Properties:
    """What a reader's "Document properties" shows; at most 255 characters each."""

    title: str
    author: str = ""
    subject: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    properties: Properties
    blocks: tuple[Block, ...]
    cover: Cover | None = None
    page: Page = field(default_factory=Page)
    theme: Theme = field(default_factory=Theme)
    accent: str = "#1d4ed8"
    language: str = "en"  # BCP 47
    direction: Direction = "ltr"
    # Plain texts of one line each, where {page} and {pages} stand for the numbers.
    # On a page that begins with the Opening there is no header; the cover, which counts
    # as a page, has neither.
    header: str = ""
    footer: str = ""
    logo: Picture | None = None  # In the header's place on the first page or cover.
    watermark: str = ""
    contents_title: str = "Contents"  # In the document's language.
