import base64
import signal
from io import BytesIO
from subprocess import CompletedProcess
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase
from PIL import Image

from files.documents.pictures import MAX_SIDE, decode, picture_of
from files.exceptions import UnknownImage

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">
<rect width="40" height="20" fill="#ff0000"/></svg>"""


def encoded(image, format="PNG", **options):  # noqa: A002  Pillow's name for it.
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def pixels_of(picture):
    image = Image.open(BytesIO(picture.data))
    assert (image.width, image.height) == (picture.width, picture.height)
    return image


class PictureTests(SimpleTestCase):
    def test_keeps_the_pixels_of_a_png(self):
        image = Image.new("RGB", (3, 2), "red")
        image.putpixel((0, 0), (0, 0, 255))

        picture = picture_of(encoded(image))

        assert picture.format == "png"
        assert pixels_of(picture).getpixel((0, 0)) == (0, 0, 255)
        assert pixels_of(picture).getpixel((2, 1)) == (255, 0, 0)

    def test_reads_every_mode_of_png(self):
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
            with self.subTest(mode):
                picture = picture_of(encoded(Image.new(mode, (5, 5))))

                assert pixels_of(picture).mode in ("L", "RGB")

    def test_lays_what_is_transparent_on_white(self):
        clear = Image.new("RGBA", (2, 2), (0, 0, 0, 0))

        assert pixels_of(picture_of(encoded(clear))).getpixel((0, 0)) == (255,) * 3

    def test_turns_a_photograph_upright_and_forgets_where_it_was_taken(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # Turned by a quarter.
        exif[0x010F] = "A camera"

        picture = picture_of(encoded(Image.new("RGB", (30, 10)), "JPEG", exif=exif))

        assert (picture.width, picture.height) == (10, 30)
        assert not Image.open(BytesIO(picture.data)).getexif()

    def test_reads_a_jpeg_for_print(self):
        picture = picture_of(encoded(Image.new("CMYK", (4, 4)), "JPEG"))

        assert picture.format == "jpeg"
        assert pixels_of(picture).mode == "RGB"

    def test_makes_a_large_image_as_large_as_a_page_shows(self):
        for format in ("PNG", "JPEG"):  # noqa: A001  Pillow's name for it.
            with self.subTest(format):
                data = encoded(Image.new("RGB", (4800, 1200)), format)

                picture = picture_of(data)

                assert (picture.width, picture.height) == (MAX_SIDE, 600)

    def test_draws_an_svg(self):
        picture = picture_of(SVG)

        assert picture.width == 2 * picture.height
        assert pixels_of(picture).getpixel((5, 5)) == (255, 0, 0)

    def test_draws_an_svg_of_any_size_within_bounds(self):
        for size in (b'width="1" height="90000"', b'width="90000" height="90000"'):
            with self.subTest(size):
                svg = SVG.replace(b'width="40" height="20"', size, 1)

                picture = picture_of(svg)

                assert max(picture.width, picture.height) <= MAX_SIDE

    def test_draws_no_end_of_references(self):
        groups = "".join(
            f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>"
            for n in range(1, 12)
        )
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs>'
            f'<g id="g0"><rect width="1" height="1"/></g>{groups}</defs>'
            '<use href="#g11"/></svg>'
        )

        with pytest.raises(UnknownImage):
            picture_of(svg.encode())

    def test_stops_drawing_what_takes_very_long(self):
        turbulence = '<feTurbulence baseFrequency=".9" numOctaves="100000000"/>'
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
            f'<filter id="f">{turbulence}</filter>'
            '<rect width="9" height="9" filter="url(#f)"/></svg>'
        )

        with (
            patch("files.documents.pictures.SVG_SECONDS", 1),
            pytest.raises(UnknownImage, match="too much time or memory"),
        ):
            picture_of(drawing.encode())

    def test_outlives_a_drawing_that_ends_its_process(self):
        ended = CompletedProcess([], returncode=-signal.SIGABRT)

        with (
            patch("files.documents.pictures.subprocess.run", return_value=ended),
            pytest.raises(UnknownImage, match="too much time or memory"),
        ):
            picture_of(SVG)

    def test_refuses_what_is_damaged(self):
        png = encoded(Image.new("RGB", (50, 50)))
        for data in (b"", b"GIF89a", png[:40], png[:-30], b"<svg/>", b"%PDF-1.4"):
            with self.subTest(data[:8]), pytest.raises(UnknownImage):
                picture_of(data)


class DataUriTests(SimpleTestCase):
    def test_decodes_base64(self):
        uri = "data:image/png;base64," + base64.b64encode(b"bytes").decode()

        assert decode(uri) == b"bytes"

    def test_refuses_everything_else(self):
        uris = (
            "",
            "https://example.com/a.png",
            "file:///etc/passwd",
            "data:image/png,plain",
            "data:image/png;base64,***",
            "data:;base64,AAAA",
        )
        for uri in uris:
            with self.subTest(uri), pytest.raises(UnknownImage):
                decode(uri)
