"""What the parts of a document share while it is written."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any

from files.documents.characters import is_right_to_left
from files.documents.docx.elements import TWIPS_PER_MM
from files.documents.docx.numbering import Numbering
from files.documents.docx.parts import Parts
from files.documents.model import Document

LEAST_WIDTH = 720


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where blocks are set: an element, and the room in twentieths of a point."""

    parent: Any
    width: int
    indent: int = 0
    depth: int = 0  # Of the list that the blocks belong to.

    def nested(self, indent: int, *, depth: int) -> "Place":
        """Return the place of what belongs to a list's item, `indent` from the edge."""
        room = self.width + self.indent - indent
        return replace(self, width=max(room, LEAST_WIDTH), indent=indent, depth=depth)


@dataclass(kw_only=True)
class Draft:
    document: Document
    parts: Parts = field(default_factory=Parts)
    numbering: Numbering = field(default_factory=Numbering)
    headings: count = field(default_factory=lambda: count(1))

    def is_right_to_left(self, text: str) -> bool:
        """Tell which way a paragraph of the text runs."""
        is_rtl = self.document.direction == "rtl"
        return is_right_to_left(text, default=is_rtl)

    @cached_property
    def text_width(self) -> int:
        width = self.document.page.text_width * TWIPS_PER_MM
        return max(round(width), LEAST_WIDTH)

    @cached_property
    def text_height(self) -> int:
        height = self.document.page.text_height * TWIPS_PER_MM
        return max(round(height), LEAST_WIDTH)
