"""The canvas that documents are drawn on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from files.documents.pdf.embedding import DocumentFonts
from files.documents.pdf.pieces import Pieces


def fill_colour(colour: str) -> str:
    """Return PDF's operator for a colour like "#1d4ed8"."""
    red, green, blue = HexColor(colour).rgb()
    return f"{red:.3g} {green:.3g} {blue:.3g} rg"


class Sheet(Canvas):
    """A canvas whose pages can be added to when all of them are known."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.fonts = DocumentFonts(self._doc)
        self.pieces = Pieces(self.fonts)
        self._later: list[tuple[int, Callable[[], None]]] = []

    def _make_preamble(self) -> None:
        """Begin pages without ReportLab's choice of a font, which would be listed."""
        self._preamble = "1 0 0 1 0 0 cm"

    def write(self, operators: list[str]) -> None:
        self._code.extend(operators)

    def draw_later(self, draw: Callable[[], None], page: int | None = None) -> None:
        """Have something drawn on a page, mostly this one, after the last page."""
        self._later.append((page or self.getPageNumber(), draw))

    def save(self) -> None:
        if self._code:
            self.showPage()
        self._draw_what_was_left()
        super().save()

    def _draw_what_was_left(self) -> None:
        pages = self._doc.Pages.pages
        for number, draw in self._later:
            with self._aside() as code:
                draw()
            pages[number - 1].stream += "\n".join([*code, ""])
        self._later.clear()

    @contextmanager
    def _aside(self) -> Iterator[list[str]]:
        code, self._code = self._code, []
        try:
            yield self._code
        finally:
            self._code = code

    def rectangle(
        self, x: float, y: float, width: float, height: float, colour: str
    ) -> None:
        self._code.append(
            f"{fill_colour(colour)} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f"
        )

    def rule(self, x: float, y: float, length: float, colour: str, width: float):
        """Draw a line to the right."""
        self.rectangle(x, y - width / 2, length, width, colour)
