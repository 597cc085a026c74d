from datetime import UTC, datetime, timedelta

import time_machine
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.models import Job
from jobs.submission import estimate_seconds, mean_seconds, queue_position
from jobs.tests.factories import make_active_job, make_completed_job, make_job

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@override_settings(JOB_WORKERS=4, JOB_LANES={"documents": 2, "ai": 1})
class EstimateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        mean_seconds.cache.clear()

    def test_is_a_second_where_none_has_ended_yet(self):
        assert estimate_seconds(make_job(owner=self.alice)) == 1.0

    def test_is_the_mean_of_its_kind(self):
        make_completed_job(owner=self.alice, seconds=2)
        make_completed_job(owner=self.alice, seconds=4)
        make_completed_job(owner=self.alice, seconds=100, kind="other")

        assert estimate_seconds(make_job(owner=self.alice)) == 3.0

    def test_looks_at_the_twenty_latest(self):
        make_completed_job(owner=self.alice, seconds=1000)
        for _ in range(20):
            make_completed_job(owner=self.alice, seconds=2)

        assert estimate_seconds(make_job(owner=self.alice)) == 2.0

    def test_ignores_jobs_that_failed(self):
        make_completed_job(owner=self.alice, seconds=50, status="failed")

        assert estimate_seconds(make_job(owner=self.alice)) == 1.0

    def test_shares_the_jobs_ahead_among_the_places_of_the_lane(self):
        jobs = [make_job(owner=self.alice) for _ in range(5)]

        assert [estimate_seconds(job) for job in jobs] == [1, 1, 2, 2, 3]

    def test_ignores_the_jobs_of_other_lanes(self):
        for _ in range(5):
            make_job(owner=self.alice, lane="ai")
        job = make_job(owner=self.alice)

        assert estimate_seconds(job) == 1.0

    def test_adds_what_a_delayed_job_still_waits(self):
        later = NOON + timedelta(seconds=30)
        job = make_job(owner=self.alice, status="delayed", run_at=later)

        with time_machine.travel(NOON, tick=False):
            assert estimate_seconds(job) == 31.0

    def test_takes_off_what_an_active_job_has_run(self):
        make_completed_job(owner=self.alice, seconds=10)
        job = make_active_job(owner=self.alice)
        job.started_at = NOON

        with time_machine.travel(NOON + timedelta(seconds=4), tick=False):
            assert estimate_seconds(job) == 6.0

    def test_is_not_negative_for_a_job_that_takes_longer(self):
        job = make_active_job(owner=self.alice)
        job.started_at = NOON

        with time_machine.travel(NOON + timedelta(minutes=4), tick=False):
            assert estimate_seconds(job) == 0.0

    def test_is_nothing_for_a_job_that_has_ended(self):
        for status in Job.ENDED:
            assert estimate_seconds(make_job(owner=self.alice, status=status)) is None

    def test_takes_two_queries(self):
        job = make_job(owner=self.alice)

        with self.assertNumQueries(2):
            estimate_seconds(job)


class QueuePositionTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def test_counts_the_jobs_that_are_ahead_in_the_lane(self):
        last = make_job(owner=self.alice, priority=-1)
        jobs = [make_job(owner=self.bob), make_job(owner=self.alice), last]
        make_job(owner=self.bob, lane="ai", priority=10)

        assert [queue_position(job) for job in jobs] == [1, 2, 3]

    def test_tells_jobs_of_one_rank_by_their_ids(self):
        jobs = [
            make_job(id=f"job_{letter}", owner=self.alice, rank=7) for letter in "ba"
        ]

        assert [queue_position(job) for job in jobs] == [2, 1]

    def test_counts_delayed_jobs_that_are_due(self):
        now = timezone.now()
        hour = timedelta(hours=1)
        make_job(owner=self.alice, status="delayed", run_at=now - hour)
        make_job(owner=self.alice, status="delayed", run_at=now + hour)

        assert queue_position(make_job(owner=self.alice)) == 2

    def test_is_nothing_for_a_job_that_does_not_wait(self):
        for status in ("delayed", "active", "completed", "failed", "cancelled"):
            assert queue_position(make_job(owner=self.alice, status=status)) is None
