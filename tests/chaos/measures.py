# ruff: noqa: T201
"""Further figures: claims, retries, priority, cancel, keys, copies."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.claimers import start_together
from tests.chaos.faults import Chaos, seconds_of, spread
from tests.chaos.load import Load
from tests.chaos.platform import ENVIRONMENT, ChaosPlatform, chaos_platform
from tests.running_platform import ROOT
from tests.servers import postgresql

CLAIMERS = 8
PARALLEL = 20


def run(names: str, database: str, number: int | None) -> bool:
    """Take the named measures, or all; returns whether all hold what is promised."""
    chosen = list(MEASURES) if names == "all" else names.split(",")
    held = [MEASURES[name](database, number) for name in chosen]
    return all(held)


def say(what: str, is_good: bool, **figures: object) -> bool:
    values = ", ".join(f"{name} {_short(value)}" for name, value in figures.items())
    print(f"{what:12}{'ok' if is_good else 'MISSED':8}{values}", flush=True)
    return is_good


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _spread(seconds: list[float]) -> dict[str, float]:
    p50, p95, most = spread(seconds)
    return {"p50": p50, "p95": p95, "max": most}


def measure_claims(database: str, number: int | None) -> bool:
    """Eight processes claim from one table: each job must be claimed once."""
    jobs = number or 10_000
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hs-claims-"))
        environment = ENVIRONMENT | {
            "PATH": os.environ["PATH"],
            "ENV_FILE": "",
            "STORAGE_PATH": folder,
        }
        if database == "postgresql":
            environment["DATABASE_URL"] = stack.enter_context(postgresql())
            environment["SECRET_KEY"] = "chaos-" * 10
        module = [sys.executable, "-m", "tests.chaos.claimers"]
        for command in (["manage.py", "migrate", "-v0"], [*module[1:], "fill", jobs]):
            subprocess.run(
                [sys.executable, *map(str, command)],
                cwd=ROOT,
                env=environment,
                check=True,
                stderr=subprocess.DEVNULL,
            )
        began = time.monotonic()
        claims = Counter(start_together([*module, "claim"], CLAIMERS, environment))
        seconds = time.monotonic() - began
    doubled = sum(count - 1 for count in claims.values())
    return say(
        "claims",
        len(claims) == jobs and not doubled,
        processes=CLAIMERS,
        jobs=jobs,
        claimed=len(claims),
        twice=doubled,
        per_second=jobs / seconds,
    )


def measure_retries(database: str, number: int | None) -> bool:
    """A job that is tried again starts within a second of when it is due."""
    with chaos_platform(database) as platform:
        load = Chaos(platform, {"flaky": 1}).load
        load.submit(number or 300)
        load.settle(120)
        late = [
            seconds_of(started_at) - seconds_of(run_at)
            for started_at, run_at in platform.rows(
                "SELECT started_at, run_at FROM jobs_job WHERE attempts > 1"
            )
        ]
        count = load.audit()
    figures = _spread(late)
    is_good = count.is_clean and not count.innocent and figures["p95"] <= 1
    return say("retries", is_good, retries=len(late), seconds_late="", **figures)


def measure_priority(database: str, number: int | None) -> bool:
    """One urgent job overtakes a thousand that wait."""
    with chaos_platform(database, JOB_WORKERS="4") as platform:
        load = Chaos(platform).load
        submitted = [
            load.submitters.submit(
                load.submit_one, "sleep", {"seconds": 0.2}, priority=-5
            )
            for _ in range(number or 1000)
        ]
        for future in submitted:
            future.result()
        waiting = platform.rows(
            "SELECT count(*) FROM jobs_job WHERE status = 'waiting'"
        )[0][0]
        urgent = load.submit_one("noop", priority=5)
        load.ended(urgent)
        (created, started), *_ = platform.rows(
            "SELECT created_at, started_at FROM jobs_job WHERE id = ?", urgent
        )
        overtakers = platform.rows(
            "SELECT count(*) FROM jobs_job WHERE started_at > ? AND started_at < ?",
            created,
            started,
        )[0][0]
        load.settle(120)
        count = load.audit()
    wait = seconds_of(started) - seconds_of(created)
    is_good = overtakers <= 4 and count.is_clean
    return say(
        "priority",
        is_good,
        waiting=waiting,
        started_before_it=overtakers,
        waited_seconds=wait,
    )


def measure_cancel(database: str, number: int | None) -> bool:
    """A cancelled job has no result, and its worker is free soon."""
    is_good = True
    for what, kind, payload in (
        ("in Python", "sleep", {"seconds": 30}),
        ("in C", "hang", None),
        ("in a program", "hang-subprocess", None),
    ):
        answered, freed, results = [], [], 0
        with chaos_platform(database) as platform:
            load = Chaos(platform).load
            for _ in range(number or 40):
                job_id = load.submit_one(kind, payload)
                times = cancel_and_watch(platform, job_id)
                answered.append(times[0])
                freed.append(times[1])
            results = platform.rows(
                "SELECT count(*) FROM jobs_job WHERE status != 'cancelled' "
                "OR (result IS NOT NULL AND CAST(result AS text) != 'null')"
            )[0][0]
            strays = len(platform.strays())
        is_good &= say(
            "cancel",
            not results and not strays,
            job=what,
            times=len(freed),
            answered_p95=spread(answered)[1],
            with_a_result=results,
            strays=strays,
            freed="",
            **_spread(freed),
        )
    return is_good


def cancel_and_watch(platform: ChaosPlatform, job_id: str) -> tuple[float, float]:
    """Cancel a job that runs; returns when that was answered and its worker freed."""

    def state() -> tuple[str, str]:
        query = "SELECT status, process FROM jobs_job WHERE id = ?"
        return platform.rows(query, job_id)[0]

    platform.wait_for(lambda: state()[0] == "active")
    began = time.monotonic()
    path = f"/api/jobs/{job_id}/cancel"
    answer = platform.ask(platform.operator, "POST", path, {})
    assert answer.status == 200, answer
    answered = time.monotonic() - began
    platform.wait_for(lambda: not state()[1])
    return answered, time.monotonic() - began


def measure_keys(database: str, number: int | None) -> bool:
    """Twenty parallel posts with one key make one job, also over deaths of the web."""
    keys = number or 200
    with chaos_platform(database) as platform:
        load = Chaos(platform).load
        token = load.tokens[0]
        ids: dict[str, set[str]] = {f"key-{n}": set() for n in range(keys)}
        others = Counter()

        def post(key: str) -> None:
            headers = {"Idempotency-Key": key}
            body = {"payload": {"key": key}}
            answer = platform.ask(token, "POST", "/api/chaos/noop", body, **headers)
            data = answer.data["data"]
            ids[key].add(data.get("jobId") or data["id"])
            if random.random() < 0.05:
                body = {"payload": {"key": "another"}}
                answer = platform.ask(token, "POST", "/api/chaos/noop", body, **headers)
                others[answer.status] += 1

        stop = threading.Event()
        deaths = Counter()

        def kill_web() -> None:
            while not stop.wait(2):
                for pid in platform.find("granian")[-1:]:
                    os.kill(pid, signal.SIGKILL)
                    deaths["web"] += 1

        killer = threading.Thread(target=kill_web)
        killer.start()
        with ThreadPoolExecutor(PARALLEL) as posters:
            for key in ids:
                for _ in range(PARALLEL):
                    posters.submit(post, key)
        stop.set()
        killer.join()
        jobs = platform.rows("SELECT count(*) FROM jobs_job")[0][0]
    is_good = jobs == keys and all(len(found) == 1 for found in ids.values())
    return say(
        "keys",
        is_good and set(others) <= {422},
        keys=keys,
        posts=keys * PARALLEL,
        web_deaths=deaths["web"],
        jobs=jobs,
        answers_to_another_body=dict(others),
    )


def measure_copies(database: str, number: int | None) -> bool:
    """What a power cut would leave opens, and has every accepted job."""
    if database != "sqlite":
        return True
    times = number or 200
    sound = complete = 0
    with chaos_platform(database) as platform:
        load = Chaos(platform, {"noop": 1, "effect": 1}).load
        for _ in range(times):
            load.submit(5)
            time.sleep(random.uniform(0, 0.05))
            is_sound, is_complete = copy_and_look(platform, load)
            sound += is_sound
            complete += is_complete
        load.settle(120)
        count = load.audit()
    is_good = sound == complete == times and count.is_clean
    return say(
        "copies",
        is_good,
        copies=times,
        sound=sound,
        with_all_accepted_jobs=complete,
        jobs=count.jobs,
    )


def copy_and_look(platform: ChaosPlatform, load: Load) -> tuple[bool, bool]:
    """Copy the database as it is at one moment: all its writers stand still."""
    pids = [pid for pid in platform.pids() if pid != platform.process.pid]
    with load.lock:
        accepted = set(load.accepted.values())
    with tempfile.TemporaryDirectory(prefix="hs-copy-") as folder:
        for pid in pids:
            send(pid, signal.SIGSTOP)
        for end in ("", "-wal"):
            path = platform.storage / f"platform.sqlite3{end}"
            if path.exists():
                shutil.copy(path, Path(folder) / f"copy.sqlite3{end}")
        for pid in pids:
            send(pid, signal.SIGCONT)
        copy = sqlite3.connect(Path(folder) / "copy.sqlite3")
        is_sound = copy.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        there = {row[0] for row in copy.execute("SELECT id FROM jobs_job")}
        copy.close()
    return is_sound, accepted <= there


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


MEASURES: dict[str, Callable[[str, int | None], bool]] = {
    "claims": measure_claims,
    "retries": measure_retries,
    "priority": measure_priority,
    "cancel": measure_cancel,
    "keys": measure_keys,
    "copies": measure_copies,
}
