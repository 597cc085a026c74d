from contextlib import contextmanager

import pytest
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import make_user
from common.exceptions import NotFound
from jobs.models import Job
from jobs.tests.factories import make_completed_job, make_job, waiting_clock
from jobs.waiting import Place, _held, wait_until_ended


@override_settings(WEB_THREADS=16)
class WaitForJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def wait(self, job, *, seconds=5):
        return wait_until_ended(job, seconds=seconds, waiter=self.alice.pk)

    def test_returns_at_once_where_the_job_has_ended(self):
        job = make_completed_job(owner=self.alice)

        with waiting_clock() as clock:
            self.wait(job)

        assert clock.now == 0

    def test_returns_the_job_as_it_is_once_it_has_ended(self):
        job = make_job(owner=self.alice)

        def complete():
            now = timezone.now()
            Job.objects.update(status="completed", completed_at=now, result={})

        with waiting_clock(on_sleep=complete) as clock:
            waited = self.wait(job)

        assert (waited.status, waited.result) == ("completed", {})
        assert clock.now < 0.1

    def test_gives_up_when_the_time_is_up(self):
        job = make_job(owner=self.alice)

        with waiting_clock() as clock:
            waited = self.wait(job, seconds=5)

        assert waited.status == "waiting"
        assert clock.now == pytest.approx(5)

    def test_looks_less_often_the_longer_it_waits(self):
        job = make_job(owner=self.alice)
        looks = []

        with waiting_clock(on_sleep=lambda: looks.append(1)):
            self.wait(job, seconds=30)

        assert len(looks) < 150

    def test_answers_at_once_where_a_user_waits_six_times_already(self):
        job = make_job(owner=self.alice)

        with waiting_clock() as clock, waits(self.alice.pk, 6):
            waited = self.wait(job)

        assert (waited.status, clock.now) == ("waiting", 0)

    def test_lets_a_user_wait_six_times(self):
        job = make_job(owner=self.alice)

        with waiting_clock() as clock, waits(self.alice.pk, 5):
            self.wait(job)

        assert clock.now > 0

    def test_answers_at_once_where_three_quarters_of_the_threads_wait(self):
        job = make_job(owner=self.alice)

        with (
            waiting_clock() as clock,
            waits("user_b", 6),
            waits("user_c", 6),
        ):
            waited = self.wait(job)

        assert (waited.status, clock.now) == ("waiting", 0)

    def test_frees_its_place_again(self):
        job = make_job(owner=self.alice)

        with waiting_clock():
            for _ in range(7):
                self.wait(job)

        assert not _held

    def test_frees_its_place_where_the_job_is_gone(self):
        job = make_job(owner=self.alice)

        with (
            waiting_clock(on_sleep=lambda: Job.objects.all().delete()),
            pytest.raises(NotFound),
        ):
            self.wait(job)

        assert not _held

    def test_frees_its_place_after_an_error(self):
        job = make_job(owner=self.alice)

        with waiting_clock(on_sleep=lambda: 1 / 0), pytest.raises(ZeroDivisionError):
            self.wait(job)

        assert not _held


class PlaceTests(SimpleTestCase):
    def test_is_left_once_only(self):
        with waits("user_b", 1):
            place = Place("user_b")
            place.take()

            place.leave()
            place.leave()

            assert _held["user_b"] == 1

    def test_that_was_refused_is_not_left(self):
        with waits("user_b", 6):
            place = Place("user_b")
            assert not place.take()

            place.leave()

            assert _held["user_b"] == 6


@contextmanager
def waits(waiter, count):
    """Hold so many places of one user."""
    places = [Place(waiter) for _ in range(count)]
    taken = [place.take() for place in places]
    try:
        assert all(taken)
        yield
    finally:
        for place in places:
            place.leave()
