from unittest.mock import Mock, patch

from django.db import OperationalError
from django.test import TestCase, override_settings

from accounts.models import User
from accounts.tests.factories import make_user
from jobs.exceptions import JobLost, TryAgain
from jobs.handlers import Outcome
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import KIND, end_jobs, make_job, registered, take_over


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
        assert (job.status, job.progress, job.process) == ("completed", 100, "")
        assert job.result == {"answer": 42}
        assert job.completed_at >= job.started_at
        assert job.errors == []

    def test_says_that_there_was_nothing_to_do(self):
        assert not work_one("node")

    def test_adds_to_the_totals_of_the_owner(self):
        make_job(owner=self.alice)

        with registered(
            lambda job: Outcome(result={}, totals={"total_files_generated": 2})
        ):
            work_one("node")

        self.alice.refresh_from_db()
        assert self.alice.total_files_generated == 2

    def test_discards_nothing_of_a_job_that_completed(self):
        make_job(owner=self.alice)

        with registered() as handler:
            work_one("node")

        assert handler.discarded == []

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

        def register():
            User.objects.changed(self.alice.pk, total_files_generated=1)
            raise RuntimeError("disk I/O error")

        outcome = Outcome(result={"a": 1}, register=register)
        with registered(lambda job: outcome) as handler, self.assertLogs():
            work_one("node")

        job = Job.objects.get()
        assert (job.status, job.result, job.completed_at) == ("delayed", None, None)
        assert User.objects.get(pk=self.alice.pk).total_files_generated == 0
        assert handler.discarded == [job.token]

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


class LostJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        # Closing the real one would end the transaction of the test.
        self.connection = self.enterContext(patch("jobs.execution.connection"))
        self.logs = self.enterContext(self.assertLogs("jobs.execution", "WARNING"))
        self.job = make_job(owner=self.alice)

    def work(self, run):
        with registered(run) as handler:
            work_one("node")
        self.job.refresh_from_db()
        return handler

    def test_drops_the_result_of_a_job_that_it_lost(self):
        register = Mock()

        def run(job):
            take_over(job)
            return Outcome(result={"a": 1}, register=register)

        self.work(run)

        assert (self.job.status, self.job.result) == ("active", None)
        assert (self.job.token, self.job.process) == ("another claim", "elsewhere")
        register.assert_not_called()

    def test_discards_what_its_own_claim_has_left(self):
        tokens = []

        def run(job):
            tokens.append(job.token)
            take_over(job)
            raise JobLost

        handler = self.work(run)

        assert handler.discarded == tokens

    def test_stops_a_handler_whose_job_was_cancelled(self):
        def run(job):
            Job.objects.get(pk=job.pk).cancel("Not needed.")
            raise JobLost

        self.work(run)

        assert (self.job.status, self.job.process) == ("cancelled", "")
        assert [error["message"] for error in self.job.errors] == [
            "Cancelled: Not needed."
        ]

    def test_drops_what_a_handler_makes_of_a_cancelled_job_all_the_same(self):
        def run(job):
            Job.objects.get(pk=job.pk).cancel()
            return Outcome(result={"a": 1})

        handler = self.work(run)

        assert (self.job.status, self.job.result) == ("cancelled", None)
        assert self.job.process == ""
        assert handler.discarded == [self.job.token]

    def test_leaves_a_cancelled_job_whose_handler_failed(self):
        for error in (RuntimeError, TryAgain("Later."), SystemExit, MemoryError):
            with self.subTest(error):
                Job.objects.all().delete()
                self.job = make_job(owner=self.alice)

                def run(job, error=error):
                    Job.objects.get(pk=job.pk).cancel()
                    raise error

                self.work(run)

                assert (self.job.status, self.job.process) == ("cancelled", "")

    def test_closes_a_connection_that_may_be_in_the_middle_of_a_statement(self):
        def run(job):
            raise JobLost

        self.work(run)

        self.connection.close.assert_called_once_with()


@override_settings(JOB_WORKERS=8)
class UnknownCommitTests(TestCase):
    """The connection breaks in the commit that completes a job."""

    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.job = make_job(owner=self.alice)
        # A test cannot go on without its connection.
        self.connection = self.enterContext(patch("jobs.execution.connection"))

    def work(self, complete):
        with (
            registered(lambda job: Outcome(result={"a": 1})) as handler,
            patch("jobs.execution.complete", side_effect=complete),
            self.assertLogs("jobs.execution", "WARNING"),
        ):
            work_one("node")
        self.job.refresh_from_db()
        return handler

    def test_keeps_what_was_made_where_it_went_through(self):
        def complete(job, outcome):
            job.complete(outcome.result)
            raise OperationalError("server closed the connection unexpectedly")

        handler = self.work(complete)

        assert (self.job.status, self.job.result) == ("completed", {"a": 1})
        assert self.job.errors == handler.discarded == []

    def test_tries_again_where_it_did_not(self):
        def complete(job, outcome):
            raise OperationalError("server closed the connection unexpectedly")

        handler = self.work(complete)

        assert (self.job.status, self.job.result) == ("delayed", None)
        assert handler.discarded == [self.job.token]
        self.connection.close.assert_called_once_with()

    def test_discards_what_it_made_where_another_claim_completed_the_job(self):
        tokens = []

        def complete(job, outcome):
            tokens.append(job.token)
            take_over(job)
            end_jobs("completed", result={"b": 2})
            raise OperationalError("server closed the connection unexpectedly")

        handler = self.work(complete)

        assert (self.job.status, self.job.result) == ("completed", {"b": 2})
        assert handler.discarded == tokens
