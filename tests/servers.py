"""Servers of a test's own, on loopback: PostgreSQL, Redis, and one for web pages."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

from conftest import require
from tests.running_platform import START_SECONDS, free_port

POSTGRESQL = Path("/usr/lib/postgresql")
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of an empty database."""
    require("pg_ctlcluster")
    programs = max(POSTGRESQL.iterdir(), key=lambda path: int(path.name)) / "bin"
    # PostgreSQL refuses to run as root; its package made a user for it.
    user = AS_POSTGRES if os.geteuid() == 0 else []
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hs-postgresql-") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data = Path(folder) / "data"
        setup = ["-D", data, "-U", "hs", "-A", "trust", "-E", "UTF8", "-N"]
        run(*user, programs / "initdb", *setup)
        server = [*user, programs / "pg_ctl", "-D", data, "-w"]
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        run(*server, "-o", options, "-l", f"{folder}/log", "start")
        try:
            yield f"postgres://hs@127.0.0.1:{port}/postgres"
        finally:
            run(*server, "-m", "immediate", "stop")


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of an empty server."""
    port = free_port()
    command = [require("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    with tempfile.TemporaryDirectory(prefix="hs-redis-") as folder:
        server = subprocess.Popen(
            [*command, "--save", "", "--dir", folder], stdout=DEVNULL
        )
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serve the files of a folder; yields the URL that they are below."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--directory", folder], stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for_port(port: int) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < ends_at, f"nobody listens at port {port}"
            time.sleep(0.02)


def run(*command) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
