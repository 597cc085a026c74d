"""Answers given again from memory, through the WSGI entry point."""

import io
import json
from datetime import timedelta
from unittest.mock import patch

import time_machine
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, close_old_connections
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import Session
from accounts.tests.factories import make_session, make_user
from common.replay import ReplayedResponses
from files.tests.factories import make_stored_file
from jobs.models import Job
from jobs.tests.factories import make_job


class CountingHandler:
    """Django, and how often it was asked."""

    def __init__(self):
        self.django = WSGIHandler()
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        return self.django(environ, start_response)


class ReplayTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user()
        cls.token = make_session(user=cls.user).token

    def setUp(self):
        self.handler = CountingHandler()
        self.application = ReplayedResponses(self.handler)
        self.job = make_job(owner=self.user)
        self.path = f"/api/jobs/{self.job.pk}"
        # A request's begin and end close connections; this test's must stay.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)

    def get(self, path=None, **request):
        status, headers, body = self.ask(path or self.path, **request)
        return status, headers, json.loads(body)

    def download(self, path):
        status, _, body = self.ask(path)
        assert status == 200
        assert body

    def ask(self, path, *, token=None, query="", method="GET", **headers):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Bearer {token or self.token}",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            **headers,
        }
        seen = {}

        def start_response(status, headers, exc_info=None):
            seen.update(status=int(status[:3]), headers=dict(headers))

        response = self.application(environ, start_response)
        body = b"".join(response)
        if hasattr(response, "close"):
            response.close()
        return seen["status"], seen["headers"], body

    def get_twice(self, **request):
        return self.get(**request), self.get(**request)

    def test_answers_the_second_time_without_django(self):
        (status, _, first), (_, _, second) = self.get_twice()

        assert status == 200
        assert first == second
        assert self.handler.calls == 1

    def test_asks_for_one_row_when_it_answers_again(self):
        self.get()

        with self.assertNumQueries(1):
            self.get()

    def test_shows_a_change_of_the_job_at_once(self):
        self.get()

        self.job.cancel()
        _, _, body = self.get()

        assert body["data"]["status"] == "cancelled"

    def test_shows_a_new_job_in_the_list_at_once(self):
        self.get(path="/api/jobs")

        Job.objects.filter(pk=self.job.pk).first().cancel()
        _, _, body = self.get(path="/api/jobs")

        assert body["data"]["jobs"][0]["status"] == "cancelled"

    def test_gives_nothing_to_another_token(self):
        self.get()

        stranger = make_session(user=make_user()).token
        status, _, body = self.get(token=stranger)

        assert status == 404
        assert body["error"]["type"] == "NOT_FOUND"

    def test_stops_at_once_when_the_session_is_revoked(self):
        self.get()

        Session.objects.for_token(self.token).revoke()

        assert self.get()[0] == 401

    def test_stops_at_once_when_the_user_is_locked(self):
        self.get()

        self.user.is_active = False
        self.user.save()

        assert self.get()[0] == 401

    def test_stops_when_the_session_expires(self):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            self.get()
            clock.shift(timedelta(hours=24, seconds=1))

            assert self.get()[0] == 401

    def test_makes_the_answers_of_operators_anew(self):
        operator = make_session(user=make_user(is_staff=True)).token

        self.get_twice(token=operator)

        assert self.handler.calls == 2

    def test_makes_answers_that_waited_anew(self):
        self.get_twice(query="wait=0.01")

        assert self.handler.calls == 2

    def test_makes_anew_what_has_a_cookie_or_a_condition(self):
        self.get_twice(HTTP_COOKIE="a=b")
        self.get_twice(HTTP_IF_NONE_MATCH='"x"')

        assert self.handler.calls == 4

    def test_keeps_hosts_and_schemes_apart(self):
        self.get()

        assert self.get(HTTP_HOST="evil.example")[0] == 400
        assert self.handler.calls == 2

    def test_keeps_no_files_in_memory(self):
        path = make_stored_file(owner=self.user).url

        self.download(path)
        self.download(path)

        assert self.handler.calls == 2
        assert self.application.answers.currsize == 0

    def test_keeps_nothing_under_a_long_key(self):
        self.get_twice(HTTP_ACCEPT="a" * 3_000)

        assert self.handler.calls == 2
        assert self.application.answers.currsize == 0

    def test_shows_a_new_operator_everybody_s_jobs_at_once(self):
        make_job(owner=make_user())
        self.get(path="/api/jobs")

        self.user.is_staff = True
        self.user.save()
        _, _, body = self.get(path="/api/jobs")

        assert body["data"]["total"] == 2

    def test_remembers_no_error(self):
        self.get_twice(path="/api/jobs/job_missing")

        assert self.handler.calls == 2

    def test_names_each_answer_by_a_request_id_of_its_own(self):
        (_, first, _), (_, second, _) = self.get_twice()
        _, third, _ = self.get(HTTP_X_REQUEST_ID="mine")

        assert first["X-Request-ID"] != second["X-Request-ID"]
        assert third["X-Request-ID"] == "mine"

    @override_settings(
        RATE_LIMITS_ENABLED=True,
        RATE_LIMITS={**settings.RATE_LIMITS, "job-read": "2/m"},
    )
    def test_counts_against_the_limit(self):
        (_, first, _), (_, second, _) = self.get_twice()
        status, _, body = self.get()

        assert first["RateLimit-Remaining"] == "1"
        assert second["RateLimit-Remaining"] == "0"
        assert status == 429
        assert body["error"]["type"] == "RATE_LIMIT_EXCEEDED"

    def test_asks_django_where_the_database_does_not_answer(self):
        self.get()

        with patch.object(
            Session.objects.__class__,
            "version_for_token",
            side_effect=DatabaseError,
        ):
            status, _, _ = self.get()

        assert status == 200
        assert self.handler.calls == 2

    def test_shows_health_again_for_a_moment_only(self):
        self.get(path="/health")
        self.get(path="/health")
        assert self.handler.calls == 1

        with patch("monitoring.api.views.is_fresh", return_value=False, autospec=True):
            self.application.answers.clear()
            self.get_twice(path="/health")

        assert self.handler.calls == 3

    def test_forgets_the_oldest_when_memory_is_full(self):
        with patch("common.replay.MAX_BYTES", 5_000):
            application = ReplayedResponses(self.handler)
        self.application = application

        for number in range(4):
            self.get(query=f"limit={number + 1}", path="/api/jobs")

        assert application.answers.currsize <= 5_000
