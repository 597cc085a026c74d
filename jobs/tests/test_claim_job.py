from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection
from django.test import TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.claiming import claim_job
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_completed_job, make_job


def claim(*, node_id="node", process="1:2"):
    return claim_job(node_id=node_id, process=process)


@override_settings(JOB_WORKERS=8)
class ClaimJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_takes_delayed_jobs_that_are_due(self):
        now = timezone.now()
        job = make_job(owner=self.alice, status="delayed", run_at=now)

        assert claim() == job

    def test_leaves_delayed_jobs_until_they_are_due(self):
        later = timezone.now() + timedelta(seconds=60)
        make_job(owner=self.alice, status="delayed", run_at=later)

        assert claim() is None

    def test_takes_waiting_jobs_whenever_they_were_to_run(self):
        later = timezone.now() + timedelta(seconds=60)
        job = make_job(owner=self.alice, status="waiting", run_at=later)

        assert claim() == job

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

    def test_takes_a_job_of_a_kind_that_nobody_knows_so_that_it_fails(self):
        job = make_job(owner=self.alice, kind="juggling")

        assert claim() == job

    def test_writes_nothing_where_nothing_is_ready(self):
        with self.assertNumQueries(1), CaptureQueriesContext(connection) as queries:
            claim()

        assert queries[0]["sql"].startswith("SELECT 1")


class ConcurrentClaimTests(TransactionTestCase):
    def setUp(self):
        self.alice = make_user()

    def claim_at_once(self, *, node_of):
        """Return the jobs that eight workers claim, three times each."""
        start = Barrier(8)

        def work(number):
            start.wait(timeout=10)
            try:
                return [
                    claim(node_id=node_of(number), process=f"{number}:0")
                    for _ in range(3)
                ]
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as workers:
            claims = [job for found in workers.map(work, range(8)) for job in found]
        return [job for job in claims if job]

    @override_settings(JOB_WORKERS=10)
    def test_gives_each_job_to_one_worker(self):
        jobs = {make_job(owner=self.alice).pk for _ in range(5)}

        claimed = self.claim_at_once(node_of=lambda number: "node")

        assert sorted(job.pk for job in claimed) == sorted(jobs)

    @override_settings(JOB_WORKERS=8)
    def test_keeps_to_the_limit_of_each_node(self):
        for _ in range(10):
            make_job(owner=self.alice, lane="browser")

        claimed = self.claim_at_once(node_of=lambda number: f"node_{number % 2}")

        assert sorted(job.node_id for job in claimed) == ["node_0", "node_1"]
