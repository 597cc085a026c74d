"""How much memory a platform takes while something happens."""

import threading

from tests.chaos.browsers import command_of
from tests.running_platform import RunningPlatform, proportional_kib

SAMPLE_SECONDS = 0.05


class Memory:
    """Reads the proportional set size of all processes, again and again.

    `peak_mb` is the most that they had together, `browser_mb` the most of Chromium's.
    """

    def __init__(self, platform: RunningPlatform) -> None:
        self.platform = platform
        self.peak_mb = self.browser_mb = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(SAMPLE_SECONDS):
            sizes = {pid: proportional_kib(pid) / 1024 for pid in self.platform.pids()}
            browser = sum(size for pid, size in sizes.items() if is_of_browser(pid))
            self.peak_mb = max(self.peak_mb, sum(sizes.values()))
            self.browser_mb = max(self.browser_mb, browser)


def is_of_browser(pid: int) -> bool:
    return "chromium" in command_of(pid)
