import pytest
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.exceptions import JobLost
from jobs.models import Job
from jobs.tests.factories import make_active_job, row_of, take_over

WRITES = {
    "report_progress": lambda job: job.report_progress(50, "Half of it"),
    "complete": lambda job: job.complete({"answer": 42}),
    "fail": lambda job: job.fail("It broke."),
    "try_again_at": lambda job: job.try_again_at(timezone.now(), "Later."),
    "give_back_after_crash": lambda job: job.give_back_after_crash("It died."),
}


class FenceTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_stops_a_worker_whose_job_another_claimed(self):
        for name, write in WRITES.items():
            with self.subTest(name):
                job = make_active_job(owner=self.alice)
                take_over(job)

                self.assert_is_refused(job, write)

    def test_stops_a_worker_whose_job_has_ended(self):
        for status in Job.ENDED:
            for name, write in WRITES.items():
                with self.subTest(name, status=status):
                    job = make_active_job(owner=self.alice)
                    Job.objects.filter(pk=job.pk).update(status=status)

                    self.assert_is_refused(job, write)

    def test_stops_a_worker_whose_job_waits_again(self):
        for name, write in WRITES.items():
            with self.subTest(name):
                job = make_active_job(owner=self.alice)
                Job.objects.get(pk=job.pk).give_back_after_crash("It died.")

                self.assert_is_refused(job, write)

    def test_stops_a_worker_whose_job_was_deleted(self):
        for name, write in WRITES.items():
            with self.subTest(name):
                job = make_active_job(owner=self.alice)
                Job.objects.filter(pk=job.pk).delete()

                with pytest.raises(JobLost):
                    write(job)

    def assert_is_refused(self, job, write):
        before = row_of(job)

        with pytest.raises(JobLost):
            write(job)

        assert row_of(job) == before
