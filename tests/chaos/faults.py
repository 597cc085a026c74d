"""The faults: what is struck, how often, and how long the platform takes to recover."""

import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import quantiles

from tests.chaos.load import SUBMIT, Count, Load
from tests.chaos.platform import (
    PATIENCE_SECONDS,
    ChaosPlatform,
    await_end_of,
    chaos_platform,
)
from tests.running_platform import parent_of

LOCK_SECONDS = 10.0
STOP_SECONDS = 25.0  # What a deployment gives before it kills.


class Chaos:
    """One platform under one load, and what is needed to strike it."""

    def __init__(self, platform: ChaosPlatform, mix: dict[str, int] = SUBMIT) -> None:
        self.platform = platform
        if not hasattr(platform, "operator"):
            platform.operator = platform.sign_in("operator@example.com").token
        self.load = Load(platform, mix)
        self.recoveries: list[float] = []
        self.strikes = 0
        self.turn = itertools.count()

    # --- To find a victim ---

    def busy_worker(self) -> tuple[int, str, str]:
        """Return the pid of a worker that will still be busy for a moment, its job and
        the token of the claim."""
        self.load.submit_one("sleep", {"seconds": 0.6}, priority=5)
        return self.platform.wait_for(self._busy_worker)

    def _busy_worker(self) -> tuple[int, str, str] | None:
        rows = self.platform.rows(
            "SELECT process, id, token FROM jobs_job WHERE status = 'active' "
            "AND kind = 'sleep' AND crashes = 0 ORDER BY started_at DESC LIMIT 1"
        )
        if not rows:
            return None
        process, job_id, token = rows[0]
        return int(process.partition(":")[0]), job_id, token

    def pid(self, find: Callable) -> int:
        return self.platform.wait_for(find)

    # --- To see it recover ---

    def restarted(self, job_id: str, token: str, struck_at: float) -> None:
        """Note how long it took until the job was begun again, if it had to be."""
        query = "SELECT token, status, started_at FROM jobs_job WHERE id = ?"

        def begun():
            now_token, status, started_at = self.platform.rows(query, job_id)[0]
            if now_token != token:
                return seconds_of(started_at) - struck_at
            return "ended" if status in ("completed", "failed") else None

        seconds = self.platform.wait_for(begun, 2 * PATIENCE_SECONDS)
        if seconds != "ended":
            self.recoveries.append(seconds)

    def probed(self, struck_at: float) -> None:
        """Note how long it took from the strike until a new job was done."""
        job_id = self.load.submit_one("noop", priority=5)
        self.load.ended(job_id)
        self.recoveries.append(time.time() - struck_at)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


# --- The strikes ---


def kill_busy_worker(chaos: Chaos) -> None:
    pid, job_id, token = chaos.busy_worker()
    struck_at = time.time()
    kill(pid)
    chaos.restarted(job_id, token, struck_at)


def kill_idle_worker(chaos: Chaos) -> None:
    chaos.platform.wait_for(lambda: not active(chaos.platform))
    time.sleep(random.uniform(0, 0.3))
    workers = chaos.pid(chaos.platform.workers)
    kill(random.choice(workers))
    chaos.probed(time.time())


def kill_pusher(chaos: Chaos) -> None:
    kill(chaos.pid(chaos.platform.pusher))
    chaos.probed(time.time())


def kill_monitor(chaos: Chaos) -> None:
    kill(chaos.pid(chaos.platform.monitor))
    chaos.probed(time.time())


def kill_pool(chaos: Chaos) -> None:
    _kill_with_job(chaos, chaos.platform.pool)


def kill_node(chaos: Chaos) -> None:
    _kill_with_job(chaos, chaos.platform.node)


def _kill_with_job(chaos: Chaos, find: Callable) -> None:
    victim = chaos.pid(find)
    _, job_id, token = chaos.busy_worker()
    struck_at = time.time()
    kill(victim)
    chaos.restarted(job_id, token, struck_at)


def kill_supervisor(chaos: Chaos) -> None:
    _, job_id, token = chaos.busy_worker()
    struck_at = time.time()
    chaos.platform.kill()
    chaos.platform.start()
    chaos.restarted(job_id, token, struck_at)


def kill_everything(chaos: Chaos) -> None:
    _, job_id, token = chaos.busy_worker()
    pids = chaos.platform.pids()
    struck_at = time.time()
    for pid in pids:
        kill(pid)
    chaos.platform.process.wait()
    assert not await_end_of(pids, PATIENCE_SECONDS)
    chaos.platform.start()
    chaos.restarted(job_id, token, struck_at)


def kill_web(chaos: Chaos) -> None:
    """Kill granian or its process, in turn, while clients submit."""
    submitted = chaos.load.submit(10)
    time.sleep(random.uniform(0, 0.05))
    processes = chaos.pid(lambda: chaos.platform.find("granian"))
    struck_at = time.time()
    kill(processes[-1 if next(chaos.turn) % 2 else 0])
    chaos.probed(struck_at)
    for future in submitted:
        future.result()


