"""Names processes so that a dead one is known from a new one with its number."""

import os
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@cache
def host() -> str:
    """Return this machine's name and its boot: a restart makes another host."""
    boot_id = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{socket.gethostname()}/{boot_id}"


def current_process() -> str:
    """Return `pid:start`, where start is in clock ticks since boot (proc(5))."""
    pid = os.getpid()
    return f"{pid}:{_start_ticks(pid)}"


def is_running(process: str) -> bool:
    """Tell whether a process of this host, named by `current_process`, still runs."""
    pid, _, started = process.partition(":")
    return started != "" and _start_ticks(int(pid)) == started


def _start_ticks(pid: int) -> str | None:
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the program's name, which may hold spaces and brackets.
    state, *fields = stat.rpartition(")")[2].split()
    is_dead = state in "ZX"
    return None if is_dead else fields[18]
