"""Faults that strike captures: the worker, its Chromium, and what holds both."""

import random
import time
from collections.abc import Callable

from tests.chaos.faults import Chaos, Fault, active, kill
from tests.chaos.load import CAPTURES

LONGEST_CAPTURE_SECONDS = 1.0
MIX = {"screenshot": 3, "page-pdf": 1}
CLAIM = (
    "SELECT process, id, token FROM jobs_job WHERE status = 'active' "
    "AND crashes = 0 AND kind IN ('screenshot', 'page-pdf')"
)


def kill_worker(chaos: Chaos, worker: int) -> bool:
    kill(worker)
    return True


def kill_node(chaos: Chaos, worker: int) -> bool:
    kill(chaos.pid(chaos.platform.node))
    return True


def kill_chromium(chaos: Chaos, worker: int) -> bool:
    return kill_any(chaos.platform.browsers.mains())


def kill_renderer(chaos: Chaos, worker: int) -> bool:
    return kill_any(chaos.platform.browsers.renderers())


def kill_any(pids: list[int]) -> bool:
    """Kill one of them; returns whether there was one."""
    if pids:
        kill(random.choice(pids))
    return bool(pids)


VICTIMS = {
    "worker": kill_worker,
    "Chromium": kill_chromium,
    "renderer": kill_renderer,
    "node": kill_node,
}


def strike_capture(victims: list[str]) -> Callable[[Chaos], None]:
    """Return what strikes a capture at some moment, each time at the next victim."""

    def strike(chaos: Chaos) -> None:
        struck = VICTIMS[victims[next(chaos.turn) % len(victims)]]
        while True:
            if not active(chaos.platform):
                chaos.load.submit_one(random.choice(sorted(CAPTURES)))
            process, job_id, token = chaos.platform.wait_for(lambda: claim(chaos))
            time.sleep(random.uniform(0, LONGEST_CAPTURE_SECONDS))
            struck_at = time.time()
            worker = int(process.partition(":")[0])
            if claim(chaos) == (process, job_id, token) and struck(chaos, worker):
                return chaos.restarted(job_id, token, struck_at)

    return strike


def claim(chaos: Chaos) -> tuple[str, str, str] | None:
    """Return process, job and token of a capture that runs, and has not crashed."""
    rows = chaos.platform.rows(CLAIM)
    return rows[0] if rows else None


def _fault(name: str, victims: list[str]) -> Fault:
    # Whether Chromium or its page is at fault cannot be told: such a job fails.
    may_fail = not {"Chromium", "renderer"}.isdisjoint(victims)
    return Fault(
        name=f"captures: kill -9 {name}",
        strike=strike_capture(victims),
        mix=MIX,
        may_fail=frozenset(CAPTURES if may_fail else ()),
        needs="pages",
        # One browser at a time has all of them to do.
        settle_seconds=300,
    )


CAPTURE_FAULTS = [
    *(_fault(victim, [victim]) for victim in VICTIMS),
    _fault("each in turn", list(VICTIMS)),
]
