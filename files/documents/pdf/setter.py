"""What the parts of a document need while it is set."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from reportlab.lib.units import mm

from files.documents.inline import plain
from files.documents.model import Document, Heading
from files.documents.pdf.characters import clean
from files.documents.pdf.sheet import Sheet
from files.documents.pdf.styles import Styles
from files.documents.pdf.text import Composer, TextStyle


@dataclass
class HeadingPlace:
    """Where a heading stands: its key among the links, its page when it is drawn."""

    text: str
    level: int
    key: str
    page: int = 0


def _places(document: Document) -> list[HeadingPlace]:
    headings = [block for block in document.blocks if isinstance(block, Heading)]
    return [
        HeadingPlace(clean(plain(heading.text)), heading.level, f"heading-{number}")
        for number, heading in enumerate(headings, start=1)
    ]


@dataclass
class Setter:
    """The document that is set, on which sheet and in which styles."""

    document: Document
    sheet: Sheet
    _bold: dict[TextStyle, TextStyle] = field(default_factory=dict)

    @cached_property
    def headings(self) -> list[HeadingPlace]:
        """Return the headings that are not part of another block, in their order."""
        return _places(self.document)

    @cached_property
    def styles(self) -> Styles:
        return Styles(self.document)

    @cached_property
    def composer(self) -> Composer:
        return Composer(self.sheet.pieces)

    def bold(self, style: TextStyle) -> TextStyle:
        if style not in self._bold:
            self._bold[style] = replace(style, is_bold=True)
        return self._bold[style]

    @property
    def text_width(self) -> float:
        """Return the width of the text, in points."""
        return self.document.page.text_width * mm

    @property
    def text_height(self) -> float:
        """Return the height of the text, in points."""
        return self.document.page.text_height * mm
