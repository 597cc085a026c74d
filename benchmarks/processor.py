"""What processor time things take, which hardly depends on what else a machine does."""

import os

from tests.running_platform import PROC, RunningPlatform


def cpu_seconds(platform: RunningPlatform) -> dict[str, float]:
    """Return the processor time that each part of the platform has taken."""
    # On a machine that is very busy it may have been started anew.
    platform.wait_until(lambda: platform.find(" pusher"), "the workers")
    web, pusher = platform.find("granian"), platform.find(" pusher")
    parts = {"web": web, "pusher": pusher, "workers": platform.workers()}
    known = {pid for pids in parts.values() for pid in pids}
    parts["rest"] = [pid for pid in platform.pids() if pid not in known]
    return {part: sum(map(cpu_of, pids)) for part, pids in parts.items()}


def cpu_of(pid: int) -> float:
    """Return the seconds that a process has taken."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
