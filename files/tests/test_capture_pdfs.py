"""PDFs of pages: their paper, what stands on it, and which pages they have."""

import base64

import pytest
from django.test import SimpleTestCase

from files.tests.reading import (
    edges_of,
    has_colour,
    image_of,
    is_sound,
    links_of,
    page_count,
    properties_of,
    text_of,
    words_of,
)
from files.tests.web import Site, captured, dot, failure_of

PAGE = """<!doctype html><title>The report</title><style>
@media print { .screen { display: none } h1 { color: blue } }
@media screen { .print { display: none } }
body { margin: 0 } div { background: red; height: 100px }
</style><h1>Findings</h1><div></div>
<p class=screen>On the screen</p><p class=print>On paper</p>
<a href="https://example.com/more">More</a> <a href="#end">Further down</a>
<section style="height: 5000px"></section><img loading=lazy src=/late.svg>
<p id=end>The end</p>"""
SIX = "".join(
    f"<h2 style='break-after: page; margin: 0'>Part{number}</h2>"
    for number in range(1, 7)
)
SMALL = "<style>@page { size: 60mm 80mm }</style>small"
MM = 72 / 25.4


def size_of(pdf: bytes) -> tuple[int, int]:
    """Return the size of the pages in mm."""
    width, _, height, *_ = properties_of(pdf)["Page size"].split()
    return round(float(width) / MM), round(float(height) / MM)


@pytest.mark.live
class PdfTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        routes = {"/": PAGE, "/six": SIX, "/small": SMALL, "/late.svg": dot("lime")}
        cls.site = cls.enterClassContext(Site(routes))
        cls.plain, cls.found = captured({"url": cls.site.url()}, "page-pdf")

    def pdf(self, path="/", **options):
        request = {"url": self.site.url(path), "options": options}
        return captured(request, "page-pdf")[0]

    def test_have_text_links_and_a_title(self):
        assert is_sound(self.plain)
        assert "Findings" in words_of(self.plain, page=1)
        assert "The end" in words_of(self.plain, page_count(self.plain))
        assert links_of(self.plain) == ["https://example.com/more"]
        assert properties_of(self.plain)["Title"] == "The report"
        assert self.found.title == "The report"
        assert self.found.facts["finalUrl"] == self.site.url()
        assert "width" not in self.found.facts

    def test_look_as_printed_with_late_images_and_colours(self):
        assert "On paper" in words_of(self.plain)
        assert "On the screen" not in words_of(self.plain)
        first, last = image_of(self.plain), image_of(self.plain, page_count(self.plain))
        assert has_colour(first, (255, 0, 0))
        assert has_colour(first, (0, 0, 255), tolerance=60)
        assert has_colour(last, (0, 255, 0))

    def test_look_as_on_the_screen_where_that_is_wanted(self):
        words = words_of(self.pdf(emulated_media="screen"))

        assert "On the screen" in words
        assert "On paper" not in words

    def test_lack_backgrounds_where_none_are_wanted(self):
        pdf = self.pdf(print_background=False, page_ranges="1")

        assert not has_colour(image_of(pdf), (255, 0, 0))

    def test_have_the_paper_that_is_wanted(self):
        for options, size in (
            ({}, (210, 297)),
            ({"page_size": "A6"}, (105, 148)),
            ({"page_size": "A5", "orientation": "landscape"}, (210, 148)),
            ({"page_size": "Letter"}, (216, 279)),
        ):
            assert size_of(self.pdf("/six", **options, page_ranges="1")) == size

    def test_have_the_paper_of_the_page_where_that_is_wanted(self):
        for prefer, size in ((True, (60, 80)), (False, (210, 297))):
            pdf = self.pdf("/small", prefer_css_page_size=prefer)

            assert size_of(pdf) == size

    def test_have_the_margins_that_are_wanted(self):
        left = {
            margin: edges_of(
                self.pdf("/six", margins={"left": margin}, page_ranges="1")
            )["Part1"][0]
            for margin in (0, 40)
        }

        assert edges_of(self.pdf("/six", page_ranges="1"))["Part1"][0] == (
            pytest.approx(left[0] + 10 * MM, abs=1)
        )
        assert left[40] - left[0] == pytest.approx(40 * MM, abs=1)

    def test_have_the_scale_that_is_wanted(self):
        widths = []
        for scale in (0.5, 1.5):
            pdf = self.pdf("/six", scale=scale, page_ranges="1")
            left, right = edges_of(pdf)["Part1"]
            widths.append(right - left)

        assert widths[1] == pytest.approx(3 * widths[0], rel=0.02)

    def test_have_the_pages_that_are_wanted(self):
        pdf = self.pdf("/six", page_ranges="2-3,5")

        assert words_of(pdf).split() == ["Part2", "Part3", "Part5"]

    def test_cannot_have_pages_that_are_not_there(self):
        request = {"url": self.site.url("/six"), "options": {"page_ranges": "50-60"}}

        assert failure_of(request, "page-pdf") == (
            "pageRanges names no page that the document has."
        )

    def test_have_headers_and_footers(self):
        style = "style='font-size: 12px; margin-left: 40px'"
        pdf = self.pdf(
            "/six",
            margins={"top": 25, "bottom": 25},
            header_template=f"<b {style}>Secret</b>",
            footer_template=f"<i {style}><span class=pageNumber></span> of "
            "<span class=totalPages></span></i>",
        )

        count = page_count(pdf)
        for page in (1, count):
            words = words_of(pdf, page)
            assert words.startswith("Secret")
            assert words.endswith(f"{page} of {count}")

    def test_have_no_header_but_the_one_that_is_wanted(self):
        pdf = self.pdf("/six", footer_template="<span></span>", page_ranges="1")

        assert words_of(pdf) == "Part1"

    def test_have_images_in_headers_that_come_with_them(self):
        data = base64.b64encode(dot("lime").body.encode()).decode()
        image = f"<img height=20 src='data:image/svg+xml;base64,{data}'>"
        pdf = self.pdf("/six", margins={"top": 25}, header_template=image)

        assert has_colour(image_of(pdf), (0, 255, 0))

    def test_say_what_crashes_headers(self):
        style = "<style>@import 'http://127.0.0.1/style.css'</style>Header"
        options = {"header_template": style}

        message = failure_of({"html": "words", "options": options}, "page-pdf")

        assert "when it printed headerTemplate" in message

    def test_may_be_long(self):
        html = "".join(f"<p>Line {number} of many</p>" for number in range(9_000))

        pdf, _ = captured({"html": html}, "page-pdf")

        assert page_count(pdf) > 200
        assert "Line 8999 of many" in text_of(pdf, page_count(pdf))

    def test_keep_letters_of_all_scripts(self):
        pdf, found = captured({"html": "<title>T</title>Zażółć 漢字"}, "page-pdf")

        assert words_of(pdf) == "Zażółć 漢字"
        assert found.facts["finalUrl"] is None
