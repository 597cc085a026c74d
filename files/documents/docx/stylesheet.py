"""Which styles there are, and how they look."""

from collections.abc import Iterator
from dataclasses import dataclass

from files.documents.docx.colours import Colours
from files.documents.model import Theme

BOX_INSET = 160
QUOTE_INSET = 300
CELL_SIZE = 0.92  # Of the text's size, as are those below.
DENSE_CELL_SIZE = 0.65
SPACE_AFTER = 0.7


@dataclass(frozen=True, kw_only=True)
class Line:
    """A border: eighths of a point, and points between it and the text."""

    colour: str
    width: int
    space: int = 0


@dataclass(frozen=True, kw_only=True)
class Style:
    """A paragraph style; sizes in points, indents in twentieths of one.

    What is None is as in the style that it is based on.
    """

    name: str
    based_on: str = "Normal"
    next: str = ""
    size: float | None = None
    colour: str | None = None
    is_bold: bool | None = None
    is_italic: bool | None = None
    is_mono: bool = False
    is_caps: bool = False
    letter_space: float | None = None
    before: float | None = None
    after: float | None = None
    line: float | None = None  # Of the font's own line.
    exact_line: float | None = None
    indents: tuple[int, int] | None = None
    align: str | None = None
    outline: int | None = None
    numbering: int | None = None
    is_kept: bool = False  # With the next paragraph, and in one piece.
    borders: tuple[tuple[str, Line], ...] = ()
    fill: str | None = None
    has_end_tab: bool = False  # Dots to the end of the line.


def paragraph_styles(theme: Theme, colours: Colours) -> list[Style]:
    return [
        *_text_styles(theme, colours),
        *_heading_styles(theme, colours),
        *_list_styles(theme),
        *_box_styles(theme, colours),
        *_table_text_styles(theme, colours),
        *_opening_styles(theme, colours),
        *_cover_styles(theme, colours),
        *_contents_styles(theme),
        *_page_styles(theme, colours),
    ]


def _text_styles(theme: Theme, colours: Colours) -> list[Style]:
    size = theme.text_size
    quote_line = Line(colour=colours.rule, width=18, space=10)
    return [
        Style(name="Lead", size=size * 1.2, colour=colours.quiet, after=size),
        Style(name="Small", size=size * 0.85, colour=colours.quiet),
        Style(
            name="Quote",
            next="Normal",
            colour=colours.strong,
            is_italic=True,
            indents=(QUOTE_INSET, QUOTE_INSET),
            borders=(("left", quote_line),),
        ),
        Style(
            name="Quote Source",
            next="Normal",
            size=size * 0.9,
            colour=colours.quiet,
            indents=(QUOTE_INSET, QUOTE_INSET),
            borders=(("left", quote_line),),
        ),
        Style(
            name="caption",
            next="Normal",
            size=size * 0.85,
            colour=colours.quiet,
            before=size * 0.4,
            after=size * 0.4,
        ),
        Style(name="Picture", next="caption", before=4, after=4, line=1),
        Style(
            name="Divider",
            next="Normal",
            size=4,
            before=0,
            after=size,
            line=1,
            borders=(("bottom", Line(colour=colours.rule, width=6, space=1)),),
        ),
        Style(name="Gap", next="Normal", size=2, before=0, after=0, exact_line=size),
    ]


def _heading_styles(theme: Theme, colours: Colours) -> list[Style]:
    styles = []
    for level in range(1, 7):
        size = theme.heading_sizes[level - 1]
        is_coloured = theme.has_coloured_headings and level <= 2
        styles.append(
            Style(
                name=f"heading {level}",
                next="Normal",
                size=size,
                colour=colours.accent if is_coloured else colours.strong,
                is_bold=True,
                is_italic=level == 6,
                before=size * (1.3 if level == 1 else 1.1),
                after=size * 0.4,
                line=1.05,
                outline=level - 1,
                is_kept=True,
            )
        )
    return styles


def _list_styles(theme: Theme) -> list[Style]:
    after = theme.text_size * 0.25
    return [
        Style(name="List Bullet", after=after, numbering=1),
        Style(name="List Number", after=after, numbering=2),
    ]


def _box_styles(theme: Theme, colours: Colours) -> list[Style]:
    size = theme.text_size
    frame = Line(colour=colours.shade, width=4, space=6)
    code = Style(
        name="Code",
        size=size * 0.88,
        is_mono=True,
        line=1.1,
        before=size * 0.5,
        after=size * 1.3,
        indents=(BOX_INSET, BOX_INSET),
        borders=tuple((side, frame) for side in ("top", "left", "bottom", "right")),
        fill=colours.shade,
    )
    return [code, *_callouts(theme, colours)]


