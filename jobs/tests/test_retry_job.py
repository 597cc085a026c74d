import pytest
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.exceptions import JobStateConflict
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_completed_job, make_job


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

        job.retry()

        job.refresh_from_db()
        assert (job.status, job.attempts, job.crashes) == ("waiting", 0, 0)
        assert (job.progress, job.completed_at) == (0, None)
        assert job in Job.objects.ready()

    def test_queues_a_cancelled_job(self):
        job = make_job(owner=self.alice, status="cancelled")

        job.retry()

        job.refresh_from_db()
        assert job.status == "waiting"

    def test_keeps_the_errors_of_the_past(self):
        error = {"message": "It broke.", "timestamp": "", "attempt": 1}
        job = make_job(owner=self.alice, status="failed", errors=[error])

        job.retry()

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
                job.retry()

    def test_learns_the_state_that_refused_it(self):
        job = make_job(owner=self.alice, status="failed")
        Job.objects.update(status="active")

        with pytest.raises(JobStateConflict):
            job.retry()

        assert job.status == "active"
