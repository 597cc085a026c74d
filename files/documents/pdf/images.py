"""Sets images, scaled to the room there is."""

from io import BytesIO

from reportlab.lib.utils import ImageReader
from reportlab.platypus import CondPageBreak, Flowable

from files.documents.model import Image, Picture
from files.documents.pdf.setter import Setter
from files.documents.pdf.sheet import Sheet
from files.documents.pdf.text import aligned

POINTS_A_PIXEL = 72 / 96


class PictureBox(Flowable):
    """A picture that keeps its shape; one too high for a page becomes smaller."""

    def __init__(
        self, picture: Picture, width: float, *, align: str = "left", alt: str = ""
    ):
        super().__init__()
        self._picture = picture
        self._wanted_width = width
        self._align = align
        self._alt = alt

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self._shown_width = min(self._wanted_width, width)
        self.height = self._shown_width * self._picture.height / self._picture.width
        return width, self.height

    def limit_height(self, height: float) -> "PictureBox":
        share = self._picture.width / self._picture.height
        self._wanted_width = min(self._wanted_width, height * share)
        return self

    def drawOn(self, canvas: Sheet, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        room = self.width - self._shown_width
        x += {"left": 0, "center": room / 2, "right": room}[self._align]
        draw_picture(
            canvas, self._picture, x, y, self._shown_width, self.height, self._alt
        )


def draw_picture(
    canvas: Sheet, picture: Picture, x, y, width: float, height: float, alt: str = ""
) -> None:
    if alt:
        text = alt.encode("utf-16-be").hex()
        canvas.write([f"/Figure<</Alt<feff{text}>>>BDC"])
    canvas.drawImage(ImageReader(BytesIO(picture.data)), x, y, width, height)
    if alt:
        canvas.write(["EMC"])


def set_image(block: Image, setter: Setter, width: float) -> list[Flowable]:
    picture = block.picture
    wanted = picture.width * POINTS_A_PIXEL
    if block.width:
        wanted = width * block.width / 100
    box = PictureBox(picture, wanted, align=block.align, alt=block.alt)
    room = setter.text_height - 60
    box.limit_height(room)
    _, height = box.wrap(width, room)
    flowables = [CondPageBreak(height + 30), box]
    box.spaceBefore = 5
    if block.caption:
        style = aligned(setter.styles.caption, block.align)
        flowables.append(setter.composer.text(block.caption, style))
        box.spaceAfter = 4
    flowables[-1].spaceAfter = 11
    return flowables