def suspend_worker(chaos: Chaos) -> None:
    pid, job_id, token = chaos.busy_worker()
    os.kill(pid, signal.SIGSTOP)
    chaos.restarted(job_id, token, time.time())


def terminate_everything(chaos: Chaos) -> None:
    """SIGTERM to each process at once, as some deployments do, and a new start."""
    platform = chaos.platform
    chaos.load.submit_one("sleep", {"seconds": 2.5})
    platform.wait_for(lambda: active(platform))
    pids = platform.pids()
    struck_at = time.time()
    os.killpg(platform.process.pid, signal.SIGTERM)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue
    platform.process.wait(timeout=STOP_SECONDS)
    assert not await_end_of(pids, 1), "processes have outlived the platform"
    chaos.recoveries.append(time.time() - struck_at)
    platform.start()


def misbehave(kind: str) -> Callable[[Chaos], None]:
    def strike(chaos: Chaos) -> None:
        job = chaos.load.ended(chaos.load.submit_one(kind))
        chaos.recoveries.append(took(job))

    return strike


def poison(chaos: Chaos) -> None:
    """A job that kills its worker each time must be given up at its third death."""
    job_id = chaos.load.submit_one("suicide", priority=5)
    job = chaos.load.ended(job_id)
    deaths = [error for error in job["errors"] if "died" in error["message"]]
    assert len(deaths) == 3, job
    chaos.recoveries.append(took(job))


def set_clock(chaos: Chaos) -> None:
    offset = ("3600", "0", "-3600", "0")[next(chaos.turn) % 4]
    clock = chaos.platform.storage.parent / "clock"
    clock.with_suffix(".new").write_text(offset)
    clock.with_suffix(".new").rename(clock)
    chaos.probed(time.time())


def lock_database(chaos: Chaos) -> None:
    with_lock = "BEGIN IMMEDIATE"
    if chaos.platform.is_postgresql:
        with_lock = "BEGIN; LOCK TABLE jobs_job IN ACCESS EXCLUSIVE MODE"
    connection = chaos.platform.connect()
    connection.execute(with_lock)
    time.sleep(LOCK_SECONDS)
    connection.execute("ROLLBACK")
    connection.close()
    chaos.probed(time.time())


def fill_disk(chaos: Chaos) -> None:
    filler = chaos.platform.storage / "filler"
    submitted = chaos.load.submit(10)
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            time.sleep(random.uniform(1, 2))
    filler.unlink()
    chaos.probed(time.time())
    for future in submitted:
        future.result()


def kill_second_node(chaos: Chaos) -> None:
    """Kill one of two nodes that share a database; start another."""
    platform = chaos.platform
    if not platform.nodes:
        platform.nodes.append(platform.start_node())
    victim = platform.nodes[-1]

    def job_of_victim():
        chaos.load.submit(2, "sleep")
        for process, job_id, token in platform.rows(
            "SELECT process, id, token FROM jobs_job "
            "WHERE status = 'active' AND kind = 'sleep'"
        ):
            if in_tree(int(process.partition(":")[0]), victim.pid):
                return job_id, token
        return None

    job_id, token = platform.wait_for(job_of_victim)
    struck_at = time.time()
    kill(victim.pid)
    victim.wait()
    chaos.restarted(job_id, token, struck_at)
    platform.nodes.remove(victim)
    platform.start_node()


def nothing(chaos: Chaos) -> None:
    """The failpoint strikes by itself."""


# --- The list of them ---


@dataclass(frozen=True, kw_only=True)
class Fault:
    name: str
    strike: Callable[[Chaos], None]
    mix: dict[str, int] = field(default_factory=lambda: SUBMIT)
    environment: dict[str, str] = field(default_factory=dict)
    may_fail: frozenset[str] = frozenset()
    # Takes so long that it is struck less often, unless told otherwise.
    at_most: int = 1_000_000
    settle_seconds: float = PATIENCE_SECONDS
    failpoint: str = ""
    database: str = ""
    needs: str = ""

    @property
    def needs_own_platform(self) -> bool:
        return bool(self.environment or self.failpoint or self.needs)


