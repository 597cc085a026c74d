"""The browsers of one platform, which keeps their folders in a place of its own."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.processes import group_members, group_of
from tests.running_platform import PROC

SAMPLE_SECONDS = 0.02


class Browsers:
    def __init__(self, root: Path) -> None:
        self.root = root

    def folders(self) -> list[Path]:
        return list(self.root.iterdir())

    def groups(self) -> set[int]:
        """Return the process groups of the browsers that run, one for each."""
        return {group for pid in self._named() if (group := group_of(pid))}

    def processes(self) -> set[int]:
        """Return all that runs for them: guards, Chromium, and its children."""
        return set().union(*map(group_members, self.groups()))

    def mains(self) -> list[int]:
        """Return Chromium's main processes, without what starts or guards them."""
        return [pid for pid in self._named() if "headless" in program_of(pid)]

    def renderers(self) -> list[int]:
        return [pid for pid in self.processes() if kind_of(pid) == "renderer"]

    def _named(self) -> list[int]:
        """Return the processes whose arguments name a folder of ours."""
        wanted = f"--user-data-dir={self.root}/"
        pids = (int(folder.name) for folder in PROC.glob("[0-9]*"))
        return [pid for pid in pids if wanted in command_of(pid)]

    @contextmanager
    def counted(self) -> Iterator[list[int]]:
        """Yield a list of how many ran at once, to which more are added meanwhile."""
        counts: list[int] = []
        is_over = threading.Event()

        def count() -> None:
            while not is_over.wait(SAMPLE_SECONDS):
                counts.append(len(self.groups()))

        thread = threading.Thread(target=count)
        thread.start()
        try:
            yield counts
        finally:
            is_over.set()
            thread.join()


def command_of(pid: int) -> str:
    try:
        line = (PROC / str(pid) / "cmdline").read_text(errors="replace")
    except OSError:
        return ""
    # Chromium's children have written theirs anew, as one argument.
    return line.replace("\0", " ")


def program_of(pid: int) -> str:
    return command_of(pid).partition(" ")[0]


def kind_of(pid: int) -> str:
    """Return which of Chromium's children it is, nothing for any other process."""
    found = re.search(r"--type=(\S+)", command_of(pid))
    return found[1] if found else ""
