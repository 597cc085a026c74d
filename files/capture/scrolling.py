"""Has a page show what it loads only when it is looked at.

The pauses are made here: timers do not run in a page that may have no scripts.
"""

import asyncio
from time import monotonic

from files.capture.limits import MAX_SIDE
from files.capture.loading import LOOK_SECONDS, Page

# How long is waited for what comes late, in all; then it is missing.
LATE_SECONDS = 5


async def scroll_through(page: Page) -> None:
    """Scroll down the page and back, and wait for the images that come meanwhile."""
    top = await page.look("() => scrollY")
    while await page.look(SCROLL_ON, MAX_SIDE):
        await asyncio.sleep(LOOK_SECONDS)
    await _wait_until_none(page, LATE_IMAGES, MAX_SIDE)
    await page.look("top => scrollTo({top, behavior: 'instant'})", top)
    await asyncio.sleep(LOOK_SECONDS)


async def wait_for_the_late(page: Page) -> None:
    """Wait for fonts, and for the images in view that no loading waits for."""
    await _wait_until_none(page, LATE_IN_VIEW)


async def _wait_until_none(page: Page, count: str, *arguments: object) -> None:
    ends_at = monotonic() + LATE_SECONDS
    while await page.look(count, *arguments) and monotonic() < ends_at:
        await asyncio.sleep(LOOK_SECONDS)


# A page without end grows as it is scrolled, hence the limit.
SCROLL_ON = """
limit => {
  const before = scrollY;
  const bottom = Math.min(document.documentElement?.scrollHeight ?? 0, limit);
  if (before + innerHeight >= bottom) return false;
  scrollBy({top: Math.max(innerHeight, 400), behavior: 'instant'});
  return scrollY > before;
}
"""
# Images far from the viewport, or beside it, would never be loaded as lazy ones.
LATE_IMAGES = """
limit => [...document.images].filter(image => {
  const isLate = !image.complete
    && image.getBoundingClientRect().top + scrollY < limit;
  if (isLate) image.loading = 'eager';
  return isLate;
}).length
"""
# Fonts are asked for once the page is laid out, as offsetWidth makes it.
LATE_IN_VIEW = """
() => {
  const isInView = element => {
    const {top, right, bottom, left} = element.getBoundingClientRect();
    return top < innerHeight && bottom >= 0 && left < innerWidth && right >= 0;
  };
  document.body?.offsetWidth;
  const images = [...document.images].filter(image => !image.complete
    && image.loading === 'lazy' && image.checkVisibility() && isInView(image));
  const fonts = [...document.fonts].filter(font => font.status === 'loading');
  return images.length + fonts.length;
}
"""
