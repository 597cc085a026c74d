"""Pictures in the text."""

from docx.oxml.shape import CT_Inline

from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import EMU_PER_TWIP, add, one_line
from files.documents.docx.paragraphs import add_markdown, add_paragraph
from files.documents.model import Image, Picture

TWIPS_PER_PIXEL = 15  # 96 pixels an inch.
_SHARE_OF_HEIGHT = 0.85  # The rest is for the caption.


def add_image(draft: Draft, place: Place, image: Image) -> None:
    picture = image.picture
    width = picture.width * TWIPS_PER_PIXEL
    if image.width is not None:
        width = place.width * image.width / 100
    size = fitted(picture, width, place.width, draft.text_height * _SHARE_OF_HEIGHT)
    paragraph = add_paragraph(
        place, "Picture", align=image.align, is_kept_with_next=bool(image.caption)
    )
    reference = draft.parts.picture(picture)
    add_picture(draft, paragraph, reference, size, image.alt)
    if image.caption:
        add_markdown(draft, place, "Caption", image.caption, align=image.align)


def fitted(
    picture: Picture, width: float, most_width: float, most_height: float
) -> tuple[int, int]:
    """Return (width, height) of the picture, at most so wide and so high."""
    shape = picture.height / picture.width
    width = min(width, most_width, most_height / shape)
    return max(round(width), 1), max(round(width * shape), 1)


def add_picture(
    draft: Draft, paragraph, reference: str, size: tuple[int, int], alt: str
) -> None:
    """Append a picture that was added to the parts; `size` in twentieths of a point."""
    number = next(draft.parts.shapes)
    width, height = (length * EMU_PER_TWIP for length in size)
    inline = CT_Inline.new_pic_inline(
        number, reference, f"Picture {number}", width, height
    )
    inline.docPr.set("descr", one_line(alt))
    for side in "TBLR":
        inline.set(f"dist{side}", "0")
    add(add(paragraph, "r"), "drawing").append(inline)
