"""The platform as its users meet it: real servers, real workers, real kills."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from conftest import require
from tests.running_platform import ROOT, RunningPlatform, is_alive, running_platform

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("_programs")]
WORKERS = 2
NO_LIMITS = {"RATE_LIMITS_ENABLED": "false"}
REPORT = {
    "title": "Quarterly report",
    "content": [
        {"type": "heading", "text": "Summary"},
        {"type": "paragraph", "text": "Revenue rose by <b>12 %</b> & more."},
        {"type": "list", "items": ["Opened two offices"]},
        {"type": "table", "rows": [["Region", "Revenue"], ["North", 1200]]},
    ],
}


@pytest.fixture
def _programs():
    require("chromium-headless-shell")
    require("pdftotext")


@pytest.fixture(scope="module")
def platform():
    with running_platform(**NO_LIMITS) as platform:
        yield platform


def submit(client, title="Report"):
    answer = client.post("/api/files/generate/pdf", {**REPORT, "title": title})
    assert answer.status == 202, answer
    return answer.data["data"]["jobId"]


def ended(client, job_id):
    for _ in range(4):
        job = client.get(f"/api/jobs/{job_id}?wait=20").data["data"]
        if job["completedAt"]:
            return job
    raise AssertionError(f"{job} has not ended")


def assert_is_downloadable(client, job):
    assert job["status"] == "completed", job
    answer = client.get(job["result"]["file"]["url"])
    assert answer.status == 200
    assert answer.body.startswith(b"%PDF")
    assert len(answer.body) == job["result"]["file"]["size"]


def test_makes_a_pdf_that_holds_the_text(platform, tmp_path):
    client = platform.new_user("text@example.com")

    job = ended(client, submit(client))

    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(client.get(job["result"]["file"]["url"]).body)
    text = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    for words in ("Summary", "rose by <b>12 %</b> & more", "Opened two", "1200"):
        assert words in text


def test_answers_with_the_ended_job_when_told_to_wait(platform):
    client = platform.new_user("wait@example.com")

    answer = client.post("/api/files/generate/pdf", REPORT, Prefer="wait=20")

    assert answer.status == 200
    assert_is_downloadable(client, answer.data["data"])


def test_makes_every_pdf_once_for_ten_clients(platform):
    clients = [platform.new_user(f"client{n}@example.com") for n in range(10)]
    jobs = {}

    def make_twenty(client):
        ids = [submit(client) for _ in range(20)]
        jobs.update({job_id: (client, ended(client, job_id)) for job_id in ids})

    in_parallel(make_twenty, clients)

    files = {job["result"]["file"]["fileName"] for _, job in jobs.values()}
    assert len(files) == len(jobs) == 200
    for client, job in jobs.values():
        assert job["attempts"] == 1
        assert_is_downloadable(client, job)
    for client in clients:
        assert client.get("/api/files").data["data"]["total"] == 20
    assert len(list((platform.storage / "files").iterdir())) >= 200
    assert list((platform.storage / "tmp").iterdir()) == []


def test_takes_a_chunked_body(platform):
    client = platform.new_user("chunked@example.com")
    chunks = iter([b'{"metadata":', b' {"a": 1}}'])

    answer = client.request("PUT", f"/api/users/{client.user_id}", chunks)

    assert answer.data["data"]["user"]["metadata"] == {"a": 1}


def test_stays_healthy_while_bodies_come_slowly(platform):
    sockets = []
    try:
        for _ in range(80):
            connection = socket.create_connection(("127.0.0.1", platform.port))
            connection.sendall(
                b"POST /api/sessions HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            )
            sockets.append(connection)

        assert platform.client().get("/health").status == 200
    finally:
        for connection in sockets:
            connection.close()


def test_health_looks_at_the_real_thing(platform):
    report = platform.client().get("/health").data

    assert report["status"] == "healthy"
    assert report["services"]["jobQueue"]
    assert report["services"]["claudeAI"] is False


@pytest.mark.parametrize(
    "victim", ["worker", "pool", "pusher", "monitor", "node", "web", "everything"]
)
def test_finishes_what_was_submitted_when_killed(victim):
    with running_platform(**NO_LIMITS, JOB_WORKERS=str(WORKERS)) as platform:
        client = platform.new_user()
        done = ended(client, submit(client))
        ids = [submit(client) for _ in range(40)]

        strike(platform, victim)

        client = platform.client(client.token)
        jobs = [ended(client, job_id) for job_id in ids]
        assert_is_downloadable(client, done)
        for job in jobs:
            assert_is_downloadable(client, job)
        assert client.get("/api/files").data["data"]["total"] == 41
        # Whoever took a job over has removed what the dead worker had made of it.
        assert len(list((platform.storage / "files").iterdir())) == 41
        assert list((platform.storage / "tmp").iterdir()) == []


def strike(platform: RunningPlatform, victim: str) -> None:
    match victim:
        case "worker":
            os.kill(platform.workers()[0], signal.SIGKILL)
        case "pool":
            os.kill(platform.pool(), signal.SIGKILL)
        case "pusher":
            os.kill(platform.pusher(), signal.SIGKILL)
        case "monitor":
            os.kill(platform.monitor(), signal.SIGKILL)
        case "node":
            os.kill(platform.node(), signal.SIGKILL)
        case "web":
            os.kill(platform.find("granian")[0], signal.SIGKILL)
            time.sleep(0.5)
            platform.wait_until(platform.is_ready, "the web server to be back")
        case "everything":
            platform.kill()
            platform.start()


def test_goes_on_though_the_only_worker_was_killed_while_it_waited():
    with running_platform(**NO_LIMITS, JOB_WORKERS="1") as platform:
        client = platform.new_user()
        platform.wait_until(lambda: has_worker(platform), "the worker")

        os.kill(platform.workers()[0], signal.SIGKILL)

        assert_is_downloadable(client, ended(client, submit(client)))


def has_worker(platform):
    return platform.find("platform worker: pool") and platform.workers()


def test_ctrl_c_stops_the_whole_tree():
    with running_platform() as platform:
        pids = platform.pids()

        platform.process.send_signal(signal.SIGINT)

        assert platform.process.wait(timeout=30) == 0
        assert are_gone(pids)


def test_prints_the_first_login_once_and_no_secret_ever():
    secrets = {"ANTHROPIC_API_KEY": "sk-ant-canary", "OPERATOR_PASSWORD": ""}
    with running_platform(**secrets) as platform:
        first = platform.log.read_text()
        client = platform.new_user()
        submit(client)
        platform.stop()
        platform.start()
        both = platform.log.read_text()
        key = (platform.storage / "secret_key").read_text()

    password = re.search(r"password +(\S+)", first)[1]
    assert both.count(password) == 1
    for secret in (key, client.token, "sk-ant-canary"):
        assert secret not in both


def test_all_state_is_readable_by_its_owner_only():
    with running_platform() as platform:
        client = platform.new_user()
        ended(client, submit(client))

        paths = [path for path in platform.storage.rglob("*") if path != platform.log]
        open_to_others = [path for path in paths if path.stat().st_mode & 0o077]

    assert len(paths) > 4
    assert open_to_others == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"PORT": "taken"}, "PORT: 127.0.0.1:"),
        ({"STORAGE_PATH": "/proc/nowhere"}, "STORAGE_PATH: /proc/nowhere"),
        ({"DEBUG": "perhaps"}, "DEBUG must be 'true' or 'false'"),
        ({"PORT": "99999"}, "PORT must be a whole number from 1 to 65535"),
        ({"DATABASE_URL": "nonsense", "SECRET_KEY": "x"}, "DATABASE_URL must be"),
        ({"DATABASE_URL": "postgres://a@127.0.0.1/b"}, "SECRET_KEY must be set"),
        ({"WEB_CONCURRENCY": "2"}, "Set REDIS_URL"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_says_in_one_clear_line_why_it_cannot_start(
    platform, change, complaint, tmp_path
):
    if change.get("PORT") == "taken":
        change = {"PORT": str(platform.port)}
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": ""}

    result = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={**environment, "STORAGE_PATH": str(tmp_path), **change},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert result.returncode != 0
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def are_gone(pids):
    """Give the kernel a moment to take the tree down from its root."""
    ends_at = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < ends_at:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


def in_parallel(work, items):
    failures = []

    def guarded(item):
        try:
            work(item)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=[item]) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
