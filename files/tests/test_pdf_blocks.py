import pytest
from django.test import SimpleTestCase

from files.documents.model import (
    Callout,
    Code,
    Columns,
    Divider,
    Heading,
    Image,
    KeyValues,
    List,
    ListItem,
    Opening,
    Page,
    PageBreak,
    Paragraph,
    Quote,
    Space,
    TableOfContents,
)
from files.tests.reading import (
    has_colour,
    image_of,
    is_sound,
    objects_of,
    outline_of,
    page_count,
    pdf_of,
    picture,
    text_of,
    uncompressed,
    words_of,
)

LONG = "A sentence that is repeated until it fills more than a page. " * 120


def nested(depth):
    items = (ListItem(text="deepest"),)
    for level in range(depth):
        items = (ListItem(text=f"level {level}", blocks=(List(items=items),)),)
    return List(items=items)


def chapters():
    return [
        Heading(text="One"),
        Heading(text="One and *one*", level=2),
        Heading(text="Deep", level=5),
        Heading(text="One and two", level=2),
        PageBreak(),
        Heading(text="Two"),
        Heading(text="Skips", level=4),
    ]


@pytest.mark.live
class PdfBlockTests(SimpleTestCase):
    def test_shows_the_opening(self):
        opening = Opening(title="Title", subtitle="Sub", facts="Ada", kicker="Invoice")

        assert words_of(pdf_of(opening)) == "INVOICE Title Sub Ada"

    def test_numbers_ordered_lists_from_their_start(self):
        items = tuple(ListItem(text=text) for text in ("a", "b"))

        pdf = pdf_of(List(items=items, is_ordered=True, start=9))

        assert words_of(pdf) == "9. a 10. b"

    def test_shows_what_belongs_to_items(self):
        inner = List(items=(ListItem(text="inner"),), is_ordered=True)
        blocks = (inner, Paragraph(text="more"), Code(text="x = 1"))
        item = ListItem(text="outer", blocks=blocks)

        text = words_of(pdf_of(List(items=(item,))))

        assert text.endswith("outer 1. inner more x = 1")

    def test_sets_deeply_nested_lists(self):
        assert "deepest" in words_of(pdf_of(nested(40)))

    def test_sets_items_without_text(self):
        item = ListItem(text="", blocks=(Paragraph(text="below"),))

        assert "below" in words_of(pdf_of(List(items=(item, ListItem(text="")))))

    def test_lets_every_block_of_text_go_on_over_pages(self):
        blocks = [
            Paragraph(text=LONG),
            List(items=(ListItem(text=LONG, blocks=(Paragraph(text=LONG),)),)),
            Quote(text=LONG, by="Ada"),
            Code(text="line\n" * 200),
            Callout(text=LONG, title="Title"),
            KeyValues(items=(("key", LONG),)),
            Columns(columns=((Paragraph(text=LONG),), ()), shares=(1, 1)),
            Heading(text=LONG),
            Opening(title="T", subtitle=LONG),
        ]
        for block in blocks:
            with self.subTest(type(block).__name__):
                pdf = pdf_of(block)

                assert page_count(pdf) > 1
                assert is_sound(pdf)

    def test_keeps_the_indents_of_code(self):
        text = text_of(pdf_of(Code(text="if x:\n    y = 1\n\n\tz = 2")))

        lines = [line for line in text.splitlines() if line.strip()]
        indents = [len(line) - len(line.lstrip()) for line in lines]
        assert indents[1] == indents[2] == indents[0] + 4

    def test_does_not_read_markdown_in_code(self):
        assert "**x** `y`" in words_of(pdf_of(Code(text="**x** `y`")))

    def test_colours_callouts_by_their_style(self):
        colours = {"tip": (21, 128, 61), "danger": (185, 28, 28)}
        for style, colour in colours.items():
            with self.subTest(style):
                image = image_of(pdf_of(Callout(text="x", style=style)), 1, 100)

                assert has_colour(image, colour)

    def test_shows_keys_as_they_are_and_values_as_marked(self):
        pdf = pdf_of(KeyValues(items=(("*key*", "*value*"),)))

        assert words_of(pdf) == "*key* value"

    def test_sets_columns_side_by_side(self):
        left, right = (Paragraph(text="left"),), (Paragraph(text="right"),)

        text = text_of(pdf_of(Columns(columns=(left, right), shares=(1, 2))))

        assert text.split() == ["left", "right"]
        assert len(text.strip().splitlines()) == 1

    def test_begins_a_page_at_a_break_only(self):
        assert (
            page_count(pdf_of("a", PageBreak(), "b", Divider(), Space(height=9))) == 2
        )

    def test_leaves_as_many_pages_empty_as_are_asked_for(self):
        assert page_count(pdf_of(*[PageBreak()] * 40, "a")) == 41

    def test_has_page_breaks_in_other_blocks_do_nothing(self):
        item = ListItem(text="a", blocks=(PageBreak(), Paragraph(text="b")))

        assert page_count(pdf_of(List(items=(item,)))) == 1


