from django.test import TestCase, override_settings

from accounts.tests.factories import make_user
from jobs.claiming import claim_job
from jobs.tests.factories import make_active_job, make_job


def claim():
    return claim_job(node_id="node", process="1:2")


@override_settings(JOB_WORKERS=8, JOB_LANES={"documents": 4, "ai": 4})
class FairShareTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob, cls.carol = make_user(), make_user(), make_user()

    def hold(self, owner, *, times, **fields):
        return [
            make_active_job(owner=owner, node_id="node", **fields) for _ in range(times)
        ]

    def test_is_all_of_a_lane_where_nobody_else_waits(self):
        jobs = [make_job(owner=self.alice) for _ in range(5)]

        assert [claim() for _ in range(5)] == [*jobs[:4], None]

    def test_makes_a_user_who_has_it_give_way(self):
        self.hold(self.alice, times=2)
        make_job(owner=self.alice, priority=10)
        behind = make_job(owner=self.bob, priority=-10)

        assert claim() == behind

    def test_leaves_a_user_who_has_less_in_front(self):
        self.hold(self.alice, times=1)
        first = make_job(owner=self.alice)
        make_job(owner=self.bob)

        assert claim() == first

    def test_is_rounded_up(self):
        make_job(owner=self.carol)
        self.hold(self.alice, times=1)
        self.hold(self.bob, times=1)
        urgent = make_job(owner=self.alice, priority=10)

        assert claim() == urgent

    def test_keeps_no_worker_idle(self):
        self.hold(self.alice, times=2)
        self.hold(self.bob, times=1)
        job = make_job(owner=self.alice)

        assert claim() == job

    def test_is_that_of_one_lane(self):
        self.hold(self.alice, times=4, lane="ai")
        first = make_job(owner=self.alice)
        make_job(owner=self.bob)

        assert claim() == first

    def test_is_that_of_one_node(self):
        for _ in range(4):
            make_active_job(owner=self.alice, node_id="elsewhere")
        first = make_job(owner=self.alice)
        make_job(owner=self.bob)

        assert claim() == first

    def test_counts_cancelled_jobs_that_workers_are_still_at(self):
        for job in self.hold(self.alice, times=2):
            job.cancel()
        make_job(owner=self.alice, priority=10)
        behind = make_job(owner=self.bob)

        assert claim() == behind

    def test_does_not_fail_where_all_of_a_lane_are_cancelled(self):
        for job in self.hold(self.alice, times=2):
            job.cancel()
        job = make_job(owner=self.alice, lane="ai")

        assert claim() == job
