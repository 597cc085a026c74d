"""The fonts of one PDF: each holds only the glyphs that the document shows."""

import uharfbuzz
from reportlab.pdfbase import pdfdoc

from files.documents.pdf.faces import BuiltInFace, Cluster, Face, Glyph, Shape

# What a reader needs of a font whose glyphs are chosen by number.
NEEDED_TABLES = {"glyf", "loca", "head", "hhea", "hmtx", "maxp", "cvt ", "fpgm", "prep"}
SYMBOLIC = 4  # A flag of font descriptors: the font has an encoding of its own.
MAX_CODES = 100  # So many lines a section of a ToUnicode map may have.
TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{sections}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class DocumentFonts:
    """Numbers the faces of a document, and adds them to it when it is written."""

    def __init__(self, pdf: pdfdoc.PDFDocument):
        self._fonts: dict[Face | BuiltInFace, EmbeddedFont | ReferredFont] = {}
        pdf.delayedFonts.append(self)

    def __getitem__(self, face: Face | BuiltInFace):
        font = self._fonts.get(face)
        if font is None:
            kind = EmbeddedFont if face.is_embedded else ReferredFont
            font = self._fonts[face] = kind(face, f"T{len(self._fonts) + 1}")
        return font

    # ReportLab calls this when it writes the file.
    def addObjects(self, pdf: pdfdoc.PDFDocument) -> None:  # noqa: N802
        fonts = pdf.idToObject["BasicFonts"].dict
        for font in self._fonts.values():
            fonts[font.name] = pdf.Reference(font.objects(pdf))


class _Literal(pdfdoc.PDFObject):
    """What is in PDF's own notation already."""

    def __init__(self, text: str):
        self._text = text

    def format(self, pdf: pdfdoc.PDFDocument) -> bytes:
        return self._text.encode()


class ReferredFont:
    def __init__(self, face: BuiltInFace, name: str):
        self.name = name
        self._face = face

    def encode(self, shape: Shape, size: float) -> str:
        """Return what stands in a TJ array to show the shape."""
        codes = [cluster.glyphs[0].number for cluster in shape.clusters]
        return f"<{bytes(codes).hex()}>"

    def objects(self, pdf: pdfdoc.PDFDocument) -> pdfdoc.PDFDictionary:
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("Type1"),
                "BaseFont": pdfdoc.PDFName(self._face.name),
                "Encoding": pdfdoc.PDFName("WinAnsiEncoding"),
            }
        )


