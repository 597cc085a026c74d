"""What is made of the events of a tab: which document is there, and how far."""

import asyncio

from django.test import SimpleTestCase

from files.capture.arrival import Arrival

FRAME = "main"


class StandIn:
    """A tab that tells what it is told to tell."""

    frame = FRAME
    blank_loader = "blank"

    def __init__(self) -> None:
        self.failures: list[str] = []
        self._listeners = {}

    def on(self, event, listener):
        self._listeners[event] = listener

    def fail(self, message):
        self.failures.append(message)

    def tell(self, event, **fields):
        self._listeners[event]({"frameId": FRAME, **fields})

    def ask(self, loader, url="https://a.example/"):
        fields = {"requestId": loader, "type": "Document", "request": {"url": url}}
        self.tell("Network.requestWillBeSent", **fields)

    def answer(self, loader, status):
        fields = {"requestId": loader, "type": "Document"}
        self.tell("Network.responseReceived", **fields, response={"status": status})

    def come(self, loader, url="https://a.example/", **fields):
        frame = {"id": FRAME, "loaderId": loader, "url": url, **fields}
        self.tell("Page.frameNavigated", frame=frame)

    def load(self, loader):
        self.tell("Page.lifecycleEvent", loaderId=loader, name="load")


class ArrivalTests(SimpleTestCase):
    def arrived(self):
        self.tab = StandIn()
        self.arrival = Arrival(self.tab, "{} {}".format)
        self.tab.ask("one")
        self.tab.answer("one", 200)
        self.tab.come("one", urlFragment="#x")
        self.tab.load("one")

    async def is_there(self):
        waiting = asyncio.ensure_future(self.arrival.wait_for("load"))
        for _ in range(3):
            await asyncio.sleep(0)
        is_done = waiting.done()
        waiting.cancel()
        return is_done

    async def test_is_there_once_it_is_loaded(self):
        self.arrived()

        assert await self.is_there()
        assert self.arrival.url == "https://a.example/#x"
        assert self.arrival.status == 200

    async def test_is_not_there_while_another_is_coming(self):
        self.arrived()
        moved = self.arrival.moved
        for step in (
            lambda: self.tab.tell("Page.frameScheduledNavigation", delay=0),
            lambda: self.tab.ask("two", "https://a.example/two"),
            lambda: self.tab.tell("Page.frameClearedScheduledNavigation"),
            lambda: self.tab.answer("two", 404),
        ):
            step()
            assert not await self.is_there()
            assert self.arrival.url == "https://a.example/#x"
        self.tab.come("two", "https://a.example/two")
        assert not await self.is_there()
        assert moved.done()
        assert self.arrival.status == 404
        self.tab.load("two")
        assert await self.is_there()

    async def test_stays_where_the_other_does_not_come(self):
        self.arrived()
        self.tab.ask("two")
        self.tab.answer("two", 204)
        aborted = {"requestId": "two", "errorText": "net::ERR_ABORTED"}
        self.tab.tell("Network.loadingFailed", **aborted)

        assert await self.is_there()
        assert self.arrival.status == 200
        assert self.tab.failures == []

    async def test_fails_where_the_other_cannot_come(self):
        self.arrived()
        self.tab.ask("two", "https://b.example/")
        failed = {"requestId": "two", "errorText": "net::ERR_FAILED"}
        self.tab.tell("Network.loadingFailed", **failed)

        assert self.tab.failures == ["https://b.example/ net::ERR_FAILED"]

    async def test_does_not_wait_for_what_comes_much_later(self):
        self.arrived()
        self.tab.tell("Page.frameScheduledNavigation", delay=5)

        assert await self.is_there()

    async def test_is_not_of_frames(self):
        self.arrived()
        self.tab.tell("Page.frameScheduledNavigation", delay=0, frameId="inner")
        self.tab.tell(
            "Page.frameNavigated",
            frame={"id": "inner", "loaderId": "x", "url": "https://b.example/"},
        )

        assert await self.is_there()
        assert self.arrival.url == "https://a.example/#x"
