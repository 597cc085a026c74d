import os
import resource
import signal
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import Mock, patch

import pytest
from django.core.management import call_command
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone

from jobs import cluster as cluster_module
from jobs.cluster import run_worker_node
from jobs.models import Job, Lane, WorkerNode
from jobs.processes import current_process, host
from jobs.tests.factories import (
    make_active_job,
    make_job,
    make_node,
    refused_by_database,
    registered,
)
from jobs.tests.recovering import DEAD


class NodeTestCase(TestCase):
    """The life of a node, where sleeping takes no time and exits are seen."""

    def setUp(self):
        self.now = 100.0
        self.looks = 1
        self.node = make_node(heartbeat_at=timezone.now() - timedelta(minutes=1))
        self.stopping = SimpleNamespace(value=False)
        self.put("_node", self.node)
        self.put("_is_stopping", self.stopping)
        self.put("monotonic", lambda: self.now)
        self.put("sleep", self.sleep)
        self.kill = self.put("kill_session", Mock())
        self.exit = Mock(side_effect=SystemExit)
        self.enterContext(patch("jobs.cluster.os._exit", self.exit))
        self.enterContext(patch("jobs.cluster.logging.shutdown"))

    def put(self, name, value):
        return self.enterContext(patch(f"jobs.cluster.{name}", value))

    def sleep(self, seconds):
        self.now += seconds


class WatchTests(NodeTestCase):
    def sleep(self, seconds):
        super().sleep(seconds)
        self.looks -= 1
        self.stopping.value = self.looks <= 0

    def watch(self, *, looks=1, is_alive=True):
        """Watch a cluster for so many looks, until the node is told to stop."""
        self.looks, self.stopping.value = looks, False
        sentinel = Mock(is_alive=Mock(return_value=is_alive))
        cluster_module._watch(Mock(sentinel=sentinel))

    def test_says_every_five_seconds_that_the_node_lives(self):
        with patch.object(WorkerNode, "beat") as beat:
            self.watch(looks=10)
            assert beat.call_count == 0
            self.watch(looks=31)

        assert beat.call_count == 3

    def test_comes_back_after_somebody_took_it_for_dead(self):
        WorkerNode.objects.all().delete()

        self.watch(looks=11)

        assert WorkerNode.objects.get() == self.node

    def test_gives_lost_jobs_back(self):
        job = make_active_job(node_id=self.node.pk, process=DEAD)

        with self.assertLogs("jobs.recovery", "ERROR"):
            self.watch()

        job.refresh_from_db()
        assert job.status == "waiting"

    def test_brings_jobs_forward_that_a_wrong_clock_delayed(self):
        make_job(
            status="delayed",
            delay=timedelta(seconds=10),
            run_at=timezone.now() + timedelta(days=1),
        )

        with self.assertLogs("jobs.recovery", "WARNING"):
            self.watch(looks=11)

        assert Job.objects.get().run_at < timezone.now() + timedelta(seconds=11)

    def test_goes_on_after_the_database_failed(self):
        connections = self.put("connections", Mock())

        with (
            self.assertLogs("jobs.cluster", "ERROR") as logs,
            refused_by_database(),
        ):
            self.watch(looks=2)

        assert len(logs.output) == 2
        assert connections.close_all.call_count == 2

    def test_ends_where_the_cluster_died(self):
        with (
            pytest.raises(SystemExit),
            self.assertLogs("jobs.cluster", "CRITICAL") as logs,
        ):
            self.watch(is_alive=False)

        self.exit.assert_called_once_with(1)
        assert "cluster died" in logs.output[0]

    @override_settings(JOB_WORKERS=2)
    def test_ends_where_the_workers_take_no_jobs(self):
        make_job()

        with (
            pytest.raises(SystemExit),
            self.assertLogs("jobs.cluster", "CRITICAL") as logs,
        ):
            self.watch(looks=100)

        self.exit.assert_called_once_with(1)
        assert "take no jobs" in logs.output[0]
        assert self.now == pytest.approx(103)

    def test_ends_when_it_is_told_to(self):
        cluster_module._note_stop(signal.SIGTERM, None)

        cluster_module._watch(Mock())

        assert self.now == 100


