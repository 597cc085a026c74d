"""Server-sent events of a job; with a real server in tests/test_events_live.py."""

import json
from contextlib import closing, contextmanager
from unittest.mock import patch

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.submission import retry_job
from jobs.tests.factories import make_active_job, make_completed_job, make_job
from jobs.waiting import Place, _held


class Clock:
    """Stands in for the clock of `jobs.events`, where sleeping takes no time.

    Each time that the events sleep, the next of `steps` is done.
    """

    def __init__(self, *steps):
        self.now = 0.0
        self.steps = list(steps)

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        if self.steps:
            self.steps.pop(0)()


@contextmanager
def clock(*steps):
    stand_in = Clock(*steps)
    with (
        patch("jobs.events.monotonic", stand_in.monotonic),
        patch("jobs.events.sleep", stand_in.sleep),
    ):
        yield stand_in


def parse(chunk):
    """Return an event as (name, id, data); a comment as text."""
    text = chunk.decode()
    assert text.endswith("\n\n")
    if text.startswith(":"):
        return text
    lines = text.removesuffix("\n\n").split("\n")
    assert len(lines) == 3
    fields = dict(line.split(": ", 1) for line in lines)
    return fields["event"], fields["id"], json.loads(fields["data"])


class JobEventsTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        # A request's begin and end close connections; this test's must stay.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)
        self.enterContext(patch("django.test.client.close_old_connections"))
        self.job = make_job(owner=self.alice)

    def tearDown(self):
        assert not _held

    def get(self, *, user=None, job=None, last_event_id=None):
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        client = api_client(user or self.alice)
        url = f"/api/jobs/{(job or self.job).pk}/events"
        return client.get(url, headers=headers)

    def listen(self, *steps, **request):
        """Return all events until the stream ends."""
        with clock(*steps), closing(self.get(**request)) as response:
            return [parse(chunk) for chunk in response.streaming_content]

    def update(self, **fields):
        if fields.get("status") in Job.ENDED:
            fields["completed_at"] = timezone.now()
        return lambda: Job.objects.filter(pk=self.job.pk).update(**fields)

    def complete(self):
        self.update(status="completed", progress=100, result={"answer": 42})()


class JobEventsTests(JobEventsTestCase):
    def test_are_sent_as_the_standard_has_it(self):
        with clock(), closing(self.get()) as response:
            chunk = next(response.streaming_content)

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Accel-Buffering"] == "no"
        name, event_id, data = parse(chunk)
        assert (name, data["id"]) == ("status", self.job.pk)
        assert event_id.isalnum()

    def test_show_what_the_job_s_own_page_shows(self):
        job = make_completed_job(owner=self.alice, result={"text": "a\nb\u2028é"})

        [(_, _, data)] = self.listen(job=job)

        page = api_client(self.alice).get(f"/api/jobs/{job.pk}")
        assert data == page.json()["data"]

    def test_tell_of_each_change_until_the_job_has_ended(self):
        events = self.listen(
            self.update(status="active", attempts=1, started_at=timezone.now()),
            self.update(progress=10),
            self.update(progress_message="Writing"),
            lambda: None,
            self.complete,
        )

        assert [(name, data["status"]) for name, _, data in events] == [
            ("status", "waiting"),
            ("status", "active"),
            ("progress", "active"),
            ("progress", "active"),
            ("status", "completed"),
        ]
        assert [data["progress"] for _, _, data in events] == [0, 0, 10, 10, 100]
        assert events[-1][2]["result"] == {"answer": 42}

    def test_have_an_id_for_each_state(self):
        events = self.listen(self.update(progress=10), self.complete)

        assert len({event_id for _, event_id, _ in events}) == 3

    def test_tell_of_a_new_priority(self):
        events = self.listen(self.update(priority=3), self.complete)

        assert [name for name, _, _ in events] == ["status", "progress", "status"]
        assert events[1][2]["priority"] == 3

    def test_are_one_for_a_job_that_has_ended(self):
        for status in Job.ENDED:
            with self.subTest(status):
                job = make_job(owner=self.alice, status=status)

                [(name, _, data)] = self.listen(job=job)

                assert (name, data["status"]) == ("status", status)

    def test_end_when_the_job_is_deleted(self):
        events = self.listen(lambda: Job.objects.all().delete())

        assert [data["status"] for _, _, data in events] == ["waiting"]

    def test_end_after_five_minutes(self):
        with clock() as time, closing(self.get()) as response:
            list(response.streaming_content)

        assert time.now == pytest.approx(300, abs=1)

    def test_show_every_five_seconds_that_somebody_is_there(self):
        with clock() as time, closing(self.get()) as response:
            events = response.streaming_content
            next(events)
            chunks = [next(events), next(events)]

            assert chunks == [b": still here\n\n"] * 2
            assert time.now == pytest.approx(10, abs=1)

    def test_are_silent_comments_after_an_event_only(self):
        steps = [*[lambda: None] * 20, self.update(progress=1)]
        with clock(*steps) as time, closing(self.get()) as response:
            events = response.streaming_content
            next(events)
            name, _, _ = parse(next(events))
            sent_at = time.now
            comment = next(events)

        assert (name, comment) == ("progress", b": still here\n\n")
        assert time.now - sent_at == pytest.approx(5, abs=1)

    def test_take_one_query_for_each_look(self):
        looks = [lambda: None] * 10
        with clock(*looks, self.complete), closing(self.get()) as response:
            events = response.streaming_content
            next(events)

            # Eleven looks show nothing; then there are a write, a look, and the job.
            with self.assertNumQueries(11 + 3):
                next(events)

    def test_never_show_payload_or_claim(self):
        self.job = make_active_job(owner=self.alice, payload={"title": "confidential"})

        with clock(self.complete), closing(self.get()) as response:
            content = b"".join(response.streaming_content)

        assert b"confidential" not in content
        assert self.job.token.encode() not in content


