"""Tries ways out on a real Chromium, by captures as a job would make them."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from io import BytesIO
from unittest.mock import patch

from PIL import Image
from pyppeteer.errors import NetworkError

from files.capture.egress_proxy import EgressProxy
from files.capture.failures import CaptureFailed
from files.capture.loading import Page
from files.tests.attacks.inside import COLOUR, Inside, secret_files
from files.tests.attacks.ways import PAGE_HOST, Attempt, Way, leaks
from files.tests.web import Site, captured

IS_DONE = "fetch('/is-done').then(answer => answer.text()).then(text => text == 'yes')"
OPEN = (PAGE_HOST, "127.0.0.0/8", "localhost")
CLOSED = (PAGE_HOST,)
PATIENCE_SECONDS = 20
MORE_PAGES = 2
SILENCE_SECONDS = 0.3


class Campaign:
    """Pages of an allowed site that try ways to a server inside.

    `hosts` is where pages may go: only with OPEN to the server inside.
    """

    def __init__(
        self, site: Site, inside: Inside, folder: str, hosts: tuple[str, ...]
    ) -> None:
        self.site = site
        self.inside = inside
        self.folder = folder
        self.hosts = hosts
        self.proxies: list[EgressProxy] = []
        self.captures: list[bytes] = []

    def attempts(self, ways: Iterable[Way]) -> list[Attempt]:
        return [
            Attempt(
                way=way,
                number=number,
                port=self.inside.port,
                site=self.site,
                folder=self.folder,
            )
            for number, way in enumerate(ways)
        ]

    def embed(
        self, attempts: list[Attempt], expected: Callable[[Attempt], bool], kind: str
    ) -> None:
        """Capture a page that has all of them in frames.

        It is captured once all `expected` have come as far as they can. Those that
        have not get another page: where others keep all of Chromium's connections to
        a proxy, one may not have its turn.
        """
        late = self._embed_once(attempts, expected, kind)
        for _ in range(MORE_PAGES):
            if late:
                late = self._embed_once(late, expected, kind)
        assert not late, f"nothing was heard of {[each.way.name for each in late]}"

    def _embed_once(
        self, attempts: list[Attempt], expected: Callable[[Attempt], bool], kind: str
    ) -> list[Attempt]:
        """Capture one page of frames; returns the expected that were not heard."""
        for attempt in attempts:
            attempt.add_routes()
        self.site.routes["/"] = "".join(attempt.as_frame() for attempt in attempts)
        awaited = [attempt for attempt in attempts if expected(attempt)]
        self.site.routes["/is-done"] = lambda asked: (
            "yes" if all(map(self.has_come_far, awaited)) else "no"
        )
        options = {
            "wait_until": "domcontentloaded",
            "wait_for_expression": IS_DONE,
            "wait_delay": int(SILENCE_SECONDS * 1000),
            "timeout_seconds": PATIENCE_SECONDS,
            "dismiss_dialogs": True,
        }
        with suppress(CaptureFailed):
            self.shoot({"url": self.site.url(), "options": options}, kind)
        return [attempt for attempt in awaited if not self.has_come_far(attempt)]

    def shoot(self, request: dict, kind: str = "screenshot") -> bytes:
        data, _ = captured(request, kind, hosts=self.hosts)
        self.captures.append(data)
        return data

    def visit(self, urls: Iterable[str], seconds: float = 0) -> None:
        """Have one browser go to one URL after the other, in its only tab.

        It stays for some seconds at each, once it is there or has failed.
        """

        async def take(page: Page, write: Callable[[bytes], None]):
            # What ends a capture must not end this one.
            page.tab.fail = lambda message: None
            for url in urls:
                await _go(page, url)
                await asyncio.sleep(seconds)

        self.explore(take)

    def read(self, url: str) -> str:
        """Return the text of what the browser itself has at a URL, checked by nobody.

        Waits until there is some.
        """
        texts = []

        async def take(page: Page, write: Callable[[bytes], None]):
            page.tab.fail = lambda message: None
            await _go(page, url)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (text := await value_of(page, "document.body?.innerText")):
                    await asyncio.sleep(0.05)
            texts.append(text)

        self.explore(take)
        return texts[0]

    def explore(self, take: Callable) -> None:
        """Have `take(page, write)` do with a page of the site what it wants."""
        with patch.dict("files.tests.web.TAKES", {"visits": take}):
            self.site.routes["/"] = "<p>Off they go."
            captured({"url": self.site.url()}, "visits", hosts=self.hosts)

    # --- What came of it ---

    def has_reached(self, attempt: Attempt) -> bool:
        inside = self.inside
        by_address = (*inside.connections, *inside.datagrams)
        return attempt.host in by_address or any(
            attempt.slug in path for path in list(inside.paths)
        )

    def was_refused(self, attempt: Attempt) -> bool:
        hosts = [host for proxy in self.proxies for host, _ in list(proxy.refused)]
        return attempt.host in hosts

    def has_come_far(self, attempt: Attempt) -> bool:
        return self.has_reached(attempt) or self.was_refused(attempt)

    def leaks(self) -> list[str]:
        return leaks(self.site)


async def value_of(page: Page, expression: str):
    """Return what an expression is worth to the page's own scripts."""
    answer = await page.tab.send(
        "Runtime.evaluate",
        expression=expression,
        awaitPromise=True,
        returnByValue=True,
    )
    return answer["result"].get("value")


async def _go(page: Page, url: str) -> None:
    # NetworkError: it is not even a URL, for this browser.
    with suppress(NetworkError, TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await page.tab.send("Page.navigate", url=url)


@contextmanager
def campaign(hosts: tuple[str, ...]):
    def recorded(reach):
        proxy = EgressProxy(reach)
        proxies.append(proxy)
        return proxy

    with (
        Site(address=PAGE_HOST) as site,
        Inside() as inside,
        secret_files() as folder,
        patch("files.capture.capture.EgressProxy", recorded),
    ):
        site.routes["/leak"] = ""
        running = Campaign(site, inside, str(folder), hosts)
        proxies = running.proxies
        yield running


def shows_inside(picture: bytes) -> bool:
    """Tell whether a picture has a point of the colour that all has inside."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    colours = image.getcolors(image.width * image.height)
    return any(colour == COLOUR for _, colour in colours)
