"""Measures the platform from outside, as its clients see it: `make benchmark`.

Starts a platform of its own, without rate limits. The figures to beat are those of
the system that this one replaces, an Express server that kept everything in memory,
measured on a machine of two cores like this.
"""

import argparse
import re
import subprocess
from statistics import median

from benchmarks.clients import Run, make_files, new_users
from benchmarks.samples import two_page_report
from benchmarks.tables import FiguresToBeat
from tests.running_platform import RunningPlatform, running_platform

JOBS_IN_LISTS = 1_700


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--pdfs", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=5, help="of each wrk run")
    parser.add_argument("--runs", type=int, default=3, help="of wrk; the median counts")
    options = parser.parse_args()
    with running_platform(RATE_LIMITS_ENABLED="false") as platform:
        measure(platform, options)


def measure(platform: RunningPlatform, options: argparse.Namespace) -> None:
    table = FiguresToBeat()
    table.add("memory at start", platform.memory_mb(), "MB", 320, lower=True)
    client = platform.new_user()

    alone = make_pdfs(platform, [client.token], 50)
    table.add("PDF, 1 client: p50", alone.p50, "ms", 120, lower=True)

    tokens = new_users(platform, options.clients)
    many = make_pdfs(platform, tokens, options.pdfs)
    table.add(f"PDF, {options.clients} clients", many.per_second, "jobs/s", 51)
    table.add(f"PDF, {options.clients} clients: p50", many.p50, "ms", 195, lower=True)
    table.add(f"PDF, {options.clients} clients: p95", many.p95, "ms")
    table.add(f"PDF, {options.clients} clients: p99", many.p99, "ms")

    make_pdfs(platform, [client.token] * 6, JOBS_IN_LISTS)
    newest = client.get("/api/jobs?limit=1").data["data"]
    assert newest["total"] >= JOBS_IN_LISTS, newest["total"]
    job = newest["jobs"][0]["id"]
    for name, path, to_beat in (
        ("GET /health", "/health", 5360),
        ("GET /api/jobs/{id}", f"/api/jobs/{job}", 4000),
        ("GET /api/jobs, 1,700 jobs", "/api/jobs", 1720),
        ("GET /api/files, 1,700 files", "/api/files", 3350),
    ):
        figures = [
            requests_a_second(platform, path, client.token, options.seconds)
            for _ in range(options.runs)
        ]
        table.add(name, median(figures), "req/s", to_beat)
    table.add("memory at the end", platform.memory_mb(), "MB", 320, lower=True)


def make_pdfs(platform: RunningPlatform, tokens: list[str], pdfs: int) -> Run:
    request = two_page_report()
    return make_files(platform, tokens, kind="pdf", request=request, files=pdfs)


def requests_a_second(platform, path: str, token: str, seconds: int) -> float:
    command = ["wrk", "-t1", "-c10", f"-d{seconds}s"]
    command += ["-H", f"Authorization: Bearer {token}"]
    url = f"http://127.0.0.1:{platform.port}{path}"
    output = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    assert "Non-2xx" not in output.stdout, output.stdout
    return float(re.search(r"Requests/sec: +([0-9.]+)", output.stdout)[1])


if __name__ == "__main__":
    main()
