import os
from datetime import timedelta
from unittest.mock import patch

from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.models import Job, WorkerNode
from jobs.recovery import recover_lost_jobs
from jobs.tests.factories import make_active_job, make_job, make_node, row_of

# No process has this number and this start.
DEAD = f"{os.getpid()}:1"


class RecoverLostJobsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def recover(self):
        with self.assertLogs("jobs.recovery", "ERROR"):
            return recover_lost_jobs()

    def make_lost_job(self, **fields):
        node = make_node()
        return make_active_job(
            owner=self.alice, node_id=node.pk, process=DEAD, **fields
        )

    def test_queues_the_job_of_a_dead_process_again(self):
        job = self.make_lost_job()

        count = self.recover()

        job.refresh_from_db()
        assert count == 1
        assert (job.status, job.token) == ("waiting", "")
        assert "worker died" in job.errors[0]["message"]

    def test_counts_a_crash_and_no_attempt(self):
        job = self.make_lost_job(attempts=1)

        self.recover()

        job.refresh_from_db()
        assert (job.crashes, job.attempts) == (1, 1)

    def test_leaves_the_job_of_a_living_process(self):
        job = make_active_job(owner=self.alice, node_id=make_node().pk)
        before = row_of(job)

        assert recover_lost_jobs() == 0
        assert row_of(job) == before

    def test_leaves_jobs_that_nobody_has(self):
        job = make_job(owner=self.alice, process=DEAD)

        assert recover_lost_jobs() == 0
        assert Job.objects.get() == job

    def test_queues_the_job_of_a_node_that_nobody_knows(self):
        job = make_active_job(owner=self.alice, node_id="node_gone")

        self.recover()

        job.refresh_from_db()
        assert job.status == "waiting"

    def test_queues_the_job_of_a_node_elsewhere_that_is_silent(self):
        job = self.make_job_elsewhere(silent_seconds=31)

        self.recover()

        job.refresh_from_db()
        assert (job.status, job.crashes) == ("waiting", 1)

    def test_leaves_the_job_of_a_node_elsewhere_that_beats(self):
        job = self.make_job_elsewhere(silent_seconds=29)
        before = row_of(job)

        assert recover_lost_jobs() == 0
        assert row_of(job) == before

    def test_leaves_the_job_of_a_node_here_that_is_silent_but_runs(self):
        silent_since = timezone.now() - timedelta(hours=1)
        node = make_node(heartbeat_at=silent_since)
        job = make_active_job(owner=self.alice, node_id=node.pk)

        assert recover_lost_jobs() == 0
        assert Job.objects.get() == job

    def test_fails_a_job_that_was_lost_three_times(self):
        job = self.make_lost_job(crashes=2)

        self.recover()

        job.refresh_from_db()
        assert job.status == "failed"
        assert "3 times" in job.errors[-1]["message"]
        assert job.completed_at is not None

    def test_leaves_a_job_that_ended_meanwhile(self):
        job = self.make_lost_job()

        def look_and_end(process):
            if process == DEAD:
                job.complete({"a": 1})
            return process != DEAD

        with patch("jobs.recovery.is_running", side_effect=look_and_end):
            self.recover()

        job.refresh_from_db()
        assert (job.status, job.result, job.crashes) == ("completed", {"a": 1}, 0)

    def test_forgets_nodes_of_this_host_that_died(self):
        make_node(process=DEAD)
        alive = make_node()

        recover_lost_jobs()

        assert WorkerNode.objects.get() == alive

    def test_remembers_nodes_elsewhere(self):
        node = make_node(host="elsewhere", process=DEAD)

        recover_lost_jobs()

        assert WorkerNode.objects.get() == node

    def make_job_elsewhere(self, *, silent_seconds):
        silent_since = timezone.now() - timedelta(seconds=silent_seconds)
        node = make_node(host="elsewhere", process=DEAD, heartbeat_at=silent_since)
        return make_active_job(owner=self.alice, node_id=node.pk, process=DEAD)
