"""Prints a page to PDF."""

import base64
from collections.abc import Callable
from functools import partial

from pyppeteer.errors import NetworkError

from files.capture.failures import TEMPLATE_CRASHED, CaptureFailed
from files.capture.loading import Page, View
from files.capture.paper import paper_of
from files.capture.scrolling import scroll_through, wait_for_the_late

MM_PER_INCH = 25.4
DEFAULT_MARGIN = 10  # In mm.
CHUNK_BYTES = 256 * 1024
# Where only one of the two is wanted, Chromium would fill the other with a date.
EMPTY_TEMPLATE = "<span></span>"


async def print_page(page: Page, write: Callable[[bytes], None]) -> View:
    """Print the page, and give the PDF to `write`, piece by piece.

    Returns which page it was. Raises CaptureFailed where the page ranges name no page
    that there is.
    """
    stream, view = await page.drawn(partial(_print, page))
    is_over = False
    async with page.patience.waiting("The PDF could not be fetched"):
        while not is_over:
            piece = await page.tab.send("IO.read", handle=stream, size=CHUNK_BYTES)
            write(_decoded(piece))
            is_over = piece["eof"]
    return view


async def _print(page: Page) -> str:
    """Return the handle of the PDF that Chromium has made."""
    await scroll_through(page)
    await wait_for_the_late(page)
    parameters = _parameters(page.options)
    if parameters["displayHeaderFooter"]:
        page.tab.crash_message = TEMPLATE_CRASHED
    async with page.patience.waiting("The page could not be printed"):
        try:
            answer = await page.tab.send("Page.printToPDF", **parameters)
        except NetworkError as error:
            if "range" in str(error).lower():
                message = "pageRanges names no page that the document has."
                raise CaptureFailed(message) from None
            raise
    return answer["stream"]


def _decoded(piece: dict) -> bytes:
    if piece.get("base64Encoded"):
        return base64.b64decode(piece["data"])
    return piece["data"].encode("latin-1")


def _parameters(options: dict) -> dict:
    width, height = paper_of(options)
    margins = options.get("margins", {})
    header, footer = (
        options.get(name, "") for name in ("header_template", "footer_template")
    )
    return {
        "transferMode": "ReturnAsStream",
        "paperWidth": width / MM_PER_INCH,
        "paperHeight": height / MM_PER_INCH,
        "scale": options.get("scale", 1),
        "printBackground": options.get("print_background", True),
        "preferCSSPageSize": options.get("prefer_css_page_size", False),
        "pageRanges": options.get("page_ranges", ""),
        "displayHeaderFooter": bool(header or footer),
        "headerTemplate": header or EMPTY_TEMPLATE,
        "footerTemplate": footer or EMPTY_TEMPLATE,
        **{
            f"margin{side.title()}": margins.get(side, DEFAULT_MARGIN) / MM_PER_INCH
            for side in ("top", "right", "bottom", "left")
        },
    }
