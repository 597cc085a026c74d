"""Brings a page into a tab, and tells when it counts as there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pyppeteer.errors import NetworkError

from common.egress import DEFAULT_PORTS
from files.capture.arrival import Arrival
from files.capture.egress_proxy import EgressProxy
from files.capture.failures import ABORTED, DOWNLOAD, CaptureFailed, explain
from files.capture.preparing import DOCUMENT_URL, prepare
from files.capture.tab import ScriptError, Tab, is_of_the_gone
from files.names import one_line

T = TypeVar("T")

DEFAULT_TIMEOUT_SECONDS = 30
DRAWING_SECONDS = 30
LOOK_SECONDS = 0.05
CRASH_SECONDS = 0.5
# How often a page may go on to another while it is captured.
MAX_MOVES = 5
TOO_BUSY = "The page was too busy with its own scripts to answer"


class Patience:
    """How long a page is waited for, in all that is wanted of it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        return max(0.001, self._ends_at - monotonic())

    @asynccontextmanager
    async def waiting(self, problem: str):
        """Raise a CaptureFailed that tells the problem once the time is over."""
        try:
            async with asyncio.timeout(self.seconds_left):
                yield
        except TimeoutError:
            message = f"{problem} within {self.seconds:g} seconds."
            raise CaptureFailed(message) from None


@dataclass(frozen=True, kw_only=True)
class View:
    """Which page it was that was drawn."""

    title: str  # On one line; empty where it has none.
    url: str
    status: int | None


