"""The same platform on the servers that larger installations use."""

import os
import signal
from types import SimpleNamespace
from unittest.mock import patch

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from common.locks import lock_for_transaction
from tests.running_platform import running_platform
from tests.servers import postgresql, redis
from tests.test_end_to_end import assert_is_downloadable, ended, in_parallel, submit

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def database_url():
    with postgresql() as url:
        yield url


@pytest.fixture(scope="module")
def platform(database_url):
    with (
        redis() as redis_url,
        running_platform(
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            SECRET_KEY="the nodes agree on this " * 3,
            WEB_CONCURRENCY="2",
            RATE_LIMIT_GENERAL="1000/m",
            RATE_LIMIT_JOB_READ="1000/m",
            RATE_LIMIT_FILE_READ="1000/m",
            RATE_LIMIT_FILE_GENERATE_PDF="30/m",
        ) as platform,
    ):
        yield platform


def test_makes_every_pdf_once_though_a_worker_is_killed(platform):
    clients = [platform.new_user(f"client{n}@example.com") for n in range(5)]
    jobs = {}

    def make_twenty(client):
        ids = [submit(client) for _ in range(20)]
        os.kill(platform.workers()[0], signal.SIGKILL)
        jobs.update({job_id: (client, ended(client, job_id)) for job_id in ids})

    make_twenty(clients[0])
    in_parallel(make_twenty, clients[1:2])

    files = {job["result"]["file"]["fileName"] for _, job in jobs.values()}
    assert len(files) == len(jobs) == 40
    for client, job in jobs.values():
        assert_is_downloadable(client, job)


def test_lets_one_transaction_at_a_time_have_a_lock(database_url):
    with (
        psycopg.connect(database_url) as first,
        psycopg.connect(database_url) as second,
    ):
        second.execute("SET lock_timeout = '50ms'")
        second.commit()
        lock(first, "submit")

        with pytest.raises(LockNotAvailable):
            lock(second, "submit")
        second.rollback()
        lock(second, "another")
        first.commit()
        lock(second, "submit")


def lock(connection, name):
    """Take a lock as if this were Django's connection."""
    django = SimpleNamespace(vendor="postgresql", cursor=connection.cursor)
    with patch("common.locks.connection", django):
        lock_for_transaction(name)


def test_counts_limits_across_web_processes(platform):
    client = platform.new_user("limited@example.com")
    clients = [platform.client(client.token) for _ in range(8)]
    statuses = []

    def ask_ten_times(client):
        for _ in range(10):
            answer = client.post("/api/files/generate/pdf", {"title": "A"})
            statuses.append(answer.status)

    in_parallel(ask_ten_times, clients)

    # A window may end on the way, and a second one begin.
    assert statuses.count(202) in (30, 60)
    assert statuses.count(202) + statuses.count(429) == 80


def test_goes_on_where_redis_is_gone():
    with redis() as redis_url:
        gone = redis_url
    with running_platform(REDIS_URL=gone) as platform:
        client = platform.new_user()

        report = platform.client().get("/health").data

        assert report["services"]["rateLimiting"] is False
        assert client.get("/api/jobs").status == 200
