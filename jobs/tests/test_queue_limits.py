import pytest
from django.test import TestCase, override_settings

from accounts.tests.factories import make_user
from jobs.exceptions import QueueFull, TooManyJobs
from jobs.models import Job
from jobs.submission import mean_seconds, submit_job
from jobs.tests.factories import (
    KIND,
    end_jobs,
    make_active_job,
    make_completed_job,
    make_job,
    registered,
)


class QueueLimitTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        mean_seconds.cache.clear()
        self.addCleanup(mean_seconds.cache.clear)
        self.enterContext(registered())

    def submit(self, owner=None):
        return submit_job(owner=owner or self.alice, kind=KIND, payload={})


@override_settings(JOB_LIMIT_OF_USER=3, JOB_WORKERS=2)
class LimitOfUserTests(QueueLimitTests):
    def fill(self):
        make_job(owner=self.alice)
        make_job(owner=self.alice, status="delayed")
        make_active_job(owner=self.alice)

    def test_refuses_one_job_more_than_may_be_unfinished(self):
        self.fill()

        with pytest.raises(TooManyJobs, match="At most 3 "):
            self.submit()

        assert Job.objects.count() == 3

    def test_lets_a_user_have_as_many(self):
        make_job(owner=self.alice)
        make_job(owner=self.alice)

        assert self.submit().status == "waiting"

    def test_does_not_count_jobs_that_have_ended(self):
        self.fill()
        end_jobs("completed", Job.objects.filter(status="active"))

        assert self.submit().status == "waiting"

    def test_does_not_count_the_deliveries_of_webhooks(self):
        for _ in range(3):
            make_job(owner=self.alice, lane="webhooks")

        assert self.submit().status == "waiting"

    def test_leaves_other_users_alone(self):
        self.fill()

        assert self.submit(self.bob).status == "waiting"

    def test_says_when_there_will_be_room(self):
        make_completed_job(owner=self.bob, seconds=9)
        self.fill()

        with pytest.raises(TooManyJobs) as error:
            self.submit()

        assert error.value.retry_after_seconds == 14  # 3 of 9 seconds, by 2 workers.

    def test_says_a_second_at_least(self):
        make_completed_job(owner=self.bob, seconds=0.001)
        self.fill()

        with pytest.raises(TooManyJobs) as error:
            self.submit()

        assert error.value.retry_after_seconds == 1

    def test_says_an_hour_at_most(self):
        make_completed_job(owner=self.bob, seconds=10_000)
        self.fill()

        with pytest.raises(TooManyJobs) as error:
            self.submit()

        assert error.value.retry_after_seconds == 3600


@override_settings(JOB_LIMIT=4, JOB_WORKERS=2)
class LimitOfAllTests(QueueLimitTests):
    def fill(self, count):
        for _ in range(count):
            make_job(owner=self.bob)

    def test_refuses_jobs_where_the_queue_is_full(self):
        self.fill(4)

        with pytest.raises(QueueFull) as error:
            self.submit()

        assert Job.objects.count() == 4
        assert error.value.retry_after_seconds == 2

    def test_takes_jobs_up_to_the_limit(self):
        self.fill(3)

        assert self.submit().status == "waiting"

    def test_does_not_count_jobs_that_have_ended(self):
        self.fill(4)
        end_jobs("cancelled")

        assert self.submit().status == "waiting"

    def test_does_not_count_the_deliveries_of_webhooks(self):
        for _ in range(4):
            make_job(owner=self.bob, lane="webhooks")

        assert self.submit().status == "waiting"
