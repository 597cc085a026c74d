from datetime import timedelta

from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.cluster import is_stuck
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_job, make_node


@override_settings(JOB_WORKERS=2)
class StuckClusterTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.minute_ago = timezone.now() - timedelta(minutes=1)
        self.node = make_node(started_at=self.minute_ago)

    def make_old_job(self):
        return make_job(owner=self.alice, run_at=self.minute_ago)

    def make_busy_workers(self, count, *, started_at):
        for _ in range(count):
            job = make_active_job(owner=self.alice, node_id=self.node.pk)
            Job.objects.filter(pk=job.pk).update(started_at=started_at)

    def test_is_seen_where_a_job_waits_and_nobody_takes_it(self):
        self.make_old_job()

        assert is_stuck(self.node)

    def test_is_seen_where_one_worker_is_busy_for_long(self):
        self.make_old_job()
        self.make_busy_workers(1, started_at=self.minute_ago)

        assert is_stuck(self.node)

    def test_is_not_seen_where_nothing_waits(self):
        assert not is_stuck(self.node)

    def test_is_not_seen_where_a_job_has_just_come(self):
        make_job(owner=self.alice)

        assert not is_stuck(self.node)

    def test_is_not_seen_where_all_workers_are_busy(self):
        self.make_old_job()
        self.make_busy_workers(2, started_at=self.minute_ago)

        assert not is_stuck(self.node)

    def test_is_not_seen_where_a_job_was_taken_just_now(self):
        self.make_old_job()
        self.make_busy_workers(1, started_at=timezone.now())

        assert not is_stuck(self.node)

    def test_is_not_seen_while_the_node_starts(self):
        self.make_old_job()

        assert not is_stuck(make_node(started_at=timezone.now()))
