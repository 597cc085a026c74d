from unittest.mock import patch

import pytest
from django.test import TestCase

from accounts.tests.factories import make_user
from jobs.exceptions import JobLost
from jobs.models import Job
from jobs.tests.factories import make_active_job, row_of, take_over


class ReportProgressTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.clock = self.enterContext(patch("jobs.models.monotonic"))
        self.clock.return_value = 100.0
        self.job = make_active_job(owner=self.alice)
        self.clock.return_value = 101.0

    def progress(self):
        stored = Job.objects.get()
        return stored.progress, stored.progress_message

    def test_tells_the_client(self):
        self.job.report_progress(40, "Drawing the tables")

        assert self.progress() == (40, "Drawing the tables")

    def test_tells_it_the_first_time_that_there_is_something_to_tell(self):
        job = make_active_job(owner=self.alice)
        self.clock.return_value = 160.0

        job.report_progress(90, "Storing the file")

        assert row_of(job)["progress"] == 90

    def test_writes_at_most_once_in_200_ms(self):
        self.job.report_progress(10, "One")
        self.clock.return_value = 101.199
        with self.assertNumQueries(0):
            self.job.report_progress(20, "Two")

        assert self.progress() == (10, "One")

    def test_writes_again_after_200_ms(self):
        self.job.report_progress(10, "One")
        self.clock.return_value = 101.2
        self.job.report_progress(20, "Two")

        assert self.progress() == (20, "Two")

    def test_does_not_write_just_after_the_start(self):
        job = make_active_job(owner=self.alice)

        with self.assertNumQueries(0):
            job.report_progress(10, "One")

    def test_stores_a_hundred_at_most(self):
        self.job.report_progress(250, "Nearly there")

        assert self.progress() == (100, "Nearly there")

    def test_stores_zero_at_least(self):
        self.job.report_progress(-5, "Not yet")

        assert self.progress() == (0, "Not yet")

    def test_is_refused_where_the_job_is_lost(self):
        take_over(self.job)

        with pytest.raises(JobLost):
            self.job.report_progress(10, "One")

    def test_cuts_a_long_message(self):
        self.job.report_progress(10, "x" * 1000)

        assert self.progress() == (10, "x" * 200)
