"""Measures the queue from outside, beside django-q2's own: `make benchmark-jobs`.

Starts platforms of its own, without rate limits: ours, and the same with django-q2's
stock ORM broker, on SQLite and PostgreSQL. What is to be beaten was measured with a
stub of this queue.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import quantiles

from benchmarks.clients import Run, work_at_once
from tests.chaos.platform import ChaosPlatform, chaos_platform, stop_cleanly
from tests.running_platform import ROOT

TO_BEAT = {"per second": 186, "p50": 47}
TABLE_SIZES = [10, 10_000, 1_000_000]
MAX_GROWTH = 1.5
CHUNK = 20_000
SUBMITTED = {"payload": {}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--clients", default="1,10,100")
    parser.add_argument("--seconds", type=float, default=8, help="of each run")
    parser.add_argument("--sizes", default=",".join(map(str, TABLE_SIZES)))
    parser.add_argument("--only", choices=["speed", "growth"])
    options = parser.parse_args()
    stop_cleanly()
    for database in options.database.split(","):
        if options.only != "growth":
            compare(database, options)
        if options.only != "speed":
            grow(database, options)


# --- Speed, beside the stock broker ---


def compare(database: str, options: argparse.Namespace) -> None:
    """Measure one platform after the other: an idle one takes its time too."""
    numbers = [int(number) for number in options.clients.split(",")]
    ours = measure(database, do_job, numbers, options.seconds)
    stock = measure(
        database, do_stock_task, numbers, options.seconds, CHAOS_STOCK_BROKER="true"
    )
    print(f"\n{database:34}{'ours':>10}{'stock':>10}{'ratio':>8}{'to beat':>9}")
    for clients in numbers:
        print_comparison(clients, ours[clients], stock[clients])


def measure(
    database: str, do: Callable, numbers: list[int], seconds: float, **environment: str
) -> dict[int, Run]:
    with chaos_platform(database, **environment) as platform:
        # How many requests of a user may wait is limited: each client is another.
        tokens = [
            platform.new_user(f"user{n}@example.com").token for n in range(max(numbers))
        ]
        return {
            clients: drive(platform, tokens[:clients], do, seconds)
            for clients in numbers
        }


def print_comparison(clients: int, ours: Run, stock: Run) -> None:
    plural = "client" if clients == 1 else "clients"
    beat = TO_BEAT if clients == 10 else {}
    for what, mine, other, to_beat in (
        ("jobs/s", ours.per_second, stock.per_second, beat.get("per second")),
        ("p50 ms", ours.p50, stock.p50, beat.get("p50")),
        ("p99 ms", ours.p99, stock.p99, None),
    ):
        ratio = mine / other if what == "jobs/s" else other / mine
        row = f"no-op, {clients} {plural}: {what:12}"
        row = f"{row:34}{mine:>10,.1f}{other:>10,.1f}{ratio:>8.2f}"
        print(row + (f"{to_beat:>9}" if to_beat else ""), flush=True)
    # Unlike the others, this hardly depends on what else the machine does.
    for part in ours.cpu:
        row = f"{'':16}CPU ms a job: {part}"
        print(f"{row:38}{ours.cpu[part]:>6.1f}{stock.cpu[part]:>10.1f}", flush=True)


def drive(
    platform: ChaosPlatform, tokens: list[str], do: Callable, seconds: float
) -> Run:
    """Have clients do one job after another, each timed until it is seen to end."""
    works = [partial(do, platform.client(token)) for token in tokens]
    return work_at_once(platform, works, turns_for(seconds))


def turns_for(seconds: float) -> Iterator[bool]:
    ends_at = time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        yield True


def do_job(client) -> None:
    answer = client.post("/api/chaos/noop", SUBMITTED)
    assert answer.status == 202, answer
    path = f"/api/jobs/{answer.data['data']['jobId']}?wait=20"
    wait_for(client, path)


def do_stock_task(client) -> None:
    answer = client.post("/api/chaos/stock", {})
    assert answer.status == 202, answer
    wait_for(client, f"/api/chaos/stock/{answer.data['data']['jobId']}?wait=20")


def wait_for(client, path: str) -> None:
    while (job := client.get(path).data["data"])["status"] != "completed":
        assert job["status"] in ("waiting", "active"), job
        # Where too many wait already, the answer comes at once.
        time.sleep(0.05)


# --- Growth with the jobs that have ended ---


def grow(database: str, options: argparse.Namespace) -> None:
    sizes = [int(size) for size in options.sizes.split(",")]
    for owners in ("many owners", "one owner"):
        figures = [measure_with(database, size, owners) for size in sizes]
        heads = "".join(f"{size:>12,}" for size in sizes)
        print(f"\n{database}, {owners + ': ms':22}{heads}{'growth':>9}")
        for what in figures[0]:
            values = [figure[what] for figure in figures]
            growth = max(values) / values[0]
            row = "".join(f"{value:>12.2f}" for value in values)
            verdict = "" if growth <= MAX_GROWTH else "  MISSED"
            print(f"{what:34}{row}{growth:>9.2f}{verdict}", flush=True)


def measure_with(database: str, ended: int, owners: str) -> dict[str, float]:
    """Time requests and claims with so many ended jobs in the table."""
    with chaos_platform(database) as platform:
        client = platform.new_user("ada@example.com")
        others = [platform.new_user(f"user{n}@example.com").user_id for n in range(9)]
        fill(platform, ended, [client.user_id] if owners == "one owner" else others)

        def submit() -> str:
            answer = client.post("/api/chaos/noop", SUBMITTED)
            assert answer.status == 202, answer
            return answer.data["data"]["jobId"]

        def read(path: str) -> None:
            assert client.get(path).status == 200

        # A list or a status that was read since the last change is given again from
        # memory; so there is a change before each.
        figures = {
            "submission": timed(lambda _: submit()),
            "status": timed(lambda job: read(f"/api/jobs/{job}"), before=submit),
            "list": timed(lambda _: read("/api/jobs"), before=submit),
            "list of completed": timed(
                lambda _: read("/api/jobs?status=completed"), before=submit
            ),
            "submission until seen to end": timed(lambda _: do_job(client)),
        }
        platform.stop()
        figures["claim and completion"] = time_of_claim(platform)
    return figures


def fill(platform: ChaosPlatform, ended: int, owners: list[str]) -> None:
    """Insert jobs that have completed in the last days, by turns of the owners."""
    connection = platform.connect()
    now = datetime.now(UTC)
    for first in range(0, ended, CHUNK):
        numbers = range(first, min(first + CHUNK, ended))
        rows = [
            filler(
                number, owners[number % len(owners)], now - timedelta(seconds=number)
            )
            for number in numbers
        ]
        insert(connection, rows, is_postgresql=platform.is_postgresql)
    for table in ("jobs_job", "accounts_user"):
        connection.execute(f"ANALYZE {table}")
    each = ended // len(owners)
    marks = ", ".join(f"'{owner}'" for owner in owners)
    connection.execute(
        f"UPDATE accounts_user SET kept_jobs = kept_jobs + {each}, "
        f"total_jobs = total_jobs + {each} WHERE id IN ({marks})"
    )
    connection.close()


def filler(number: int, owner: str, moment: datetime) -> dict:
    # Ids sort by creation: these are older than all others.
    return {
        "id": f"job_00{10**9 - number}",
        "owner_id": owner,
        "kind": "noop",
        "type": "chaos",
        "lane": "chaos",
        "status": "completed",
        "priority": 0,
        "rank": 0,
        "payload": "{}",
        "result": "{}",
        "errors": "[]",
        "progress": 100,
        "progress_message": "",
        "attempts": 1,
        "max_attempts": 3,
        "crashes": 0,
        "interruptions": 0,
        "run_at": moment,
        "created_at": moment,
        "started_at": moment,
        "completed_at": moment,
        "request_digest": "",
        "callback_url": "",
        "token": "",
        "node_id": "",
        "process": "",
        "heartbeats": 0,
    }


def insert(connection, rows: list[dict], *, is_postgresql: bool) -> None:
    columns = ", ".join(rows[0])
    if is_postgresql:
        with connection.cursor().copy(f"COPY jobs_job ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(list(row.values()))
        return
    marks = ", ".join("?" * len(rows[0]))
    values = [
        [v.isoformat(" ")[:26] if isinstance(v, datetime) else v for v in row.values()]
        for row in rows
    ]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO jobs_job ({columns}) VALUES ({marks})", values)
    connection.execute("COMMIT")


def timed(
    step: Callable[[object], object],
    *,
    before: Callable[[], object] = lambda: None,
    times: int = 60,
) -> float:
    """Return the lower quartile of milliseconds: what others do hardly shows in it."""
    milliseconds = []
    for number in range(times + 10):
        prepared = before()
        time.sleep(0.03)  # Let the workers finish: it is the table that is measured.
        started = time.perf_counter()
        step(prepared)
        if number >= 10:
            milliseconds.append((time.perf_counter() - started) * 1000)
    return quantiles(milliseconds, n=4)[0]


def time_of_claim(platform: ChaosPlatform) -> float:
    """Have a process of its own claim and complete jobs, while nothing else runs."""
    command = [sys.executable, "-m", "tests.chaos.claimers"]
    for action in ("fill", "time"):
        done = subprocess.run(
            [*command, action, "300"],
            cwd=ROOT,
            env=platform.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    return float(done.stdout)


if __name__ == "__main__":
    main()
