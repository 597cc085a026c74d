import base64
import struct
import time
import zlib
from contextlib import suppress
from io import BytesIO
from unittest import TestCase
from unittest.mock import patch

import pytest
from PIL import Image, PngImagePlugin

from files.exceptions import UnknownImage
from files.images import MAX_SVG_BYTES, identify
from files.tests.factories import png_bytes


def jpeg_bytes(width=20, height=30, mode="RGB", **options):
    file = BytesIO()
    Image.new(mode, (width, height)).save(file, "JPEG", **options)
    return file.getvalue()


def svg(inside="", attributes=""):
    root = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'
    return root.encode()


def png_of_size(width, height):
    """Return a PNG that claims to be so large, in few bytes."""

    def chunk(kind, data):
        sum_ = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + sum_

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


def jpeg_of_size(width, height):
    data = bytearray(jpeg_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def data_uri(data, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


class GoodImageTests(TestCase):
    def test_are_told_by_their_content(self):
        assert identify(png_bytes()) == "png"
        assert identify(jpeg_bytes()) == "jpg"
        assert identify(svg()) == "svg"

    def test_may_be_of_any_mode(self):
        for mode in ("L", "RGB", "CMYK"):
            assert identify(jpeg_bytes(mode=mode)) == "jpg"
        assert identify(jpeg_bytes(progressive=True)) == "jpg"

    def test_may_have_something_behind_their_end(self):
        for data, kind in ((png_bytes(), "png"), (jpeg_bytes(), "jpg")):
            assert identify(data + b"trailing") == kind

    def test_may_be_animated(self):
        file = BytesIO()
        frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
        frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])

        assert identify(file.getvalue()) == "png"

    def test_are_told_without_a_pixel_in_memory(self):
        with patch("PIL.ImageFile.ImageFile.load", autospec=True) as load:
            for data in (png_bytes(), jpeg_bytes(progressive=True)):
                identify(data)

        load.assert_not_called()

    def test_may_be_drawings_as_programs_write_them(self):
        for drawing in (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- x -->\n' + svg(),
            svg('<defs><g id="a"/></defs><use href="#a"/>'),
            svg('<rect fill="url(#a)" style="stroke: url(\'#b\')"/>'),
            svg("<style>.a{fill:url(#b)}</style>"),
            svg(r'<g xmlns:x="urn:x" x:from="C:\a (1).svg"/>'),
            svg(f'<image href="{data_uri(png_bytes())}"/>'),
            svg(f'<image href="{data_uri(jpeg_bytes(), "jpeg")}"/>'),
            svg("<text>url(http://example.com) &amp; onload=x</text>"),
            svg('<a xlink:href="#x"/>', 'xmlns:xlink="http://www.w3.org/1999/xlink"'),
        ):
            with self.subTest(drawing):
                assert identify(drawing) == "svg"


class BadImageTests(TestCase):
    def refuse(self, data):
        with pytest.raises(UnknownImage) as error:
            identify(data)
        return error.value.message

    def test_are_named_as_unknown(self):
        for data in (b"", b"x", b"GIF89a", b"BM", b"\x89PNG", b"%PDF-1.7", b"\x1f\x8b"):
            assert self.refuse(data) == "The image must be a PNG, a JPEG or an SVG."

    def test_are_damaged(self):
        for data in (png_bytes(50, 50), jpeg_bytes(50, 50)):
            for broken in (data[:-20], data[:30], data[:12]):
                assert "damaged" in self.refuse(broken)

    def test_have_a_wrong_check_sum(self):
        data = bytearray(png_bytes())
        data[data.index(b"IDAT") + 6] ^= 1

        assert "damaged" in self.refuse(bytes(data))

    def test_have_too_many_pixels(self):
        for width, height in ((5001, 5000), (10_000, 10_000), (60_000, 60_000)):
            for make in (png_of_size, jpeg_of_size):
                with self.subTest(f"{make.__name__} {width} x {height}"):
                    assert "25 million pixels" in self.refuse(make(width, height))

    def test_have_a_text_that_unpacks_to_very_much(self):
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "x" * 50_000_000, zip=True)
        file = BytesIO()
        Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=info)

        assert "damaged" in self.refuse(file.getvalue())