class Page:
    """The page of a request, in a tab."""

    def __init__(self, tab: Tab, request: dict, proxy: EgressProxy) -> None:
        self.tab = tab
        self.request = request
        self.options = request.get("options", {})
        self.selector: str | None = request.get("selector")
        self.proxy = proxy
        self.arrival = Arrival(tab, self._reason)
        self.dialogs: list[str] = []
        self.patience = self._patience_to_load()
        tab.on("Page.javascriptDialogOpening", self._note_dialog)

    async def load(self) -> None:
        """Load the page and wait for what the request wants to be there.

        Raises CaptureFailed.
        """
        await prepare(self.tab, self.request)
        await self._navigate()
        await self._wait()

    async def drawn(self, draw: Callable[[], Awaitable[T]]) -> tuple[T, "View"]:
        """Return what `draw` makes of the page, and of which page it is.

        It is begun again where the page goes on to another meanwhile: Chromium never
        answers what it was asked of a document that is gone. Raises CaptureFailed.
        """
        for _ in range(MAX_MOVES):
            moved = self.arrival.moved
            self.patience = Patience(DRAWING_SECONDS)
            drawing = asyncio.ensure_future(self._draw(draw))
            try:
                ends = [drawing, moved]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                if not moved.done():
                    drawn = await drawing
                    if not self.arrival.is_leaving:
                        return drawn
            except NetworkError as error:
                if not is_of_the_gone(error):
                    raise
            finally:
                drawing.cancel()
            # What it raised is of no interest, as the page went from under it.
            await asyncio.gather(drawing, return_exceptions=True)
            self.patience = self._patience_to_load()
            await self._wait()
        raise CaptureFailed("The page goes on to another address again and again.")

    async def _draw(self, draw: Callable[[], Awaitable[T]]) -> tuple[T, "View"]:
        drawn = await draw()
        title = await self.look("() => document.title.slice(0, 1000)")
        return drawn, View(
            title=one_line(title)[:300],
            url=self.arrival.url,
            status=self.arrival.status,
        )

    def _patience_to_load(self) -> Patience:
        seconds = self.options.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)
        return Patience(seconds)

    def _note_dialog(self, event: dict) -> None:
        text = one_line(event["message"][:200])
        if not self.options.get("dismiss_dialogs"):
            self.tab.fail(
                f"The page opened a dialog ({event['type']}) that nobody can answer: "
                f'"{text}". With options.dismissDialogs it would be dismissed.'
            )
        self.dialogs.append(text)
        self.tab.send_away("Page.handleJavaScriptDialog", accept=False)

    async def _navigate(self) -> None:
        url = self.request.get("url", DOCUMENT_URL)
        async with self.patience.waiting("The address did not answer"):
            answer = await self.tab.send("Page.navigate", url=url)
        if answer.get("isDownload"):
            raise CaptureFailed(DOWNLOAD)
        if error := answer.get("errorText"):
            if error == ABORTED:
                # So it is too where the tab crashes, and that is told later.
                await asyncio.wait([self.tab.failed], timeout=CRASH_SECONDS)
            raise CaptureFailed(self._reason(self.arrival.asked_url or url, error))

    def _reason(self, url: str, error: str) -> str:
        """Return why a main document did not come; the proxy knows best."""
        parts = urlsplit(url)
        place = (parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0))
        known = self.proxy.refused.get(place) or self.proxy.failed.get(place)
        if "SOCKS" in error and known:
            return known
        return explain(error)

    async def _wait(self) -> None:
        """Wait for what the request wants, on the page that is there then."""
        await self._arrive()
        await self._wait_for_selector()
        await self._wait_for_expression()
        await asyncio.sleep(self.options.get("wait_delay", 0) / 1000)
        await self._hide()
        # What was waited for may have led on.
        await self._arrive()

    async def _arrive(self) -> None:
        wanted = self.options.get("wait_until", "load")
        async with self.patience.waiting(
            f"The page answered, but never came to {wanted!r} (waitUntil)"
        ):
            await self.arrival.wait_for(wanted)
        if urlsplit(self.arrival.url).scheme not in DEFAULT_PORTS:
            raise CaptureFailed("The page led to an address that is not of the web.")
        status = self.arrival.status
        if self.options.get("fail_on_http_status") and status and status >= 400:
            raise CaptureFailed(f"The page answers with the HTTP status {status}.")

    async def _wait_for_selector(self) -> None:
        selector = self.options.get("wait_for_selector")
        if not selector:
            return
        problem = f"Nothing visible matched waitForSelector {selector!r}"
        while not await self.ask("waitForSelector", IS_VISIBLE, selector, problem):
            await asyncio.sleep(LOOK_SECONDS)

    async def _wait_for_expression(self) -> None:
        expression = self.options.get("wait_for_expression")
        if not expression:
            return
        async with self.patience.waiting("waitForExpression did not become true"):
            try:
                while not await self.tab.is_true(expression):
                    await asyncio.sleep(LOOK_SECONDS)
            except ScriptError as error:
                message = f"waitForExpression cannot be evaluated: {error}"
                raise CaptureFailed(message) from None

    async def _hide(self) -> None:
        for number, selector in enumerate(self.options.get("hide_selectors", [])):
            await self.ask(f"hideSelectors[{number}]", HIDE, selector)

    async def look(self, function: str, *arguments: object) -> Any:
        """Return what a function of ours makes of the page; raises CaptureFailed."""
        async with self.patience.waiting(TOO_BUSY):
            try:
                return await self.tab.ask(function, *arguments)
            except ScriptError:
                message = "The page has taken its own document apart."
                raise CaptureFailed(message) from None

    async def ask(
        self, option: str, function: str, selector: str, problem: str = TOO_BUSY
    ) -> Any:
        """Ask something of what an option's selector matches.

        Raises CaptureFailed, which names the option where it is no selector, and
        tells the problem where the page's time is over.
        """
        async with self.patience.waiting(problem):
            try:
                return await self.tab.ask(function, selector)
            except ScriptError:
                message = f"{option} is not a valid CSS selector: {selector!r}."
                raise CaptureFailed(message) from None


# In the page, apart from its own scripts.
IS_VISIBLE = """
selector => [...document.querySelectorAll(selector)].some(element => {
  const box = element.getBoundingClientRect();
  const isShown = element.checkVisibility({visibilityProperty: true});
  return isShown && box.width && box.height;
})
"""
HIDE = """
selector => {
  for (const element of document.querySelectorAll(selector)) {
    for (const one of [element, ...element.querySelectorAll('*')])
      one.style.setProperty('visibility', 'hidden', 'important');
  }
}
"""
