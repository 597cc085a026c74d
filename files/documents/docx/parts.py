"""The files in a Word file, and what refers to what."""

from itertools import count
from typing import BinaryIO

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.package import Package
from lxml import etree

from files.documents.docx.elements import root
from files.documents.model import Picture


class Parts:
    """A package with an empty document in it.

    References are numbered here: python-docx looks through all that there are for each
    new one, which takes minutes for thousands of links.
    """

    def __init__(self) -> None:
        self.package = Package()
        self.body = root("document")
        self.document = XmlPart(
            PackURI("/word/document.xml"),
            CONTENT_TYPE.WML_DOCUMENT_MAIN,
            self.body,
            self.package,
        )
        self.package.relate_to(self.document, RELATIONSHIP_TYPE.OFFICE_DOCUMENT)
        self.shapes = count(1)
        self.numbers = count(1)
        self._references = count(1)
        self._links: dict[str, str] = {}
        self._pictures: dict[bytes, Part] = {}

    def add(
        self,
        name: str,
        content_type: str,
        relationship: str,
        content: bytes | etree._Element,
        source: Part | None = None,
    ) -> tuple[str, Part]:
        """Add a part that `source`, or else the document, refers to.

        Returns the reference's id and the part.
        """
        kind = Part if isinstance(content, bytes) else XmlPart
        part = kind(PackURI(name), content_type, content, self.package)
        return self.refer(part, relationship, source), part

    def refer(self, part: Part, relationship: str, source: Part | None = None) -> str:
        reference = f"rId{next(self._references)}"
        (source or self.document).load_rel(relationship, part, reference)
        return reference

    def link(self, address: str) -> str:
        """Return the id of the document's reference to an address outside."""
        if address not in self._links:
            self._links[address] = reference = f"rId{next(self._references)}"
            self.document.load_rel(
                RELATIONSHIP_TYPE.HYPERLINK, address, reference, is_external=True
            )
        return self._links[address]

    def picture(self, picture: Picture, source: Part | None = None) -> str:
        """Return the id of a reference to the picture, which is stored once."""
        part = self._pictures.get(picture.data)
        if part is None:
            name = f"/word/media/image{next(self.numbers)}.{picture.format}"
            part = Part(
                PackURI(name), f"image/{picture.format}", picture.data, self.package
            )
            self._pictures[picture.data] = part
        return self.refer(part, RELATIONSHIP_TYPE.IMAGE, source)

    def chart(self, xml: etree._Element, workbook: bytes) -> str:
        """Return the id of the document's reference to a chart with its workbook.

        The chart's `c:externalData` gets the id of the workbook.
        """
        number = next(self.numbers)
        reference, part = self.add(
            f"/word/charts/chart{number}.xml",
            CONTENT_TYPE.DML_CHART,
            RELATIONSHIP_TYPE.CHART,
            xml,
        )
        data, _ = self.add(
            f"/word/embeddings/workbook{number}.xlsx",
            CONTENT_TYPE.SML_SHEET,
            RELATIONSHIP_TYPE.PACKAGE,
            workbook,
            source=part,
        )
        external = xml.find("{*}externalData")
        external.set(f"{{{xml.nsmap['r']}}}id", data)
        return reference

    def save(self, file: BinaryIO) -> None:
        self.package.save(file)
