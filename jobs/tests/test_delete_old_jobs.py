from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import time_machine
from django.test import TestCase, override_settings
from django_q.models import OrmQ, Schedule

from accounts.models import User
from accounts.tests.factories import make_user
from jobs.cluster import clean_up, keep_up, prepare_tables
from jobs.models import Job, WorkerNode
from jobs.retention import delete_old_jobs
from jobs.tests.factories import make_active_job, make_job, make_node

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD = NOON - timedelta(days=30, seconds=1)


@time_machine.travel(NOON, tick=False)
@override_settings(JOB_RETENTION_DAYS=30)
class DeleteOldJobsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        self.logger = self.enterContext(patch("jobs.retention.logger"))

    def make_ended(self, *, owner=None, status="completed", at=OLD, **fields):
        return make_job(
            owner=owner or self.alice, status=status, completed_at=at, **fields
        )

    def kept_jobs(self, user):
        return User.objects.get(pk=user.pk).kept_jobs

    def test_deletes_what_ended_long_ago(self):
        for status in Job.ENDED:
            self.make_ended(status=status)

        assert delete_old_jobs() == 3
        assert not Job.objects.exists()

    def test_keeps_what_ended_lately(self):
        job = self.make_ended(at=NOON - timedelta(days=30))

        assert delete_old_jobs() == 0
        assert Job.objects.get() == job

    def test_keeps_what_has_not_ended_however_old(self):
        make_job(owner=self.alice, created_at=OLD, run_at=OLD)
        make_job(owner=self.alice, created_at=OLD, run_at=OLD, status="delayed")
        make_active_job(owner=self.alice, created_at=OLD)

        assert delete_old_jobs() == 0
        assert Job.objects.count() == 3

    def test_keeps_a_job_that_a_worker_is_still_at(self):
        self.make_ended(status="cancelled", process="1:2")

        assert delete_old_jobs() == 0
        assert Job.objects.exists()

    def test_goes_on_until_none_is_left(self):
        for _ in range(5):
            self.make_ended()

        with patch("jobs.retention.BATCH", 2):
            assert delete_old_jobs() == 5

        assert not Job.objects.exists()

    def test_deletes_few_at_a_time(self):
        for _ in range(5):
            self.make_ended()
        sizes = []
        delete = Job.objects.filter

        def note(**fields):
            sizes.append(len(fields["pk__in"]))
            return delete(**fields)

        with (
            patch("jobs.retention.BATCH", 2),
            patch.object(Job.objects, "filter", note),
        ):
            delete_old_jobs()

        assert max(sizes) == 2

    def test_takes_them_off_what_their_owners_keep(self):
        for _ in range(3):
            self.make_ended()
        self.make_ended(owner=self.bob)
        make_job(owner=self.bob)

        delete_old_jobs()

        assert (self.kept_jobs(self.alice), self.kept_jobs(self.bob)) == (0, 1)

    def test_takes_nothing_off_for_the_deliveries_of_webhooks(self):
        make_job(owner=self.alice)
        self.make_ended(lane="webhooks")

        assert delete_old_jobs() == 1
        assert self.kept_jobs(self.alice) == 1

    def test_tells_the_owners_that_something_changed(self):
        self.make_ended()
        before = User.objects.get(pk=self.alice.pk).data_version

        delete_old_jobs()

        assert User.objects.get(pk=self.alice.pk).data_version == before + 1
        assert User.objects.get(pk=self.bob.pk).data_version == 0

    def test_forgets_nodes_that_have_been_silent_for_an_hour(self):
        hour = timedelta(hours=1)
        make_node(heartbeat_at=NOON - hour - timedelta(seconds=1))
        recent = make_node(heartbeat_at=NOON - hour)

        delete_old_jobs()

        assert WorkerNode.objects.get() == recent

    def test_remembers_nodes_whose_workers_are_at_jobs(self):
        node = make_node(heartbeat_at=NOON - timedelta(hours=2))
        make_active_job(owner=self.alice, node_id=node.pk)

        delete_old_jobs()

        assert WorkerNode.objects.get() == node

    def test_says_how_many_it_deleted(self):
        self.make_ended()

        delete_old_jobs()

        self.logger.info.assert_called_once_with("%s old jobs were deleted", 1)

    def test_goes_on_in_a_moment_where_it_was_not_done_in_time(self):
        self.make_ended()

        with patch("jobs.cluster.CLEAN_UP_SECONDS", 0):
            keep_up("jobs.retention.keep_up", "")
        assert OrmQ.objects.count() == 1
        keep_up("jobs.retention.keep_up", "more")

        assert not Job.objects.exists()
        assert OrmQ.objects.count() == 1

    def test_is_one_of_the_tasks_of_each_hour(self):
        clean_up()

        tasks = [task.task["args"] for task in OrmQ.objects.all()]
        assert ("jobs.retention.keep_up", "") in tasks
        assert ("files.retention.keep_up", "") in tasks

    def test_is_scheduled_once_an_hour(self):
        prepare_tables()
        prepare_tables()

        schedule = Schedule.objects.get()
        assert schedule.func == "jobs.cluster.clean_up"
        assert (schedule.schedule_type, schedule.repeats) == (Schedule.HOURLY, -1)
