from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs import upkeep
from jobs.exceptions import PayloadForgotten
from jobs.models import Job
from jobs.retention import forget_payloads
from jobs.submission import retry_job
from jobs.tasks import work_one
from jobs.tests.factories import make_job, registered

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
A_DAY_AGO = NOON - timedelta(days=1)
LONGER_AGO = A_DAY_AGO - timedelta(seconds=1)
SECRET = {"cookie": "secret"}


def fail(job):
    raise ValueError


@time_machine.travel(NOON, tick=False)
class ForgetPayloadsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.enterContext(registered(forgets_payload=True))

    def make_job(self, **fields):
        return make_job(owner=self.alice, payload=SECRET, **fields)

    def forget(self):
        return forget_payloads(seconds=10, position="")

    def payload_of(self, job):
        return Job.objects.get(pk=job.pk).payload

    def test_forgets_when_the_job_completes(self):
        job = self.make_job()

        work_one("node")

        job.refresh_from_db()
        assert (job.status, job.payload) == ("completed", {})

    def test_keeps_the_payload_of_a_job_that_is_tried_again(self):
        job = self.make_job()

        with (
            registered(fail, forgets_payload=True),
            self.assertLogs("jobs.execution", "ERROR"),
        ):
            work_one("node")

        job.refresh_from_db()
        assert (job.status, job.payload) == ("delayed", SECRET)

    def test_keeps_what_others_than_forgetful_kinds_complete(self):
        job = self.make_job()

        with registered():
            work_one("node")

        assert self.payload_of(job) == SECRET

    def test_forgets_a_day_after_the_job_failed_or_was_cancelled(self):
        for status in ("failed", "cancelled"):
            with self.subTest(status):
                job = self.make_job(status=status, completed_at=LONGER_AGO)

                assert self.forget() is None
                assert self.payload_of(job) == {}

    def test_keeps_what_can_still_be_retried(self):
        job = self.make_job(status="failed", completed_at=A_DAY_AGO)

        self.forget()

        assert self.payload_of(job) == SECRET

    def test_keeps_what_has_not_ended_however_old(self):
        job = self.make_job(created_at=LONGER_AGO, run_at=LONGER_AGO)

        self.forget()

        assert self.payload_of(job) == SECRET

    def test_keeps_what_is_of_another_kind(self):
        job = self.make_job(kind="pdf", status="failed", completed_at=LONGER_AGO)

        self.forget()

        assert self.payload_of(job) == SECRET

    def test_stops_in_time_and_goes_on(self):
        self.make_job(status="failed", completed_at=LONGER_AGO)

        assert forget_payloads(seconds=-1, position="") == "more"
        assert forget_payloads(seconds=-1, position="more") is None

    def test_is_done_once_an_hour(self):
        assert "jobs.retention.forget_payloads" in upkeep.UPKEEP


class RetryForgottenJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.enterContext(registered(forgets_payload=True))

    def test_is_refused_and_says_what_to_do(self):
        job = make_job(owner=self.alice, status="failed", payload={})

        response = api_client(self.alice).post(f"/api/jobs/{job.pk}/retry")

        error = response.json()["error"]
        assert response.status_code == 409
        assert error["type"] == "CONFLICT"
        assert "Send the request again" in error["message"]

    def test_leaves_the_job_as_it_was(self):
        job = make_job(owner=self.alice, status="cancelled", payload={})

        with pytest.raises(PayloadForgotten):
            retry_job(job)

        job.refresh_from_db()
        assert job.status == "cancelled"

    def test_works_while_the_payload_is_there(self):
        job = make_job(owner=self.alice, status="failed", payload=SECRET)

        retry_job(job)

        job.refresh_from_db()
        assert (job.status, job.payload) == ("waiting", SECRET)

    def test_works_for_other_kinds_without_a_payload(self):
        job = make_job(owner=self.alice, status="failed", payload={})

        with registered():
            retry_job(job)

        assert Job.objects.get().status == "waiting"
