"""The fonts of generated documents: Liberation, where the set-up installed it."""

from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

LIBERATION = Path("/usr/share/fonts/truetype/liberation")


@dataclass(frozen=True, kw_only=True)
class FontFamily:
    regular: str
    bold: str


def document_fonts() -> FontFamily:
    """Return the fonts that documents are set in.

    Liberation Sans has Latin, Greek and Cyrillic. Without it PDF's own Helvetica
    serves, which has Western European letters only.
    """
    faces = {"HS-Regular": "Regular", "HS-Bold": "Bold"}
    paths = {
        name: LIBERATION / f"LiberationSans-{face}.ttf" for name, face in faces.items()
    }
    if not all(path.is_file() for path in paths.values()):
        return FontFamily(regular="Helvetica", bold="Helvetica-Bold")
    for name, path in paths.items():
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return FontFamily(regular="HS-Regular", bold="HS-Bold")
