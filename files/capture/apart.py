"""Runs a coroutine in a thread of its own, for a caller that signals interrupt.

What stops a job is raised in the worker's main thread, wherever that is (see
jobs/lease.py); asyncio would take it for the failure of some callback, and go on.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
Call = Callable[[], object]
Work = Callable[[Callable[[Call], None]], Coroutine[None, None, T]]

STOP_SECONDS = 15

logger = logging.getLogger(__name__)


def run_apart(work: Work[T]) -> T:
    """Return what a coroutine returns that runs in a thread of its own.

    `work` makes the coroutine. It gets a function that has calls made here, in the
    caller's thread and in their order: what uses the database must be. Whatever is
    raised here meanwhile, by such a call or a signal, cancels the coroutine.
    """
    apart = _Apart(work)
    apart.start()
    try:
        while call := apart.calls.get():
            call()
        return apart.result.result()
    except BaseException:
        apart.cancel()
        raise
    finally:
        apart.join(STOP_SECONDS)
        if apart.is_alive():
            logger.error("A capture goes on though its job is over")


class _Apart(Thread, Generic[T]):
    def __init__(self, work: Work[T]) -> None:
        super().__init__(name="capture", daemon=True)
        self.calls: SimpleQueue[Call | None] = SimpleQueue()
        self.result: Future[T] = Future()
        self._work = work
        self._has_begun = Event()

    def run(self) -> None:
        try:
            self.result.set_result(asyncio.run(self._main()))
        except BaseException as error:
            self.result.set_exception(error)
        finally:
            self._has_begun.set()
            self.calls.put(None)

    async def _main(self) -> T:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._has_begun.set()
        return await self._work(self.calls.put)

    def cancel(self) -> None:
        self._has_begun.wait()
        if not self.result.done():
            # RuntimeError: its loop has just come to its end.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._task.cancel)
