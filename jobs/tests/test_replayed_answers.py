"""Which answers may be given again, and for how long; see tests/test_replay.py."""

from unittest.mock import patch

from django.test import TestCase

from accounts.tests.factories import bearer_client, make_session, make_user
from common.replay import ENVIRON_KEY
from jobs.statistics import job_statistics
from jobs.tests.factories import make_active_job, make_completed_job, make_job


class ReplayedAnswerTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.token = make_session(user=cls.alice).token

    def setUp(self):
        self.addCleanup(job_statistics.cache.clear)

    def holds_after(self, seconds, path):
        """Tell whether an answer of now would still be given after some seconds."""
        with patch("accounts.api.replay.monotonic", return_value=0):
            response = bearer_client(self.token).get(path)
        assert response.status_code == 200
        replay = response.wsgi_request.environ[ENVIRON_KEY]
        with patch("accounts.api.replay.monotonic", return_value=seconds):
            return replay.is_current()

    def test_of_a_job_that_has_ended_hold_for_long(self):
        path = f"/api/jobs/{make_completed_job(owner=self.alice).pk}"

        assert self.holds_after(50, path)

    def test_of_a_job_that_has_not_ended_are_old_after_a_second(self):
        for job in (
            make_job(owner=self.alice),
            make_job(owner=self.alice, status="delayed"),
            make_active_job(owner=self.alice),
        ):
            with self.subTest(job.status):
                assert self.holds_after(0.9, f"/api/jobs/{job.pk}")
                assert not self.holds_after(1.1, f"/api/jobs/{job.pk}")

    def test_of_figures_are_made_anew(self):
        assert not self.holds_after(0.1, "/api/jobs/stats")

    def test_of_deliveries_hold_until_something_changes(self):
        job = make_active_job(owner=self.alice, callback_url="https://example.com/")
        path = "/api/webhooks/deliveries"
        assert self.holds_after(50, path)
        with patch("accounts.api.replay.monotonic", return_value=0):
            response = bearer_client(self.token).get(path)
            replay = response.wsgi_request.environ[ENVIRON_KEY]

            job.complete({})

            assert not replay.is_current()

    def test_of_secrets_are_never_kept(self):
        response = bearer_client(self.token).get("/api/webhooks/secret")

        assert ENVIRON_KEY not in response.wsgi_request.environ

    def test_of_events_are_never_kept(self):
        job = make_completed_job(owner=self.alice)

        response = bearer_client(self.token).get(f"/api/jobs/{job.pk}/events")

        assert response.getvalue()
        assert ENVIRON_KEY not in response.wsgi_request.environ
