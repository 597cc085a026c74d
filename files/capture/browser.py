"""Runs one Chromium for one capture: confined, watched, and gone afterwards.

It is started by a shell that stays beside it as its guard: when the pipe from the
worker closes, by whatever death, the guard kills the whole process group. The
kernel's parent-death signal is no help, as the distribution's program is a script
that starts Chromium as a child of its own.
"""

import asyncio
import logging
import os
import re
import resource
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic

from django.conf import settings

from common.exceptions import Unavailable
from files.capture.folders import make_folder, profile_argument, remove_browser
from files.capture.sandbox import (
    NO_NAMESPACES,
    NO_SANDBOX,
    PROGRAM_FOLDERS,
    privileges,
    unavailability,
)
from jobs.exceptions import TryAgain
from jobs.processes import PROC, group_members, kill_group

logger = logging.getLogger(__name__)

START_SECONDS = 15
START_LOOK_SECONDS = 0.05
WATCH_SECONDS = 0.25
KILL_SECONDS = 5
# Any page takes ten: chromium-headless-shell keeps the frames, workers and windows of
# all sites in one renderer. That is well: a capture has secrets of one client only.
MAX_PROCESSES = 40
# What a renderer may write to at once, before it has any of that memory: 600 MB.
RESERVED_MB = 1024
TAIL_BYTES = 4000

# $0 is `sh`; the arguments are the program's.
GUARDED = 'exec 3<&0 </dev/null; { read _ <&3; kill -KILL 0; } & exec "$@" 3<&-'

ENDPOINT = re.compile(rb"DevTools listening on (ws://127\.0\.0\.1:\d+/\S+)\s")

RESIDENT = re.compile(r"^Rss(Anon|Shmem):\s+(\d+) kB$", re.MULTILINE)

FLAGS = (
    "--remote-debugging-port=0",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-software-rasterizer",
    # A process less, 17 MB and 60 ms; by itself it would have no sandbox either.
    "--enable-features=NetworkServiceInProcess2",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
)


class BrowserUnavailable(Unavailable):
    """Pages cannot be captured on this machine."""


class BrowserNotStarted(TryAgain):
    """Chromium has not started; it may the next time."""

    def __init__(self) -> None:
        super().__init__("The browser could not be started.")


class Browser:
    """A Chromium that runs.

    `endpoint` is where it takes commands, `group` its process group. `ended` gets a
    public message as its result once Chromium is gone: it crashed, or took more than
    a page may.
    """

    endpoint: str

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self.group = process.pid
        self._loop = asyncio.get_running_loop()
        self._found: asyncio.Future[str] = self._loop.create_future()
        self._tail = b""
        self.ended: asyncio.Future[str] = self._loop.create_future()
        os.set_blocking(process.stderr.fileno(), False)
        self._loop.add_reader(process.stderr, self._read)

    async def wait_until_started(self) -> None:
        """Raises BrowserNotStarted and, without a sandbox, BrowserUnavailable."""
        ends_at = monotonic() + START_SECONDS
        while not self._found.done():
            if self._process.poll() is not None or monotonic() > ends_at:
                raise self._failure()
            await asyncio.wait([self._found], timeout=START_LOOK_SECONDS)
        self.endpoint = self._found.result()
        self._tail = b""

    async def watch(self) -> None:
        """Look after it until it has ended."""
        while not self.ended.done():
            if message := self._fault_or_blindness():
                self.kill()
                self.ended.set_result(message)
            await asyncio.sleep(WATCH_SECONDS)

    def kill(self) -> None:
        kill_group(self.group)

    def close(self) -> None:
        self.kill()
        self._loop.remove_reader(self._process.stderr)
        self._process.stdin.close()
        self._process.stderr.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_SECONDS)

    def _fault_or_blindness(self) -> str | None:
        try:
            return self._fault()
        except OSError:
            logger.exception("Chromium cannot be watched, so it is ended")
            return "The browser could not be watched."

    def _fault(self) -> str | None:
        if self._process.poll() is not None:
            return "The browser crashed on this page."
        members = group_members(self.group)
        if len(members) > MAX_PROCESSES:
            return f"The page started more than {MAX_PROCESSES} processes."
        limit = settings.BROWSER_MEMORY_MB
        if sum(map(_own_bytes, members)) > limit * 1024 * 1024:
            return f"The page took more than {limit} MB of memory."
        return None

    def _read(self) -> bool:
        """Drain what Chromium writes, for ever: it would stop where a pipe is full."""
        chunk = self._process.stderr.read(TAIL_BYTES)
        if chunk == b"":
            self._loop.remove_reader(self._process.stderr)
        self._tail = (self._tail + (chunk or b""))[-TAIL_BYTES:]
        if not self._found.done() and (found := ENDPOINT.search(self._tail)):
            self._found.set_result(found[1].decode())
        return bool(chunk)

    def _failure(self) -> Exception:
        self.kill()
        while self._read():
            pass
        # No page was loaded yet, so nothing of a client is in it.
        told = self._tail.decode(errors="replace")
        logger.error(
            "%s has not started as a Chromium would (its exit status: %s): %s",
            settings.CHROMIUM_PATH,
            self._process.poll(),
            told or "it said nothing",
        )
        if b"No usable sandbox" in self._tail:
            return BrowserUnavailable(NO_SANDBOX.format(reason=NO_NAMESPACES))
        return BrowserNotStarted()


