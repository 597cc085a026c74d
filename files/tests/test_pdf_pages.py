import io

import pytest
from django.test import SimpleTestCase

from files.documents.model import (
    Cover,
    Heading,
    Opening,
    Page,
    PageBreak,
    Properties,
    TableOfContents,
    Theme,
)
from files.documents.pdf import write_pdf
from files.exceptions import DoesNotFitPage
from files.tests.reading import (
    catalog_of,
    document_of,
    has_colour,
    image_of,
    is_sound,
    objects_of,
    page_count,
    pdf_of,
    picture,
    properties_of,
    text_of,
    words_of,
)

TWO_PAGES = ("first", PageBreak(), "second")
COVER = Cover(title="Cover title", subtitle="Sub", facts=(("Author", "Ada"),))


@pytest.mark.live
class PdfPageTests(SimpleTestCase):
    def test_numbers_the_pages(self):
        pdf = pdf_of(*TWO_PAGES, header="Head {page}", footer="{page} of {pages}")

        assert words_of(pdf, 1) == "Head 1 first 1 of 2"
        assert words_of(pdf, 2) == "Head 2 second 2 of 2"

    def test_replaces_nothing_else_in_header_and_footer(self):
        footer = "{page.__class__} {0} {} %s {{page}} {pages!r}"

        shown = words_of(pdf_of("x", footer=footer))

        assert shown == "x {page.__class__} {0} {} %s {1} {pages!r}"

    def test_cuts_off_what_is_too_long_for_a_line(self):
        words = words_of(pdf_of("x", header="long " * 100))

        assert words.count("long") < 40
        assert "\u2026 x" in words

    def test_has_no_header_over_the_opening(self):
        pdf = pdf_of(Opening(title="Title"), *TWO_PAGES, header="Head")

        assert "Head" not in words_of(pdf, 1)
        assert "Head" in words_of(pdf, 2)

    def test_has_the_size_and_margins_asked_for(self):
        page = Page(width=148, height=105, top=20, right=10, bottom=20, left=60)

        pdf = pdf_of("word", page=page)

        assert properties_of(pdf)["Page size"] == "419.528 x 297.638 pts"
        image = image_of(pdf, 1, 254).convert("L").point(lambda dot: 255 * (dot < 200))
        assert 600 <= image.getbbox()[0] < 620

    def test_shows_the_logo_on_the_first_page_only(self):
        pdf = pdf_of(*TWO_PAGES, logo=picture(), header="Head")

        assert has_colour(image_of(pdf, 1), (200, 30, 30))
        assert not has_colour(image_of(pdf, 2), (200, 30, 30))
        assert "Head" not in words_of(pdf, 1)

    def test_shows_the_watermark_behind_each_page(self):
        pdf = pdf_of(*TWO_PAGES, watermark="DRAFT", cover=COVER)

        for page in (1, 2, 3):
            assert sum(letter in text_of(pdf, page) for letter in "DRAFT") >= 4
            assert has_colour(image_of(pdf, page), (238, 240, 243), tolerance=3)

    def test_sets_watermarks_of_any_length(self):
        for text in (".", "W" * 300, "  ", "שלום"):
            with self.subTest(text[:3]):
                assert is_sound(pdf_of("x", watermark=text))

    def test_sets_texts_in_the_theme(self):
        pdf = pdf_of("x", theme=Theme(family="serif", text_size=8))

        assert b"LiberationSerif" in pdf

    def test_refuses_pages_without_room(self):
        page = Page(width=60, height=40, top=20, bottom=19)

        with pytest.raises(DoesNotFitPage):
            pdf_of("word", page=page)


@pytest.mark.live
class PdfCoverTests(SimpleTestCase):
    def test_has_a_page_of_its_own_without_header_and_footer(self):
        pdf = pdf_of(*TWO_PAGES, cover=COVER, header="Head", footer="{page}/{pages}")

        assert page_count(pdf) == 3
        assert words_of(pdf, 1) == "Cover title Sub Author Ada"
        assert words_of(pdf, 2) == "Head first 2/3"

    def test_counts_as_a_page_in_the_contents(self):
        pdf = pdf_of(TableOfContents(title="List"), Heading(text="One"), cover=COVER)

        assert "One 2" in words_of(pdf, 2)

    def test_shows_logo_and_accent_colour(self):
        pdf = pdf_of(*TWO_PAGES, cover=COVER, logo=picture(), accent="#ff00ff")

        assert has_colour(image_of(pdf, 1), (200, 30, 30))
        assert has_colour(image_of(pdf, 1), (255, 0, 255))
        assert not has_colour(image_of(pdf, 2), (200, 30, 30))

    def test_makes_long_titles_smaller(self):
        title = "A title that is much longer than any title should be " * 6
        cover = Cover(title=title, subtitle=title, facts=(("Label " * 9, title),) * 30)

        pdf = pdf_of("x", cover=cover)

        assert page_count(pdf) == 2
        assert words_of(pdf, 1).count("much longer") >= 12


@pytest.mark.live
class PdfPropertiesTests(SimpleTestCase):
    def test_says_what_it_is(self):
        properties = Properties(
            title="Q3 Übersicht",
            author="Ada Łoś",
            subject="Why",
            keywords=("a", "b"),
        )

        shown = properties_of(pdf_of("x", properties=properties))

        assert shown["Title"] == "Q3 Übersicht"
        assert shown["Author"] == "Ada Łoś"
        assert shown["Subject"] == "Why"
        assert shown["Keywords"] == "a, b"
        assert shown["Creator"] == "H&S platform"

    def test_names_its_language_and_shows_its_title(self):
        pdf = pdf_of("x", language="de-AT")

        assert catalog_of(pdf)["/Lang"] == "u:de-AT"
        assert any(each.get("/DisplayDocTitle") is True for each in objects_of(pdf))

    def test_opens_with_bookmarks_where_there_are_headings(self):
        pdf = pdf_of(Heading(text="One"))

        assert catalog_of(pdf)["/PageMode"] == "/UseOutlines"
        assert catalog_of(pdf_of("x")).get("/PageMode") != "/UseOutlines"

    def test_takes_any_text_in_the_properties(self):
        text = "(\\) \x00 <</Type>> שלום \ud800 " * 8

        pdf = pdf_of(Heading(text=text), properties=Properties(title=text, author=text))

        assert is_sound(pdf)

    def test_can_be_written_twice_in_a_process(self):
        first, second = io.BytesIO(), io.BytesIO()
        document = document_of(Heading(text="One"), cover=COVER, footer="{page}")

        for file in (first, second):
            write_pdf(document, file)

        assert text_of(first.getvalue()) == text_of(second.getvalue())
