from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import make_user
from jobs.exceptions import UnknownKind
from jobs.models import Job
from jobs.submission import submit_job
from jobs.tests.factories import KIND, registered


class SubmitJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_stores_what_was_submitted(self):
        with registered(max_attempts=2):
            submit_job(owner=self.alice, kind=KIND, payload={"title": "Q3"}, priority=4)

        job = Job.objects.get()
        assert (job.owner, job.kind, job.type) == (self.alice, KIND, "testing")
        assert (job.payload, job.priority) == ({"title": "Q3"}, 4)
        assert (job.status, job.attempts, job.max_attempts) == ("waiting", 0, 2)

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
        assert self.alice.total_jobs == 2

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
