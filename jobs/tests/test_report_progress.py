from datetime import timedelta

import time_machine
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.models import Job
from jobs.tests.factories import make_active_job


class ReportProgressTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.job = make_active_job(owner=self.alice)
        travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.enterContext(travel)

    def progress(self):
        stored = Job.objects.get()
        return stored.progress, stored.progress_message

    def test_tells_the_client(self):
        self.job.report_progress(40, "Drawing the tables")

        assert self.progress() == (40, "Drawing the tables")

    def test_writes_at_most_once_in_200_ms(self):
        self.job.report_progress(10, "One")
        self.clock.shift(timedelta(milliseconds=199))
        with self.assertNumQueries(0):
            self.job.report_progress(20, "Two")

        assert self.progress() == (10, "One")

    def test_writes_again_after_200_ms(self):
        self.job.report_progress(10, "One")
        self.clock.shift(timedelta(milliseconds=200))
        self.job.report_progress(20, "Two")

        assert self.progress() == (20, "Two")

    def test_does_not_write_just_after_the_start(self):
        self.job.started_at = timezone.now() - timedelta(milliseconds=100)

        with self.assertNumQueries(0):
            self.job.report_progress(10, "One")

    def test_stores_a_hundred_at_most(self):
        self.job.report_progress(250, "Nearly there")

        assert self.progress() == (100, "Nearly there")

    def test_cuts_a_long_message(self):
        self.job.report_progress(10, "x" * 1000)

        assert self.progress() == (10, "x" * 200)
