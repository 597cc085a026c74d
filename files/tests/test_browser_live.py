import asyncio
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import unittest
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, sleep
from unittest.mock import patch
from uuid import uuid4

import pyppeteer
import pytest
from django.conf import settings
from django.test import SimpleTestCase, override_settings

from conftest import require
from files.capture.browser import BrowserNotStarted, BrowserUnavailable, running_browser
from files.capture.folders import folder_of, make_folder, remove_browser
from jobs.processes import PROC, group_members

NO_PROXY_PORT = 9
ENOUGH_SECONDS = 30
MEMORY_HOG = "() => {const held = []; while (1) held.push(new Uint8Array(5e6).fill(1))}"
SHARED_MEMORY_HOG = """() => {
  const held = [];
  while (1) {
    const shared = {initial: 200, maximum: 200, shared: true};
    const memory = new WebAssembly.Memory(shared);
    new Uint8Array(memory.buffer).fill(1);
    held.push(memory);
  }
}"""
BUSY = "() => {while (1);}"
# A worker that runs a busy browser, and says which processes it has.
WORKER = """
import asyncio, sys
import pyppeteer
from django.conf import settings
from files.capture.browser import running_browser

settings.configure(
    CHROMIUM_PATH=sys.argv[2], BROWSER_SANDBOX=True, BROWSER_MEMORY_MB=400
)

async def work():
    async with running_browser(name=sys.argv[1], proxy_port=9) as browser:
        connection = await pyppeteer.connect({"browserWSEndpoint": browser.endpoint})
        page = await connection.newPage()
        asyncio.ensure_future(page.evaluate("() => {while (1);}"))
        await asyncio.sleep(0.2)
        print(browser.group, flush=True)
        await asyncio.sleep(60)

asyncio.run(work())
"""


async def page_of(browser):
    connection = await pyppeteer.connect({"browserWSEndpoint": browser.endpoint})
    return await connection.newPage()


def lines_of(pid, name):
    """Return the fields of one line of the process's status (proc(5))."""
    status = (PROC / str(pid) / "status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith(f"{name}:")]
    return line.split()[1:]


def command_of(pid):
    return (PROC / str(pid) / "cmdline").read_bytes()


def is_gone(group):
    """Wait for the end of a process group, but not for ever."""
    ends_at = monotonic() + ENOUGH_SECONDS
    while group_members(group) and monotonic() < ends_at:
        sleep(0.02)
    return not group_members(group)


class BrowserTestCase(SimpleTestCase):
    def setUp(self):
        self.name = f"test-{uuid4().hex}"
        self.addCleanup(remove_browser, self.name)

    @asynccontextmanager
    async def browser(self):
        name, port = self.name, NO_PROXY_PORT
        async with running_browser(name=name, proxy_port=port) as browser:
            self.group = browser.group
            yield browser

    def end_of(self, use):
        """Return what a browser says of its end, while `use` is called with it."""

        async def run():
            async with self.browser() as browser:
                doing = asyncio.ensure_future(use(browser))
                message = await asyncio.wait_for(browser.ended, ENOUGH_SECONDS)
                doing.cancel()
                await asyncio.gather(doing, return_exceptions=True)
                return message

        return asyncio.run(run())

    def is_left(self):
        return bool(group_members(self.group)) or folder_of(self.name).exists()


@pytest.mark.live
class RunningBrowserTests(BrowserTestCase):
    def setUp(self):
        require("chromium-headless-shell")
        super().setUp()

    def look_at(self, look):
        """Return what `look` finds of each process while a page is open."""

        async def run():
            async with self.browser() as browser:
                await page_of(browser)
                return [look(pid) for pid in group_members(browser.group)]

        return asyncio.run(run())

    def test_can_be_driven(self):
        async def run():
            async with self.browser() as browser:
                page = await page_of(browser)
                return await page.evaluate("() => 6 * 7")

        assert asyncio.run(run()) == 42

    def test_keeps_pages_in_a_sandbox(self):
        found = self.look_at(
            lambda pid: (
                b"--type=renderer" in command_of(pid),
                lines_of(pid, "Seccomp"),
                len(lines_of(pid, "NSpid")),
            )
        )

        [(_, seccomp, namespaces)] = [one for one in found if one[0]]
        assert seccomp == ["2"]
        assert namespaces > 1

    @unittest.skipUnless(os.geteuid() == 0, "root alone can become another user")
    def test_runs_as_nobody(self):
        nobody = pwd.getpwnam("nobody")
        found = self.look_at(lambda pid: (*lines_of(pid, "Uid"), *lines_of(pid, "Gid")))

        uid, gid = str(nobody.pw_uid), str(nobody.pw_gid)
        assert set(found) == {(uid,) * 4 + (gid,) * 4}

    def test_can_gain_no_rights_and_leaves_no_core(self):
        found = self.look_at(
            lambda pid: (
                lines_of(pid, "NoNewPrivs"),
                "Max core file size        0  " in (PROC / f"{pid}/limits").read_text(),
            )
        )

        assert all(one == (["1"], True) for one in found)

    def test_knows_no_secret_of_the_worker(self):
        with patch.dict(os.environ, {"SECRET_KEY": "very-secret"}):
            found = self.look_at(lambda pid: (PROC / f"{pid}/environ").read_bytes())

        assert any(b"HOME=" in environment for environment in found)
        assert all(b"very-secret" not in environment for environment in found)

    def test_is_gone_afterwards(self):
        assert self.look_at(lambda pid: pid) != []

        assert not self.is_left()

    def test_is_gone_after_an_error(self):
        async def run():
            async with self.browser():
                raise LookupError

        with pytest.raises(LookupError):
            asyncio.run(run())
        assert not self.is_left()

    def test_is_gone_after_a_cancellation(self):
        async def use(started):
            async with self.browser() as browser:
                page = await page_of(browser)
                started.set()
                await page.evaluate(BUSY)

        async def run():
            started = asyncio.Event()
            using = asyncio.create_task(use(started))
            await started.wait()
            using.cancel()
            await asyncio.gather(using, return_exceptions=True)

        asyncio.run(run())

        assert not self.is_left()

    def test_is_gone_where_it_is_cancelled_while_it_starts(self):
        async def run():
            async with asyncio.timeout(0.02), self.browser():
                await asyncio.sleep(ENOUGH_SECONDS)

        with pytest.raises(TimeoutError):
            asyncio.run(run())

        assert not folder_of(self.name).exists()

    def test_is_killed_with_the_worker(self):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, self.name, settings.CHROMIUM_PATH],
            stdout=subprocess.PIPE,
        )
        with worker:
            self.group = int(worker.stdout.readline())
            assert group_members(self.group)

            worker.kill()

        assert is_gone(self.group)
        remove_browser(self.name)
        assert not self.is_left()

    def test_is_killed_by_whoever_removes_it(self):
        async def use(browser):
            remove_browser(self.name)

        assert self.end_of(use) == "The browser crashed on this page."
        assert not self.is_left()

    def test_tells_that_it_was_killed(self):
        async def use(browser):
            os.killpg(browser.group, signal.SIGKILL)

        assert self.end_of(use) == "The browser crashed on this page."
        assert not self.is_left()

    @override_settings(BROWSER_MEMORY_MB=200)
    def test_ends_with_a_page_that_takes_too_much_memory(self):
        for script in (MEMORY_HOG, SHARED_MEMORY_HOG):
            with self.subTest(script):

                async def use(browser, script=script):
                    page = await page_of(browser)
                    await page.evaluate(script)

                assert self.end_of(use) == "The page took more than 200 MB of memory."
                assert not self.is_left()

    def test_ends_with_a_page_that_starts_too_many_processes(self):
        async def use(browser):
            pass

        with patch("files.capture.browser.MAX_PROCESSES", 3):
            message = self.end_of(use)

        assert message == "The page started more than 3 processes."

    @unittest.skipUnless(os.geteuid() == 0, "root alone can become another user")
    def test_runs_for_a_worker_that_is_not_root(self):
        child = os.fork()
        if child == 0:
            # Nothing of the tests may go on in this process, whatever happens.
            try:
                os.setgroups([])
                os.setgid(1)
                os.setuid(1)
                users = self.look_at(lambda pid: lines_of(pid, "Uid"))
                is_well = users and all(user == ["1"] * 4 for user in users)
                os._exit(0 if is_well and not self.is_left() else 1)
            finally:
                os._exit(2)

        _, status = os.waitpid(child, 0)

        assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.live
