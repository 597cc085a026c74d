from itertools import count
from types import SimpleNamespace
from unittest.mock import Mock, call, patch

from django.conf import settings
from django.db import OperationalError
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.worker import rss_check

from accounts.tests.factories import make_user
from jobs.cluster import JobBroker, take_ticket
from jobs.models import Job, Lane
from jobs.tests.factories import (
    make_active_job,
    make_job,
    make_node,
    refused_by_database,
)


@override_settings(JOB_WORKERS=2, JOB_LANES={"documents": 2, "browser": 1})
class JobBrokerTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.node = make_node()
        self.enterContext(patch("jobs.cluster._node", self.node))
        self.enterContext(patch("django_q.brokers.orm.sleep"))
        self.nap = self.enterContext(patch("jobs.cluster.sleep", return_value=None))
        self.broker = JobBroker(list_key="platform")

    def test_makes_a_worker_of_this_node_claim(self):
        make_job(owner=self.alice)

        [(ack_id, ticket)] = self.broker.dequeue()

        task = SignedPackage.loads(ticket)
        assert ack_id is None
        assert (task["func"], task["args"]) == (
            "jobs.cluster.take_ticket",
            (self.node.pk,),
        )
        assert (task["save"], task["timeout"]) == (False, -1)

    def test_leaves_the_job_as_it_is(self):
        make_job(owner=self.alice)

        self.broker.dequeue()

        assert Job.objects.get().status == "waiting"

    def test_hands_out_a_ticket_for_each_job(self):
        make_job(owner=self.alice)
        make_job(owner=self.alice)

        assert len(self.broker.dequeue()) == 2

    def test_hands_out_no_more_tickets_than_workers_are_free(self):
        make_active_job(owner=self.alice, node_id=self.node.pk)
        for _ in range(5):
            make_job(owner=self.alice)

        assert len(self.broker.dequeue()) == 1

    def test_hands_out_no_tickets_where_all_workers_are_busy(self):
        for _ in range(2):
            make_active_job(owner=self.alice, node_id=self.node.pk)
        make_job(owner=self.alice)

        assert not self.broker.dequeue()

    def test_hands_out_no_tickets_where_the_lane_is_full(self):
        make_active_job(owner=self.alice, node_id=self.node.pk, lane="browser")
        make_job(owner=self.alice, lane="browser")

        assert not self.broker.dequeue()

    def test_hands_out_no_tickets_where_the_lane_is_paused(self):
        Lane.objects.create(name="documents", paused_at=timezone.now())
        make_job(owner=self.alice)

        assert not self.broker.dequeue()

    def test_hands_out_nothing_where_the_node_stops(self):
        make_job(owner=self.alice)
        make_task()

        with patch("jobs.cluster._is_stopping", SimpleNamespace(value=True)):
            tasks = self.broker.dequeue()

        assert tasks is None
        self.nap.assert_called_once_with(settings.JOB_POLL_SECONDS)

    def test_counts_cancelled_jobs_that_workers_are_still_at(self):
        for _ in range(2):
            make_active_job(owner=self.alice, node_id=self.node.pk).cancel()
        make_job(owner=self.alice)

        assert not self.broker.dequeue()

    def test_does_not_count_the_jobs_of_other_nodes(self):
        for _ in range(2):
            make_active_job(owner=self.alice, node_id="node_elsewhere")
        make_job(owner=self.alice)

        assert len(self.broker.dequeue()) == 1

    def test_hands_out_the_tasks_of_django_q2_too(self):
        task = make_task()

        assert self.broker.dequeue() == [(task.pk, "signed")]

    def test_looks_for_tasks_of_django_q2_once_a_second(self):
        with patch("jobs.cluster.monotonic", side_effect=count(100, step=0.2)):
            self.broker.dequeue()
            task = make_task()

            assert self.broker.dequeue() is None
            later = [self.broker.dequeue() for _ in range(10)]

        assert later.count([(task.pk, "signed")]) == 1

    def test_does_not_let_jobs_keep_tasks_waiting(self):
        make_job(owner=self.alice)
        task = make_task()

        with patch("jobs.cluster.monotonic", side_effect=count(100, step=0.2)):
            handed_out = [self.broker.dequeue() for _ in range(10)]

        assert [(task.pk, "signed")] in handed_out

    def test_rests_with_one_query_where_there_is_nothing_to_do(self):
        self.broker.dequeue()
        self.nap.reset_mock()

        with self.assertNumQueries(1):
            tasks = self.broker.dequeue()

        assert not tasks
        self.nap.assert_called_once_with(settings.JOB_POLL_SECONDS)

    def test_survives_a_database_that_fails(self):
        with (
            patch("jobs.cluster.connections", autospec=True) as connections,
            self.assertLogs("jobs.cluster", "ERROR"),
            refused_by_database(),
        ):
            tasks = self.broker.dequeue()

        assert tasks is None
        connections.close_all.assert_called_once_with()
        self.nap.assert_called_once_with(1)


class TakeTicketTests(SimpleTestCase):
    def test_works_and_cleans_up(self):
        calls = Mock(**{"work.return_value": False})
        stopping, taken = SimpleNamespace(value=False), SimpleNamespace(value=7)
        with (
            patch("jobs.cluster.work", calls.work),
            patch("jobs.cluster.kill_children", calls.kill_children),
            patch("jobs.cluster._tickets_taken", taken),
            patch("jobs.cluster._is_stopping", stopping),
        ):
            take_ticket("node_1")

            is_stopping = calls.work.call_args.kwargs["is_stopping"]
            assert not is_stopping()
            stopping.value = True
            assert is_stopping()

        assert calls.mock_calls == [
            call.work("node_1", is_stopping=is_stopping),
            call.kill_children(),
        ]
        assert taken.value == 8

    def test_has_a_worker_replaced_that_is_used_up(self):
        for is_used_up in (True, False):
            with (
                self.subTest(is_used_up=is_used_up),
                patch("jobs.cluster.work", return_value=is_used_up),
                patch("jobs.cluster.kill_children"),
                patch("django_q.conf.Conf.MAX_RSS", None),
            ):
                take_ticket("node_1")

                assert bool(rss_check()) == is_used_up

    def test_waits_a_moment_where_the_database_fails(self):
        with (
            patch("jobs.cluster.work", side_effect=OperationalError),
            patch("jobs.cluster.connections", autospec=True) as connections,
            patch("jobs.cluster.sleep") as nap,
            patch("jobs.cluster.kill_children") as kill_children,
            self.assertLogs("jobs.cluster", "ERROR"),
        ):
            take_ticket("node_1")

        connections.close_all.assert_called_once_with()
        nap.assert_called_once_with(1)
        kill_children.assert_called_once_with()


def make_task():
    """Create a task of django-q2's own, such as its schedules make."""
    now = timezone.now()
    return OrmQ.objects.create(key="platform", payload="signed", lock=now)