class LastEventIDTests(JobEventsTestCase):
    def test_leaves_out_the_state_that_is_known(self):
        [(_, known, _), *_] = self.listen(self.complete)
        self.job = make_job(owner=self.alice)

        events = self.listen(self.complete, last_event_id=known)

        assert [data["status"] for _, _, data in events] == ["completed"]

    def test_of_another_state_is_told_of_this_one(self):
        events = self.listen(self.complete, last_event_id="0123456789abcdef")

        assert [data["status"] for _, _, data in events] == ["waiting", "completed"]

    def test_of_the_end_is_told_not_to_come_back(self):
        *_, (_, known, _) = self.listen(self.complete)

        response = self.get(last_event_id=known)

        assert response.status_code == 204
        assert response.content == b""

    def test_of_an_end_before_a_retry_is_told_of_the_next_end(self):
        *_, (_, known, _) = self.listen(self.update(status="cancelled"))
        retry_job(Job.objects.get())

        events = self.listen(self.update(status="cancelled"), last_event_id=known)

        assert [data["status"] for _, _, data in events] == ["waiting", "cancelled"]
        assert events[-1][1] != known

    def test_may_be_anything(self):
        self.complete()
        for junk in ("", "é", "a" * 5_000, "'", "null"):
            with self.subTest(junk[:9]):
                assert len(self.listen(last_event_id=junk)) == 1


class ListenerTests(JobEventsTestCase):
    def test_must_sign_in(self):
        response = api_client().get(f"/api/jobs/{self.job.pk}/events")

        assert response.status_code == 401

    def test_cannot_follow_jobs_of_others(self):
        response = self.get(user=self.bob)

        assert response.status_code == 404
        assert not response.streaming

    def test_may_be_an_operator(self):
        events = self.listen(self.complete, user=make_user(is_staff=True))

        assert len(events) == 2


@override_settings(WEB_THREADS=16)
class PlaceTests(JobEventsTestCase):
    def take(self, user_id, count):
        """Take so many places of a user until the end of the test."""
        for _ in range(count):
            place = Place(user_id)
            assert place.take()
            self.addCleanup(place.leave)

    def tearDown(self):
        self.doCleanups()
        super().tearDown()

    def test_is_taken_while_events_are_sent(self):
        with clock(), closing(self.get()) as response:
            next(response.streaming_content)

            assert _held == {self.alice.pk: 1}

    def test_is_given_back_when_the_client_goes_away(self):
        with clock(), closing(self.get()) as response:
            next(response.streaming_content)
            response.close()

            assert not _held

    def test_is_given_back_when_nothing_was_ever_sent(self):
        response = self.get()
        assert _held

        response.close()

        assert not _held

    def test_is_not_held_for_the_head_alone(self):
        with clock() as time:
            response = api_client(self.alice).head(f"/api/jobs/{self.job.pk}/events")

            assert not _held
            assert list(response.streaming_content) == []

        assert response.headers["Content-Type"] == "text/event-stream"
        assert time.now == 0

    def test_is_given_back_at_the_end(self):
        with clock(self.complete), closing(self.get()) as response:
            list(response.streaming_content)

            assert not _held

    def test_is_given_back_when_the_database_fails(self):
        response = self.get()
        with (
            closing(response),
            patch("jobs.events._state_of", side_effect=ZeroDivisionError),
            pytest.raises(ZeroDivisionError),
        ):
            list(response.streaming_content)

        assert not _held

    def test_is_not_taken_where_the_first_look_fails(self):
        client = api_client(self.alice)
        client.raise_request_exception = False
        with (
            patch("jobs.events._state_of", side_effect=ZeroDivisionError),
            self.assertLogs("common.api.errors", "ERROR"),
        ):
            response = client.get(f"/api/jobs/{self.job.pk}/events")

        assert response.status_code == 500
        assert not _held

    def test_is_refused_to_one_who_has_six(self):
        self.take(self.alice.pk, 6)

        response = self.get()

        error = response.json()["error"]
        assert response.status_code == 503
        assert error["type"] == "UPSTREAM_UNAVAILABLE"
        assert response.headers["Retry-After"] == str(error["retryAfter"]) == "5"

    def test_is_refused_where_three_quarters_of_the_threads_are_held(self):
        self.take("user_b", 6)
        self.take("user_c", 6)

        assert self.get().status_code == 503

    def test_is_not_needed_to_hear_that_all_is_known(self):
        *_, (_, known, _) = self.listen(self.complete)
        self.take(self.alice.pk, 6)

        assert self.get(last_event_id=known).status_code == 204

    def test_is_one_for_events_and_waits_together(self):
        self.take(self.alice.pk, 5)

        with closing(self.get()) as response:
            assert response.status_code == 200
            assert self.get().status_code == 503
