"""Takes a picture of a page, or of a part of it."""

import base64
import io
from dataclasses import dataclass, replace

from PIL import Image

from files.capture.failures import CaptureFailed
from files.capture.limits import MAX_PIXELS, MAX_SIDE
from files.capture.loading import Page
from files.capture.scrolling import scroll_through, wait_for_the_late


@dataclass(frozen=True, kw_only=True)
class Region:
    """A part of the page, in CSS pixels from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def cut(self, scale: float) -> "Region":
        """Return as much of it, from above, as an image with this scale may show."""
        width = min(self.width, MAX_SIDE / scale)
        limit = min(MAX_SIDE / scale, MAX_PIXELS / scale**2 / width)
        height = self.height if self.height <= limit else int(limit)
        return replace(self, width=width, height=height)


@dataclass(frozen=True, kw_only=True)
class Screenshot:
    data: bytes
    width: int  # In the image's own pixels.
    height: int
    warnings: list[str]


async def take_screenshot(page: Page) -> Screenshot:
    """Return an image of what the request names of a page that has just been loaded.

    Raises CaptureFailed where its selector matches nothing that could be seen.
    """
    options = page.options
    await _bring_into_view(page)
    await wait_for_the_late(page)
    wanted = await _region(page)
    shown = wanted and wanted.cut(options.get("device_scale_factor", 1))
    if options.get("omit_background"):
        transparent = {"r": 0, "g": 0, "b": 0, "a": 0}
        await page.tab.send(
            "Emulation.setDefaultBackgroundColorOverride", color=transparent
        )
    async with page.patience.waiting("The page could not be drawn"):
        answer = await page.tab.send(
            "Page.captureScreenshot", **_parameters(options, shown)
        )
    data = base64.b64decode(answer["data"])
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    warnings = []
    if wanted != shown:
        subject = "What the selector matches" if page.selector else "The page"
        warnings.append(
            f"{subject} is {wanted.width:.0f} x {wanted.height:.0f} px; the image "
            f"shows the first {shown.width:.0f} x {shown.height:.0f}."
        )
    return Screenshot(data=data, width=width, height=height, warnings=warnings)


def _parameters(options: dict, region: Region | None) -> dict:
    parameters = {"format": options.get("format", "png")}
    if "quality" in options:
        parameters["quality"] = options["quality"]
    if region:
        parameters["captureBeyondViewport"] = True
        parameters["clip"] = {**vars(region), "scale": 1}
    return parameters


async def _bring_into_view(page: Page) -> None:
    if page.selector:
        await page.ask("selector", SCROLL_TO, page.selector)
    elif page.options.get("full_page"):
        await scroll_through(page)


async def _region(page: Page) -> Region | None:
    """Return what is to be shown, None for the viewport."""
    if page.selector:
        return await _region_of(page, page.selector)
    if clip := page.options.get("clip"):
        return Region(**clip)
    if not page.options.get("full_page"):
        return None
    async with page.patience.waiting("The page could not be measured"):
        metrics = await page.tab.send("Page.getLayoutMetrics")
    size = metrics["cssContentSize"]
    return Region(x=0, y=0, width=size["width"] or 1, height=size["height"] or 1)


async def _region_of(page: Page, selector: str) -> Region:
    box = await page.ask("selector", MEASURE, selector)
    if box is None:
        raise CaptureFailed(f"The selector {selector!r} matches nothing on the page.")
    if not box["width"] or not box["height"]:
        raise CaptureFailed(
            f"What the selector {selector!r} matches takes no room on the page."
        )
    return Region(**box)


SCROLL_TO = """
selector => {
  const element = document.querySelector(selector);
  element?.scrollIntoView({behavior: 'instant', block: 'center'});
}
"""
MEASURE = """
selector => {
  const element = document.querySelector(selector);
  if (!element) return null;
  const {x, y, width, height} = element.getBoundingClientRect();
  return {x: x + scrollX, y: y + scrollY, width, height};
}
"""
