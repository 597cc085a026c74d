from unittest.mock import Mock, patch

import pytest
from django.db import OperationalError
from django.test import TestCase, override_settings

from accounts.tests.factories import make_user
from jobs.cluster import PATIENCE_SECONDS
from jobs.models import Job
from jobs.tasks import TICKET_SECONDS, work, work_one
from jobs.tests.factories import make_job, refused_by_database, registered


@override_settings(JOB_WORKERS=8)
class WorkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.title = self.enterContext(patch("jobs.tasks.setproctitle"))
        self.enterContext(patch("jobs.tasks.peak_memory_mb", return_value=100))
        self.jobs = [make_job(owner=self.alice) for _ in range(3)]

    def work(self, **fields):
        with registered():
            work("node", **fields)
        return Job.objects.filter(status="completed", node_id="node").count()

    def test_does_jobs_until_none_is_left(self):
        assert self.work() == 3

    def test_stops_when_the_ticket_is_old(self):
        clock = [0, TICKET_SECONDS - 0.1, TICKET_SECONDS + 0.1]

        with patch("jobs.tasks.monotonic", side_effect=clock):
            assert self.work() == 1

    def test_lets_the_watchdog_see_a_new_ticket_in_time(self):
        assert TICKET_SECONDS < PATIENCE_SECONDS

    def test_begins_no_more_when_the_node_stops(self):
        assert self.work(is_stopping=Mock(side_effect=[False, True])) == 1

    def test_ends_where_the_process_has_grown_too_large(self):
        with (
            self.settings(JOB_WORKER_RECYCLE_MB=200),
            patch("jobs.tasks.peak_memory_mb", side_effect=[199, 200]),
        ):
            assert self.work() == 2

    def test_tells_whether_the_worker_is_used_up(self):
        for uses_up_worker in (True, False):
            make_job(owner=self.alice)
            with (
                self.subTest(uses_up_worker=uses_up_worker),
                registered(uses_up_worker=uses_up_worker),
            ):
                assert work("node") == uses_up_worker

    def test_does_one_job_where_that_uses_the_worker_up(self):
        with registered(uses_up_worker=True):
            work("node")

        assert Job.objects.filter(status="completed").count() == 1

    def test_shows_operators_what_the_process_does(self):
        job = self.jobs[0]

        with registered():
            work_one("node")

        self.title.assert_called_once_with(f"platform worker: test {job.pk}")


class LostDatabaseTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.enterContext(patch("jobs.tasks.setproctitle"))
        self.exit = self.enterContext(
            patch("jobs.tasks.os._exit", side_effect=SystemExit)
        )
        make_job(owner=self.alice)

    def test_ends_a_worker_that_cannot_write_the_end_of_its_job(self):
        def run(job):
            self.enterContext(refused_by_database("UPDATE"))
            raise RuntimeError

        with (
            registered(run),
            self.assertLogs("jobs", "ERROR") as logs,
            pytest.raises(SystemExit),
        ):
            work_one("node")

        self.exit.assert_called_once_with(1)
        assert "cannot be written" in logs.output[-1]

    def test_ends_a_worker_whatever_keeps_it_from_ending_its_job(self):
        broken = patch("jobs.tasks.execute", side_effect=ZeroDivisionError)

        with broken, self.assertLogs("jobs.tasks"), pytest.raises(SystemExit):
            work_one("node")

        self.exit.assert_called_once_with(1)

    def test_does_not_end_a_worker_that_cannot_claim(self):
        with registered(), refused_by_database(), pytest.raises(OperationalError):
            work_one("node")

        self.exit.assert_not_called()
