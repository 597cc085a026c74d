"""What a screenshot shows, of which part of the page, and as what kind of image."""

import pytest
from django.test import SimpleTestCase

from files.capture.screenshot import MAX_PIXELS, MAX_SIDE, Region
from files.tests.web import Site, captured, colour_at, failure_of, is_about, pictured

BLOCKS = """<!doctype html><title> The \n blocks </title>
<style>body { margin: 0; background: #fff } div { position: absolute }</style>
<div style="left: 0; top: 0; width: 400px; height: 300px; background: red"></div>
<div id=far style="left: 100px; top: 5000px; width: 150px; height: 80px;
  background: blue"></div>
<div style="top: 600px; width: 200px; height: 100px; overflow: auto">
  <p id=inner style="margin: 900px 0; height: 40px; background: lime"></p></div>
<div id=narrow style="left: 10.25px; top: 400.5px; width: 33.3px; height: 20.4px;
  background: purple"></div>
<div id=flat style="width: 50px; height: 0"></div>
<span id=none style="display: none">none</span>"""
SMALL = {"width": 500, "height": 400}


@pytest.mark.live
class PictureTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.enterClassContext(Site({"/": BLOCKS}))

    def request(self, *, selector=None, **options):
        request = {"url": self.site.url(), "viewport": SMALL, "options": options}
        return {**request, "selector": selector} if selector else request

    def test_is_the_viewport(self):
        image, captured = pictured(self.request())

        assert image.size == (500, 400)
        assert image.format == "PNG"
        assert is_about(colour_at(image, 399, 299), "red")
        assert is_about(colour_at(image, 401, 301), "white")
        assert captured.title == captured.facts["title"] == "The blocks"
        assert captured.facts["finalUrl"] == self.site.url()
        assert captured.facts["httpStatus"] == 200
        assert captured.facts["blocked"] == []
        assert captured.warnings == []

    def test_is_the_whole_page(self):
        image, captured = pictured(self.request(full_page=True))

        assert image.size == (500, 5080)
        assert is_about(colour_at(image, 101, 5001), "blue")
        assert is_about(colour_at(image, 399, 299), "red")
        assert is_about(colour_at(image, 99, 5001), "white")
        assert captured.warnings == []

    def test_is_an_element_far_down(self):
        image, _ = pictured(self.request(selector="#far"))

        assert image.size == (150, 80)
        assert image.convert("RGB").getcolors() == [(150 * 80, (0, 0, 255))]

    def test_is_an_element_that_must_be_scrolled_to_inside_another(self):
        image, _ = pictured(self.request(selector="#inner"))

        assert image.height == 40
        assert is_about(colour_at(image, 5, 20), "lime")
        assert is_about(colour_at(image, 5, 39), "lime")

    def test_is_an_element_between_pixels(self):
        image, captured = pictured(self.request(selector="#narrow"))

        assert abs(image.width - 33.3) < 1.5
        assert abs(image.height - 20.4) < 1.5
        assert is_about(colour_at(image, 16, 10), "purple")
        assert captured.warnings == []

    def test_is_the_first_element_that_matches(self):
        image, _ = pictured(self.request(selector="div", device_scale_factor=2))

        assert image.size == (800, 600)

    def test_says_where_a_selector_matches_nothing(self):
        message = failure_of(self.request(selector="#missing"))

        assert message == "The selector '#missing' matches nothing on the page."

    def test_says_where_what_matches_takes_no_room(self):
        for selector in ("#flat", "#none"):
            message = failure_of(self.request(selector=selector))

            assert "takes no room" in message

    def test_says_where_a_selector_is_none(self):
        message = failure_of(self.request(selector="p:nowhere("))

        assert message == "selector is not a valid CSS selector: 'p:nowhere('."

    def test_is_a_clip_beyond_the_viewport(self):
        clip = {"x": 90, "y": 4990, "width": 50, "height": 40}

        image, _ = pictured(self.request(clip=clip, device_scale_factor=2))

        assert image.size == (100, 80)
        assert is_about(colour_at(image, 19, 40), "white")
        assert is_about(colour_at(image, 21, 40), "blue")

    def test_is_a_clip_that_reaches_beyond_the_page(self):
        clip = {"x": 300, "y": 0, "width": 400, "height": 100}

        image, _ = pictured(self.request(clip=clip))

        assert image.size == (400, 100)
        assert is_about(colour_at(image, 50, 50), "red")
        assert is_about(colour_at(image, 399, 50), "white")

    def test_is_in_each_format(self):
        for name, signature in (
            ("png", b"\x89PNG"),
            ("jpeg", b"\xff\xd8\xff"),
            ("webp", b"RIFF"),
        ):
            data, _ = captured(self.request(format=name))

            assert data.startswith(signature)

    def test_takes_less_room_in_less_quality(self):
        noise = (
            "<body style='margin:0'><canvas id=c width=500 height=400></canvas>"
            "<script>const x = c.getContext('2d'), d = x.createImageData(500, 400);"
            "let s = 1; for (let i = 0; i < d.data.length; i++)"
            "{ s = s * 16807 % 2147483647; d.data[i] = i % 4 == 3 ? 255 : s % 256 }"
            "x.putImageData(d, 0, 0)</script>"
        )
        for name in ("jpeg", "webp"):
            sizes = []
            for quality in (10, 90):
                options = {"format": name, "quality": quality}
                data, _ = captured({"html": noise, "options": options})
                sizes.append(len(data))

            assert sizes[0] * 2 < sizes[1]

    def test_has_more_pixels_with_a_scale(self):
        image, captured = pictured(self.request(device_scale_factor=1.5))

        assert image.size == (750, 600)
        assert captured.facts["width"] == 750
        assert is_about(colour_at(image, 598, 448), "red")
        assert is_about(colour_at(image, 602, 452), "white")

    def test_has_no_background_where_none_is_wanted(self):
        html = "<body style='margin: 0'><div style='background: red; width: 50px'>a"
        for name in ("png", "webp"):
            options = {"omit_background": True, "format": name}
            image, _ = pictured({"html": html, "options": options})

            assert is_about(colour_at(image, 30, 5), "red", tolerance=60)
            assert image.convert("RGBA").getpixel((60, 5))[3] == 0
        image, _ = pictured({"html": html})
        assert image.convert("RGBA").getpixel((60, 5)) == (255, 255, 255, 255)


