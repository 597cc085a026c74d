"""A running platform with the app for chaos, whose processes and rows can be seen."""

import ctypes
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.browsers import Browsers
from tests.pages import make_pages
from tests.running_platform import (
    PROC,
    ROOT,
    Client,
    RunningPlatform,
    is_alive,
    parent_of,
)
from tests.servers import postgresql, web_server

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
PATIENCE_SECONDS = 60
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
    "RATE_LIMITS_ENABLED": "false",
    "JOB_LIMIT": "1000000",
    "JOB_LIMIT_OF_USER": "1000000",
    "LOG_LEVEL": "INFO",
}


class ChaosPlatform(RunningPlatform):
    """Adopts whatever its processes leave behind, so that nothing can hide."""

    def __init__(self, storage: Path, **environment: str) -> None:
        super().__init__(storage, **ENVIRONMENT | environment)
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.others = set(children_of(os.getpid()))
        self.nodes: list[subprocess.Popen] = []
        self.pages = ""  # The URL of what can be captured.
        self.local = threading.local()
        self.browsers = Browsers(Path(environment["CHAOS_BROWSERS"]))

    def rows(self, query: str, *values) -> list[tuple]:
        """Ask the database, beside the platform."""
        connection = self.connect()
        try:
            cursor = connection.cursor()
            if self.is_postgresql:
                query = query.replace("?", "%s")
            cursor.execute(query, values)
            return cursor.fetchall()
        finally:
            connection.close()

    def connect(self):
        if self.is_postgresql:
            import psycopg

            return psycopg.connect(self.environment["DATABASE_URL"], autocommit=True)
        path = self.storage / "platform.sqlite3"
        return sqlite3.connect(path, timeout=60, isolation_level=None)

    @property
    def is_postgresql(self) -> bool:
        return "DATABASE_URL" in self.environment

    def start_node(self, **environment: str) -> subprocess.Popen:
        """Start one more worker node beside the supervisor's."""
        with self.log.open("a") as log:
            node = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.nodes.append(node)
        return node

    def stop(self) -> None:
        for node in self.nodes:
            if node.poll() is None:
                node.terminate()
        for node in self.nodes:
            node.wait(timeout=40)
        super().stop()

    def strays(self) -> list[int]:
        """Living processes that no running part of the platform looks after."""
        known = self.others | {node.pid for node in self.nodes}
        if self.process is not None and self.process.poll() is None:
            known.add(self.process.pid)
        orphans = [pid for pid in children_of(os.getpid()) if pid not in known]
        return orphans + self.leftovers()

    def leftovers(self) -> list[int]:
        """What the workers' jobs started and left behind."""
        if self.process is None or self.process.poll() is not None:
            return []
        workers = self.wait_for(self.workers)
        return [pid for worker in workers for pid in children_of(worker)]

    def wait_for(self, find: Callable, seconds: float = PATIENCE_SECONDS):
        """Return what `find` finds, once it finds something."""
        ends_at = time.monotonic() + seconds
        while True:
            try:
                if found := find():
                    return found
            except (IndexError, OSError, sqlite3.Error):
                pass
            if time.monotonic() > ends_at:
                raise AssertionError(f"{find} found nothing")
            time.sleep(0.02)

    def ask(self, token: str, method: str, path: str, body=None, **headers):
        """Ask until there is an answer, as a careful client does."""
        ends_at = time.monotonic() + 2 * PATIENCE_SECONDS
        while True:
            client = self._client_of_thread(token)
            try:
                answer = client.request(method, path, body, headers)
            except (OSError, HTTPException):
                client.connection.close()
                answer = None
            if answer is not None and answer.status not in (429, 500, 502, 503):
                return answer
            if time.monotonic() > ends_at:
                raise AssertionError(f"{method} {path} is not answered: {answer}")
            time.sleep(0.05)

    def _client_of_thread(self, token: str) -> Client:
        clients = self.local.__dict__.setdefault("clients", {})
        if token not in clients:
            clients[token] = self.client(token)
        return clients[token]


def stop_cleanly() -> None:
    """Have SIGTERM end this program by way of its `finally` clauses."""
    signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(128 + signum))


@contextmanager
def chaos_platform(
    database: str = "sqlite",
    *,
    needs: str = "",
    keep_log: Path | None = None,
    **environment: str,
) -> Iterator[ChaosPlatform]:
    """Run a platform, on a small disk if it `needs` a "disk", or beside "pages"."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="hs-chaos-")))
        storage = folder / "storage"
        storage.mkdir()
        if database == "postgresql":
            url = stack.enter_context(postgresql())
            environment |= {"DATABASE_URL": url, "SECRET_KEY": "chaos-" * 10}
        environment["CHAOS_CLOCK"] = str(folder / "clock")
        environment["CHAOS_BROWSERS"] = stack.enter_context(folder_for_browsers())
        if needs == "disk":
            stack.enter_context(small_disk(storage))
        pages = ""
        if needs == "pages":
            site = folder / "pages"
            site.mkdir()
            make_pages(site)
            pages = stack.enter_context(web_server(site))
            environment["BROWSER_ALLOWED_HOSTS"] = "127.0.0.1"
            environment["BROWSER_ALLOWED_PORTS"] = pages.rpartition(":")[2]
        platform = ChaosPlatform(storage, **environment)
        platform.pages = pages
        platform.log = folder / "platform.log"
        try:
            platform.start()
            yield platform
        finally:
            platform.stop()
            if keep_log is not None:
                shutil.copy(platform.log, keep_log)


@contextmanager
def folder_for_browsers() -> Iterator[str]:
    with TemporaryDirectory(prefix="hs-chaos-browsers-") as folder:
        # Chromium runs as another user, and must get at its own folder there.
        Path(folder).chmod(0o711)
        yield folder


class Missing(Exception):
    """Something that a fault needs is not on this machine."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Make a folder a disk of 64 MB."""
    options = "size=64m,mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "chaos", folder]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        raise Missing("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def children_of(parent: int) -> list[int]:
    pids = (int(folder.name) for folder in PROC.glob("[0-9]*"))
    return [pid for pid in pids if parent_of(pid) == parent]


def await_end_of(pids: list[int], seconds: float) -> list[int]:
    """Wait until the processes are gone; returns those that are not."""
    ends_at = time.monotonic() + seconds
    while (alive := [pid for pid in pids if is_alive(pid)]) and (
        time.monotonic() < ends_at
    ):
        time.sleep(0.05)
    return alive
