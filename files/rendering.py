"""Sets the document that a client has asked for, with the owner's own images."""

import logging
from collections.abc import Callable
from typing import BinaryIO

from files.documents.composition import compose
from files.documents.model import Document, Picture
from files.documents.pictures import decode, picture_of
from files.exceptions import InvalidDocument
from files.images import IMAGE_TYPES
from files.models import StoredFile

logger = logging.getLogger(__name__)

Write = Callable[[Document, BinaryIO], list[str]]


def render(request: dict, file: BinaryIO, *, owner_id: str, write: Write) -> list[str]:
    """Write the document of a validated request into the file; returns warnings.

    Raises InvalidDocument and UnknownImage, and what `write` raises.
    """
    pictures: dict[str, Picture] = {}

    def load_picture(source: dict) -> Picture:
        """Read an image that stands in many places once."""
        name = source.get("data") or source["file_name"]
        if name not in pictures:
            pictures[name] = _picture(source, owner_id)
        return pictures[name]

    composition = compose(request, load_picture)
    return [*composition.warnings, *write(composition.document, file)]


def _picture(source: dict, owner_id: str) -> Picture:
    """Return the image of a data URI, or of a file that is the owner's."""
    if "data" in source:
        return picture_of(decode(source["data"]))
    name = source["file_name"]
    images = StoredFile.objects.present().filter(type__in=IMAGE_TYPES)
    stored = images.filter(owner_id=owner_id, file_name=name).first()
    try:
        if stored is not None:
            return picture_of(b"".join(stored.read()))
    except FileNotFoundError:
        logger.error("%s is listed but missing: restore it from a backup", name)
    raise InvalidDocument(f"None of your files is an image named {name}.")