KILLS = [
    Fault(name="kill -9 busy worker", strike=kill_busy_worker),
    Fault(name="kill -9 idle worker", strike=kill_idle_worker),
    Fault(name="kill -9 pusher", strike=kill_pusher),
    Fault(name="kill -9 monitor", strike=kill_monitor),
    Fault(name="kill -9 pool", strike=kill_pool),
    Fault(name="kill -9 node", strike=kill_node),
    Fault(name="kill -9 supervisor", strike=kill_supervisor),
    Fault(name="kill -9 everything", strike=kill_everything),
    Fault(name="kill -9 web", strike=kill_web),
]
POINTS = [
    "submitted",
    "claimed",
    "running",
    "written",
    "renamed",
    "before-commit",
    "after-commit",
]
FAILPOINTS = [
    Fault(
        name=f"kill -9 at: {name}",
        strike=nothing,
        failpoint=name,
        mix={"effect": 1},
    )
    for name in POINTS
]
OTHERS = [
    Fault(
        name="SIGTERM to every process",
        strike=terminate_everything,
        environment={"JOB_STOP_SECONDS": "1"},
    ),
    Fault(name="hangs in C", strike=misbehave("hang")),
    Fault(name="hangs in a program", strike=misbehave("hang-subprocess")),
    Fault(name="wants 1 GB", strike=misbehave("allocate")),
    Fault(name="leaves processes", strike=misbehave("fork")),
    Fault(name="ends by sys.exit", strike=misbehave("exit"), at_most=10),
    Fault(name="poison: kills its worker", strike=poison),
    Fault(
        name="clock jumps an hour",
        strike=set_clock,
        mix=SUBMIT | {"flaky": 2},
        environment={"CHAOS_CLOCK_CAN_BE_SET": "true"},
    ),
    Fault(name="database locked 10 s", strike=lock_database, at_most=5),
    Fault(
        name="disk full",
        strike=fill_disk,
        needs="disk",
        may_fail=frozenset({"effect"}),
    ),
    Fault(name="SIGSTOP of a worker", strike=suspend_worker, at_most=4),
    Fault(
        name="kill -9 one of two nodes",
        strike=kill_second_node,
        database="postgresql",
        needs="second node",
    ),
]
FAULTS = [*KILLS, *FAILPOINTS, *OTHERS]


@dataclass
class Outcome:
    fault: str
    database: str
    strikes: int
    count: Count
    recoveries: list[float]
    settled_seconds: float

    def row(self) -> list[str]:
        count = self.count
        p50, p95, most = ("", "", "")
        if self.recoveries:
            p50, p95, most = (f"{value:.2f}" for value in spread(self.recoveries))
        cells = [
            self.strikes,
            count.jobs,
            count.completed,
            count.failed,
            count.innocent,
            count.lost,
            count.doubled,
            count.orphan_files,
            count.orphan_processes,
        ]
        return [self.fault, *map(str, cells), p50, p95, most]


HEADERS = [
    "fault",
    "strikes",
    "jobs",
    "completed",
    "failed",
    "innocent",
    "lost",
    "doubled",
    "files",
    "processes",
    "p50 s",
    "p95 s",
    "max s",
]


def run_fault(
    fault: Fault, *, database: str, times: int, jobs: int, keep_log: Path | None = None
) -> Outcome:
    """Start a platform, strike it, and count."""
    database = fault.database or database
    with platform_for(fault, database, times, keep_log) as platform:
        return strike_on(platform, fault, times=times, jobs=jobs)


def strike_on(
    platform: ChaosPlatform, fault: Fault, *, times: int, jobs: int
) -> Outcome:
    """Strike a running platform so often, while so many jobs are submitted."""
    chaos = Chaos(platform, fault.mix)
    for number in range(times):
        chaos.load.submit(jobs * (number + 1) // times - jobs * number // times)
        if fault.strike is not nothing:
            time.sleep(random.uniform(0, 0.1))
        fault.strike(chaos)
        chaos.strikes += 1
    settled = chaos.load.settle(fault.settle_seconds)
    if fault.failpoint:
        marks = (platform.storage / "failpoints").glob("strike-*")
        chaos.strikes = len(list(marks))
    return Outcome(
        fault=fault.name,
        database="postgresql" if platform.is_postgresql else "sqlite",
        strikes=chaos.strikes,
        count=chaos.load.audit(may_fail=fault.may_fail),
        recoveries=chaos.recoveries,
        settled_seconds=settled,
    )


def platform_for(fault: Fault, database: str, times: int, keep_log: Path | None = None):
    environment = dict(fault.environment)
    if fault.failpoint:
        environment |= {
            "CHAOS_FAILPOINT": fault.failpoint,
            "CHAOS_FAILPOINT_TIMES": str(times),
        }
    return chaos_platform(database, needs=fault.needs, keep_log=keep_log, **environment)


# --- Small things ---


def active(platform: ChaosPlatform) -> list[tuple]:
    return platform.rows(
        "SELECT id FROM jobs_job WHERE status IN ('waiting', 'active')"
    )


def took(job: dict) -> float:
    start, end = (
        datetime.fromisoformat(job[name]) for name in ("createdAt", "completedAt")
    )
    return (end - start).total_seconds()


def seconds_of(moment: datetime | str) -> float:
    """Return a time of the database in seconds since 1970."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment + "+00:00")
    return moment.timestamp()


def spread(seconds: list[float]) -> tuple[float, float, float]:
    if len(seconds) == 1:
        return seconds[0], seconds[0], seconds[0]
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18], max(seconds)


def in_tree(pid: int, root: int) -> bool:
    while pid and pid != root:
        pid = parent_of(pid)
    return pid == root
