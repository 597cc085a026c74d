from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import make_user
from jobs.exceptions import UnknownKind
from jobs.models import Job
from jobs.submission import submit_job
from jobs.tests.factories import KIND, registered

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class SubmitJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_stores_what_was_submitted(self):
        with registered(max_attempts=2, lane="ai"):
            submit_job(owner=self.alice, kind=KIND, payload={"title": "Q3"}, priority=4)

        job = Job.objects.get()
        assert (job.owner, job.kind, job.type) == (self.alice, KIND, "testing")
        assert (job.payload, job.priority) == ({"title": "Q3"}, 4)
        assert (job.status, job.attempts, job.max_attempts) == ("waiting", 0, 2)
        assert job.lane == "ai"

    def test_returns_the_job(self):
        with registered():
            job = submit_job(owner=self.alice, kind=KIND, payload={})

        assert job == Job.objects.get()
        assert job.pk.startswith("job_")

    def test_counts_the_job_for_its_owner(self):
        with registered():
            submit_job(owner=self.alice, kind=KIND, payload={})
            submit_job(owner=self.alice, kind=KIND, payload={})

        self.alice.refresh_from_db()
        assert (self.alice.total_jobs, self.alice.kept_jobs) == (2, 2)

    def test_stores_nothing_of_an_unknown_kind(self):
        with pytest.raises(UnknownKind, match="'juggling'"):
            submit_job(owner=self.alice, kind="juggling", payload={})

        self.alice.refresh_from_db()
        assert not Job.objects.exists()
        assert self.alice.total_jobs == 0

    def test_stores_nothing_where_it_cannot_be_counted(self):
        failing = patch.object(User.objects, "changed", side_effect=ZeroDivisionError)

        with registered(), failing, pytest.raises(ZeroDivisionError):
            submit_job(owner=self.alice, kind=KIND, payload={})

        assert not Job.objects.exists()

    def test_vanishes_with_the_transaction_of_its_caller(self):
        @transaction.atomic
        def submit_and_fail():
            submit_job(owner=self.alice, kind=KIND, payload={})
            raise ZeroDivisionError

        with registered(), pytest.raises(ZeroDivisionError):
            submit_and_fail()

        self.alice.refresh_from_db()
        assert not Job.objects.exists()
        assert self.alice.total_jobs == 0


@time_machine.travel(NOON, tick=False)
class SubmitJobForLaterTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def submit(self, **fields):
        with registered():
            job = submit_job(owner=self.alice, kind=KIND, payload={}, **fields)
        job.refresh_from_db()
        return job

    def test_delays_a_job_until_a_time(self):
        later = NOON + timedelta(minutes=5)

        job = self.submit(run_at=later)

        assert (job.status, job.run_at, job.delay) == ("delayed", later, None)

    def test_delays_a_job_for_some_time(self):
        job = self.submit(delay=timedelta(seconds=30))

        assert (job.status, job.run_at) == ("delayed", NOON + timedelta(seconds=30))
        assert job.delay == timedelta(seconds=30)

    def test_does_not_delay_a_job_whose_time_has_come(self):
        for fields in ({"run_at": NOON}, {"delay": timedelta(0)}, {}):
            with self.subTest(fields):
                job = self.submit(**fields)

                assert (job.status, job.run_at) == ("waiting", NOON)

    def test_lets_no_job_of_the_past_overtake_others(self):
        job = self.submit(run_at=NOON - timedelta(days=1))

        assert (job.status, job.run_at) == ("waiting", NOON)
        assert job.rank == int(NOON.timestamp() * 1000)

    def test_makes_a_delayed_job_ready_when_it_is_due(self):
        job = self.submit(delay=timedelta(seconds=30))

        with time_machine.travel(NOON + timedelta(seconds=29), tick=False):
            assert not Job.objects.ready().exists()
        with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
            assert Job.objects.ready().get() == job
