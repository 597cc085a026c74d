"""Where the time of a capture goes: the platform's own modules, step by step.

python -m benchmarks.capture_steps URL COUNT
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import uuid4

import django

from benchmarks.makers import environment_for
from tests.running_platform import ROOT, Client

STEPS = [
    "start of Chromium",
    "opening a tab",
    "loading the page",
    "taking the picture",
    "end of Chromium",
]
# In the platform, a worker's parent has loaded everything before.
NOT_COUNTED = 2


def time_steps(url: str, count: int) -> dict[str, float]:
    """Return the ms of each step, the median of so many captures."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    reach = {"BROWSER_ALLOWED_HOSTS": host, "BROWSER_ALLOWED_PORTS": str(port)}
    command = [sys.executable, "-m", "benchmarks.capture_steps", url, str(count)]
    with tempfile.TemporaryDirectory(prefix="hs-benchmark-") as folder:
        environment = environment_for(Path(folder)) | reach
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(done.stdout)


def main() -> None:
    django.setup()
    url, count = sys.argv[1], int(sys.argv[2])
    rounds = [capture_once(url) for _ in range(count + NOT_COUNTED)][NOT_COUNTED:]
    print(json.dumps({step: median(taken[step] for taken in rounds) for step in STEPS}))


def capture_once(url: str) -> dict[str, float]:
    """Return the ms that each step of one capture has taken."""
    from files.capture.capture import capture, open_tab
    from files.capture.screenshot import take_screenshot

    marks: list[float] = []

    def mark(*report) -> None:
        marks.append(time.perf_counter())

    async def open_and_mark(connection):
        mark()
        return await open_tab(connection)

    async def take_and_mark(page):
        await take_screenshot(page)
        mark()

    with patch("files.capture.capture.open_tab", open_and_mark):
        request = {"url": url}
        name = uuid4().hex
        asyncio.run(capture(request, name=name, take=take_and_mark, report=mark))
    mark()
    # Reported are the start, the tab that was opened, and the page that was loaded.
    seconds = [after - before for before, after in pairwise(marks)]
    return {step: 1000 * taken for step, taken in zip(STEPS, seconds, strict=True)}


def time_jobs(client: Client, request: dict, count: int) -> dict[str, float]:
    """Return the ms that captures wait, take, and take to be seen; the medians."""
    jobs = [_time_job(client, request) for _ in range(count)]
    return {part: median(job[part] for job in jobs) for part in jobs[0]}


def _time_job(client: Client, request: dict) -> dict[str, float]:
    moments = [time.time()]
    answer = client.post("/api/files/generate/screenshot", request)
    job = client.get(f"/api/jobs/{answer.data['data']['jobId']}?wait=20").data["data"]
    for name in ("createdAt", "startedAt", "completedAt"):
        moments.append(datetime.fromisoformat(job[name]).timestamp())
    moments.append(time.time())
    seconds = [after - before for before, after in pairwise(moments)]
    parts = ("submission", "queue", "work", "answer")
    return {part: 1000 * taken for part, taken in zip(parts, seconds, strict=True)}


if __name__ == "__main__":
    main()
