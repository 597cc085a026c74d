"""What a tab tells of its main document: which it is, and how far it has come."""

import asyncio
from collections.abc import Callable

from files.capture.failures import ABORTED
from files.capture.tab import Tab

LIFECYCLE_EVENTS = {
    "load": "load",
    "domcontentloaded": "DOMContentLoaded",
    "networkidle0": "networkIdle",
    "networkidle2": "networkAlmostIdle",
}
# A refresh that comes later is of a page that is meant to be read before it.
SOON_SECONDS = 1


class Arrival:
    """Follows the main document of a tab.

    `url` is that of the document which is there, `asked_url` that of the last one
    which was asked for. `moved` is done once another document has come. Where there
    is nothing to be had, the tab fails with what `explain` makes of the URL and
    Chromium's error.
    """

    def __init__(self, tab: Tab, explain: Callable[[str, str], str]) -> None:
        self.url = ""
        self.asked_url = ""
        self.moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tab = tab
        self._explain = explain
        self._loader = ""
        self._events: set[str] = set()  # Of the life of the document that is there.
        self._statuses: dict[str, int] = {}  # By loader, until the next has come.
        self._asked = ""  # The loader of the last one that was asked for.
        self._is_coming = False  # That last one.
        self._is_scheduled = False
        self._changed = asyncio.Event()
        for event, listener in {
            "Network.requestWillBeSent": self._note_request,
            "Network.responseReceived": self._note_response,
            "Network.loadingFailed": self._note_failure,
            "Page.frameScheduledNavigation": self._note_schedule,
            "Page.frameClearedScheduledNavigation": self._note_start,
            "Page.frameNavigated": self._note_document,
            "Page.navigatedWithinDocument": self._note_url,
            "Page.lifecycleEvent": self._note_event,
        }.items():
            tab.on(event, listener)

    @property
    def status(self) -> int | None:
        return self._statuses.get(self._loader)

    @property
    def is_leaving(self) -> bool:
        """Whether another document is on its way, or will be in a moment."""
        return self._is_coming or self._is_scheduled

    async def wait_for(self, wanted: str) -> None:
        """Wait until the document has come that far, and no other is on its way."""
        event = LIFECYCLE_EVENTS[wanted]
        while self.is_leaving or event not in self._events:
            self._changed.clear()
            await self._changed.wait()

    def _is_main_document(self, event: dict) -> bool:
        return event.get("type") == "Document" and self._is_main(event)

    def _is_main(self, event: dict) -> bool:
        return event.get("frameId") == self._tab.frame

    def _note_request(self, event: dict) -> None:
        if self._is_main_document(event):
            self.asked_url = event["request"]["url"]
            self._asked, self._is_coming = event["requestId"], True

    def _note_response(self, event: dict) -> None:
        if self._is_main_document(event):
            self._statuses[event["requestId"]] = event["response"]["status"]

    def _note_failure(self, event: dict) -> None:
        """End a capture whose page has led on to where nothing is to be had.

        Where it was aborted, as by a download, the page that was there stays.
        """
        if event["requestId"] != self._asked:
            return
        self._is_coming = False
        self._changed.set()
        if event["errorText"] != ABORTED:
            self._tab.fail(self._explain(self.asked_url, event["errorText"]))

    def _note_schedule(self, event: dict) -> None:
        if self._is_main(event) and event["delay"] <= SOON_SECONDS:
            self._is_scheduled = True

    def _note_start(self, event: dict) -> None:
        """A document that was scheduled has been asked for, or is not any more."""
        if self._is_main(event):
            self._is_scheduled = False
            self._changed.set()

    def _note_document(self, event: dict) -> None:
        frame = event["frame"]
        if frame["id"] == self._tab.frame:
            self._begin(frame["loaderId"])
            self.url = frame["url"] + frame.get("urlFragment", "")

    def _note_url(self, event: dict) -> None:
        if self._is_main(event):
            self.url = event["url"]

    def _note_event(self, event: dict) -> None:
        loader = event["loaderId"]
        if self._is_main(event) and loader != self._tab.blank_loader:
            self._begin(loader)
            self._events.add(event["name"])
            self._changed.set()

    def _begin(self, loader: str) -> None:
        if loader == self._loader:
            return
        self._loader = loader
        self._events.clear()
        self._statuses = {k: v for k, v in self._statuses.items() if k == loader}
        if loader == self._asked:
            self._is_coming = False
        self._is_scheduled = False
        self.moved.set_result(None)
        self.moved = asyncio.get_running_loop().create_future()
