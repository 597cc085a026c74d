import os
import shutil
import socket
from types import SimpleNamespace

import pytest
from django.core.cache import cache

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """Fail a test that would talk to another machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            assert host.startswith(LOOPBACK), f"a test connects to {host}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture(autouse=True)
def _no_keeper(monkeypatch):
    """Keep leases unwatched: the thread that does sees nothing uncommitted."""
    monkeypatch.setattr("jobs.lease._keep_running", lambda: None)


@pytest.fixture(autouse=True)
def _no_exit(monkeypatch):
    """Fail a test whose worker would end its process, which is that of all tests."""

    def refuse(status):
        raise AssertionError(f"a worker ends its process with {status}")

    monkeypatch.setattr("jobs.tasks.os", SimpleNamespace(_exit=refuse))


def require(program: str) -> str:
    """Return the program's path; without it skip the test, or fail in CI."""
    path = shutil.which(program)
    if path is None and os.environ.get("CI"):
        pytest.fail(f"{program} is missing: make test installs it")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path
