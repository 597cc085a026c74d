"""Server-sent events through a real server, to clients that come and go."""

import http.client
import json
from contextlib import ExitStack, closing

import pytest

from tests.running_platform import running_platform

pytestmark = pytest.mark.live
PLACES_OF_A_USER = 6
PLACES = 12  # Three quarters of the threads.


@pytest.fixture(scope="module")
def platform():
    with running_platform(RATE_LIMITS_ENABLED="false", WEB_THREADS="16") as platform:
        yield platform


def submit(client, *, seconds=0):
    body = {"title": "x", "options": {"delaySeconds": seconds}}
    answer = client.post("/api/files/generate/pdf", body)
    assert answer.status == 202, answer
    return answer.data["data"]["jobId"]


def follow(platform, client, job_id, **options):
    """Return a stream, once those that other tests left have lost their threads."""
    streams = []

    def is_taken():
        streams.append(Stream(platform, client, job_id, **options))
        if streams[-1].status != 503:
            return True
        streams[-1].close()
        return False

    platform.wait_until(is_taken, "a thread for a stream")
    return streams[-1]


class Stream:
    """A connection of its own that follows a job."""

    def __init__(self, platform, client, job_id, *, method="GET", last_event_id=None):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", platform.port, timeout=30
        )
        headers = {
            "Authorization": f"Bearer {client.token}",
            "Accept": "text/event-stream",
            **({"Last-Event-ID": last_event_id} if last_event_id else {}),
        }
        self.connection.request(method, f"/api/jobs/{job_id}/events", headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def events(self):
        """Yield each event as (name, id, job), until the server ends the stream."""
        fields = {}
        while line := self.response.readline().decode():
            if line != "\n":
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield fields["event"], fields["id"], json.loads(fields["data"])
                fields = {}

    def close(self):
        self.response.close()
        self.connection.close()


def test_follows_a_job_to_its_end(platform):
    client = platform.new_user("follows@example.com")
    job_id = submit(client, seconds=1)

    with closing(follow(platform, client, job_id)) as stream:
        events = list(stream.events())

    assert stream.status == 200
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    statuses = [job["status"] for _, _, job in events]
    assert (statuses[0], statuses[-1]) == ("delayed", "completed")
    assert events[-1][2] == client.get(f"/api/jobs/{job_id}").data["data"]


def test_sends_each_event_when_it_happens(platform):
    client = platform.new_user("at-once@example.com")
    job_id = submit(client, seconds=3600)

    with closing(follow(platform, client, job_id)) as stream:
        events = stream.events()
        next(events)
        for priority in (1, 2, 3):
            change = {"priority": priority}
            assert client.request("PATCH", f"/api/jobs/{job_id}", change).status == 200

            assert next(events)[2]["priority"] == priority
        client.post(f"/api/jobs/{job_id}/cancel", {})
        assert next(events)[2]["status"] == "cancelled"
        assert list(events) == []


def test_tells_a_client_that_knows_the_end_not_to_come_back(platform):
    client = platform.new_user("knows@example.com")
    job_id = submit(client)
    with closing(follow(platform, client, job_id)) as stream:
        *_, (_, event_id, _) = stream.events()

    again = follow(platform, client, job_id, last_event_id=event_id)

    with closing(again):
        assert again.status == 204
        assert again.response.read() == b""


def test_frees_the_threads_of_clients_that_went_away(platform):
    client = platform.new_user("goes@example.com")
    job_id = submit(client, seconds=3600)
    with ExitStack() as streams:
        for _ in range(PLACES_OF_A_USER):
            stream = follow(platform, client, job_id)
            streams.enter_context(closing(stream))
            next(stream.events())
        refused = Stream(platform, client, job_id)
        streams.enter_context(closing(refused))
        assert refused.status == 503
        assert refused.response.headers["Retry-After"] == "5"

    # They are found to be gone when something is sent to them.
    changes = iter(range(-10, 6))

    def is_free():
        client.request("PATCH", f"/api/jobs/{job_id}", {"priority": next(changes)})
        with closing(Stream(platform, client, job_id)) as stream:
            return stream.status == 200

    platform.wait_until(is_free, "a thread to be free")
    client.post(f"/api/jobs/{job_id}/cancel", {})


def test_leaves_threads_to_others_however_many_listen(platform):
    clients = [platform.new_user(f"listener{n}@example.com") for n in range(3)]
    jobs = [submit(client, seconds=3600) for client in clients]
    with ExitStack() as streams:
        for number in range(PLACES):
            who = number % 2
            stream = follow(platform, clients[who], jobs[who])
            streams.enter_context(closing(stream))
            assert stream.status == 200

        with closing(Stream(platform, clients[2], jobs[2])) as refused:
            assert refused.status == 503
        assert clients[2].get(f"/api/jobs/{jobs[2]}").data["data"]["id"] == jobs[2]
        assert platform.client().get("/health").status == 200
        for client, job_id in zip(clients, jobs, strict=True):
            client.post(f"/api/jobs/{job_id}/cancel", {})


def test_holds_no_thread_for_the_head_alone(platform):
    client = platform.new_user("head@example.com")
    job_id = submit(client, seconds=3600)

    for _ in range(PLACES_OF_A_USER + 1):
        with closing(follow(platform, client, job_id, method="HEAD")) as stream:
            assert stream.status == 200
            assert stream.response.read() == b""
