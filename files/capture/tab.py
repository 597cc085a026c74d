"""One tab of the browser: what is asked of it, and what it tells."""

import asyncio
from collections.abc import Callable
from typing import Any

from pyppeteer.connection import CDPSession, Connection
from pyppeteer.errors import NetworkError

from files.capture.failures import CRASHED, DOWNLOAD
from files.names import one_line

# What Chromium says of a command whose page has gone on to another.
GONE = (
    "Cannot find context",
    "context was destroyed",
    "Inspected target navigated",
    "Cannot find default execution context",
    "uniqueContextId not found",
    "Not attached to an active page",
)


def is_of_the_gone(error: NetworkError) -> bool:
    """Tell whether a command failed because its page has gone on to another."""
    return any(text in str(error) for text in GONE)


class ScriptError(Exception):
    """A script of the caller's threw; the message is what it said."""


class Tab:
    """A tab, by the DevTools protocol.

    https://chromedevtools.github.io/devtools-protocol/

    `failed` is a future that gets a message for the job's owner once something has
    happened after which no capture can be made. `crash_message` is what it gets
    where the tab crashes.
    """

    def __init__(self, session: CDPSession, frame: dict) -> None:
        self._session = session
        self.frame = frame["id"]
        self.blank_loader = frame["loaderId"]  # Of the document before any other.
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.crash_message = CRASHED
        self.on("Inspector.targetCrashed", lambda event: self.fail(self.crash_message))

    def on(self, event: str, listener: Callable[[dict], None]) -> None:
        """Call `listener` with what comes with each such event; it must not raise."""
        self._session.on(event, listener)

    async def send(self, method: str, **parameters: object) -> dict:
        """Ask something of the tab; raises pyppeteer's NetworkError."""
        # Shielded, as pyppeteer sets a result where nobody waits any more.
        return await asyncio.shield(self.send_away(method, **parameters))

    def send_away(self, method: str, **parameters: object) -> asyncio.Future[dict]:
        """Ask something of the tab without waiting for what comes of it."""
        answer = self._session.send(method, parameters)
        answer.add_done_callback(_look_at)
        return answer

    def fail(self, message: str) -> None:
        """End the capture, unless something has ended it before."""
        if not self.failed.done():
            self.failed.set_result(message)

    async def ask(self, function: str, *arguments: object) -> Any:
        """Return what a function of JavaScript makes of the arguments, in the page.

        It runs apart from the page's own scripts, which cannot see or change it. A
        page that goes on to another meanwhile is asked again. Raises ScriptError
        where it throws.
        """
        while True:
            try:
                return await self._ask_once(function, arguments)
            except NetworkError as error:
                if not is_of_the_gone(error):
                    raise
                await asyncio.sleep(0.05)

    async def _ask_once(self, function: str, arguments: tuple) -> Any:
        world = await self.send("Page.createIsolatedWorld", frameId=self.frame)
        answer = await self.send(
            "Runtime.callFunctionOn",
            functionDeclaration=function,
            executionContextId=world["executionContextId"],
            arguments=[{"value": argument} for argument in arguments],
            awaitPromise=True,
            returnByValue=True,
        )
        return _result(answer).get("value")

    async def is_true(self, expression: str) -> bool:
        """Tell whether an expression among the page's own scripts is true for them,
        or what it promises.

        Raises ScriptError where it throws; false where the page has gone on.
        """
        try:
            # Not by value: that of a part of the page is nothing, or without end.
            answer = await self.send(
                "Runtime.evaluate", expression=expression, awaitPromise=True
            )
        except NetworkError as error:
            if is_of_the_gone(error):
                return False
            raise
        return _is_truthy(_result(answer))


async def open_tab(connection: Connection) -> Tab:
    """Return a new tab that shares nothing with others, and writes nothing to disk."""
    context = await connection.send("Target.createBrowserContext")
    context_id = context["browserContextId"]
    target = await connection.send(
        "Target.createTarget", {"url": "about:blank", "browserContextId": context_id}
    )
    session = await connection.createSession({**target, "type": "page"})
    frames = await session.send("Page.getFrameTree")
    tab = Tab(session, frames["frameTree"]["frame"])
    await asyncio.gather(
        tab.send("Page.enable"),
        tab.send("Network.enable"),
        tab.send("Inspector.enable"),
        tab.send("Page.setLifecycleEventsEnabled", enabled=True),
        _deny_downloads(connection, context_id, tab),
        _close_others(connection, context_id, target["targetId"]),
    )
    return tab


async def _deny_downloads(connection: Connection, context_id: str, tab: Tab) -> None:
    def fail(event: dict) -> None:
        if event["frameId"] == tab.frame:
            tab.fail(DOWNLOAD)

    connection.on("Browser.downloadWillBegin", fail)
    options = {"behavior": "deny", "eventsEnabled": True}
    await connection.send(
        "Browser.setDownloadBehavior", {**options, "browserContextId": context_id}
    )


async def _close_others(
    connection: Connection, context_id: str, target_id: str
) -> None:
    """Have the tabs closed that the page opens: nobody would see them."""

    def close(event: dict) -> None:
        target = event["targetInfo"]
        is_ours = target.get("browserContextId") == context_id
        if target["type"] != "page" or not is_ours or target["targetId"] == target_id:
            return
        closing = connection.send(
            "Target.closeTarget", {"targetId": target["targetId"]}
        )
        closing.add_done_callback(_look_at)

    connection.on("Target.targetCreated", close)
    await connection.send("Target.setDiscoverTargets", {"discover": True})


def _result(answer: dict) -> dict:
    """Return DevTools' RemoteObject of an answer; raises ScriptError."""
    if details := answer.get("exceptionDetails"):
        thrown = details.get("exception", {})
        text = str(thrown.get("description") or thrown.get("value") or "it threw")
        raise ScriptError(one_line(text.strip().split("\n")[0][:300]))
    return answer["result"]


def _is_truthy(found: dict) -> bool:
    """Tell whether JavaScript takes the value of a RemoteObject for true."""
    if "unserializableValue" in found:
        return found["unserializableValue"] not in ("NaN", "-0", "0n")
    is_nothing = found["type"] == "undefined" or found.get("subtype") == "null"
    return not is_nothing and bool(found.get("value", True))


def _look_at(answer: asyncio.Future) -> None:
    """Take an error off an answer that nobody waits for, or asyncio would log it."""
    if not answer.cancelled():
        answer.exception()
