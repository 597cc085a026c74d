"""Submits jobs over HTTP, and counts afterwards what became of each."""

import json
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.chaos.platform import PATIENCE_SECONDS, ChaosPlatform
from tests.running_platform import PROC

USERS = 3
SUBMITTERS = 4
SUBMIT = {"noop": 3, "effect": 3, "sleep": 4}
# These fail, whatever the platform does.
DOOMED = {"hang", "hang-subprocess", "allocate", "suicide", "exit"}
CAPTURES = {"screenshot", "page-pdf"}
MAKES_FILE = {"effect", *CAPTURES}
# What the client of a capture may be told, whatever was killed. Chromium says that a
# page was broken off where its renderer dies before there is any of it.
CLEAR = re.compile("worker|browser crashed|crashed the browser|could not be started")
UNFINISHED = "('waiting', 'delayed', 'active')"


@dataclass
class Count:
    """What became of the accepted jobs."""

    jobs: int = 0
    completed: int = 0
    failed: int = 0
    innocent: int = 0  # Failed or lost an attempt, though the job was in order.
    lost: int = 0
    doubled: int = 0
    orphan_files: int = 0
    orphan_processes: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (
            self.lost or self.doubled or self.orphan_files or self.orphan_processes
        )


class Load:
    """Jobs of several users, each submitted until it was accepted."""

    def __init__(self, platform: ChaosPlatform, mix: dict[str, int] = SUBMIT) -> None:
        self.platform = platform
        self.mix = mix
        self.name = f"{random.randrange(16**8):08x}"
        self.tokens = [
            platform.new_user(f"{self.name}-{n}@example.com").token
            for n in range(USERS)
        ]
        self.accepted: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.submitters = ThreadPoolExecutor(SUBMITTERS)
        self.lock = threading.Lock()
        self.count = 0

    def submit(self, number: int, kind: str | None = None) -> list[Future]:
        """Begin to submit so many jobs of the mix, or of a kind."""
        return [
            self.submitters.submit(self.submit_one, kind or self._any_kind())
            for _ in range(number)
        ]

    def _any_kind(self) -> str:
        return random.choices(list(self.mix), list(self.mix.values()))[0]

    def submit_one(self, kind: str, payload: dict | None = None, **options) -> str:
        """Submit a job until it is accepted; returns its id."""
        with self.lock:
            self.count += 1
            key = f"{self.name}-{self.count}"
        token = random.choice(self.tokens)
        options = {"priority": random.choice([-5, 0, 0, 0, 5]), **options}
        path, body = self._request(kind, payload, options)
        answer = self.platform.ask(
            token, "POST", path, body, **{"Idempotency-Key": key}
        )
        data = answer.data["data"]
        job_id = data.get("jobId") or data["id"]
        with self.lock:
            self.accepted[key] = job_id
            self.kinds[job_id] = kind
        return job_id

    def _request(
        self, kind: str, payload: dict | None, options: dict
    ) -> tuple[str, dict]:
        """Return the path and the body by which a job of the kind is submitted."""
        if kind not in CAPTURES:
            body = {"payload": payload or payload_of(kind), "options": options}
            return f"/api/chaos/{kind}", body
        delay = {"waitDelay": random.randrange(300)}
        body = {"url": f"{self.platform.pages}/light.html", "options": options | delay}
        return f"/api/files/generate/{kind}", body

    def ended(self, job_id: str) -> dict:
        """Wait for the end of a job, as a client does."""
        ends_at = time.monotonic() + 2 * PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            answer = self.platform.ask(
                self.platform.operator, "GET", f"/api/jobs/{job_id}?wait=20"
            )
            if answer.status == 200 and answer.data["data"]["completedAt"]:
                return answer.data["data"]
        raise AssertionError(f"{job_id} has not ended")

    def settle(self, seconds: float = PATIENCE_SECONDS) -> float:
        """Wait until all is done, but no longer; returns how long it took."""
        began = time.monotonic()
        self.submitters.shutdown(wait=True)
        ends_at = time.monotonic() + seconds
        query = f"SELECT count(*) FROM jobs_job WHERE status IN {UNFINISHED}"
        while time.monotonic() < ends_at:
            if not self.platform.rows(f"{query} OR process > ''")[0][0]:
                break
            time.sleep(0.1)
        return time.monotonic() - began

    def audit(self, *, may_fail: frozenset[str] = frozenset()) -> Count:
        """Compare what was accepted with what the platform holds now."""
        count = Count(jobs=len(self.accepted))
        jobs = {
            row[0]: row
            for row in self.platform.rows(
                "SELECT id, kind, status, result, errors, idempotency_key, attempts "
                "FROM jobs_job"
            )
        }
        for job_id in self.accepted.values():
            self._count_job(count, jobs.get(job_id), may_fail)
        keys = Counter(row[5] for row in jobs.values())
        count.doubled += sum(keys[key] - 1 for key in self.accepted if keys[key] > 1)
        extra = [key for key in keys if key and key.startswith(self.name)]
        if len(extra) != len(self.accepted):
            count.problems.append(f"{len(extra)} jobs, {len(self.accepted)} accepted")
        self._count_files(count, jobs)
        self._count_totals(count)
        count.orphan_processes = len(self._strays(count))
        return count

    def _count_job(self, count: Count, job: tuple | None, may_fail) -> None:
        if job is None or job[2] not in ("completed", "failed"):
            count.lost += 1
            count.problems.append(f"lost: {job}")
            return
        _, kind, status, _, errors, _, attempts = job
        if kind in CAPTURES and (unclear := unclear_errors(errors)):
            count.innocent += 1
            count.problems.append(f"unclear: {job[0]} {kind} {unclear}")
        if status == "completed":
            count.completed += 1
            if attempts > 1 and kind not in DOOMED | may_fail | {"flaky"}:
                count.innocent += 1
                count.problems.append(f"spent an attempt: {job}")
        elif not errors:
            count.lost += 1
            count.problems.append(f"failed without a reason: {job}")
        else:
            count.failed += 1
            if kind not in DOOMED | may_fail:
                count.innocent += 1
                count.problems.append(f"innocent: {job[0]} {kind} {errors}")

    def _count_files(self, count: Count, jobs: dict[str, tuple]) -> None:
        rows = self.platform.rows("SELECT file_name, job_id FROM files_storedfile")
        names = {name for name, _ in rows}
        per_job = Counter(job_id for _, job_id in rows)
        stored = names_in(self.platform.storage / "files")
        temporary = names_in(self.platform.storage / "tmp")
        browsers = names_in(self.platform.browsers.root)
        orphans = stored - names | temporary | browsers
        count.orphan_files = len(orphans)
        count.problems += [f"orphan: {name}" for name in orphans]
        for job_id in self.accepted.values():
            job = jobs.get(job_id)
            if job is None or job[1] not in MAKES_FILE:
                continue
            expected = 1 if job[2] == "completed" else 0
            has = per_job[job_id]
            count.doubled += max(0, has - expected)
            if has < expected or (expected and file_of(job) not in names & stored):
                count.lost += 1
                count.problems.append(f"no file: {job}")
        if missing := names - stored:
            count.lost += len(missing)
            count.problems.append(f"rows without a file: {missing}")

    def _count_totals(self, count: Count) -> None:
        """Users' totals change with their jobs: they show what was done twice."""
        for query in (
            "SELECT u.total_files_generated - (SELECT count(*) FROM files_storedfile f "
            "WHERE f.owner_id = u.id) FROM accounts_user u",
            "SELECT u.total_jobs - (SELECT count(*) FROM jobs_job j "
            "WHERE j.owner_id = u.id) FROM accounts_user u",
        ):
            wrong = sum(abs(row[0]) for row in self.platform.rows(query))
            if wrong:
                count.doubled += wrong
                count.problems.append(f"totals are wrong by {wrong}: {query}")

    def _strays(self, count: Count) -> list[int]:
        ends_at = time.monotonic() + 10
        while (strays := self._all_strays()) and time.monotonic() < ends_at:
            time.sleep(0.2)
        count.problems += [f"stray process: {describe(pid)}" for pid in strays]
        return strays

    def _all_strays(self) -> list[int]:
        browsers = self.platform.browsers.processes()
        return list(browsers.union(self.platform.strays()))


def unclear_errors(errors: list | str) -> list[str]:
    """Return those errors of a capture that do not tell its client what happened."""
    errors = json.loads(errors) if isinstance(errors, str) else errors
    messages = [error["message"] for error in errors]
    return [message for message in messages if not CLEAR.search(message)]


def payload_of(kind: str) -> dict:
    match kind:
        case "sleep":
            return {"seconds": round(random.uniform(0.05, 0.4), 3)}
        case "fork":
            return {"ownSession": random.choice([True, False])}
        case "flaky":
            return {"times": random.choice([1, 2])}
    return {}


def names_in(folder) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def file_of(job: tuple) -> str:
    result = json.loads(job[3]) if isinstance(job[3], str) else job[3]
    return result["file"]["fileName"]


def describe(pid: int) -> str:
    try:
        return f"{pid} {(PROC / str(pid) / 'cmdline').read_text()[:80]!r}"
    except OSError:
        return str(pid)
