"""Makes every image that a document may hold into one that any reader shows."""

import base64
import binascii
import re
import subprocess
import sys
from io import BytesIO

from PIL import Image, ImageOps

from files.documents import svg_program
from files.documents.model import Picture
from files.exceptions import UnknownImage
from files.images import identify

JPEG_QUALITY = 88
SVG_SIDE = 1_600
SVG_SECONDS = 20
TOO_COSTLY = "The SVG takes too much time or memory to draw."
MAX_SIDE = 2_400  # In pixels: 300 an inch on the width of a page of A4.
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+)*;base64,", re.A)


def decode(uri: str) -> bytes:
    """Return the bytes of a base64 data URI (RFC 2397); raises UnknownImage."""
    match = _DATA_URI.match(uri)
    if match is None:
        raise UnknownImage("Must be a data URI: data:image/png;base64,…")
    try:
        return base64.b64decode(uri[match.end() :], validate=True)
    except binascii.Error:
        raise UnknownImage("The data URI is not valid base64.") from None


def picture_of(data: bytes) -> Picture:
    """Return the image upright, in RGB or grey, no larger than a page shows.

    Nothing but the pixels is kept: no place, camera or comment. Raises UnknownImage.
    """
    kind = identify(data)
    if kind == "svg":
        data = _rasterised(data)
    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG"]) as image:
            return _normal(image, keep_jpeg=kind == "jpg")
    except (OSError, ValueError, SyntaxError) as error:
        raise UnknownImage("The image is damaged.") from error


def _rasterised(svg: bytes) -> bytes:
    """Draw an SVG, which `identify` has found to be without references."""
    command = [sys.executable, "-I", svg_program.__file__, str(SVG_SIDE)]
    try:
        done = subprocess.run(  # noqa: S603  Nothing of it comes from a client.
            command, input=svg, capture_output=True, timeout=SVG_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnknownImage(TOO_COSTLY) from None
    if done.returncode < 0:  # A signal ended it.
        raise UnknownImage(TOO_COSTLY)
    if done.returncode:
        raise UnknownImage("The SVG cannot be drawn.")
    return done.stdout


def _normal(image: Image.Image, *, keep_jpeg: bool) -> Picture:
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # A JPEG is then read at a fitting scale.
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")  # 16 bits of grey.
    elif image.mode == "P":
        image = image.convert("RGBA")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    if image.mode not in ("L", "RGB"):
        image = _without_transparency(image)
    file = BytesIO()
    if keep_jpeg:
        image.save(file, "JPEG", quality=JPEG_QUALITY)
    else:
        image.save(file, "PNG", compress_level=4)
    return Picture(
        data=file.getvalue(),
        format="jpeg" if keep_jpeg else "png",
        width=image.width,
        height=image.height,
    )


def _without_transparency(image: Image.Image) -> Image.Image:
    """Lay the image on white paper."""
    if image.mode == "CMYK":
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")
