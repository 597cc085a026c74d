"""What clients are told when no more jobs are taken."""

from django.test import TestCase, override_settings

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.submission import mean_seconds
from jobs.tests.factories import make_active_job, make_completed_job, make_job

URL = "/api/files/generate/pdf"


class BackpressureTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        mean_seconds.cache.clear()
        self.addCleanup(mean_seconds.cache.clear)

    def post(self):
        return api_client(self.alice).post(URL, {"title": "x"})

    def assert_refused(self, response, status, kind):
        error = response.json()["error"]
        assert response.status_code == status
        assert error["type"] == kind
        assert error["message"]
        assert error["retryAfter"] >= 1
        assert response.headers["Retry-After"] == str(error["retryAfter"])

    @override_settings(JOB_LIMIT_OF_USER=2)
    def test_tells_a_user_of_the_limit(self):
        make_job(owner=self.alice)
        make_active_job(owner=self.alice)

        response = self.post()

        self.assert_refused(response, 429, "RATE_LIMIT_EXCEEDED")
        assert "At most 2 of your jobs" in response.json()["error"]["message"]
        assert Job.objects.count() == 2

    @override_settings(JOB_LIMIT_OF_USER=1)
    def test_counts_nothing_that_was_refused(self):
        make_job(owner=self.alice)

        self.post()

        self.alice.refresh_from_db()
        assert self.alice.total_jobs == 0

    @override_settings(JOB_LIMIT_OF_USER=1)
    def test_does_not_count_jobs_that_have_ended_nor_those_of_others(self):
        make_completed_job(owner=self.alice)
        make_job(owner=self.bob)

        assert self.post().status_code == 202

    @override_settings(JOB_LIMIT_OF_USER=1, JOB_LIMIT=1)
    def test_does_not_count_webhooks(self):
        for _ in range(3):
            make_job(owner=self.alice, lane="webhooks", kind="webhook")

        assert self.post().status_code == 202

    @override_settings(JOB_LIMIT=2)
    def test_tells_everybody_that_the_queue_is_full(self):
        make_job(owner=self.bob)
        make_job(owner=self.bob, status="delayed")

        self.assert_refused(self.post(), 503, "QUEUE_FULL")

    @override_settings(JOB_LIMIT=2, JOB_WORKERS=2)
    def test_estimates_when_there_will_be_room(self):
        make_completed_job(seconds=30)
        make_job(owner=self.bob)
        make_job(owner=self.bob)

        assert self.post().json()["error"]["retryAfter"] == 30

    @override_settings(JOB_LIMIT=1)
    def test_takes_jobs_again_when_one_has_ended(self):
        job = make_job(owner=self.bob)
        assert self.post().status_code == 503

        job.cancel()

        assert self.post().status_code == 202

    @override_settings(JOB_LIMIT_OF_USER=1)
    def test_refuses_an_invalid_request_for_what_is_wrong_with_it(self):
        make_job(owner=self.alice)

        response = api_client(self.alice).post(URL, {})

        assert response.status_code == 400
