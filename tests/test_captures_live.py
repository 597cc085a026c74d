"""Captures by a whole platform: what they make, and what is left of killed ones."""

import os
import signal
import time
from contextlib import contextmanager
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from conftest import require
from files.tests.web import Reply, Site
from tests.chaos.platform import ChaosPlatform, await_end_of, chaos_platform

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("_chromium")]
PAGE = "<title>Prices</title><body style='background:#0a0'><h1>Prices</h1>"
HANGING = "<title>Late</title><script src='/late.js'></script>"
LATE = Reply(delay=600)
STOP_SECONDS = 10  # What ends a capture, with a machine that is busy.


@pytest.fixture(scope="module")
def _chromium():
    require("chromium-headless-shell")


@pytest.fixture(scope="module")
def site():
    with Site({"/": PAGE, "/hanging": HANGING, "/late.js": LATE}) as site:
        yield site


@pytest.fixture(scope="module")
def platform(site):
    with platform_for(site) as platform:
        yield platform


@pytest.fixture
def client(platform):
    return platform.new_user(f"{uuid4().hex}@example.com")


def platform_for(site, **environment: str):
    hosts = {
        "BROWSER_ALLOWED_HOSTS": site.address,
        "BROWSER_ALLOWED_PORTS": str(site.port),
    }
    return chaos_platform(**hosts | environment)


def submit(client, url: str, kind: str = "screenshot", **options) -> str:
    """Order a capture; returns the job's id."""
    request = {"url": url, "options": options}
    answer = client.post(f"/api/files/generate/{kind}", request)
    assert answer.status == 202, answer
    return answer.data["data"]["jobId"]


def ended(client, job_id: str) -> dict:
    for _ in range(4):
        job = client.get(f"/api/jobs/{job_id}?wait=20").data["data"]
        if job["completedAt"]:
            return job
    raise AssertionError(f"{job} has not ended")


def opened(platform: ChaosPlatform, site: Site, path: str = "/hanging") -> int:
    """Wait for a browser that has asked for a page; returns its main process."""
    before = len(site.asked(path))
    platform.wait_for(lambda: len(site.asked(path)) > before)
    return platform.wait_for(platform.browsers.mains)[0]


def begin(platform: ChaosPlatform, client, site: Site, **options) -> tuple[str, int]:
    """Begin a capture that hangs; returns the job's id and Chromium's process."""
    job_id = submit(client, site.url("/hanging"), **options)
    return job_id, opened(platform, site)


@contextmanager
def nothing_late(site: Site):
    """Let the hanging page load for who asks for it now."""
    site.routes["/late.js"] = ""
    try:
        yield
    finally:
        site.routes["/late.js"] = LATE


def worker_at(platform: ChaosPlatform, job_id: str) -> int:
    query = "SELECT process FROM jobs_job WHERE id = ? AND status = 'active'"
    return int(platform.rows(query, job_id)[0][0].partition(":")[0])


def assert_nothing_is_left(platform: ChaosPlatform) -> None:
    """Nothing of any browser, and no file but those that have a row."""
    browsers = platform.browsers
    ends_at = time.monotonic() + STOP_SECONDS
    while browsers.processes() or browsers.folders():
        left = browsers.processes(), browsers.folders()
        assert time.monotonic() < ends_at, left
        time.sleep(0.05)
    assert platform.strays() == []
    assert list((platform.storage / "tmp").iterdir()) == []
    rows = {name for (name,) in platform.rows("SELECT file_name FROM files_storedfile")}
    stored = {path.name for path in (platform.storage / "files").iterdir()}
    assert stored == rows


def assert_was_made_once(platform: ChaosPlatform, client, job: dict) -> None:
    assert job["status"] == "completed", job
    answer = client.get(job["result"]["file"]["url"])
    assert len(answer.body) == job["result"]["file"]["size"]
    assert client.get("/api/files").data["data"]["total"] == 1
    assert_nothing_is_left(platform)


def test_takes_a_screenshot_that_can_be_downloaded(platform, client, site):
    job = ended(client, submit(client, site.url("/?a=1")))

    assert job["status"] == "completed", job
    assert job["result"]["page"] == {
        "finalUrl": site.url("/?a=1"),
        "httpStatus": 200,
        "title": "Prices",
        "blocked": [],
        "blockedCount": 0,
        "width": 1280,
        "height": 800,
    }
    answer = client.get(job["result"]["file"]["url"])
    assert answer.headers["Content-Type"] == "image/png"
    with Image.open(BytesIO(answer.body)) as image:
        assert image.size == (1280, 800)
        assert image.convert("RGB").getpixel((1000, 700)) == (0, 170, 0)
    assert_was_made_once(platform, client, job)