@pytest.mark.live
class PdfImageTests(SimpleTestCase):
    def test_shows_images(self):
        for kind in ("png", "jpeg"):
            with self.subTest(kind):
                pdf = pdf_of(Image(picture=picture(kind=kind), caption="Figure"))

                assert has_colour(image_of(pdf), (200, 30, 30))
                assert "Figure" in words_of(pdf)

    def test_has_an_image_take_its_share_of_the_width(self):
        def width(share):
            image = image_of(pdf_of(Image(picture=picture(), width=share)))
            dark = image.convert("L").point(lambda dot: 255 * (dot < 200))
            left, _, right, _ = dark.getbbox()
            return right - left

        assert abs(width(100) - 2 * width(50)) < 4

    def test_makes_an_image_smaller_that_is_too_large(self):
        for size in ((5_000, 20), (20, 5_000)):
            with self.subTest(size):
                assert page_count(pdf_of(Image(picture=picture(*size), width=100))) == 1

    def test_says_what_an_image_shows(self):
        pdf = pdf_of(Image(picture=picture(), alt="A *chart*)"))

        assert "A *chart*)".encode("utf-16-be").hex().encode() in uncompressed(pdf)


@pytest.mark.live
class PdfContentsTests(SimpleTestCase):
    def test_nests_bookmarks_as_headings_lie(self):
        assert outline_of(pdf_of(*chapters())) == [
            ["One", [["One and one", [["Deep", []]]], ["One and two", []]]],
            ["Two", [["Skips", []]]],
        ]

    def test_lists_headings_with_their_pages(self):
        pdf = pdf_of(TableOfContents(title="In here", levels=2), *chapters())

        lines = [" ".join(line.split()) for line in text_of(pdf).splitlines()]

        assert [line for line in lines if line][:5] == [
            "In here",
            "One 1",
            "One and one 1",
            "One and two 1",
            "Two 2",
        ]

    def test_leads_from_the_contents_to_the_headings(self):
        pdf = pdf_of(TableOfContents(levels=6), *chapters())

        links = [each for each in objects_of(pdf) if each.get("/Subtype") == "/Link"]
        assert len(links) == 6

    def test_is_called_as_the_document_says(self):
        pdf = pdf_of(TableOfContents(), Heading(text="A"), contents_title="Inhalt")

        assert words_of(pdf) == "Inhalt A 1 A"

    def test_sets_long_headings_in_the_contents_of_a_narrow_page(self):
        page = Page(width=90, height=90, left=20, right=20, top=20, bottom=20)
        heading = Heading(text="W" * 500)

        pdf = pdf_of(TableOfContents(), heading, page=page)

        assert "W\u2026" in words_of(pdf, 1)

    def test_sets_contents_without_headings(self):
        assert words_of(pdf_of(TableOfContents(), "text")) == "Contents text"
