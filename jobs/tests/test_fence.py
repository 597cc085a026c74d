from datetime import timedelta

import pytest
from django.test import TestCase

from accounts.tests.factories import make_user
from jobs.exceptions import JobLost
from jobs.models import Job
from jobs.submission import retry_job
from jobs.tests.factories import end_jobs, make_active_job, row_of, take_over


def report_progress(job):
    job.__dict__["_progress_at"] = 0  # Another was written long ago.
    job.report_progress(50, "Half of it")


WRITES = {
    "report_progress": report_progress,
    "complete": lambda job: job.complete({"answer": 42}),
    "fail": lambda job: job.fail("It broke."),
    "try_again": lambda job: job.try_again_after(timedelta(seconds=9), "Later."),
    "give_back_after_crash": lambda job: job.give_back_after_crash("It died."),
    "give_back_after_interruption": lambda job: job.give_back_after_interruption(
        "It stopped."
    ),
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
                    end_jobs(status, Job.objects.filter(pk=job.pk))

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

    def test_stops_a_worker_that_held_the_job_before(self):
        job = make_active_job(owner=self.alice)
        Job.objects.get(pk=job.pk).cancel()
        job.release()
        again = Job.objects.get(pk=job.pk)
        retry_job(again)
        again.start(node_id="node", process="1:2")

        for name, write in WRITES.items():
            with self.subTest(name):
                self.assert_is_refused(job, write)

    def test_lets_no_late_worker_release_the_job_of_another(self):
        job = make_active_job(owner=self.alice)
        take_over(job)

        job.release()

        job.refresh_from_db()
        assert job.process == "elsewhere"
