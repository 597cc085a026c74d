"""Tells what an image is by its content, and refuses what could do harm."""

import base64
import binascii
import re
import struct
import zlib
from io import BytesIO
from typing import Literal, get_args
from xml.parsers import expat

from PIL import Image

from files.exceptions import UnknownImage

Kind = Literal["png", "jpg", "svg"]
IMAGE_TYPES: tuple[Kind, ...] = get_args(Kind)

MAX_PIXELS = 25_000_000
MAX_SVG_BYTES = 1_000_000
MAX_SVG_DEPTH = 100
MAX_SVG_PICTURES = 20
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
FORBIDDEN_ELEMENTS = {
    "audio",
    "embed",
    "foreignobject",
    "handler",
    "iframe",
    "listener",
    "object",
    "script",
    "video",
}
END_OF_JPEG = b"\xff\xd9"
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# Nothing but base64: others decode %41, or end at #, and would see another image.
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/\s]*=*\s*)", re.I)
_URL = re.compile(r"url\(", re.I)
# A backslash may hide any of these; image() and src() are CSS's other ways to fetch.
_HIDDEN_REFERENCE = re.compile(r"\\|@import|image(?:-set)?\(|src\(", re.I)
# Of an attribute that is style too: fill="u\72l(...)"; others may hold C:\a (1).
_HIDDEN_FUNCTION = re.compile(r"[^\\]*\\[^(]*\(")


def identify(data: bytes) -> Kind:
    """Return what the bytes are: a PNG, a JPEG, or an SVG without references.

    Raises UnknownImage for anything else, whatever its name says: a damaged image,
    one of too many pixels, an SVG that could run a script or fetch something.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_pixels(data, "PNG")
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        _check_pixels(data, "JPEG")
        return "jpg"
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        _check_svg(data)
        return "svg"
    raise UnknownImage


def _check_pixels(data: bytes, name: str) -> None:
    """Check size and wholeness, without a pixel in memory: decoding 25 million, as
    libjpeg does even to scale a progressive JPEG down, takes 150 MB."""
    file = BytesIO(data)
    try:
        with Image.open(file, formats=[name]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnknownImage(_too_large())
            if name == "PNG":
                image.verify()  # By the check sums.
            elif data.find(END_OF_JPEG, file.tell()) == -1:
                raise EOFError
    except TOO_MANY_PIXELS:
        raise UnknownImage(_too_large()) from None
    except BROKEN as error:
        raise UnknownImage(f"The {name} image is damaged.") from error


def _too_large() -> str:
    return f"The image has more than {MAX_PIXELS // 1_000_000} million pixels."


def _check_svg(data: bytes) -> None:
    if len(data) > MAX_SVG_BYTES:
        raise UnknownImage(f"An SVG may have at most {MAX_SVG_BYTES} bytes.")
    # Whatever encoding it declares: who reads it later takes it for UTF-8.
    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    check = _SvgCheck()
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    parser.CharacterDataHandler = check.text
    parser.StartDoctypeDeclHandler = check.doctype
    parser.ProcessingInstructionHandler = check.instruction
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = f"The SVG is not well-formed XML (line {error.lineno})."
        raise UnknownImage(message) from None


class _SvgCheck:
    """Looks at each part of an SVG as the parser comes to it."""

    def __init__(self) -> None:
        self.depth = 0
        self.pictures = 0
        self.styles: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, element = name.rpartition(" ")
        if self.depth == 0 and (namespace, element) != (SVG_NAMESPACE, "svg"):
            raise UnknownImage("The root of an SVG must be svg, in SVG's namespace.")
        self.depth += 1
        if self.depth > MAX_SVG_DEPTH:
            raise UnknownImage(f"An SVG may be {MAX_SVG_DEPTH} levels deep at most.")
        if element.lower() in FORBIDDEN_ELEMENTS:
            raise UnknownImage(f"An SVG may not have <{element}>.")
        if element.lower() == "style":
            self.styles.append([])
        for key, value in attributes.items():
            foreign, _, local = key.rpartition(" ")
            if not foreign and _HIDDEN_FUNCTION.match(value):
                raise UnknownImage("The style of an SVG may not fetch anything.")
            self.attribute(local.lower(), value)

    def attribute(self, name: str, value: str) -> None:
        is_link = name in ("href", "src", "base")
        animates_link = name == "attributename" and "href" in value.lower()
        if name.startswith("on") or animates_link:
            raise UnknownImage(f"An SVG may not have the attribute {name!r}.")
        if is_link:
            self.reference(value)
        else:
            self.css(value, is_style=name == "style")

    def end(self, name: str) -> None:
        self.depth -= 1
        if name.rpartition(" ")[2].lower() == "style":
            self.css("".join(self.styles.pop()), is_style=True)

    def text(self, text: str) -> None:
        if self.styles:
            self.styles[-1].append(text)

    def css(self, text: str, *, is_style: bool) -> None:
        if is_style and _HIDDEN_REFERENCE.search(text):
            raise UnknownImage("The style of an SVG may not fetch anything.")
        for rest in _URL.split(text)[1:]:
            self.reference(rest.partition(")")[0].strip().strip("\"'"))

    def reference(self, value: str) -> None:
        """Refuse what leads out of the SVG: all but its own ids and small images."""
        value = value.strip()
        if value.startswith("#"):
            return
        match = _PICTURE.fullmatch(value)
        self.pictures += 1
        if match is None or self.pictures > MAX_SVG_PICTURES:
            raise UnknownImage(
                "An SVG may refer to its own ids (#...) and to "
                f"{MAX_SVG_PICTURES} data:image/png or data:image/jpeg at most."
            )
        try:
            data = base64.b64decode(match[1])
        except binascii.Error:
            raise UnknownImage("An image in the SVG is not valid base64.") from None
        if identify(data) == "svg":
            raise UnknownImage("An image in an SVG must be PNG or JPEG.")

    def doctype(self, *declaration) -> None:
        raise UnknownImage("An SVG may not have a DOCTYPE.")

    def instruction(self, target: str, data: str) -> None:
        raise UnknownImage(f"An SVG may not have the instruction <?{target}?>.")
