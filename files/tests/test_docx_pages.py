from django.test import SimpleTestCase
from docx.enum.section import WD_ORIENTATION
from docx.shared import Mm
from lxml import etree

from files.documents.model import (
    Cover,
    Heading,
    ListItem,
    Opening,
    Page,
    Paragraph,
    TableOfContents,
)
from files.tests.word import W, body, make_list, make_picture, opened, parts, texts

COVER = Cover(title="Cover title", subtitle="Below", facts=(("Author", "Ada"),))
OPENING = Opening(title="Title")


def instructions(element):
    return [code.text.strip() for code in element.iter(f"{W}instrText")]


def text_of(part):
    return "".join(paragraph.text for paragraph in part.paragraphs)


class PageTests(SimpleTestCase):
    def test_has_the_size_and_margins_that_are_asked_for(self):
        page = Page(width=297, height=210, top=10, right=20, bottom=30, left=40)
        (section,) = opened(page=page).sections
        lengths = (
            section.page_width,
            section.page_height,
            section.top_margin,
            section.right_margin,
            section.bottom_margin,
            section.left_margin,
        )

        assert [round(length / Mm(1)) for length in lengths] == [
            297, 210, 10, 20, 30, 40,
        ]  # fmt: skip
        assert section.orientation == WD_ORIENTATION.LANDSCAPE


class HeaderTests(SimpleTestCase):
    def test_shows_header_and_footer(self):
        (section,) = opened(header="Above", footer="Below").sections

        assert text_of(section.header) == "Above"
        assert text_of(section.footer) == "Below"
        assert not section.different_first_page_header_footer

    def test_has_word_count_the_pages(self):
        (section,) = opened(footer="Page {page} of {pages}, {other} {0}").sections

        assert instructions(section.footer._element) == ["PAGE", "NUMPAGES"]
        assert text_of(section.footer) == "Page 1 of 1, {other} {0}"

    def test_has_no_header_over_the_opening(self):
        (section,) = opened(OPENING, header="Above", footer="Below").sections

        assert section.different_first_page_header_footer
        assert text_of(section.first_page_header) == ""
        assert text_of(section.first_page_footer) == "Below"
        assert text_of(section.header) == "Above"

    def test_has_the_header_over_anything_else(self):
        (section,) = opened(Paragraph(text="a"), OPENING, header="Above").sections

        assert not section.different_first_page_header_footer

    def test_shows_the_logo_on_the_first_page_only(self):
        (section,) = opened(header="Above", logo=make_picture()).sections

        assert section.different_first_page_header_footer
        assert list(section.first_page_header._element.iter("{*}blip"))
        assert not list(section.header._element.iter("{*}blip"))

    def test_keeps_a_high_logo_in_the_margin(self):
        logo = make_picture(100, 400)
        (section,) = opened(logo=logo, page=Page(top=20)).sections
        (extent,) = section.first_page_header._element.iter("{*}extent")

        room = section.top_margin - section.header_distance
        assert 0 < int(extent.get("cy")) < room

    def test_has_no_parts_for_pages_with_nothing_around(self):
        assert not [name for name in parts() if "header" in name or "footer" in name]


class CoverTests(SimpleTestCase):
    def test_is_a_section_of_its_own(self):
        fields = {"cover": COVER, "header": "Above", "footer": "{page}"}
        document = opened(Paragraph(text="a"), logo=make_picture(), **fields)
        cover, rest = document.sections

        assert text_of(cover.header) == text_of(cover.footer) == ""
        assert list(cover.header._element.iter("{*}blip"))
        assert text_of(rest.header) == "Above"
        assert not rest.different_first_page_header_footer

    def test_shows_its_texts_first(self):
        shown = texts(body(Paragraph(text="a"), cover=COVER))

        assert [text for text in shown if text] == [
            "Cover title", "Below", "Author", "Ada", "a",
        ]  # fmt: skip

    def test_breaks_no_page_by_itself(self):
        assert not list(body(Paragraph(text="a"), cover=COVER).iter(f"{W}br"))


class WatermarkTests(SimpleTestCase):
    def test_stands_in_every_header(self):
        files = parts(OPENING, cover=COVER, watermark='"Draft" <1>')
        headers = [
            etree.fromstring(content)
            for name, content in files.items()
            if name.startswith("word/header")
        ]
        found = [
            [path.get("string") for path in header.iterfind(".//{*}shape/{*}textpath")]
            for header in headers
        ]

        assert found == [['"Draft" <1>']] * 3  # Of the cover, the first page, the rest.


class ContentsTests(SimpleTestCase):
    def test_lists_the_headings_with_links_to_them(self):
        element = body(
            TableOfContents(title="What is in it", levels=2),
            Heading(text="**One**"),
            Heading(text="Deep", level=3),
            make_list(ListItem(text="a", blocks=(Heading(text="Two", level=2),))),
        )
        control = element.find(f".//{W}sdtContent")
        anchors = [link.get(f"{W}anchor") for link in control.iter(f"{W}hyperlink")]
        marks = {
            mark.get(f"{W}name"): texts_after(mark)
            for mark in element.iter(f"{W}bookmarkStart")
        }

        assert texts(control)[:3] == ["What is in it", "One", "Two"]
        assert [marks[anchor] for anchor in anchors] == ["One", "Two"]

    def test_is_a_field_that_word_can_renew(self):
        element = body(TableOfContents(levels=4), Heading(text="a"))

        assert instructions(element) == ['TOC \\o "1-4" \\h \\z \\u']

    def test_takes_its_title_from_the_language(self):
        shown = texts(body(TableOfContents(), contents_title="Inhalt"))

        assert shown[0] == "Inhalt"

    def test_needs_no_headings(self):
        element = body(TableOfContents(title="None"), Heading(text=" "))

        assert texts(element.find(f".//{W}sdtContent")) == ["None", ""]

    def test_makes_word_ask_nothing(self):
        files = parts(TableOfContents(), Heading(text="a"))

        assert b"updateFields" not in files["word/settings.xml"]
        assert b"dirty" not in files["word/document.xml"]


def texts_after(mark):
    return "".join(mark.getparent().itertext(f"{W}t"))
