from contextlib import nullcontext
from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.models import Job
from jobs.recovery import correct_delays
from jobs.tests.factories import (
    make_job,
    row_of,
)


class CorrectDelaysTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def make_delayed(self, *, delay, ahead):
        now = timezone.now()
        return make_job(
            owner=self.alice, status="delayed", delay=delay, run_at=now + ahead
        )

    def correct(self, job, *, says):
        logs = self.assertLogs("jobs.recovery", "WARNING") if says else nullcontext()
        with logs:
            correct_delays()
        job.refresh_from_db()
        return job.run_at - timezone.now()

    def test_brings_a_job_forward_after_the_clock_was_set_back(self):
        ten = timedelta(seconds=10)
        job = self.make_delayed(delay=ten, ahead=timedelta(days=1))

        assert self.correct(job, says=True) <= ten

    def test_leaves_a_job_that_is_due_in_time(self):
        ahead = timedelta(seconds=9)
        job = self.make_delayed(delay=timedelta(seconds=10), ahead=ahead)
        before = row_of(job)

        self.correct(job, says=False)

        assert row_of(job) == before

    def test_leaves_the_time_that_a_client_named(self):
        job = self.make_delayed(delay=None, ahead=timedelta(days=1))
        before = row_of(job)

        self.correct(job, says=False)

        assert row_of(job) == before

    def test_leaves_a_job_that_is_not_delayed_any_more(self):
        job = self.make_delayed(delay=timedelta(seconds=10), ahead=timedelta(days=1))
        Job.objects.update(status="waiting")
        before = row_of(job)

        self.correct(job, says=False)

        assert row_of(job) == before
