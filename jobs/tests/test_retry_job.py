import pytest
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from jobs.exceptions import JobStateConflict
from jobs.models import Job
from jobs.submission import retry_job
from jobs.tests.factories import make_active_job, make_completed_job, make_job, row_of


class RetryJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_queues_a_failed_job_with_fresh_attempts(self):
        job = make_job(
            owner=self.alice,
            status="failed",
            attempts=3,
            crashes=2,
            progress=50,
            completed_at=timezone.now(),
        )

        retry_job(job)

        job.refresh_from_db()
        assert (job.status, job.attempts, job.crashes) == ("waiting", 0, 0)
        assert (job.progress, job.completed_at) == (0, None)
        assert job in Job.objects.ready()

    def test_queues_a_cancelled_job(self):
        job = make_job(owner=self.alice, status="cancelled")

        retry_job(job)

        job.refresh_from_db()
        assert job.status == "waiting"

    def test_keeps_the_errors_of_the_past(self):
        error = {"message": "It broke.", "timestamp": "", "attempt": 1}
        job = make_job(owner=self.alice, status="failed", errors=[error])

        retry_job(job)

        job.refresh_from_db()
        assert job.errors == [error]

    def test_refuses_jobs_in_any_other_state(self):
        jobs = [
            make_job(owner=self.alice),
            make_job(owner=self.alice, status="delayed"),
            make_active_job(owner=self.alice),
            make_completed_job(owner=self.alice),
        ]
        for job in jobs:
            with (
                self.subTest(job.status),
                pytest.raises(JobStateConflict, match="cannot be retried"),
            ):
                retry_job(job)

    def test_learns_the_state_that_refused_it(self):
        job = make_job(owner=self.alice, status="failed")
        Job.objects.update(status="active", completed_at=None)

        with pytest.raises(JobStateConflict):
            retry_job(job)

        assert job.status == "active"


class RetryEndpointTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def retry(self, job, *, user=None):
        return api_client(user or self.alice).post(f"/api/jobs/{job.pk}/retry")

    def assert_refused(self, job, status, message=""):
        before = row_of(job)
        response = self.retry(job)
        assert response.status_code == status
        assert message in response.json()["error"]["message"]
        assert row_of(job) == before

    def test_queues_a_job_that_failed_or_was_cancelled(self):
        for status in ("failed", "cancelled"):
            with self.subTest(status):
                job = make_job(owner=self.alice, status=status, attempts=3)

                response = self.retry(job)

                data = response.json()["data"]
                assert response.status_code == 200
                assert (data["id"], data["status"]) == (job.pk, "waiting")
                assert (data["attempts"], data["completedAt"]) == (0, None)

    def test_queues_it_behind_those_that_wait(self):
        failed = make_job(owner=self.alice, status="failed")
        make_job(owner=self.bob)

        assert self.retry(failed).json()["data"]["queuePosition"] == 2

    def test_refuses_jobs_in_any_other_state(self):
        for job in (
            make_job(owner=self.alice),
            make_job(owner=self.alice, status="delayed"),
            make_active_job(owner=self.alice),
            make_completed_job(owner=self.alice),
        ):
            with self.subTest(job.status):
                self.assert_refused(job, 409, f"{job.status} cannot be retried")

    def test_refuses_a_job_whose_worker_is_still_at_it(self):
        job = make_active_job(owner=self.alice)
        job.cancel()

        self.assert_refused(job, 409, "its worker is still being stopped")

    def test_asks_strangers_to_sign_in(self):
        job = make_job(owner=self.alice, status="failed")

        assert api_client().post(f"/api/jobs/{job.pk}/retry").status_code == 401
        assert row_of(job)["status"] == "failed"

    def test_hides_jobs_of_other_users(self):
        self.assert_refused(make_job(owner=self.bob, status="failed"), 404)

    def test_lets_operators_retry_any_job(self):
        job = make_job(owner=self.alice, status="failed")

        assert self.retry(job, user=make_user(is_staff=True)).status_code == 200
