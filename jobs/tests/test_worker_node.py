from datetime import timedelta
from unittest.mock import Mock, patch

import pytest
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.cluster import _watch, run_worker_node
from jobs.models import Job, WorkerNode
from jobs.processes import host
from jobs.tasks import work
from jobs.tests.factories import (
    make_active_job,
    make_job,
    make_node,
    refused_by_database,
    registered,
)


class WorkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_does_jobs_until_none_is_left(self):
        for _ in range(3):
            make_job(owner=self.alice)

        with registered():
            work("node")

        assert Job.objects.filter(status="completed", node_id="node").count() == 3

    def test_stops_when_the_ticket_is_old(self):
        for _ in range(3):
            make_job(owner=self.alice)

        with registered(), patch("jobs.tasks.monotonic", side_effect=[0, 4.9, 5.1]):
            work("node")

        assert Job.objects.filter(status="completed").count() == 2


class WatchTests(TestCase):
    def setUp(self):
        self.node = make_node(heartbeat_at=timezone.now() - timedelta(seconds=5))
        self.enterContext(patch("jobs.cluster._node", self.node))
        self.enterContext(patch("jobs.cluster.sleep", autospec=True))
        self.exit = self.enterContext(
            patch("jobs.cluster.os._exit", side_effect=SystemExit)
        )

    def cluster(self, *, looks=1, has_stopped=True):
        """Return a cluster that lives for so many looks, and then has stopped."""
        alive = [*[True] * looks, False]
        return Mock(
            sentinel=Mock(is_alive=Mock(side_effect=alive)), has_stopped=has_stopped
        )

    def test_says_that_the_node_lives(self):
        before = self.node.heartbeat_at

        _watch(self.cluster())

        assert WorkerNode.objects.get().heartbeat_at > before

    def test_comes_back_after_somebody_took_it_for_dead(self):
        WorkerNode.objects.all().delete()

        _watch(self.cluster())

        assert WorkerNode.objects.get() == self.node

    def test_gives_lost_jobs_back(self):
        job = make_active_job(node_id=self.node.pk, process="1:1")

        with self.assertLogs("jobs.recovery", "ERROR"):
            _watch(self.cluster())

        job.refresh_from_db()
        assert job.status == "waiting"

    def test_goes_on_after_the_database_failed(self):
        with (
            patch("jobs.cluster.connections", autospec=True),
            self.assertLogs("jobs.cluster", "ERROR") as logs,
            refused_by_database(),
        ):
            _watch(self.cluster(looks=2))

        assert len(logs.output) == 2

    def test_ends_where_the_cluster_died(self):
        cluster = self.cluster(has_stopped=False)

        with (
            pytest.raises(SystemExit),
            self.assertLogs("jobs.cluster", "CRITICAL") as logs,
        ):
            _watch(cluster)

        self.exit.assert_called_once_with(1)
        assert "cluster died" in logs.output[0]

    def test_ends_where_the_workers_take_no_jobs(self):
        with (
            patch("jobs.cluster.is_stuck", autospec=True, return_value=True),
            pytest.raises(SystemExit),
            self.assertLogs("jobs.cluster", "CRITICAL") as logs,
        ):
            _watch(self.cluster())

        self.exit.assert_called_once_with(1)
        assert "take no jobs" in logs.output[0]

    def test_does_not_beat_more_often_than_needed(self):
        self.node.beat()
        beaten_at = self.node.heartbeat_at

        _watch(self.cluster())

        assert WorkerNode.objects.get().heartbeat_at == beaten_at


class RunWorkerNodeTests(TestCase):
    def setUp(self):
        for name in ("connections", "Cluster", "gc", "os"):
            self.enterContext(patch(f"jobs.cluster.{name}", autospec=True))
        self.enterContext(patch("jobs.cluster._node", None))

    def test_registers_the_node_while_it_runs(self):
        def watch(cluster):
            assert WorkerNode.objects.get().host == host()

        with patch("jobs.cluster._watch", side_effect=watch) as watched:
            run_worker_node()

        watched.assert_called_once()
        assert not WorkerNode.objects.exists()

    def test_is_what_the_command_does(self):
        with patch("jobs.cluster._watch", autospec=True) as watched:
            call_command("worker")

        watched.assert_called_once()
