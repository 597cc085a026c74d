"""What a reader finds in a PDF, by Poppler and qpdf."""

import io
import json
import re
import subprocess
from dataclasses import replace
from tempfile import TemporaryDirectory

from PIL import Image as PillowImage

from conftest import require
from files.documents.model import Document, Paragraph, Picture, Properties
from files.documents.pdf import write_pdf

SECONDS = 60


def document_of(*blocks, **fields) -> Document:
    properties = fields.pop("properties", Properties(title="Title"))
    return Document(properties=properties, blocks=blocks, **fields)


def pdf_of(*blocks, **fields) -> bytes:
    """Set the blocks, or texts, in a document with such fields."""
    blocks = [
        Paragraph(text=block) if isinstance(block, str) else block for block in blocks
    ]
    file = io.BytesIO()
    write_pdf(document_of(*blocks, **fields), file)
    return file.getvalue()


def warnings_of(*texts, **fields) -> list[str]:
    blocks = [Paragraph(text=text) for text in texts]
    return write_pdf(replace(document_of(*blocks), **fields), io.BytesIO())


def picture(width=40, height=20, colour=(200, 30, 30), kind="png") -> Picture:
    file = io.BytesIO()
    PillowImage.new("RGB", (width, height), colour).save(file, kind.upper())
    return Picture(data=file.getvalue(), format=kind, width=width, height=height)


def run(program: str, *arguments: str, pdf: bytes) -> str:
    """Return what the program says of the PDF, which stands for "-"."""
    return _run(program, *arguments, pdf=pdf).decode()


def uncompressed(pdf: bytes) -> bytes:
    return _run("qpdf", "--qdf", "-", "/dev/stdout", pdf=pdf)


def _run(program: str, *arguments: str, pdf: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        path = f"{folder}/document.pdf"
        with open(path, "wb") as file:  # noqa: PTH123  A name, as arguments take.
            file.write(pdf)
        done = subprocess.run(
            [require(program), *(path if a == "-" else a for a in arguments)],
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    assert done.stderr == b""
    return done.stdout


def text_of(pdf: bytes, page: int | None = None) -> str:
    """Return the text as it is read, without the marks of its direction."""
    pages = ["-f", str(page), "-l", str(page)] if page else []
    text = run("pdftotext", *pages, "-layout", "-", "/dev/stdout", pdf=pdf)
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)


def words_of(pdf: bytes, page: int | None = None) -> str:
    """Return the text with a single space wherever there is any."""
    return " ".join(text_of(pdf, page).split())


def letters_of(pdf: bytes) -> str:
    """Return the text without space: lines break where the page wants it."""
    return "".join(text_of(pdf).split())


def edges_of(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Return where words begin and end, from the left, in points."""
    found = run("pdftotext", "-bbox", "-", "/dev/stdout", pdf=pdf)
    pattern = r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"[^>]*>(.*)</word>'
    return {
        word: (float(left), float(right))
        for left, right, word in re.findall(pattern, found)
    }


def page_count(pdf: bytes) -> int:
    return int(properties_of(pdf)["Pages"])


def properties_of(pdf: bytes) -> dict[str, str]:
    lines = run("pdfinfo", "-", pdf=pdf).splitlines()
    return {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in lines)
    }


def objects_of(pdf: bytes) -> list[dict]:
    """Return the dictionaries of the PDF."""
    found = json.loads(run("qpdf", "--json=2", "-", pdf=pdf))["qpdf"][1]
    values = [
        value.get("value", value.get("stream", {}).get("dict"))
        for value in found.values()
    ]
    return [value for value in values if isinstance(value, dict)]


def catalog_of(pdf: bytes) -> dict:
    return next(each for each in objects_of(pdf) if each.get("/Type") == "/Catalog")


def outline_of(pdf: bytes) -> list:
    """Return the bookmarks as [title, those below it] each."""

    def entries(found):
        return [[each["title"], entries(each["kids"])] for each in found]

    outlines = json.loads(run("qpdf", "--json=2", "--json-key=outlines", "-", pdf=pdf))
    return entries(outlines["outlines"])


def links_of(pdf: bytes) -> list[str]:
    actions = [each.get("/A", {}) for each in objects_of(pdf)]
    return [action["/URI"].removeprefix("u:") for action in actions if "/URI" in action]


def is_sound(pdf: bytes) -> bool:
    """Whether qpdf finds nothing wrong."""
    return "No syntax or stream encoding errors" in run("qpdf", "--check", "-", pdf=pdf)


def image_of(pdf: bytes, page: int = 1, dots_per_inch: int = 50) -> PillowImage.Image:
    """Return what the page looks like."""
    with TemporaryDirectory() as folder:
        where = ["-f", str(page), "-l", str(page), "-r", str(dots_per_inch)]
        target = f"{folder}/page"
        run("pdftoppm", *where, "-singlefile", "-png", "-", target, pdf=pdf)
        with PillowImage.open(f"{target}.png") as image:
            return image.convert("RGB")


def has_colour(image: PillowImage.Image, colour: tuple, tolerance: int = 12) -> bool:
    """Whether any dot is about of the colour."""
    seen = {pixel for _, pixel in image.getcolors(maxcolors=image.width * image.height)}
    return any(
        all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))
        for pixel in seen
    )