class RegionTests(SimpleTestCase):
    def test_stays_whole_where_an_image_shows_it(self):
        region = Region(x=3, y=4, width=1280, height=16_000)

        assert region.cut(1) == region

    def test_is_cut_below(self):
        region = Region(x=3, y=4, width=1280, height=50_000)

        assert region.cut(1) == Region(x=3, y=4, width=1280, height=MAX_SIDE)
        cut = region.cut(2)
        assert cut == Region(x=3, y=4, width=1280, height=MAX_PIXELS // 4 // 1280)

    def test_is_cut_at_the_right(self):
        region = Region(x=0, y=0, width=90_000, height=100)

        assert region.cut(1) == Region(x=0, y=0, width=MAX_SIDE, height=100)
        assert region.cut(2) == Region(x=0, y=0, width=MAX_SIDE / 2, height=100)

    def test_never_has_too_many_pixels(self):
        for width in (0.4, 1, 333.3, 15_000, 70_000):
            for height in (0.4, 1, 333.3, 15_000, 70_000):
                for scale in (0.5, 1, 1.5, 3):
                    cut = Region(x=0, y=0, width=width, height=height).cut(scale)

                    assert 0 < cut.width * scale <= MAX_SIDE
                    assert 0 < cut.height * scale <= MAX_SIDE
                    assert cut.width * cut.height * scale**2 <= MAX_PIXELS + 1
