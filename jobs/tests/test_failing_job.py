from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import time_machine
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from common.exceptions import ApplicationError
from jobs.execution import backoff
from jobs.handlers import Outcome
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import make_job, registered, take_over

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def refuse(job):
    raise ApplicationError("The table has no rows.")


def crash(job):
    raise RuntimeError("cannot connect as admin:hunter2 to /var/secrets")


class FailingJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def work(self, run):
        with registered(run), self.assertLogs("jobs.execution"):
            work_one("node")
        return Job.objects.get()

    def test_fails_at_once_for_a_reason_of_ours(self):
        make_job(owner=self.alice, max_attempts=3)

        with registered(refuse), time_machine.travel(NOON, tick=False):
            make_job_ready()
            work_one("node")

        job = Job.objects.get()
        assert (job.status, job.attempts, job.completed_at) == ("failed", 1, NOON)
        assert job.errors == [
            {
                "message": "The table has no rows.",
                "timestamp": "2026-11-23T12:00:00.000Z",
                "attempt": 1,
            }
        ]

    def test_is_tried_again_after_an_unknown_exception(self):
        make_job(owner=self.alice, max_attempts=3)

        job = self.work(crash)

        assert (job.status, job.attempts, job.token) == ("delayed", 1, "")
        wait = job.run_at - timezone.now()
        assert timedelta(seconds=-1) < wait <= timedelta(seconds=2)
        assert "tried again" in job.errors[0]["message"]

    def test_fails_after_the_last_attempt(self):
        make_job(owner=self.alice, attempts=2, max_attempts=3)

        job = self.work(crash)

        assert (job.status, job.attempts) == ("failed", 3)
        assert "tried 3 times" in job.errors[-1]["message"]

    def test_keeps_the_errors_of_all_attempts(self):
        make_job(owner=self.alice, max_attempts=2)

        self.work(crash)
        make_job_ready()
        job = self.work(crash)

        assert [error["attempt"] for error in job.errors] == [1, 2]

    def test_never_shows_the_text_of_an_unknown_exception(self):
        make_job(owner=self.alice, max_attempts=2)

        self.work(crash)
        make_job_ready()
        job = self.work(crash)

        assert len(job.errors) == 2
        assert "hunter2" not in str(job.errors)

    def test_can_succeed_at_a_later_attempt(self):
        make_job(owner=self.alice, max_attempts=2)

        self.work(crash)
        make_job_ready()
        with registered(lambda job: Outcome(result={"a": 1})):
            work_one("node")

        job = Job.objects.get()
        assert (job.status, job.result, job.attempts) == ("completed", {"a": 1}, 2)

    def test_is_left_to_the_worker_that_has_it_now(self):
        make_job(owner=self.alice)

        def lose(job):
            take_over(job)
            raise RuntimeError

        job = self.work(lose)

        assert (job.status, job.token, job.errors) == ("active", "another claim", [])


class BackoffTests(SimpleTestCase):
    def ceiling(self, attempts):
        with patch("jobs.execution.random.uniform", side_effect=max):
            return backoff(attempts).total_seconds()

    def test_doubles_with_each_attempt(self):
        assert [self.ceiling(attempts) for attempts in (1, 2, 3)] == [2, 4, 8]

    def test_is_a_minute_at_most(self):
        assert [self.ceiling(attempts) for attempts in (6, 7, 100)] == [60, 60, 60]

    def test_is_spread_from_zero(self):
        with patch("jobs.execution.random.uniform", side_effect=min):
            assert backoff(3) == timedelta(0)


def make_job_ready():
    Job.objects.update(run_at=timezone.now())
