"""One capture: a fresh browser behind a fresh proxy, and one page in it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from pyppeteer.connection import Connection
from pyppeteer.errors import NetworkError
from websockets.exceptions import ConnectionClosed

from common.egress import browser_reach
from common.exceptions import ApplicationError
from files.capture.browser import (
    START_SECONDS,
    Browser,
    BrowserNotStarted,
    running_browser,
)
from files.capture.egress_proxy import EgressProxy
from files.capture.failures import CaptureFailed
from files.capture.loading import Page
from files.capture.tab import Tab, open_tab

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Until it is noticed that Chromium is gone (browser.py), by which work may break first.
NOTICE_SECONDS = 2


async def capture(
    request: dict,
    *,
    name: str,
    take: Callable[[Page], Awaitable[T]],
    report: Callable[[int, str], None],
) -> T:
    """Load the page of a validated request, and return what `take` makes of it.

    `name` is the capture's own, by which what it leaves can be found. `report` gets
    the progress in percent, and what is done now. Raises CaptureFailed,
    BrowserUnavailable, or TryAgain where the browser does not start.
    """
    report(5, "Starting the browser")
    # A document that came with the request needs nothing from outside.
    reach = None if "html" in request else browser_reach()
    async with (
        EgressProxy(reach) as proxy,
        running_browser(name=name, proxy_port=proxy.port) as browser,
        connected(browser) as connection,
    ):
        ends = [browser.ended, proxy.exceeded]
        tab = await unless(ends, _opened_tab(connection))
        page = Page(tab, request, proxy)
        return await unless([*ends, tab.failed], _visit(page, take, report))


async def _opened_tab(connection: Connection) -> Tab:
    try:
        async with asyncio.timeout(START_SECONDS):
            return await open_tab(connection)
    except TimeoutError:
        # The process of the tab has died before anything could be told of that.
        logger.error(
            "Chromium has started, but opens no tab: is CHROMIUM_PATH another program?"
        )
        raise BrowserNotStarted from None


async def _visit(
    page: Page,
    take: Callable[[Page], Awaitable[T]],
    report: Callable[[int, str], None],
) -> T:
    report(15, "Loading the page")
    await page.load()
    report(60, "Capturing the page")
    return await take(page)


@asynccontextmanager
async def connected(browser: Browser) -> AsyncIterator[Connection]:
    """Yield pyppeteer's connection to a browser, which ends with it."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_pass_over_what_pyppeteer_leaves)
    connection = Connection(browser.endpoint, loop)
    try:
        yield connection
    finally:
        # Before the connection, which would wait for a farewell of one that hangs.
        browser.kill()
        # pyppeteer also tells those who have been cancelled that it is over, and
        # misses the farewell. Neither may hide why the capture ended.
        with suppress(asyncio.InvalidStateError, ConnectionClosed, NetworkError):
            await connection.dispose()


def _pass_over_what_pyppeteer_leaves(
    loop: asyncio.AbstractEventLoop, context: dict
) -> None:
    """Log what asyncio cannot tell anybody, unless it is that the browser is gone."""
    known = NetworkError | ConnectionClosed | asyncio.InvalidStateError
    if not isinstance(context.get("exception"), known):
        loop.default_exception_handler(context)


async def unless(ends: list[asyncio.Future[str]], work: Coroutine[None, None, T]) -> T:
    """Return what `work` returns, unless one of `ends` comes first.

    Raises CaptureFailed with the message of that, and cancels the work.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task, *ends], return_when=asyncio.FIRST_COMPLETED)
        if task.done() and not isinstance(task.exception(), ApplicationError | None):
            await asyncio.wait(
                ends, timeout=NOTICE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        # Where both have come, the end is the reason for which the work broke.
        for end in ends:
            if end.done():
                raise CaptureFailed(end.result())
        return await task
    finally:
        task.cancel()
