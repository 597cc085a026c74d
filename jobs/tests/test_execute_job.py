from unittest.mock import Mock

from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import make_user
from jobs.exceptions import JobLost
from jobs.handlers import Outcome
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import KIND, make_job, registered, take_over


class ExecuteJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_stores_the_result(self):
        job = make_job(owner=self.alice, payload={"of": 42})

        with registered(lambda job: Outcome(result={"answer": job.payload["of"]})):
            was_one = work_one("node")

        job.refresh_from_db()
        assert was_one
        assert (job.status, job.progress, job.result) == (
            "completed",
            100,
            {"answer": 42},
        )
        assert job.completed_at >= job.started_at
        assert job.errors == []

    def test_says_that_there_was_nothing_to_do(self):
        assert not work_one("node")

    def test_discards_nothing_of_a_job_that_completed(self):
        make_job(owner=self.alice)
        discard = Mock()

        with registered(lambda job: Outcome(result={}, discard=discard)):
            work_one("node")

        discard.assert_not_called()

    def test_registers_rows_with_the_completion(self):
        make_job(owner=self.alice)

        def register():
            assert Job.objects.get().status == "completed"
            User.objects.changed(self.alice.pk, total_files_generated=1)

        with registered(lambda job: Outcome(result={}, register=register)):
            work_one("node")

        self.alice.refresh_from_db()
        assert self.alice.total_files_generated == 1

    def test_takes_the_completion_back_where_registering_fails(self):
        make_job(owner=self.alice)
        discard = Mock()

        def register():
            User.objects.changed(self.alice.pk, total_files_generated=1)
            raise RuntimeError("disk I/O error")

        outcome = Outcome(result={"a": 1}, register=register, discard=discard)
        with registered(lambda job: outcome), self.assertLogs("jobs.execution"):
            work_one("node")

        job = Job.objects.get()
        assert (job.status, job.result, job.completed_at) == ("delayed", None, None)
        assert User.objects.get(pk=self.alice.pk).total_files_generated == 0
        discard.assert_called_once_with()

    def test_drops_the_result_of_a_job_that_it_lost(self):
        job = make_job(owner=self.alice)
        register, discard = Mock(), Mock()

        def run(job):
            take_over(job)
            return Outcome(result={"a": 1}, register=register, discard=discard)

        with registered(run), self.assertLogs("jobs.execution", "WARNING"):
            work_one("node")

        job.refresh_from_db()
        assert (job.status, job.result) == ("active", None)
        assert job.token == "another claim"
        register.assert_not_called()
        discard.assert_called_once_with()

    def test_stops_a_handler_that_reports_progress_of_a_lost_job(self):
        job = make_job(owner=self.alice)

        def run(job):
            raise JobLost

        with registered(run), self.assertLogs("jobs.execution", "WARNING"):
            work_one("node")

        job.refresh_from_db()
        assert (job.status, job.errors) == ("active", [])

    def test_fails_a_job_of_an_unknown_kind_and_goes_on(self):
        unknown = make_job(owner=self.alice, kind="juggling", priority=1)
        known = make_job(owner=self.alice, kind=KIND)

        with registered():
            work_one("node")
            work_one("node")

        unknown.refresh_from_db()
        known.refresh_from_db()
        assert (unknown.status, known.status) == ("failed", "completed")
        assert "'juggling'" in unknown.errors[0]["message"]