class BadDrawingTests(TestCase):
    def test_are_refused(self):
        xlink = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
        drawings = {
            "not well-formed": b'<svg xmlns="http://www.w3.org/2000/svg"><g></svg>',
            "no SVG": b"<html><body/></html>",
            "no namespace": b"<svg/>",
            "another encoding": svg().decode().encode("utf-16"),
            "not UTF-8": svg("<text>\xfc</text>").decode().encode("latin-1"),
            "doctype": b"<!DOCTYPE svg>" + svg(),
            "entity": b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"),
            "file entity": b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            + svg("&a;"),
            "style sheet": b'<?xml-stylesheet href="http://example.com"?>' + svg(),
            "script": svg("<script>alert(1)</script>"),
            "Script of HTML": svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'),
            "foreign object": svg("<foreignObject/>"),
            "iframe": svg("<iframe/>"),
            "handler": svg("", 'onload="alert(1)"'),
            "handler of a part": svg('<g onClick="alert(1)"/>'),
            "file": svg('<image href="/etc/passwd"/>'),
            "file URL": svg('<image href="file:///etc/passwd"/>'),
            "web": svg(f'<image xlink:href="http://example.com/a.png" {xlink}/>'),
            "use": svg('<use href="other.svg#a"/>'),
            "filter image": svg('<filter><feImage href="http://x/"/></filter>'),
            "script URL": svg('<a href="javascript:alert(1)"/>'),
            "animated link": svg('<set attributeName="xlink:href" to="http://x/"/>'),
            "base": svg("<g/>", 'xml:base="http://example.com/"'),
            "fill": svg('<rect fill="url(http://example.com/)"/>'),
            "fill in quotes": svg("<rect fill=\"url( 'x.svg#a' )\"/>"),
            "unclosed url": svg('<rect fill="url(http://x"/>'),
            "style": svg('<rect style="fill: URL(//example.com)"/>'),
            "style sheet inside": svg("<style>.a{fill:url(http://x)}</style>"),
            "split style sheet": svg("<style>.a{fill:ur<!-- -->l(http://x)}</style>"),
            "import": svg("<style>@import 'http://x';</style>"),
            "escaped style": svg(r"<style>.a{fill:\75rl(http://x)}</style>"),
            "escaped fill": svg(r'<rect fill="u\72l(http://x)"/>'),
            "animated link in blanks": svg(
                '<set attributeName=" xlink:href " to="x"/>'
            ),
            "image in two encodings": svg(
                f'<image href="{data_uri(png_bytes())}%41#x"/>'
            ),
            "image set": svg("<style>.a{x:image-set('http://x' 1x)}</style>"),
            "drawing inside": svg(f'<image href="{data_uri(svg(), "svg+xml")}"/>'),
            "drawing under another name": svg(f'<image href="{data_uri(svg())}"/>'),
            "bomb inside": svg(f'<image href="{data_uri(png_of_size(9999, 9999))}"/>'),
            "bad base64": svg('<image href="data:image/png;base64,A"/>'),
            "deep": svg("<g>" * 200 + "</g>" * 200),
            "large": svg(" " * MAX_SVG_BYTES),
            "many pictures": svg(f'<image href="{data_uri(png_bytes())}"/>' * 21),
        }
        for name, drawing in drawings.items():
            with self.subTest(name), pytest.raises(UnknownImage):
                identify(drawing)

    def test_take_no_longer_than_good_ones(self):
        for drawing in (
            svg('<rect fill="' + "url(#" * 190_000 + '"/>'),
            svg("<g/>" * 240_000),
            svg("<style>" + "\\" * 900_000 + "</style>"),
            svg('<rect fill="' + "\\" * 900_000 + '"/>'),
            svg('<image href="data:image/png;base64,' + "= " * 400_000 + '"/>'),
        ):
            started = time.monotonic()
            with suppress(UnknownImage):
                identify(drawing)
            assert time.monotonic() - started < 2
