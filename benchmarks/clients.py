"""What clients of a running platform do at once, timed as they see it."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import quantiles

from benchmarks.processor import cpu_seconds
from tests.running_platform import Client, RunningPlatform

Made = tuple[Client, str]  # Whose file, and its name.


class Run:
    """How long each piece of work took, and what it took of the processor, in ms."""

    def __init__(
        self, milliseconds: list[float], seconds: float, cpu: dict[str, float]
    ) -> None:
        self.milliseconds = milliseconds
        cuts = quantiles(milliseconds, n=100)
        self.p50, self.p95, self.p99 = cuts[49], cuts[94], cuts[98]
        count = len(milliseconds)
        self.per_second = count / seconds
        self.cpu = {part: 1000 * taken / count for part, taken in cpu.items()}


def work_at_once(
    platform: RunningPlatform, works: list[Callable[[], None]], turns: Iterable
) -> Run:
    """Do each work in a thread of its own, again and again while there are turns."""
    before = cpu_seconds(platform)
    milliseconds: list[float] = []
    left = iter(turns)
    lock = threading.Lock()

    def go_on(work: Callable[[], None]) -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            started = time.perf_counter()
            work()
            milliseconds.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=go_on, args=[work]) for work in works]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    after = cpu_seconds(platform)
    cpu = {part: after[part] - before[part] for part in after}
    return Run(milliseconds, seconds, cpu)


def new_users(platform: RunningPlatform, count: int) -> list[str]:
    """Return the tokens of so many new users."""
    return [platform.new_user(f"user{n}@example.com").token for n in range(count)]


def make_files(
    platform: RunningPlatform,
    tokens: list[str],
    *,
    kind: str,
    request: dict,
    files: int,
) -> Run:
    """Time each file from its request until its job is seen to have completed.

    A client for each token, all at once. One user's clients beyond the sixth are
    not let wait, and ask again all the time.
    """
    # Encoded once: the clients share the machine with the platform.
    body = json.dumps(request).encode()
    made: list[Made] = []
    clients = [platform.client(token) for token in tokens]
    works = [partial(_make_file, client, kind, body, made) for client in clients]
    run = work_at_once(platform, works, range(files))
    names = {name for _, name in made}
    assert len(names) == files, f"{files} files were asked for, {len(names)} came"
    for client, name in made:
        _check(kind, client.get(f"/api/files/{name}").body)
    return run


def _make_file(client: Client, kind: str, body: bytes, made: list[Made]) -> None:
    answer = client.post(f"/api/files/generate/{kind}", body)
    assert answer.status == 202, answer
    job = {"status": "waiting", "id": answer.data["data"]["jobId"]}
    while job["status"] != "completed":
        assert job["status"] in ("waiting", "active"), job
        job = client.get(f"/api/jobs/{job['id']}?wait=20").data["data"]
    made.append((client, job["result"]["file"]["fileName"]))


def _check(kind: str, content: bytes) -> None:
    """Refuse a file that has been cut."""
    match kind:
        case "pdf" | "page-pdf":
            assert content.rstrip().endswith(b"%%EOF")
        case "screenshot":
            assert content.endswith(b"IEND\xaeB`\x82")
        case "docx":
            assert b"PK\x05\x06" in content[-22:]
        case "csv":
            assert content.endswith(b"\r\n")