@override_settings(JOB_WORKERS=2, JOB_STOP_SECONDS=15)
class StopTests(NodeTestCase):
    def setUp(self):
        super().setUp()
        self.handler = self.enterContext(registered())
        self.on_sleep = Mock()

    def sleep(self, seconds):
        super().sleep(seconds)
        self.on_sleep()

    def stop(self):
        with pytest.raises(SystemExit):
            cluster_module._stop()
        self.exit.assert_called_once_with(0)

    def make_running_job(self, **fields):
        return make_active_job(node_id=self.node.pk, **fields)

    def test_ends_at_once_where_nothing_runs(self):
        self.stop()

        assert self.now == 100
        assert not WorkerNode.objects.exists()

    def test_lets_a_job_end(self):
        job = self.make_running_job()
        self.on_sleep.side_effect = lambda: job.complete({"a": 1})

        self.stop()

        assert Job.objects.get().result == {"a": 1}
        assert self.now < 101
        self.kill.assert_not_called()

    def test_hands_back_what_takes_longer_without_spending_an_attempt(self):
        self.make_running_job(attempts=1)

        self.stop()

        job = Job.objects.get()
        assert (job.status, job.process) == ("waiting", "")
        assert (job.attempts, job.crashes, job.interruptions) == (1, 0, 1)
        assert 115 <= self.now < 116

    def test_kills_the_worker_before_it_hands_its_job_back(self):
        self.make_running_job()
        statuses = []
        self.kill.side_effect = lambda process: statuses.append(
            Job.objects.get().status
        )

        self.stop()

        self.kill.assert_called_once_with(current_process())
        assert statuses == ["active"]

    def test_discards_what_the_worker_left(self):
        job = self.make_running_job()

        self.stop()

        assert self.handler.discarded == [job.token]

    def test_fails_a_job_that_is_not_begun_twice(self):
        self.make_running_job()

        with registered(is_repeatable=False):
            self.stop()

        assert Job.objects.get().status == "failed"

    def test_releases_a_cancelled_job_whose_worker_did_not_stop(self):
        job = self.make_running_job()
        job.cancel()

        self.stop()

        job.refresh_from_db()
        assert (job.status, job.process) == ("cancelled", "")
        assert self.handler.discarded == [job.token]
        self.kill.assert_called_once_with(current_process())

    def test_leaves_the_jobs_of_other_nodes(self):
        job = make_active_job(node_id="elsewhere")

        self.stop()

        assert Job.objects.get() == job
        assert Job.objects.get().status == "active"

    def test_ends_where_the_database_is_gone(self):
        with (
            refused_by_database(),
            self.assertLogs("jobs.cluster", "ERROR") as logs,
        ):
            self.stop()

        assert "given back later" in logs.output[0]


class ChildTests(SimpleTestCase):
    """What each process of the tree does when it starts."""

    def setUp(self):
        self.die = self.enterContext(patch("jobs.cluster.die_with_parent"))
        self.title = self.enterContext(patch("jobs.cluster.setproctitle"))
        self.mask = self.enterContext(patch("jobs.cluster.signal.pthread_sigmask"))
        self.signal = self.enterContext(patch("jobs.cluster.signal.signal"))
        self.setsid = self.enterContext(patch("jobs.cluster.os.setsid"))
        self.limit = self.enterContext(patch("jobs.cluster.resource.setrlimit"))

    def start_child(self, *, node_pid):
        with patch("jobs.cluster._node_pid", node_pid):
            cluster_module._be_a_child()

    def test_dies_with_its_parent_and_leaves_signals_to_the_node(self):
        self.start_child(node_pid=0)

        self.die.assert_called_once_with()
        self.mask.assert_called_once_with(
            signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT}
        )

    def test_is_named_the_pool_where_it_is_the_child_of_the_node(self):
        self.start_child(node_pid=os.getppid())

        self.title.assert_called_once_with("platform worker: pool")

    def test_is_not_named_the_pool_where_it_is_not(self):
        self.start_child(node_pid=0)

        self.title.assert_not_called()

    def test_leads_a_session_where_it_is_a_worker(self):
        cluster_module._be_a_worker(None, "worker")

        self.setsid.assert_called_once_with()

    def test_is_deaf_to_signals_that_its_programs_heed(self):
        cluster_module._be_a_worker(None, "worker")

        self.mask.assert_called_once_with(
            signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT}
        )
        for call in self.signal.call_args_list:
            number, handler = call.args
            assert handler not in (signal.SIG_IGN, signal.SIG_DFL)
            assert handler(number, None) is None

    @override_settings(JOB_MEMORY_MB=300)
    def test_may_have_only_so_much_memory_where_it_is_a_worker(self):
        cluster_module._be_a_worker(None, "worker")

        [name, (limit, _)] = self.limit.call_args.args
        assert (name, limit) == (resource.RLIMIT_DATA, 300 * 1024 * 1024)


class RunWorkerNodeTests(TestCase):
    def setUp(self):
        names = ("connections", "Cluster", "gc", "os", "post_spawn", "setproctitle")
        for name in names:
            self.enterContext(patch(f"jobs.cluster.{name}"))
        self.signal = self.enterContext(patch("jobs.cluster.signal.signal"))
        self.enterContext(patch("jobs.cluster.process_of", return_value="12:345"))
        self.enterContext(patch("jobs.cluster._node", None))
        self.enterContext(patch("jobs.cluster._node_pid", 0))
        self.watch = self.enterContext(patch("jobs.cluster._watch"))
        self.stop = self.enterContext(patch("jobs.cluster._stop"))

    def test_registers_the_node_with_its_pool(self):
        run_worker_node()

        node = WorkerNode.objects.get()
        assert (node.host, node.process) == (host(), current_process())
        assert node.pool_process == "12:345"

    def test_watches_the_cluster_until_it_is_to_stop(self):
        self.watch.side_effect = lambda cluster: self.stop.assert_not_called()

        run_worker_node()

        self.watch.assert_called_once()
        self.stop.assert_called_once_with()

    def test_heeds_what_tells_it_to_stop(self):
        run_worker_node()

        heeded = {call.args[0]: call.args[1] for call in self.signal.call_args_list}
        assert heeded == {
            signal.SIGTERM: cluster_module._note_stop,
            signal.SIGINT: cluster_module._note_stop,
        }

    @override_settings(JOB_LANES={"documents": 1, "ai": 1})
    def test_writes_the_lanes_down_and_leaves_the_paused_ones_so(self):
        paused_at = timezone.now()
        Lane.objects.create(name="ai", paused_at=paused_at)

        run_worker_node()

        lanes = dict(Lane.objects.values_list("name", "paused_at"))
        assert lanes == {"documents": None, "ai": paused_at}

    def test_is_what_the_command_does(self):
        call_command("worker")

        self.watch.assert_called_once()