class EmbeddedFont:
    """A code stands for a glyph and what it says, as one glyph may say several things.

    Then text can be copied, and found, whatever was done to show it.
    """

    def __init__(self, face: Face, name: str):
        self.name = name
        self._face = face
        self._codes: dict[tuple[int, str], int] = {}
        self._widths: list[float] = []
        self._known: dict[Cluster, tuple[str, int]] = {}

    def encode(self, shape: Shape, size: float) -> str:
        """Return what stands in a TJ array to show the shape."""
        parts: list[str] = []
        hexadecimal = ""
        for cluster in shape.clusters:
            known = self._known.get(cluster)
            if known is None:
                if not cluster.is_simple or (shape.is_rtl and len(cluster.text) > 1):
                    compose = self._leftwards if shape.is_rtl else self._composed
                    parts.append(f"<{hexadecimal}>{compose(cluster, size)}")
                    hexadecimal = ""
                    continue
                known = self._learn(cluster)
            code, kerning = known
            hexadecimal += code
            if kerning:
                parts.append(f"<{hexadecimal}>{kerning}")
                hexadecimal = ""
        parts.append(f"<{hexadecimal}>")
        return "".join(parts).replace("<>", "")

    def _learn(self, cluster: Cluster) -> tuple[str, int]:
        """Return the code of a simple cluster, and what it stands closer by."""
        glyph = cluster.glyphs[0]
        code = f"{self._code(glyph, cluster.text):04x}"
        known = self._known[cluster] = (code, round(glyph.width - glyph.advance))
        return known

    def _code(self, glyph: Glyph, text: str) -> int:
        key = (glyph.number, text)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self._codes) + 1
            self._widths.append(glyph.width)
        return code

    def _composed(self, cluster: Cluster, size: float) -> str:
        """Show glyphs that together say something, each in its own place."""
        actual = cluster.text.encode("utf-16-be").hex()
        shown = "".join(self._placed(glyph, "", size) for glyph in cluster.glyphs)
        return f"]TJ/Span<</ActualText<feff{actual}>>>BDC[{shown}]TJ EMC["

    def _leftwards(self, cluster: Cluster, size: float) -> str:
        """Show a cluster of a script that runs leftwards.

        Readers turn such texts around letter by letter. So each letter has a code of
        its own, in the order on paper: the widest glyph says the first letter, and
        blanks without width say the others.
        """
        widest = max(cluster.glyphs, key=lambda glyph: glyph.advance)
        blank = self._face.blank
        parts = []
        for glyph in cluster.glyphs:
            if glyph is not widest:
                parts.append(self._placed(glyph, "", size))
                continue
            for letter in reversed(cluster.text[1:]):
                parts.append(self._placed(blank, letter, size))
            parts.append(self._placed(glyph, cluster.text[0], size))
        return "".join(parts)

    def _placed(self, glyph: Glyph, text: str, size: float) -> str:
        code = f"<{self._code(glyph, text):04x}>"
        if glyph.y_offset:
            code = f"]TJ {glyph.y_offset * size / 1000:.2f} Ts[{code}]TJ 0 Ts["
        after = round(glyph.width - glyph.advance + glyph.x_offset)
        return f" {round(-glyph.x_offset)}{code}{after} "

    def objects(self, pdf: pdfdoc.PDFDocument) -> pdfdoc.PDFDictionary:
        """Return the font's dictionary, and add what it refers to to the PDF."""
        file, numbers = self._subset()
        glyphs = b"\0\0" + b"".join(
            numbers[number].to_bytes(2, "big") for number, _ in self._codes
        )
        widths = " ".join(f"{width:.1f}" for width in self._widths)
        name = pdfdoc.PDFName(f"{_tag(self.name)}+{self._postscript_name()}")
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("CIDFontType2"),
                "BaseFont": name,
                "CIDSystemInfo": _system_info(),
                "CIDToGIDMap": _stream(pdf, glyphs),
                "DW": 1000,
                "W": _Literal(f"[1[{widths}]]"),
                "FontDescriptor": pdf.Reference(self._descriptor(pdf, name, file)),
            }
        )
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("Type0"),
                "BaseFont": name,
                "Encoding": pdfdoc.PDFName("Identity-H"),
                "DescendantFonts": pdfdoc.PDFArray([pdf.Reference(descendant)]),
                "ToUnicode": _stream(pdf, self._to_unicode().encode()),
            }
        )

    def _subset(self) -> tuple[bytes, dict[int, int]]:
        """Return a font file with the shown glyphs, and their new numbers."""
        face = self._face.harfbuzz_face
        wanted = uharfbuzz.SubsetInput()
        wanted.flags = (
            uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
            | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
            | uharfbuzz.SubsetFlags.NO_HINTING
        )
        unneeded = set(face.table_tags) - NEEDED_TABLES
        wanted.drop_table_tag_set.update(
            int.from_bytes(table.encode(), "big") for table in unneeded
        )
        wanted.glyph_set.update({number for number, _ in self._codes})
        plan = uharfbuzz.SubsetPlan(face, wanted)
        return plan.execute().blob.data, dict(plan.old_to_new_glyph_mapping)

    def _descriptor(self, pdf, name, file: bytes) -> pdfdoc.PDFDictionary:
        face = self._face
        box = pdfdoc.PDFArray([-1000, round(face.descent), 2000, round(face.ascent)])
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("FontDescriptor"),
                "FontName": name,
                "Flags": SYMBOLIC,
                "FontBBox": box,
                "ItalicAngle": -12 if face.file.is_italic else 0,
                "Ascent": round(face.ascent),
                "Descent": round(face.descent),
                "CapHeight": round(face.ascent * 0.78),
                "StemV": 140 if face.file.is_bold else 80,
                "FontFile2": _stream(pdf, file, Length1=len(file)),
            }
        )

    def _postscript_name(self) -> str:
        file = self._face.file
        name = f"{file.family}-{file.style}"
        return "".join(each for each in name if each.isascii() and each.isalnum())

    def _to_unicode(self) -> str:
        lines = [
            f"<{code:04x}> <{text.encode('utf-16-be').hex()}>"
            for (_, text), code in self._codes.items()
            if text
        ]
        sections = []
        for start in range(0, len(lines), MAX_CODES):
            part = lines[start : start + MAX_CODES]
            sections += [f"{len(part)} beginbfchar", *part, "endbfchar"]
        return TO_UNICODE.format(sections="\n".join(sections))


def _tag(name: str) -> str:
    """Return six letters, as the name of a subset must begin with."""
    number = int(name[1:])
    return "AAAA" + chr(65 + number // 26 % 26) + chr(65 + number % 26)


def _system_info() -> pdfdoc.PDFDictionary:
    return pdfdoc.PDFDictionary(
        {
            "Registry": pdfdoc.PDFString("Adobe"),
            "Ordering": pdfdoc.PDFString("Identity"),
            "Supplement": 0,
        }
    )


def _stream(pdf: pdfdoc.PDFDocument, content: bytes, **entries):
    stream = pdfdoc.PDFStream()
    stream.content = content
    stream.filters = [pdfdoc.PDFZCompress]
    for key, value in entries.items():
        stream.dictionary[key] = value
    return pdf.Reference(stream)
