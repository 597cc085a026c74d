from datetime import UTC, datetime, timedelta

import time_machine
from django.test import TestCase, override_settings

from accounts.tests.factories import api_client, make_user
from jobs.submission import mean_seconds
from jobs.tests.factories import make_active_job, make_completed_job, make_job

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@override_settings(JOB_WORKERS=4)
class QueuePositionTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.enterContext(time_machine.travel(NOW, tick=False))
        mean_seconds.cache.clear()
        self.addCleanup(mean_seconds.cache.clear)

    def read(self, job):
        data = api_client(self.alice).get(f"/api/jobs/{job.pk}").json()["data"]
        return data["queuePosition"], data["estimatedTime"]

    def test_counts_from_1_for_the_next(self):
        jobs = [make_job(owner=self.alice) for _ in range(3)]

        assert [self.read(job)[0] for job in jobs] == [1, 2, 3]

    def test_counts_the_jobs_of_others_that_are_ahead(self):
        make_job()
        make_job(priority=5)
        job = make_job(owner=self.alice, priority=1)

        assert self.read(job)[0] == 2

    def test_leaves_out_other_lanes_and_jobs_that_do_not_wait(self):
        make_job(lane="ai")
        make_job(status="failed")
        make_active_job()
        make_job(status="delayed", run_at=NOW + timedelta(hours=1))
        job = make_job(owner=self.alice)

        assert self.read(job)[0] == 1

    def test_counts_delayed_jobs_that_are_due(self):
        make_job(status="delayed", run_at=NOW)
        job = make_job(owner=self.alice)

        assert self.read(job)[0] == 2

    def test_is_null_for_a_job_that_does_not_wait(self):
        for status in ("delayed", "completed", "failed", "cancelled"):
            with self.subTest(status):
                assert self.read(make_job(owner=self.alice, status=status))[0] is None
        assert self.read(make_active_job(owner=self.alice))[0] is None

    def test_becomes_a_time_by_what_recent_jobs_took(self):
        make_completed_job(seconds=4)
        jobs = [make_job(owner=self.alice) for _ in range(3)]

        # Two of the lane run at once.
        assert [self.read(job)[1] for job in jobs] == [4, 4, 8]

    def test_leaves_the_rest_of_the_time_for_a_job_that_runs(self):
        make_completed_job(seconds=4)

        assert self.read(make_active_job(owner=self.alice)) == (None, 3)

    def test_never_becomes_a_time_in_the_past(self):
        job = make_active_job(owner=self.alice)
        job.started_at = NOW - timedelta(hours=1)
        job.save()

        assert self.read(job) == (None, 0)

    def test_leaves_no_time_for_a_job_that_has_ended(self):
        for status in ("completed", "failed", "cancelled"):
            with self.subTest(status):
                assert self.read(make_job(owner=self.alice, status=status))[1] is None
