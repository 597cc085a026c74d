import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import time_machine
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from common.exceptions import ApplicationError
from jobs.exceptions import JobTimedOut, TryAgain
from jobs.execution import backoff
from jobs.handlers import Handler, Outcome
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import make_job, registered, take_over

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def raising(error):
    """Return a function that fails so, for a handler."""

    def run(job):
        raise error

    return run


refuse = raising(ApplicationError("The table has no rows."))
crash = raising(RuntimeError("cannot connect as admin:hunter2 to /var/secrets"))


class FailingJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def work(self, run, **fields):
        with registered(run, **fields), self.assertLogs("jobs.execution"):
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

        assert (job.status, job.attempts, job.process) == ("delayed", 1, "")
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

    def test_keeps_its_place_in_the_queue(self):
        before = make_job(owner=self.alice).rank

        job = self.work(crash)

        assert job.rank == before

    def test_is_not_begun_twice_where_its_kind_must_not(self):
        make_job(owner=self.alice, max_attempts=3)

        job = self.work(crash, is_repeatable=False)

        assert (job.status, job.attempts) == ("failed", 1)

    def test_has_what_it_left_discarded_each_time(self):
        tokens = []

        def run(job):
            tokens.append(job.token)
            raise RuntimeError

        make_job(owner=self.alice, max_attempts=2)
        with registered(run) as handler, self.assertLogs("jobs.execution"):
            work_one("node")
            make_job_ready()
            work_one("node")

        assert handler.discarded == tokens
        assert len(set(tokens)) == 2

    def test_survives_a_library_that_wants_to_end_the_process(self):
        make_job(owner=self.alice)

        job = self.work(raising(SystemExit(3)))

        assert (job.status, job.attempts) == ("delayed", 1)

    def test_fails_at_once_where_it_needs_too_much_memory(self):
        make_job(owner=self.alice)

        job = self.work(raising(MemoryError()))

        assert (job.status, job.attempts) == ("failed", 1)
        assert "memory" in job.errors[0]["message"]

    def test_fails_at_once_where_it_took_too_long(self):
        make_job(owner=self.alice)

        with (
            patch("jobs.execution.connection"),
            registered(raising(JobTimedOut()), timeout_seconds=90) as handler,
        ):
            work_one("node")

        job = Job.objects.get()
        assert (job.status, job.attempts, job.process) == ("failed", 1, "")
        assert job.errors[0]["message"] == "The job took longer than 90 seconds."
        assert handler.discarded == [job.token]

    def test_keeps_the_newest_of_many_errors(self):
        errors = [{"message": str(n), "timestamp": "", "attempt": 1} for n in range(50)]
        make_job(owner=self.alice, errors=errors)

        job = self.work(crash)

        assert len(job.errors) == 50
        assert job.errors[0]["message"] == "1"
        assert "unexpectedly" in job.errors[-1]["message"]

    def test_is_left_to_the_worker_that_has_it_now(self):
        make_job(owner=self.alice)

        def lose(job):
            take_over(job)
            raise RuntimeError

        job = self.work(lose)

        assert (job.status, job.token, job.errors) == ("active", "another claim", [])


class TryAgainTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.enterContext(time_machine.travel(NOON, tick=False))
        self.enterContext(patch.object(random, "uniform", side_effect=max))
        self.job = make_job(owner=self.alice, run_at=NOON)

    def work(self, *, after_seconds=None):
        again = TryAgain("Claude is busy.", after_seconds=after_seconds)
        with registered(raising(again)):
            work_one("node")
        self.job.refresh_from_db()
        return self.job.run_at - NOON

    def test_waits_as_after_any_other_failure(self):
        assert self.work() == timedelta(seconds=2)
        assert (self.job.status, self.job.attempts) == ("delayed", 1)

    def test_says_what_stopped_the_job(self):
        self.work()

        [error] = self.job.errors
        assert error["message"] == "Claude is busy. It will be tried again."

    def test_waits_as_long_as_it_is_told(self):
        assert self.work(after_seconds=90.5) == timedelta(seconds=90.5)

    def test_waits_no_less_than_usual(self):
        assert self.work(after_seconds=0.5) == timedelta(seconds=2)

    def test_waits_no_less_than_usual_where_told_nonsense(self):
        assert self.work(after_seconds=-60) == timedelta(seconds=2)

    def test_waits_an_hour_at_most(self):
        assert self.work(after_seconds=1e12) == timedelta(hours=1)

    def test_notes_how_long_it_waits(self):
        self.work(after_seconds=60)

        assert self.job.delay == timedelta(seconds=60)

    def test_fails_after_the_last_attempt(self):
        Job.objects.update(attempts=2)

        self.work(after_seconds=60)

        assert (self.job.status, self.job.attempts) == ("failed", 3)
        assert self.job.errors[-1]["message"] == (
            "Claude is busy. It was tried 3 times."
        )


class BackoffTests(SimpleTestCase):
    handler = Handler(kind="test", type="testing", lane="documents", path="")

    def ceiling(self, attempts, **fields):
        handler = replace(self.handler, **fields)
        with patch("jobs.execution.random.uniform", side_effect=max):
            return backoff(handler, attempts).total_seconds()

    def test_doubles_with_each_attempt(self):
        assert [self.ceiling(attempts) for attempts in (1, 2, 3)] == [2, 4, 8]

    def test_is_a_minute_at_most(self):
        assert [self.ceiling(attempts) for attempts in (6, 7, 100)] == [60, 60, 60]

    def test_is_what_the_kind_says(self):
        fields = {"first_backoff_seconds": 10, "longest_backoff_seconds": 600}

        ceilings = [self.ceiling(attempts, **fields) for attempts in (1, 3, 9)]

        assert ceilings == [20, 80, 600]

    def test_is_spread_from_zero(self):
        with patch("jobs.execution.random.uniform", side_effect=min):
            assert backoff(self.handler, 3) == timedelta(0)


def make_job_ready():
    Job.objects.update(run_at=timezone.now())
