"""What a page loads late, and pages that are longer or wider than a picture."""

from pathlib import Path

import pytest
import reportlab
from django.test import SimpleTestCase

from files.capture.limits import MAX_PIXELS, MAX_SIDE
from files.tests.web import Reply, Site, colour_at, dot, is_about, pictured

FONT = Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf"
LAZY = "<img loading=lazy width=100 height=100 src=/{}>"
OBSERVED = """<img id=seen width=100 height=100><script>
new IntersectionObserver(entries => entries.forEach(
  entry => { if (entry.isIntersecting) seen.src = '/observed.svg' })).observe(seen)
</script>"""
GROWING = """<script>
const add = () => {
  const block = document.createElement('div');
  block.style.cssText = 'height: 1000px; background: red';
  document.body.append(block);
};
add(); add();
onscroll = () => { add(); add(); };
</script>"""
TYPED = """<style>span { font: 40px Own, monospace; white-space: pre }</style>
<span id=text>mmmmmmmm</span><script>
const face = new FontFace('Own', 'url(/own.ttf)');
%s
</script>"""


def block(height: int, colour: str, width: str = "auto") -> str:
    style = f"height: {height}px; width: {width}; background: {colour}"
    return f'<div style="{style}"></div>'


def page(*parts: str) -> str:
    return "<!doctype html><body style='margin: 0'>" + "".join(parts)


def late(reply: Reply) -> Reply:
    return Reply(reply.body, headers=reply.headers, delay=0.4)


@pytest.mark.live
class ScrollingTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        routes = {
            "/lazy": page(
                LAZY.format("first.svg"),
                block(5000, "white"),
                LAZY.format("second.svg"),
                "<div style='width: 3000px; text-align: right'>",
                LAZY.format("aside.svg"),
                "</div><img loading=lazy style='display: none' src=/hidden.svg>",
            ),
            "/first.svg": late(dot("red")),
            "/second.svg": late(dot("blue")),
            "/aside.svg": late(dot("lime")),
            "/hidden.svg": dot(),
            "/observer": page(block(3000, "white"), OBSERVED, block(3000, "white")),
            "/observed.svg": late(dot("lime")),
            "/timer": page(
                "<img id=timed><script>setTimeout(() => timed.src = '/first.svg', 50)"
                "</script>"
            ),
            "/tall": page(block(7000, "red"), block(43_000, "blue")),
            "/wide": page(block(50, "red", "3000px"), block(50, "blue", "90000px")),
            "/endless": page(GROWING),
            "/hero": page("<div style='height: 100vh; background: red'></div>")
            + block(1000, "blue"),
            "/stalling": page(block(50, "red"), "<img src=/stalled.svg>"),
            "/stalled.svg": Reply(delay=15),
            "/font": page(TYPED % "document.fonts.add(face)"),
            "/late-font": page(TYPED % "onload = () => document.fonts.add(face)"),
            "/own.ttf": Reply(FONT.read_bytes(), delay=0.4),
        }
        cls.site = cls.enterClassContext(Site(routes))

    def picture(self, path, *, selector=None, **options):
        request = {"url": self.site.url(path), "options": options}
        return pictured({**request, **({"selector": selector} if selector else {})})

    def test_shows_lazy_images_in_view(self):
        image, _ = self.picture("/lazy")

        assert is_about(colour_at(image, 50, 50), "red")

    def test_shows_lazy_images_anywhere_on_the_whole_page(self):
        image, _ = self.picture("/lazy", full_page=True)

        assert is_about(colour_at(image, 50, 50), "red")
        assert is_about(colour_at(image, 50, 5155), "blue")
        assert is_about(colour_at(image, 2950, 5255), "lime")

    def test_shows_a_lazy_image_that_is_asked_for(self):
        image, _ = self.picture("/lazy", selector="[src='/second.svg']")

        assert image.size == (100, 100)
        assert is_about(colour_at(image, 50, 50), "blue")

    def test_shows_images_that_a_script_loads_once_they_are_seen(self):
        image, _ = self.picture("/observer", full_page=True)

        assert is_about(colour_at(image, 50, 3050), "lime")

    def test_shows_images_that_a_script_loads_later_to_whom_waits(self):
        image, _ = self.picture("/timer", wait_until="networkidle0")

        assert is_about(colour_at(image, 50, 50), "red")

    def test_does_not_wait_for_images_where_nobody_wants_to(self):
        image, _ = self.picture("/stalling", wait_until="domcontentloaded")

        assert is_about(colour_at(image, 50, 25), "red")

    def test_cuts_a_page_that_is_too_tall_and_says_so(self):
        image, captured = self.picture("/tall", full_page=True)

        assert image.size == (1280, MAX_SIDE)
        assert is_about(colour_at(image, 640, 6999), "red")
        assert is_about(colour_at(image, 640, 7001), "blue")
        assert is_about(colour_at(image, 640, MAX_SIDE - 1), "blue")
        assert captured.warnings == [
            "The page is 1280 x 50000 px; the image shows the first 1280 x 16000."
        ]

    def test_cuts_sooner_where_a_pixel_of_the_page_becomes_more(self):
        image, captured = self.picture("/tall", full_page=True, device_scale_factor=2)

        assert image.width == 2560
        assert MAX_PIXELS * 0.99 < image.width * image.height <= MAX_PIXELS
        assert is_about(colour_at(image, 1280, image.height - 1), "red")
        assert len(captured.warnings) == 1

    def test_cuts_a_page_that_is_too_wide(self):
        image, captured = self.picture("/wide", full_page=True)

        assert image.size == (MAX_SIDE, 800)
        assert is_about(colour_at(image, 2999, 25), "red")
        assert is_about(colour_at(image, 3001, 25), "white")
        assert is_about(colour_at(image, MAX_SIDE - 1, 75), "blue")
        assert captured.warnings == [
            "The page is 90000 x 800 px; the image shows the first 16000 x 800."
        ]

    def test_cuts_an_element_that_is_too_tall(self):
        image, captured = self.picture("/tall", selector="div:nth-child(2)")

        assert image.size == (1280, MAX_SIDE)
        assert captured.warnings[0].startswith("What the selector matches is 1280 x 4")

    def test_comes_to_an_end_with_a_page_without_one(self):
        image, captured = self.picture("/endless", full_page=True)

        assert image.size == (1280, MAX_SIDE)
        assert "shows the first 1280 x 16000" in captured.warnings[0]

    def test_keeps_what_is_as_high_as_the_viewport(self):
        image, _ = self.picture("/hero", full_page=True)

        assert image.size == (1280, 1800)
        assert is_about(colour_at(image, 640, 799), "red")
        assert is_about(colour_at(image, 640, 801), "blue")

    def test_shows_the_page_in_its_own_fonts(self):
        for path in ("/font", "/late-font"):
            image, _ = self.picture(path, selector="#text")

            # In any font that a machine has it is 192 px wide.
            assert image.width > 300
