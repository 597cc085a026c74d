from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_completed_job, make_job


def claim(**fields):
    return Job.objects.claim(**{"node_id": "node", "process": "1:2", **fields})


class ClaimJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_takes_the_highest_priority_first(self):
        make_job(owner=self.alice, priority=-1)
        urgent = make_job(owner=self.alice, priority=5)
        make_job(owner=self.alice, priority=0)

        assert claim() == urgent

    def test_takes_the_oldest_of_one_priority_first(self):
        jobs = [make_job(owner=self.alice) for _ in range(3)]

        assert [claim(), claim(), claim()] == jobs

    def test_takes_delayed_jobs_that_are_due(self):
        now = timezone.now()
        job = make_job(owner=self.alice, status="delayed", run_at=now)

        assert claim() == job

    def test_leaves_delayed_jobs_until_they_are_due(self):
        later = timezone.now() + timedelta(seconds=60)
        make_job(owner=self.alice, status="delayed", run_at=later)

        assert claim() is None

    def test_leaves_jobs_that_run_or_ended(self):
        make_active_job(owner=self.alice)
        make_completed_job(owner=self.alice)
        make_job(owner=self.alice, status="failed")
        make_job(owner=self.alice, status="cancelled")

        assert claim() is None

    def test_notes_who_works_on_it(self):
        make_job(owner=self.alice)

        claim(node_id="node_1", process="12:345")

        job = Job.objects.get()
        assert (job.status, job.attempts) == ("active", 1)
        assert (job.node_id, job.process) == ("node_1", "12:345")
        assert job.started_at is not None

    def test_clears_the_progress_of_an_earlier_attempt(self):
        make_job(owner=self.alice, progress=70, progress_message="Storing the file")

        claim()

        job = Job.objects.get()
        assert (job.progress, job.progress_message) == (0, "")

    def test_sets_a_new_token_for_each_claim(self):
        job = make_job(owner=self.alice)

        first = claim().token
        Job.objects.filter(pk=job.pk).update(status="waiting")
        second = claim().token

        assert len(first) == len(second) == 32
        assert first != second

    def test_writes_nothing_where_nothing_is_ready(self):
        with self.assertNumQueries(1), CaptureQueriesContext(connection) as queries:
            claim()

        assert queries[0]["sql"].startswith("SELECT 1")


class ConcurrentClaimTests(TransactionTestCase):
    def test_gives_each_job_to_one_worker(self):
        alice = make_user()
        jobs = {make_job(owner=alice).pk for _ in range(5)}
        start = Barrier(8)

        def work(number):
            start.wait(timeout=10)
            try:
                return [claim(process=f"{number}:0") for _ in range(3)]
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as workers:
            claims = [job for found in workers.map(work, range(8)) for job in found]

        claimed = [job.pk for job in claims if job]
        assert sorted(claimed) == sorted(jobs)
