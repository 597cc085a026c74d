"""The sizes of paper that a page of the web is printed on."""

from files.documents.composition import PAGE_SIZES

# Width and height in mm, upright. Word takes none of those that documents lack.
PAPER_SIZES = {
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    **PAGE_SIZES,
    "A6": (105, 148),
    "Tabloid": (279.4, 431.8),
    "Ledger": (431.8, 279.4),
}


def paper_of(options: dict) -> tuple[float, float]:
    """Return the width and height in mm that validated options of a PDF stand for."""
    width, height = PAPER_SIZES[options["page_size"]]
    return (height, width) if options["orientation"] == "landscape" else (width, height)