def _callouts(theme: Theme, colours: Colours) -> Iterator[Style]:
    for kind, (colour, fill) in colours.callouts.items():
        name = f"Callout {kind.title()}"
        frame = Line(colour=fill, width=4, space=6)
        side = Line(colour=colour, width=24, space=8)
        yield Style(
            name=name,
            next="Normal",
            before=theme.text_size * 0.6,
            after=theme.text_size * 1.3,
            indents=(BOX_INSET, BOX_INSET),
            borders=(
                ("top", frame),
                ("left", side),
                ("bottom", frame),
                ("right", frame),
            ),
            fill=fill,
        )
        yield Style(
            name=f"{name} Title",
            based_on=name,
            next=name,
            colour=colour,
            is_bold=True,
            after=theme.text_size * 0.1,
            is_kept=True,
        )


def _table_text_styles(theme: Theme, colours: Colours) -> list[Style]:
    styles = [Style(name="Key", based_on="Table Text", colour=colours.quiet)]
    for ending, share in (("", CELL_SIZE), (" Dense", DENSE_CELL_SIZE)):
        base = f"Table Text{ending}"
        size = theme.text_size * share
        strong = {"based_on": base, "is_bold": True, "colour": colours.strong}
        styles += [
            Style(name=base, size=size, before=0, after=0, line=1.08),
            Style(name=f"Table Heading{ending}", **strong),
            Style(name=f"Table Total{ending}", **strong),
        ]
    return styles


def _opening_styles(theme: Theme, colours: Colours) -> list[Style]:
    size = theme.text_size
    rule = Line(colour=colours.accent, width=12, space=1)
    return [
        Style(
            name="Kicker",
            next="Title",
            size=size * 0.9,
            colour=colours.accent,
            is_bold=True,
            is_caps=True,
            letter_space=1,
            after=2,
            is_kept=True,
        ),
        Style(
            name="Title",
            next="Subtitle",
            size=theme.title_size,
            colour=colours.strong,
            is_bold=True,
            before=0,
            after=theme.title_size * 0.15,
            line=1,
            is_kept=True,
        ),
        Style(
            name="Subtitle",
            next="Normal",
            size=max(theme.title_size * 0.52, size),
            colour=colours.quiet,
            after=size * 0.4,
            line=1.05,
            is_kept=True,
        ),
        Style(
            name="Facts", size=size * 0.9, colour=colours.quiet, after=2, is_kept=True
        ),
        Style(
            name="Title Rule",
            next="Normal",
            size=3,
            after=size * 1.4,
            line=1,
            borders=(("bottom", rule),),
        ),
    ]


def _cover_styles(theme: Theme, colours: Colours) -> list[Style]:
    size = theme.title_size
    rule = Line(colour=colours.accent, width=24, space=14)
    return [
        Style(
            name="Cover Title",
            next="Cover Subtitle",
            size=size * 1.4,
            colour=colours.strong,
            is_bold=True,
            before=170,
            after=size * 0.5,
            line=1,
            borders=(("top", rule),),
        ),
        Style(
            name="Cover Subtitle",
            size=size * 0.65,
            colour=colours.quiet,
            after=60,
            line=1.1,
        ),
    ]


def _contents_styles(theme: Theme) -> list[Style]:
    size = theme.text_size
    title = Style(
        name="TOC Heading",
        based_on="heading 1",
        next="Normal",
        size=theme.heading_sizes[0],
        before=size,
        after=size * 0.6,
        outline=9,  # None: the contents are no chapter.
    )
    levels = [
        Style(
            name=f"toc {level}",
            next="Normal",
            is_bold=True if level == 1 else None,
            before=size * 0.4 if level == 1 else 0,
            after=size * 0.2,
            line=1.05,
            indents=(220 * (level - 1), 0),
            has_end_tab=True,
        )
        for level in range(1, 7)
    ]
    return [title, *levels]


def _page_styles(theme: Theme, colours: Colours) -> list[Style]:
    size = max(theme.text_size * 0.82, 7)
    look = {"size": size, "colour": colours.quiet, "before": 0, "after": 0, "line": 1}
    return [
        Style(name="header", **look),
        Style(name="Logo", next="header", **look),
        Style(name="footer", align="center", **look),
    ]