def test_prints_a_page_that_can_be_downloaded(platform, client, site):
    job = ended(client, submit(client, site.url(), kind="page-pdf"))

    assert job["status"] == "completed", job
    assert job["result"]["page"]["title"] == "Prices"
    answer = client.get(job["result"]["file"]["url"])
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.body.startswith(b"%PDF")
    assert_was_made_once(platform, client, job)


def test_frees_the_worker_of_a_cancelled_capture(platform, client, site):
    job_id, _ = begin(platform, client, site, timeoutSeconds=60)

    assert client.post(f"/api/jobs/{job_id}/cancel", {}).status == 200

    # There is one browser at a time: the next one must not wait for the page.
    job = ended(client, submit(client, site.url()))
    assert client.get(f"/api/jobs/{job_id}").data["data"]["status"] == "cancelled"
    assert_was_made_once(platform, client, job)


def test_fails_a_page_that_takes_too_long(platform, client, site):
    job = ended(client, begin(platform, client, site, timeoutSeconds=1)[0])

    assert job["status"] == "failed"
    message = (
        "The page answered, but never came to 'load' (waitUntil) within 1 seconds."
    )
    assert [error["message"] for error in job["errors"]] == [message]
    assert_nothing_is_left(platform)


def test_captures_again_what_a_killed_worker_was_at(platform, client, site):
    job_id, _ = begin(platform, client, site, timeoutSeconds=60)

    os.kill(worker_at(platform, job_id), signal.SIGKILL)

    with nothing_late(site):
        job = ended(client, job_id)
    assert_was_made_once(platform, client, job)


@pytest.mark.parametrize("victim", ["main process", "renderer"])
def test_ends_with_a_reason_when_chromium_is_killed(platform, client, site, victim):
    job_id, main = begin(platform, client, site, timeoutSeconds=60)
    renderers = platform.wait_for(platform.browsers.renderers)

    for pid in [main] if victim == "main process" else renderers:
        os.kill(pid, signal.SIGKILL)

    job = ended(client, job_id)
    assert job["status"] == "failed", job
    assert "crashed" in job["errors"][-1]["message"]
    assert_nothing_is_left(platform)


def test_captures_again_what_a_killed_platform_was_at(site):
    with platform_for(site) as platform:
        client = platform.new_user()
        job_id, _ = begin(platform, client, site, timeoutSeconds=60)
        browser = platform.browsers.processes()

        platform.kill()
        assert await_end_of(list(browser), STOP_SECONDS) == []
        client = platform.client(client.token)
        with nothing_late(site):
            platform.start()
            job = ended(client, job_id)
        assert_was_made_once(platform, client, job)


def test_hands_a_capture_back_when_it_is_stopped(site):
    with platform_for(site, JOB_STOP_SECONDS="1") as platform:
        client = platform.new_user()
        job_id, _ = begin(platform, client, site, timeoutSeconds=60)

        began = time.monotonic()
        platform.stop()
        seconds = time.monotonic() - began

        assert seconds < STOP_SECONDS
        assert platform.browsers.processes() == set()
        assert platform.browsers.folders() == []
        state = "SELECT status, process, attempts, crashes FROM jobs_job WHERE id = ?"
        assert platform.rows(state, job_id) == [("waiting", "", 0, 0)]


def test_runs_one_browser_at_a_time(platform, client, site):
    assert most_at_once(platform, client, site) == 1


def test_runs_as_many_browsers_at_once_as_it_is_told(site):
    with platform_for(site, BROWSER_CONCURRENCY="2") as platform:
        assert most_at_once(platform, platform.new_user(), site) == 2


def most_at_once(platform: ChaosPlatform, client, site: Site) -> int:
    with platform.browsers.counted() as counts:
        ids = [submit(client, site.url(), waitDelay=1000) for _ in range(4)]
        jobs = [ended(client, job_id) for job_id in ids]
    assert {job["status"] for job in jobs} == {"completed"}
    assert_nothing_is_left(platform)
    return max(counts)


def test_refuses_captures_where_there_is_no_chromium(site):
    with platform_for(site, CHROMIUM_PATH="/nonexistent") as platform:
        client = platform.new_user()
        request = {"url": site.url()}

        for kind in ("screenshot", "page-pdf"):
            answer = client.post(f"/api/files/generate/{kind}", request)
            assert answer.status == 503
            assert "chromium-headless-shell" in answer.data["error"]["message"]

        health = client.get("/health").data
        assert health["status"] == "degraded"
        document = {"title": "A", "content": [{"type": "paragraph", "text": "b"}]}
        answer = client.post("/api/files/generate/pdf", document, Prefer="wait=20")
        assert answer.data["data"]["status"] == "completed"


def test_captures_without_the_sandbox_where_that_was_chosen(site):
    with platform_for(site, BROWSER_SANDBOX="off") as platform:
        client = platform.new_user()

        job = ended(client, submit(client, site.url()))

        assert_was_made_once(platform, client, job)
