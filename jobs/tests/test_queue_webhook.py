"""One webhook for each end of a job, queued in the same transaction."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import TestCase

from accounts.tests.factories import make_user
from common.exceptions import ApplicationError
from jobs.exceptions import JobLost
from jobs.execution import complete
from jobs.handlers import Outcome
from jobs.models import Job
from jobs.submission import retry_job
from jobs.tasks import work_one
from jobs.tests.factories import make_active_job, take_over

URL = "https://example.com/hook"


class QueueWebhookTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def deliveries(self):
        return Job.objects.deliveries().count()

    def make_active(self):
        return make_active_job(owner=self.alice, callback_url=URL)

    def test_makes_one_for_each_end(self):
        for number, end in enumerate(
            (lambda job: job.complete({}), lambda job: job.fail("x"), Job.cancel), 1
        ):
            end(self.make_active())

            assert self.deliveries() == number

    def test_makes_none_where_nobody_asked_for_it(self):
        make_active_job(owner=self.alice).complete({})

        assert self.deliveries() == 0

    def test_makes_none_before_the_end(self):
        job = self.make_active()
        job.report_progress(50, "Writing")
        job.try_again_after(timedelta(seconds=1), "It broke.")

        assert self.deliveries() == 0

    def test_makes_none_where_the_job_was_lost(self):
        job = self.make_active()
        take_over(job)

        with pytest.raises(JobLost):
            job.complete({})

        assert self.deliveries() == 0

    def test_makes_none_where_the_completion_is_rolled_back(self):
        job = self.make_active()
        outcome = Outcome(result={}, register=lambda: 1 / 0)

        with pytest.raises(ZeroDivisionError), transaction.atomic():
            complete(job, outcome)

        assert self.deliveries() == 0
        assert Job.objects.get().status == "active"

    def test_makes_one_where_a_job_ends_twice(self):
        job = self.make_active()
        job.cancel()

        with pytest.raises(ApplicationError):
            Job.objects.get(pk=job.pk).cancel()
        with pytest.raises(JobLost):
            job.complete({})

        assert self.deliveries() == 1

    def test_makes_another_where_a_job_was_retried(self):
        job = self.make_active()
        job.fail("It broke.")
        retry_job(job)
        job.cancel()

        statuses = Job.objects.deliveries().values_list("payload__status", flat=True)
        assert list(statuses.order_by("created_at", "id")) == ["failed", "cancelled"]

    def test_makes_none_for_a_delivery(self):
        self.make_active().complete({})
        delivery = Job.objects.deliveries().get()

        delivery.cancel()

        assert self.deliveries() == 1

    def test_does_not_count_for_the_owner(self):
        self.make_active().complete({})

        self.alice.refresh_from_db()
        assert self.alice.kept_jobs == 1

    def test_tells_of_nothing_where_the_job_was_deleted(self):
        job = self.make_active()
        job.cancel()
        job.release()
        Job.objects.get(pk=job.pk).remove()

        work_one("node")

        delivery = Job.objects.get()
        assert delivery.status == "failed"
        assert "deleted before" in delivery.errors[0]["message"]
