from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

from jobs.models import Job, WorkerNode
from jobs.processes import current_process
from jobs.recovery import MAX_INTERRUPTIONS
from jobs.tests.factories import (
    make_active_job,
    make_job,
    make_node,
    row_of,
)
from jobs.tests.recovering import DEAD, RecoveryTestCase


class DeadWorkerTests(RecoveryTestCase):
    def test_has_its_job_queued_again(self):
        self.make_lost_job()

        job = self.look()

        assert (job.status, job.process) == ("waiting", "")
        assert "worker died" in job.errors[0]["message"]

    def test_costs_a_crash_and_no_attempt(self):
        self.make_lost_job(attempts=1)

        job = self.look()

        assert (job.crashes, job.interruptions, job.attempts) == (1, 0, 1)

    def test_costs_the_job_its_life_at_the_third_time(self):
        self.make_lost_job(crashes=2)

        job = self.look()

        assert (job.status, job.process) == ("failed", "")
        assert "3 times" in job.errors[-1]["message"]
        assert job.completed_at is not None

    def test_costs_as_many_crashes_as_the_kind_allows(self):
        self.make_lost_job()

        with self.kind(max_crashes=1):
            assert self.look().status == "failed"

    def test_ends_a_job_that_is_not_begun_twice(self):
        self.make_lost_job()

        with self.kind(is_repeatable=False):
            job = self.look()

        assert job.status == "failed"
        assert "not begun twice" in job.errors[0]["message"]

    def test_has_the_programs_of_its_job_killed(self):
        self.make_lost_job()

        self.look()

        self.kill.assert_called_once_with(DEAD)

    def test_has_what_it_left_discarded(self):
        job = self.make_lost_job()

        self.look()

        assert self.handler.discarded == [job.token]

    def test_is_no_matter_once_its_job_is_given_back(self):
        self.make_lost_job()
        self.look()

        self.look(at=60)

        assert Job.objects.get().crashes == 1
        assert len(self.handler.discarded) == 1

    def test_leaves_a_job_of_an_unknown_kind_to_another_version(self):
        self.make_lost_job(kind="juggling")

        job = self.look()

        assert (job.status, job.crashes) == ("waiting", 1)

    def test_does_not_matter_where_the_job_ended_meanwhile(self):
        job = self.make_lost_job()

        def look_and_end(process):
            if process == DEAD:
                job.complete({"a": 1})
            return process != DEAD

        with patch("jobs.recovery.is_running", side_effect=look_and_end):
            found = self.look()

        assert (found.status, found.result, found.crashes) == (
            "completed",
            {"a": 1},
            0,
        )
        assert self.handler.discarded == []

    def test_does_not_matter_where_another_claimed_the_job_meanwhile(self):
        self.make_lost_job()

        def kill_and_claim(process):
            Job.objects.update(token="another claim", process=current_process())
            return 0

        self.kill.side_effect = kill_and_claim
        job = self.look()

        assert (job.status, job.token, job.crashes) == ("active", "another claim", 0)
        assert self.handler.discarded == []


class DeadNodeTests(RecoveryTestCase):
    def nodes(self):
        return {
            "the node": make_node(process=DEAD),
            "its pool": make_node(pool_process=DEAD),
        }

    def test_costs_its_jobs_nothing(self):
        for name, node in self.nodes().items():
            with self.subTest(name):
                make_active_job(
                    owner=self.alice, node_id=node.pk, process=DEAD, attempts=1
                )

                job = self.look()

                assert (job.status, job.process) == ("waiting", "")
                assert (job.attempts, job.crashes, job.interruptions) == (1, 0, 1)
                assert "was stopped" in job.errors[0]["message"]
                job.delete()

    def test_has_the_programs_of_its_jobs_killed(self):
        node = make_node(process=DEAD)
        job = make_active_job(owner=self.alice, node_id=node.pk, process=DEAD)

        self.look()

        self.kill.assert_called_once_with(DEAD)
        assert self.handler.discarded == [job.token]

    def test_is_a_crash_where_node_and_pool_live(self):
        node = make_node(pool_process=current_process())
        make_active_job(owner=self.alice, node_id=node.pk, process=DEAD)

        job = self.look()

        assert (job.crashes, job.interruptions) == (1, 0)

    def test_costs_nothing_where_nobody_knows_the_node(self):
        make_active_job(owner=self.alice, node_id="node_gone")

        job = self.look()

        assert (job.status, job.crashes, job.interruptions) == ("waiting", 0, 1)
        self.kill.assert_not_called()

    def test_ends_a_job_that_is_not_begun_twice(self):
        make_active_job(owner=self.alice, node_id="node_gone")

        with self.kind(is_repeatable=False):
            job = self.look()

        assert job.status == "failed"
        assert "not begun twice" in job.errors[0]["message"]

    def test_ends_a_job_that_may_be_what_kills_nodes(self):
        make_active_job(
            owner=self.alice,
            node_id="node_gone",
            interruptions=MAX_INTERRUPTIONS - 1,
        )

        job = self.look()

        assert job.status == "failed"
        assert "20 times" in job.errors[0]["message"]

    def test_lets_a_job_be_interrupted_nineteen_times(self):
        make_active_job(
            owner=self.alice,
            node_id="node_gone",
            interruptions=MAX_INTERRUPTIONS - 2,
        )

        assert self.look().status == "waiting"

    def test_is_forgotten(self):
        make_node(process=DEAD)
        alive = make_node()

        self.look()

        assert WorkerNode.objects.get() == alive

    def test_is_remembered_where_it_is_elsewhere(self):
        node = make_node(host="elsewhere", process=DEAD)

        self.look()

        assert WorkerNode.objects.get() == node


class HealthyJobTests(RecoveryTestCase):
    def test_is_left_alone(self):
        job = self.make_job_here()
        before = row_of(job)

        self.look()

        assert row_of(job) == before

    def test_is_left_alone_where_its_node_is_silent_but_runs(self):
        silent_since = timezone.now() - timedelta(hours=1)
        node = make_node(heartbeat_at=silent_since)
        job = make_active_job(owner=self.alice, node_id=node.pk)
        before = row_of(job)

        self.look()

        assert row_of(job) == before

    def test_is_left_alone_where_nobody_has_it(self):
        job = make_job(owner=self.alice)
        before = row_of(job)

        self.look()
        self.look(at=1000)

        assert row_of(job) == before

    def test_is_left_alone_where_its_node_has_just_come(self):
        find_nodes = WorkerNode.objects.in_bulk

        def find_nodes_before_one_comes():
            found = find_nodes()
            self.make_job_here()
            return found

        with patch.object(WorkerNode.objects, "in_bulk", find_nodes_before_one_comes):
            job = self.look()

        assert (job.status, job.interruptions) == ("active", 0)

    def test_is_looked_at_without_its_payload(self):
        self.clock.return_value = 1000.0
        job = self.make_job_here(payload={"content": "x" * 1000})

        with self.assertNumQueries(2) as queries:
            self.recovery.look()

        assert not any("payload" in query["sql"] for query in queries)
        assert list(self.recovery.sightings) == [(job.token, "active")]

    def test_is_forgotten_when_it_has_ended(self):
        job = self.make_job_here()
        self.look()
        job.complete({})

        self.look(at=1)

        assert self.recovery.sightings == {}
