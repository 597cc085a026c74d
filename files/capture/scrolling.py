"""Has a page show what it loads only when it is looked at."""

from files.capture.limits import MAX_SIDE
from files.capture.loading import Page

# How long is waited for what comes late, in all; then it is missing.
LATE_SECONDS = 5


async def scroll_through(page: Page) -> None:
    """Scroll down the page and back, and wait for the images that come meanwhile."""
    async with page.patience.waiting("The page did not let itself be scrolled"):
        await page.tab.ask(SCROLL, MAX_SIDE, LATE_SECONDS * 1000)


async def wait_for_the_late(page: Page) -> None:
    """Wait for fonts, and for the images in view that no loading waits for."""
    async with page.patience.waiting("The page was too busy to load its fonts"):
        await page.tab.ask(WAIT, LATE_SECONDS * 1000)


# A page without end grows as it is scrolled, hence the limit. Images far from the
# viewport, or beside it, would never be loaded if they stayed lazy.
SCROLL = """
async (limit, patience) => {
  const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  const top = scrollY;
  const step = Math.max(innerHeight, 400);
  const bottom = () => Math.min(document.documentElement.scrollHeight, limit);
  for (let y = 0; y + innerHeight < bottom(); ) {
    y += step;
    scrollTo({top: y, behavior: 'instant'});
    await pause(50);
  }
  const late = [...document.images].filter(image => !image.complete
    && image.getBoundingClientRect().top + scrollY < limit);
  const come = late.map(image => new Promise(done => {
    image.addEventListener('load', done);
    image.addEventListener('error', done);
    image.loading = 'eager';
  }));
  await Promise.race([Promise.all(come), pause(patience)]);
  scrollTo({top, behavior: 'instant'});
  await pause(50);
}
"""
WAIT = """
async patience => {
  const isInView = element => {
    const {top, right, bottom, left} = element.getBoundingClientRect();
    return top < innerHeight && bottom >= 0 && left < innerWidth && right >= 0;
  };
  const late = [...document.images].filter(image => !image.complete
    && image.loading === 'lazy' && image.checkVisibility() && isInView(image));
  const come = late.map(image => new Promise(done => {
    image.addEventListener('load', done);
    image.addEventListener('error', done);
  }));
  document.body?.offsetWidth;  // Fonts are asked for once the page is laid out.
  const fonts = [...document.fonts].filter(font => font.status === 'loading');
  const all = Promise.allSettled([...come, ...fonts.map(font => font.loaded)]);
  await Promise.race([all, new Promise(done => setTimeout(done, patience))]);
}
"""