class StartTests(BrowserTestCase):
    """With programs in the place of Chromium."""

    def setUp(self):
        super().setUp()
        self.enterContext(patch("files.capture.browser.unavailability", lambda: None))
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        self.program = folder / "program"
        self.enterContext(override_settings(CHROMIUM_PATH=str(self.program)))

    def write(self, script):
        self.program.write_text(f"#!/bin/sh\n{script}\n")
        self.program.chmod(0o755)

    def start(self, expected):
        async def run():
            async with self.browser():
                pass

        with (
            self.assertLogs("files.capture.browser", "ERROR") as logged,
            pytest.raises(expected) as raised,
        ):
            asyncio.run(run())
        return raised.value.message, logged.output[0]

    def test_gives_up_on_a_program_that_says_nothing(self):
        self.write("exec sleep 60")

        with patch("files.capture.browser.START_SECONDS", 0.3):
            message, _ = self.start(BrowserNotStarted)

        assert message == "The browser could not be started."
        assert not folder_of(self.name).exists()

    def test_logs_the_last_words_of_a_program_that_ends_at_once(self):
        self.write("seq 100000 >&2; echo 'my last words' >&2")

        _, logged = self.start(BrowserNotStarted)

        assert "my last words" in logged
        assert len(logged) < 5000

    def test_says_that_there_is_no_sandbox(self):
        self.write("echo 'No usable sandbox! Update your kernel' >&2; exit 1")

        message, _ = self.start(BrowserUnavailable)

        assert "BROWSER_SANDBOX=off" in message

    def test_says_why_it_cannot_be_here(self):
        with patch("files.capture.browser.unavailability", lambda: "There is none."):

            async def run():
                async with self.browser():
                    pass

            with pytest.raises(BrowserUnavailable, match="There is none"):
                asyncio.run(run())

    def test_uses_no_folder_that_was_there(self):
        kept = make_folder(self.name) / "file"
        kept.touch()

        self.start(BrowserNotStarted)

        assert kept.exists()

    def test_drains_what_a_program_writes(self):
        # More than fits into a pipe: it would stop in the middle.
        noise = "seq 100000 >&2"
        ready = "echo 'DevTools listening on ws://127.0.0.1:1/x' >&2"
        self.write(f'{ready}\n{noise}\necho > "$TMPDIR/through"\nsleep 60')

        async def run():
            async with self.browser() as browser:
                through = folder_of(self.name) / "through"
                ends_at = monotonic() + ENOUGH_SECONDS
                while not through.exists() and monotonic() < ends_at:
                    await asyncio.sleep(0.02)
                return browser.endpoint, through.exists()

        assert asyncio.run(run()) == ("ws://127.0.0.1:1/x", True)
