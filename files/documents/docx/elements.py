"""XML of Word's language, and texts that are fit for it."""

from functools import cache

from docx.oxml.ns import nsmap
from lxml import etree

from files.documents.characters import printable

NAMESPACES = {
    **{prefix: nsmap[prefix] for prefix in ("w", "r", "wp", "a", "pic", "c")},
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
TWIPS_PER_POINT = 20
TWIPS_PER_MM = 1440 / 25.4
EMU_PER_TWIP = 635


def clean(text: str) -> str:
    """Return the text without what no XML file may hold."""
    return text if text.isascii() and text.isprintable() else printable(text)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


@cache
def word_name(name: str) -> str:
    return f"{{{NAMESPACES['w']}}}{name}"


def qualified(name: str) -> str:
    """Return the name of "prefix:name" as lxml has it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def root(name: str):
    return etree.Element(word_name(name), nsmap=NAMESPACES)


def add(parent, name: str, /, **attributes: object):
    """Append an element of Word's namespace, as its attributes are, and return it."""
    element = etree.SubElement(parent, word_name(name))
    for key, value in attributes.items():
        element.set(word_name(key), str(value))
    return element


def add_border(
    parent, side: str, colour: str, *, width: int = 4, space: int = 0
) -> None:
    """Append a line of so many eighths of a point, so many points from the text."""
    add(parent, side, val="single", sz=width, space=space, color=colour)


def serialized(element) -> bytes:
    return etree.tostring(element, encoding="UTF-8", standalone=True)
