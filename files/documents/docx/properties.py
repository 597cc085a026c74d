"""What Word shows as the properties of a file."""

from django.utils import timezone
from docx.opc.coreprops import CoreProperties

from files.documents.docx.elements import one_line
from files.documents.model import Document

_LONGEST = 255  # python-docx refuses more.


def set_properties(properties: CoreProperties, document: Document) -> None:
    given = document.properties
    now = timezone.now()
    properties.title = one_line(given.title)[:_LONGEST]
    properties.author = one_line(given.author)[:_LONGEST]
    properties.last_modified_by = properties.author
    properties.subject = one_line(given.subject)[:_LONGEST]
    properties.keywords = one_line(", ".join(given.keywords))[:_LONGEST]
    properties.language = document.language[:_LONGEST]
    properties.created = properties.modified = now
