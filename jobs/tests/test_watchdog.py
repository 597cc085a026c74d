from unittest.mock import patch

from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.cluster import PATIENCE_SECONDS, Watchdog
from jobs.models import Lane, WorkerNode
from jobs.tests.factories import make_active_job, make_job, make_node


@override_settings(JOB_WORKERS=2, JOB_LANES={"documents": 2})
class WatchdogTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.clock = self.enterContext(patch("jobs.cluster.monotonic"))
        self.clock.return_value = 100.0
        self.node = make_node()
        self.watchdog = Watchdog()

    def is_stuck(self, *, after, taken=0):
        self.clock.return_value = 100.0 + after
        return self.watchdog.is_stuck(self.node, taken)

    def test_barks_where_a_job_waits_and_no_ticket_is_taken(self):
        make_job(owner=self.alice)
        self.is_stuck(after=0)

        assert self.is_stuck(after=PATIENCE_SECONDS)

    def test_waits_for_three_seconds(self):
        make_job(owner=self.alice)
        self.is_stuck(after=0)

        assert not self.is_stuck(after=PATIENCE_SECONDS - 0.1)

    def test_barks_where_one_worker_is_busy_for_long(self):
        make_job(owner=self.alice)
        make_active_job(owner=self.alice, node_id=self.node.pk)
        self.is_stuck(after=0)

        assert self.is_stuck(after=PATIENCE_SECONDS)

    def test_is_quiet_where_tickets_are_taken(self):
        make_job(owner=self.alice)

        looks = [self.is_stuck(after=after, taken=after // 2) for after in range(20)]

        assert not any(looks)

    def test_barks_where_the_last_ticket_was_taken_long_ago(self):
        make_job(owner=self.alice)
        self.is_stuck(after=10, taken=5)

        assert not self.is_stuck(after=10 + PATIENCE_SECONDS - 0.1, taken=5)
        assert self.is_stuck(after=10 + PATIENCE_SECONDS, taken=5)

    def test_is_quiet_where_nothing_waits(self):
        self.is_stuck(after=0)

        assert not self.is_stuck(after=60)

    def test_is_quiet_where_all_workers_are_busy(self):
        make_job(owner=self.alice)
        for _ in range(2):
            make_active_job(owner=self.alice, node_id=self.node.pk)
        self.is_stuck(after=0)

        assert not self.is_stuck(after=60)

    def test_is_quiet_where_a_lane_is_paused(self):
        Lane.objects.create(name="documents", paused_at=timezone.now())
        make_job(owner=self.alice)
        self.is_stuck(after=0)

        assert not self.is_stuck(after=60)

    def test_is_quiet_where_a_lane_is_full(self):
        make_job(owner=self.alice, lane="browser")
        make_active_job(owner=self.alice, lane="browser", node_id=self.node.pk)
        self.is_stuck(after=0)

        assert not self.is_stuck(after=60)

    def test_counts_from_when_the_job_came(self):
        self.is_stuck(after=60)
        make_job(owner=self.alice)

        assert not self.is_stuck(after=62.9)
        assert self.is_stuck(after=63)

    def test_is_quiet_where_the_database_makes_everybody_wait(self):
        make_job(owner=self.alice)
        self.is_stuck(after=0)

        def wait(node):
            self.clock.return_value += 1.5

        with patch.object(WorkerNode, "beat", wait):
            assert not self.is_stuck(after=PATIENCE_SECONDS)
        assert not self.is_stuck(after=PATIENCE_SECONDS * 2)
        assert self.is_stuck(after=PATIENCE_SECONDS * 2 + 1.5)
