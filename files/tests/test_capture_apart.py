"""Captures that are interrupted, and what is left of those that are over."""

import asyncio
import gc
import logging
import os
import signal
import threading
from pathlib import Path
from time import monotonic, sleep
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from files.capture.apart import run_apart
from files.capture.folders import PREFIX, folder_of
from files.tests.web import Reply, Site, captured, failure_of
from jobs.processes import PROC

SOON_SECONDS = 10


class Interruption(BaseException):
    """As what stops a job in the worker's main thread."""


def capturing_threads() -> list[str]:
    return [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(("capture", "egress-proxy"))
    ]


def browsers() -> list[int]:
    """Return the processes of the browsers that this process has started."""
    own = {str(os.getpid())}
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if parent in own and PREFIX.encode() in command:
            found.append(int(folder.name))
    return found


def count_of_open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class ApartTests(SimpleTestCase):
    def test_returns_what_comes_of_it(self):
        async def work():
            await asyncio.sleep(0)
            return 7

        assert run_apart(lambda call: work()) == 7
        assert capturing_threads() == []

    def test_raises_what_it_raises(self):
        async def work():
            raise KeyError("x")

        with pytest.raises(KeyError):
            run_apart(lambda call: work())

    def test_makes_calls_here_and_in_their_order(self):
        made = []

        async def work(call):
            for number in range(3):
                call(lambda number=number: made.append((number, *here())))
            return here()

        def here():
            return (threading.current_thread().name,)

        assert run_apart(work) == ("capture",)
        name = threading.current_thread().name
        assert made == [(0, name), (1, name), (2, name)]

    def test_is_cancelled_by_what_a_call_raises(self):
        seen = []

        async def work(call):
            call(self.interrupt)
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)
                seen.append("cleaned up")

        with pytest.raises(Interruption):
            run_apart(work)

        assert seen == ["cleaned up"]
        assert capturing_threads() == []

    def test_raises_the_interruption_that_comes_at_the_end(self):
        async def work(call):
            call(self.interrupt)

        for _ in range(50):
            with pytest.raises(Interruption):
                run_apart(work)

    def interrupt(self):
        raise Interruption


@pytest.mark.live
class InterruptedTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        routes = {"/": "<title>x</title>x", "/never": Reply(delay=15)}
        cls.site = cls.enterClassContext(Site(routes))

    def test_ends_a_browser_that_hangs(self):
        def hang(asked):
            (browser,) = browsers()
            os.killpg(browser, signal.SIGSTOP)
            raise_in_main()
            return Reply(delay=5)

        def raise_in_main():
            os.kill(os.getpid(), signal.SIGUSR1)

        def interrupt(signum, frame):
            raise Interruption

        self.site.routes["/hang"] = hang
        previous = signal.signal(signal.SIGUSR1, interrupt)
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)

        with pytest.raises(Interruption):
            captured({"url": self.site.url("/hang")})

        # It was not given up, as after STOP_SECONDS.
        self.assert_nothing_is_left()

    def test_leaves_nothing_behind_once_a_signal_has_come(self):
        def interrupt(number, frame):
            assert len(browsers()) == 1
            raise Interruption

        started_at = monotonic()

        def send():
            while not self.site.asked("/never"):
                if monotonic() > started_at + SOON_SECONDS:
                    return
                sleep(0.02)
            os.kill(os.getpid(), signal.SIGUSR1)

        previous = signal.signal(signal.SIGUSR1, interrupt)
        self.addCleanup(signal.signal, signal.SIGUSR1, previous)
        sender = threading.Thread(target=send, daemon=True)
        self.addCleanup(sender.join)
        sender.start()

        with patch("files.tests.web.uuid4") as uuid4:
            uuid4.return_value.hex = "interrupted-by-a-test"
            with pytest.raises(Interruption):
                captured({"url": self.site.url("/never")})

        assert not folder_of("interrupted-by-a-test").exists()
        assert monotonic() - started_at < SOON_SECONDS
        self.assert_nothing_is_left()

    def test_leaves_nothing_behind_after_many(self):
        captured({"url": self.site.url()})
        gc.collect()
        before = count_of_open_files()

        with self.assertNoLogs("asyncio"):
            for _ in range(3):
                captured({"url": self.site.url()})
                failure_of({"url": self.site.url() + "#", "selector": "#nowhere"})
            gc.collect()

        self.assert_nothing_is_left()
        assert count_of_open_files() <= before + 1

    def test_logs_no_secrets(self):
        options = {
            "cookies": [{"name": "session", "value": "c00kie"}],
            "extra_http_headers": {"Authorization": "Bearer t0ken"},
        }

        with self.assertLogs(level=logging.DEBUG) as logged:
            logging.getLogger(__name__).debug("the first line")
            captured({"url": self.site.url("/?p4ge"), "options": options})

        text = "\n".join(logged.output)
        sent = self.site.log[-1].headers
        assert sent["cookie"] == "session=c00kie"
        assert sent["authorization"] == "Bearer t0ken"
        assert "c00kie" not in text
        assert "t0ken" not in text
        assert "p4ge" not in text

    def assert_nothing_is_left(self):
        # Those that dial are not waited for.
        ends_at = monotonic() + SOON_SECONDS
        while capturing_threads() and monotonic() < ends_at:
            sleep(0.02)
        assert capturing_threads() == []
        assert browsers() == []
