"""The gallery: sample documents, and what comes of them, as images.

`make gallery` makes the images of docs/gallery anew, from the requests beside them.
"""

import json
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

from files.api.documents import DocumentSerializer
from files.documents.docx import write_docx
from files.documents.pdf import write_pdf
from files.rendering import render
from files.tests.office import converted

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "gallery"
RESOLUTION = 64  # Dots an inch: legible, and small enough to be kept.
WRITERS = {"pdf": write_pdf, "docx": write_docx}


def samples() -> dict[str, dict]:
    """Return the requests of the gallery by their names."""
    paths = sorted(FOLDER.glob("*.json"))
    return {path.stem: json.loads(path.read_text()) for path in paths}


def made(request: dict, extension: str) -> tuple[bytes, list[str]]:
    """Return the file that becomes of a request, and the warnings."""
    form = DocumentSerializer(data=request)
    form.is_valid(raise_exception=True)
    payload = json.loads(json.dumps(form.validated_data))
    file = BytesIO()
    warnings = render(payload, file, owner_id="", write=WRITERS[extension])
    return file.getvalue(), warnings


def pages(pdf: bytes, *, resolution: int = RESOLUTION) -> list[bytes]:
    """Return an image of each page, as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-png", "-r", str(resolution), "-", f"{folder}/page"]
        subprocess.run(command, input=pdf, check=True, timeout=60)
        return [path.read_bytes() for path in sorted(Path(folder).glob("*.png"))]


def write_images() -> None:
    """Write the pages of all samples, those of the DOCX as LibreOffice has them."""
    for path in FOLDER.glob("*.png"):
        path.unlink()
    for name, request in samples().items():
        shown = {
            "pdf": made(request, "pdf")[0],
            "docx": converted(made(request, "docx")[0], "docx", to="pdf"),
        }
        for extension, pdf in shown.items():
            for number, page in enumerate(pages(pdf), start=1):
                (FOLDER / f"{name}-{extension}-{number}.png").write_bytes(page)
