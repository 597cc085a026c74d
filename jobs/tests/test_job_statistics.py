from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import SimpleTestCase, TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.statistics import job_statistics, percentiles
from jobs.tests.factories import make_active_job, make_job, make_node

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
URL = "/api/jobs/stats"


class JobStatisticsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.operator = make_user(is_staff=True)

    def setUp(self):
        job_statistics.cache.clear()
        self.addCleanup(job_statistics.cache.clear)
        self.enterContext(time_machine.travel(NOW, tick=False))

    def read(self, user=None):
        response = api_client(user or self.alice).get(URL)
        assert response.status_code == 200
        return response.json()["data"]

    def make_done(self, *, waited=1, ran=1, ago=0, status="completed", **fields):
        """Create a job that ended some seconds ago."""
        ended_at = NOW - timedelta(seconds=ago)
        started_at = ended_at - timedelta(seconds=ran)
        defaults = {"owner": self.alice, "attempts": 1}
        return make_job(
            **{**defaults, **fields},
            status=status,
            run_at=started_at - timedelta(seconds=waited),
            started_at=started_at,
            completed_at=ended_at,
        )

    def test_is_zero_for_a_new_user(self):
        assert self.read() == {
            "counts": dict.fromkeys(Job.Status.values, 0),
            "throughput": {"lastMinute": 0, "lastHour": 0},
            "kinds": [],
            "workers": {"alive": 0, "busy": 0},
            "timestamp": "2026-11-23T09:30:00.000Z",
        }

    def test_counts_the_user_s_jobs_by_status(self):
        for number, status in enumerate(Job.Status.values, 1):
            for _ in range(number):
                make_job(owner=self.alice, status=status)
            make_job(owner=self.bob, status=status)

        assert self.read()["counts"] == {
            "waiting": 1,
            "delayed": 2,
            "active": 3,
            "completed": 4,
            "failed": 5,
            "cancelled": 6,
        }

    def test_counts_the_jobs_of_all_for_operators(self):
        for owner in (self.alice, self.bob, self.operator):
            make_job(owner=owner)

        assert self.read(self.operator)["counts"]["waiting"] == 3

    def test_does_not_count_the_deliveries_of_webhooks(self):
        fields = {"lane": "webhooks", "kind": "webhook"}
        make_job(owner=self.alice, **fields)
        self.make_done(**fields)

        for user in (self.alice, self.operator):
            with self.subTest(user=user):
                data = self.read(user)

                assert not any(data["counts"].values())
                assert data["throughput"] == {"lastMinute": 0, "lastHour": 0}
                assert data["kinds"] == []

    def test_counts_what_completed_lately(self):
        for ago in (0, 59, 61, 3599, 3601):
            self.make_done(ago=ago)
        self.make_done(status="failed")
        self.make_done(owner=self.bob)

        assert self.read()["throughput"] == {"lastMinute": 2, "lastHour": 4}
        assert self.read(self.operator)["throughput"]["lastMinute"] == 3

    def test_tells_how_long_jobs_waited_and_ran(self):
        for seconds in range(1, 102):
            self.make_done(waited=seconds, ran=2 * seconds)
        self.make_done(owner=self.bob, waited=1000)

        assert self.read()["kinds"] == [
            {
                "kind": "test",
                "jobs": 101,
                "waitSeconds": {"p50": 51, "p95": 96, "p99": 100},
                "runSeconds": {"p50": 102, "p95": 192, "p99": 200},
            }
        ]

    def test_tells_kinds_apart(self):
        self.make_done(kind="b", ran=1)
        self.make_done(kind="a", ran=2)

        kinds = self.read()["kinds"]

        assert [(kind["kind"], kind["runSeconds"]["p50"]) for kind in kinds] == [
            ("a", 2),
            ("b", 1),
        ]

    def test_leaves_out_jobs_that_never_ran_once_to_their_end(self):
        self.make_done(attempts=2)
        make_job(owner=self.alice)
        make_job(owner=self.alice, status="cancelled")
        make_active_job(owner=self.alice)

        assert self.read()["kinds"] == []

    def test_counts_the_workers_that_live_and_those_that_are_busy(self):
        make_node(workers=3)
        make_node(workers=2, heartbeat_at=NOW - timedelta(seconds=29))
        make_node(workers=9, heartbeat_at=NOW - timedelta(seconds=31))
        cancelled = make_active_job(owner=self.bob)
        cancelled.cancel()
        make_active_job(owner=self.alice, lane="webhooks")

        assert self.read()["workers"] == {"alive": 5, "busy": 2}

    def test_is_at_most_five_seconds_old(self):
        self.read()
        make_job(owner=self.alice)
        assert self.read()["counts"]["waiting"] == 0

        job_statistics.cache.expire(job_statistics.cache.timer() + 5.1)

        assert self.read()["counts"]["waiting"] == 1

    def test_takes_no_queries_for_as_long(self):
        self.read()

        with self.assertNumQueries(0):
            self.read()

    def test_takes_six_queries_however_many_jobs_there_are(self):
        for count in (1, 20):
            for _ in range(count):
                self.make_done()
            job_statistics.cache.clear()

            with self.assertNumQueries(6):
                self.read()

    def test_shows_a_user_who_was_an_operator_their_own_at_once(self):
        make_job(owner=self.bob)
        assert self.read(self.operator)["counts"]["waiting"] == 1

        self.operator.is_staff = False

        assert self.read(self.operator)["counts"]["waiting"] == 0

    def test_asks_strangers_to_sign_in(self):
        assert api_client().get(URL).status_code == 401


class PercentileTests(SimpleTestCase):
    def test_are_the_value_itself_where_there_is_one(self):
        assert percentiles([7.0]) == {"p50": 7, "p95": 7, "p99": 7}

    def test_lie_between_the_smallest_and_the_largest(self):
        cuts = percentiles([1.0, 2.0])

        assert cuts == {"p50": 1.5, "p95": pytest.approx(1.95), "p99": 1.99}

    def test_are_rounded_to_milliseconds(self):
        assert percentiles([1 / 3]) == {"p50": 0.333, "p95": 0.333, "p99": 0.333}
