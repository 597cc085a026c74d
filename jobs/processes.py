"""Names processes so that a dead one is known from a new one with its number.

Each worker process leads a session of its own (setsid(2)), to which the programs
belong that a job starts, so they can be found when the worker is gone; and it adopts
those of them that lose their parent.
"""

import os
import resource
import signal
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import sleep

PROC = Path("/proc")
# Dying takes some milliseconds a process; two seconds is what a stop can wait.
KILL_PAUSE_SECONDS = 0.01
KILL_TRIES = 200


@cache
def host() -> str:
    """Return this machine's name and its boot: a restart makes another host."""
    boot_id = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{socket.gethostname()}/{boot_id}"


def current_process() -> str:
    """Return `pid:start`, where start is in clock ticks since boot (proc(5))."""
    return process_of(os.getpid())


def process_of(pid: int) -> str:
    return f"{pid}:{_start_ticks(pid)}"


def is_running(process: str) -> bool:
    """Tell whether a process of this host, named by `current_process`, still runs."""
    pid, _, started = process.partition(":")
    return started != "" and _start_ticks(int(pid)) == started


def kill_session(process: str) -> int:
    """Kill a worker process and whatever its job started; returns how many died.

    Also where the worker is dead already: a session's number is not given away
    before its last process has gone (credentials(7)).
    """
    leader, _, started = process.partition(":")
    if _start_ticks(int(leader)) not in (started, None):
        return 0  # Another process has the number: the session is long gone.
    return _kill(_members(leader))


def kill_children(*, but: int = 0) -> None:
    """Kill what descends from this process, except for one child and its own.

    For a process that adopts orphans (process_tree.py): then nothing that was started
    below it can hide.
    """
    listed = (PROC / "thread-self/children").read_text().split()
    children = {int(pid) for pid in listed} - {but}
    if not children:
        return
    folders = PROC.glob("[0-9]*")
    parents = {int(folder.name): _parent(folder) for folder in folders}
    _kill(children | _descendants(children, parents))
    for pid in children:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def group_members(group: int) -> set[int]:
    """Return who lives in a process group, or descends from somebody in it."""
    all_stats = {int(path.name): _stat(path) for path in PROC.glob("[0-9]*")}
    stats = {pid: fields for pid, fields in all_stats.items() if fields}
    members = {pid for pid, fields in stats.items() if int(fields[2]) == group}
    members |= _descendants(members, {pid: int(stats[pid][1]) for pid in stats})
    return {pid for pid in members if stats[pid][0] not in "ZX"}


def group_of(pid: int) -> int | None:
    """Return the process group, None where the process is gone."""
    fields = _stat(PROC / str(pid))
    return int(fields[2]) if fields else None


def kill_group(group: int) -> None:
    """Kill a process group with its descendants, also what they start meanwhile.

    Those that this process has adopted leave nothing behind in the kernel's table;
    its own child, the leader, is left for it to wait for.
    """
    killed = set()
    for _ in range(KILL_TRIES):
        members = group_members(group)
        if not members:
            break
        killed |= members
        _kill(members)
        sleep(KILL_PAUSE_SECONDS)
    for pid in killed - {group}:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def peak_memory_mb() -> float:
    """Return the most memory that this process has held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _start_ticks(pid: int) -> str | None:
    fields = _stat(PROC / str(pid))
    return fields[19] if fields and fields[0] not in "ZX" else None


def _members(session: str) -> set[int]:
    folders = PROC.glob("[0-9]*")
    return {int(folder.name) for folder in folders if _session(folder) == session}


def _kill(pids: set[int]) -> int:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(pids)


def _descendants(pids: set[int], parents: dict[int, int | None]) -> set[int]:
    found = set()
    while more := {pid for pid, parent in parents.items() if parent in pids} - found:
        found |= more
        pids = more
    return found


def _parent(folder: Path) -> int | None:
    fields = _stat(folder)
    return int(fields[1]) if fields else None


def _session(folder: Path) -> str | None:
    fields = _stat(folder)
    return fields[3] if fields else None


def _stat(folder: Path) -> list[str]:
    """Return the fields of proc(5) from the state on, none if the process is gone."""
    try:
        stat = (folder / "stat").read_text()
    except OSError:
        return []
    # The second field is the program's name, which may hold spaces and brackets.
    return stat.rpartition(")")[2].split()
