from datetime import timedelta

import time_machine
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import make_user
from jobs.claiming import claim_job
from jobs.submission import LATEST_TURN_MS, TURN_MS, submit_job
from jobs.tests.factories import KIND, make_job, registered


def claim_all():
    jobs = iter(lambda: claim_job(node_id="node", process="1:2"), None)
    return list(jobs)


@override_settings(JOB_WORKERS=64, JOB_LIMIT_OF_USER=1000)
class QueueOrderTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        self.enterContext(registered())
        travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.enterContext(travel)

    def submit(self, owner=None, **fields):
        return submit_job(owner=owner or self.alice, kind=KIND, payload={}, **fields)

    def test_is_that_of_priorities(self):
        low = self.submit(priority=-10)
        high = self.submit(priority=10)
        middle = self.submit(priority=0)

        assert claim_all() == [high, middle, low]

    def test_is_that_of_arrival_among_equals(self):
        jobs = [self.submit() for _ in range(5)]

        assert claim_all() == jobs

    def test_is_that_of_ids_among_jobs_of_one_rank(self):
        later = make_job(id="job_b", owner=self.alice, rank=5)
        earlier = make_job(id="job_a", owner=self.bob, rank=5)

        assert claim_all() == [earlier, later]

    def test_raises_a_job_by_one_priority_for_each_minute(self):
        old = self.submit(priority=0)
        self.clock.shift(timedelta(minutes=2, milliseconds=1))
        newer = self.submit(self.bob, priority=2)

        assert claim_all() == [old, newer]

    def test_does_not_raise_a_job_by_more(self):
        old = self.submit(priority=0)
        self.clock.shift(timedelta(minutes=2, milliseconds=-1))
        newer = self.submit(self.bob, priority=2)

        assert claim_all() == [newer, old]

    def test_starves_no_job(self):
        lowest = self.submit(priority=-10)
        self.clock.shift(timedelta(minutes=20, seconds=1))
        highest = self.submit(self.bob, priority=10)

        assert claim_all() == [lowest, highest]

    def test_lets_another_user_in_between_the_jobs_of_one(self):
        many = [self.submit() for _ in range(4)]
        self.clock.shift(timedelta(milliseconds=TURN_MS + 1))
        one = self.submit(self.bob)

        assert claim_all() == [*many[:2], one, *many[2:]]

    def test_does_not_let_turns_outweigh_a_priority(self):
        many = [self.submit() for _ in range(150)]

        lower = self.submit(self.bob, priority=-1)

        assert lower.rank > max(job.rank for job in many)

    def test_bounds_the_turns_of_one_user(self):
        many = [self.submit() for _ in range(150)]

        assert many[-1].rank - many[0].rank == LATEST_TURN_MS

    def test_gives_the_turns_of_a_user_in_each_lane(self):
        self.submit()
        with registered(kind="other", lane="ai"):
            job = submit_job(owner=self.alice, kind="other", payload={})

        assert job.rank == int(timezone.now().timestamp() * 1000)

    def test_gives_turns_whatever_the_priorities(self):
        self.submit(priority=10)
        job = self.submit(priority=0)

        assert job.rank == int(timezone.now().timestamp() * 1000) + TURN_MS

    def test_ranks_a_delayed_job_as_if_it_came_when_it_is_due(self):
        delayed = self.submit(self.bob, delay=timedelta(seconds=10))
        first = self.submit()
        self.clock.shift(timedelta(seconds=11))
        last = self.submit(make_user())

        assert claim_all() == [first, delayed, last]

    def test_follows_a_changed_priority(self):
        jobs = [self.submit() for _ in range(3)]

        jobs[2].change_priority(1)

        assert claim_all() == [jobs[2], *jobs[:2]]

    def test_comes_back_with_a_changed_priority(self):
        jobs = [self.submit() for _ in range(3)]
        rank = jobs[1].rank

        jobs[1].change_priority(5)
        jobs[1].change_priority(0)

        jobs[1].refresh_from_db()
        assert (jobs[1].rank, jobs[1].priority) == (rank, 0)
