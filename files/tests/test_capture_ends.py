"""Why a capture ended, where Chromium was gone before anybody noticed."""

import asyncio
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase
from pyppeteer.errors import NetworkError

from files.capture.browser import BrowserNotStarted
from files.capture.capture import _opened_tab, unless
from files.capture.failures import CaptureFailed


class UnlessTests(SimpleTestCase):
    def test_returns_what_the_work_returns(self):
        assert self.run_unless(self.work("done")) == "done"

    def test_tells_of_the_end_rather_than_of_what_broke_by_it(self):
        with pytest.raises(CaptureFailed, match="It crashed"):
            self.run_unless(self.work(NetworkError("Target closed")), ends_after=0.1)

    def test_tells_of_the_page_rather_than_of_an_end_that_comes_later(self):
        with pytest.raises(CaptureFailed, match="No such page"):
            self.run_unless(self.work(CaptureFailed("No such page.")), ends_after=0.1)

    def test_raises_what_broke_where_no_end_comes(self):
        self.enterContext(patch("files.capture.capture.NOTICE_SECONDS", 0.05))

        with pytest.raises(NetworkError, match="Target closed"):
            self.run_unless(self.work(NetworkError("Target closed")))

    async def work(self, outcome):
        await asyncio.sleep(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def run_unless(self, work, *, ends_after=None):
        async def run():
            loop = asyncio.get_running_loop()
            end = loop.create_future()
            if ends_after is not None:
                loop.call_later(ends_after, end.set_result, "It crashed.")
            return await unless([end], work)

        return asyncio.run(run())


class TabTests(SimpleTestCase):
    def test_is_tried_again_where_no_tab_opens(self):
        self.enterContext(patch("files.capture.capture.START_SECONDS", 0.05))
        self.enterContext(patch("files.capture.capture.open_tab", self.never))

        with pytest.raises(BrowserNotStarted):
            asyncio.run(_opened_tab(connection=None))

    async def never(self, connection):
        await asyncio.Event().wait()