@asynccontextmanager
async def running_browser(*, name: str, proxy_port: int) -> AsyncIterator[Browser]:
    """Run a Chromium of its own, which reaches nothing but the proxy on that port.

    Raises BrowserUnavailable where that cannot be on this machine, and
    BrowserNotStarted where it may work the next time.
    """
    if reason := unavailability():
        raise BrowserUnavailable(reason)
    try:
        folder = make_folder(name)
    except OSError:
        logger.exception("The browser's folder cannot be made")
        raise BrowserNotStarted from None
    try:
        async with _started(folder, proxy_port) as browser:
            yield browser
    finally:
        remove_browser(name)


@asynccontextmanager
async def _started(folder: Path, proxy_port: int) -> AsyncIterator[Browser]:
    browser = Browser(_start(folder, proxy_port))
    try:
        await browser.wait_until_started()
        watching = asyncio.create_task(browser.watch())
        try:
            yield browser
        finally:
            watching.cancel()
    finally:
        browser.close()


def _start(folder: Path, proxy_port: int) -> subprocess.Popen:
    return subprocess.Popen(  # noqa: S603  Nothing of it comes from a client.
        _command(folder, proxy_port),
        bufsize=0,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # Its own group, in the worker's session: a recovery finds it there.
        process_group=0,
    )


def _command(folder: Path, proxy_port: int) -> list[str]:
    program = [shutil.which(settings.CHROMIUM_PATH) or settings.CHROMIUM_PATH]
    program += [*FLAGS, f"--proxy-server=socks5://127.0.0.1:{proxy_port}"]
    program += [profile_argument(folder)]
    if not settings.BROWSER_SANDBOX:
        program.append("--no-sandbox")
    guarded = ["sh", "-c", GUARDED, "sh", *program]
    return ["prlimit", *_limits(), *privileges(), *guarded]


def _limits() -> list[str]:
    """Return what one process may take, beside what `watch` counts of all of them."""
    memory = settings.BROWSER_MEMORY_MB * 1024 * 1024
    data = _allowed(resource.RLIMIT_DATA, RESERVED_MB * 1024 * 1024 + memory)
    # Files in memory, too: those that processes share. A page's storage is in memory.
    size = _allowed(resource.RLIMIT_FSIZE, memory)
    return ["--core=0", f"--data={data}", f"--fsize={size}"]


def _allowed(limit: int, wanted: int) -> int:
    _, most = resource.getrlimit(limit)
    return wanted if most == resource.RLIM_INFINITY else min(wanted, most)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the worker's own environment, which holds secrets."""
    return {
        "PATH": PROGRAM_FOLDERS,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
    }


def _own_bytes(pid: int) -> int:
    """Return the memory that the process itself takes, also where it is not ours.

    What processes share in memory counts by half, as two of them map it: one draws
    and another shows. Files of the disk do not count.
    """
    try:
        status = (PROC / f"{pid}/status").read_text()
    except OSError:
        return 0
    kilobytes = {name: int(number) for name, number in RESIDENT.findall(status)}
    return (kilobytes.get("Anon", 0) + kilobytes.get("Shmem", 0) // 2) * 1024
