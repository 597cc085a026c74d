"""The big mix: kills spread evenly over all kinds of process, in random order."""

import random
import time
from pathlib import Path

from tests.chaos.faults import KILLS, Chaos, Outcome
from tests.chaos.load import Count
from tests.chaos.platform import chaos_platform


def run_mix(
    *, database: str, kills: int, jobs: int, seconds: float | None, keep_log: Path
) -> list[Outcome]:
    """Strike until all kills are done, or the seconds are over."""
    with chaos_platform(database, keep_log=keep_log) as platform:
        chaos = Chaos(platform)
        recoveries: dict[str, list[float]] = {fault.name: [] for fault in KILLS}
        strikes = dict.fromkeys(recoveries, 0)
        order = [KILLS[number % len(KILLS)] for number in range(kills)]
        random.shuffle(order)
        ends_at = time.monotonic() + (seconds or float("inf"))
        for number, fault in enumerate(order):
            if time.monotonic() > ends_at:
                break
            chaos.load.submit(jobs * (number + 1) // kills - jobs * number // kills)
            before = len(chaos.recoveries)
            fault.strike(chaos)
            strikes[fault.name] += 1
            recoveries[fault.name] += chaos.recoveries[before:]
        settled = chaos.load.settle()
        total = chaos.load.audit()
    parts = [
        Outcome(name, database, strikes[name], Count(), recoveries[name], 0)
        for name in recoveries
    ]
    everything = Outcome(
        "all", database, sum(strikes.values()), total, chaos.recoveries, settled
    )
    return [*parts, everything]
