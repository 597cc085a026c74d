"""The text styles of a document, from its theme and accent colour."""

from dataclasses import dataclass, replace
from functools import cached_property

from files.documents.colours import INK, QUIET, SOFT
from files.documents.model import Document
from files.documents.pdf.text import TextStyle


@dataclass(frozen=True)
class Styles:
    document: Document

    @property
    def accent(self) -> str:
        return self.document.accent

    @property
    def is_rtl(self) -> bool:
        return self.document.direction == "rtl"

    @cached_property
    def body(self) -> TextStyle:
        theme = self.document.theme
        return TextStyle(
            family=theme.family,
            size=theme.text_size,
            leading=theme.text_size * theme.line_height,
            colour=INK,
            link_colour=self.accent,
            is_rtl=self.is_rtl,
            space_after=theme.text_size * 0.7,
        )

    def sized(self, share: float, **changes) -> TextStyle:
        """Return the style of body text in another size."""
        size = round(self.body.size * share, 2)
        changes.setdefault("leading", size * 1.4)
        return replace(self.body, size=size, **changes)

    @cached_property
    def item(self) -> TextStyle:
        return replace(self.body, space_after=2.5)

    @cached_property
    def bullet(self) -> TextStyle:
        return replace(self.body, colour=self.accent)

    @cached_property
    def number(self) -> TextStyle:
        return replace(self.bullet, align="left" if self.is_rtl else "right")

    @cached_property
    def lead(self) -> TextStyle:
        return self.sized(1.2, colour=SOFT, leading=self.body.size * 1.72)

    @cached_property
    def small(self) -> TextStyle:
        return self.sized(0.85, colour=QUIET)

    @cached_property
    def cell(self) -> TextStyle:
        return self.sized(0.9, space_after=0, leading=self.body.size * 1.22)

    @cached_property
    def tight_cell(self) -> TextStyle:
        return self.sized(0.65, space_after=0, leading=self.body.size * 0.85)

    @cached_property
    def caption(self) -> TextStyle:
        return self.sized(0.85, colour=QUIET, space_before=2, space_after=4)

    @cached_property
    def furniture(self) -> TextStyle:
        return replace(self.body, size=8, leading=11, colour=QUIET, space_after=0)

    @cached_property
    def code(self) -> TextStyle:
        size = self.body.size * 0.86
        return replace(
            self.body,
            family="mono",
            size=size,
            leading=size * 1.42,
            align="left",
            is_rtl=False,
            space_after=0,
        )

    def heading(self, level: int) -> TextStyle:
        theme = self.document.theme
        size = theme.heading_sizes[level - 1]
        is_coloured = theme.has_coloured_headings and level <= 2
        return replace(
            self.body,
            size=size,
            leading=size * 1.28,
            colour=self.accent if is_coloured else QUIET if level == 6 else INK,
            is_bold=True,
            space_before=size * (1.0 if level > 1 else 1.2),
            space_after=size * 0.38,
        )

    @cached_property
    def title(self) -> TextStyle:
        size = self.document.theme.title_size
        return replace(
            self.body, size=size, leading=size * 1.18, is_bold=True, space_after=4
        )

    @cached_property
    def kicker(self) -> TextStyle:
        return replace(
            self.body,
            size=8.5,
            leading=13,
            colour=self.accent,
            is_bold=True,
            tracking=1.1,
            space_after=3,
        )
