import signal
import threading
from contextlib import suppress
from unittest.mock import Mock, patch

import pytest
from django.test import SimpleTestCase, TestCase

from accounts.tests.factories import make_user
from jobs import lease as lease_module
from jobs.exceptions import Interruption, JobLost, JobTimedOut
from jobs.lease import Lease, _keep_running, _lose, _time_out
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import (
    make_active_job,
    make_job,
    refused_by_database,
    registered,
    row_of,
    take_over,
)


def rows_of(job):
    return Job.objects.filter(pk=job.pk)


class LeaseTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.job = make_active_job(owner=self.alice)
        self.clock = self.enterContext(patch("jobs.lease.monotonic"))
        self.clock.return_value = 100.0
        self.connection = self.enterContext(patch("jobs.lease.connection"))
        for number in (signal.SIGUSR1, signal.SIGALRM):
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def begin(self, *, job=None, seconds=60):
        lease = Lease(job or self.job, seconds=seconds)
        self.addCleanup(lease.end)
        lease.begin()
        return lease

    def end(self, lease):
        lease.is_armed = False
        lease.end()

    def look(self, lease, *, after):
        """Have the keeper look so many seconds after the start; count its signals."""
        self.clock.return_value = 100.0 + after
        with patch("jobs.lease.signal.pthread_kill") as kill:
            lease.look_after()
        return kill.call_count


class BeatTests(LeaseTestCase):
    def beats(self):
        return Job.objects.get(pk=self.job.pk).heartbeats

    def test_is_written_every_five_seconds(self):
        lease = self.begin()

        beats = []
        for after in (4.9, 5.4, 10.3, 10.8, 16):
            self.look(lease, after=after)
            beats.append(self.beats())

        assert beats == [0, 1, 1, 2, 3]

    def test_changes_nothing_else(self):
        lease = self.begin()
        before = row_of(self.job)

        self.look(lease, after=5)

        assert row_of(self.job) == {**before, "heartbeats": 1}

    def test_is_not_written_for_a_job_that_is_lost(self):
        lease = self.begin()
        take_over(self.job)
        before = row_of(self.job)

        self.look(lease, after=5)

        assert row_of(self.job) == before

    def test_stops_when_the_time_is_up(self):
        lease = self.begin(seconds=20)

        with self.assertNumQueries(0):
            self.look(lease, after=20.1)

        assert self.beats() == 0


class LookTests(LeaseTestCase):
    def test_finds_a_job_that_is_still_its_own(self):
        lease = self.begin()

        assert self.look(lease, after=0.5) == 0
        assert not lease.is_lost

    def test_notices_every_way_to_lose_a_job(self):
        losses = {
            "claimed by another": take_over,
            "waiting again": lambda job: rows_of(job).update(status="waiting"),
            "cancelled": lambda job: rows_of(job).get().cancel(),
            "deleted": lambda job: rows_of(job).delete(),
        }
        for name, lose in losses.items():
            with self.subTest(name):
                self.clock.return_value = 100.0
                job = make_active_job(owner=self.alice)
                lease = self.begin(job=job)
                lose(job)

                assert self.look(lease, after=0.5) == 1
                assert lease.is_lost

    def test_notices_when_it_beats_too(self):
        lease = self.begin()
        take_over(self.job)

        assert self.look(lease, after=5) == 1

    def test_interrupts_once(self):
        lease = self.begin()
        take_over(self.job)

        signals = [self.look(lease, after=after) for after in (0.5, 1, 1.5, 30)]

        assert signals == [1, 0, 0, 0]

    def test_asks_twice_a_second(self):
        lease = self.begin()

        with self.assertNumQueries(4):
            for quarter in range(1, 9):
                self.look(lease, after=quarter / 4)

    def test_does_not_take_a_database_that_fails_for_a_loss(self):
        lease = self.begin()

        with refused_by_database(), self.assertLogs("jobs.lease", "ERROR"):
            signals = self.look(lease, after=0.5)

        assert signals == 0
        assert not lease.is_lost
        self.connection.close.assert_called_once_with()

    def test_goes_on_after_the_database_failed(self):
        lease = self.begin()
        with refused_by_database(), self.assertLogs("jobs.lease", "ERROR"):
            self.look(lease, after=0.5)
        take_over(self.job)

        assert self.look(lease, after=1) == 1


class InterruptionTests(LeaseTestCase):
    def test_raises_in_the_main_thread_where_the_job_is_lost(self):
        lease = self.begin()
        take_over(self.job)
        self.clock.return_value = 101.0

        with pytest.raises(JobLost):
            lease.look_after()

    def test_raises_when_the_time_is_up(self):
        self.begin()

        with pytest.raises(JobTimedOut):
            signal.raise_signal(signal.SIGALRM)

    def test_sets_a_timer(self):
        self.begin(seconds=50)

        seconds, again = signal.getitimer(signal.ITIMER_REAL)
        assert 45 < seconds <= 50
        assert again == 0

    def test_clears_the_timer(self):
        self.end(self.begin())

        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)

    def test_ignores_signals_after_the_end(self):
        lease = self.begin()
        lease.is_lost = True
        self.end(lease)

        for number, answer in ((signal.SIGUSR1, _lose), (signal.SIGALRM, _time_out)):
            assert signal.getsignal(number) is answer
            signal.raise_signal(number)  # Would raise.

    def test_ignores_signals_while_the_job_is_being_ended(self):
        lease = self.begin()
        lease.is_lost = True
        lease.is_armed = False

        for number, answer in ((signal.SIGUSR1, _lose), (signal.SIGALRM, _time_out)):
            assert signal.getsignal(number) is answer
            signal.raise_signal(number)  # Would raise.

    def test_ignores_the_late_signal_of_the_job_before(self):
        before = self.begin()
        before.is_lost = True
        self.end(before)
        lease = self.begin(job=make_active_job(owner=self.alice))

        signal.raise_signal(signal.SIGUSR1)

        assert lease.is_armed
        assert not lease.is_lost

    def test_is_not_caught_by_what_catches_all_exceptions(self):
        assert not issubclass(Interruption, Exception)

    def test_fails_the_job_of_a_handler_that_is_at_it_for_too_long(self):
        def hang(job):
            with suppress(Exception):
                signal.raise_signal(signal.SIGALRM)
            raise AssertionError("The handler goes on")

        job = make_job(owner=self.alice)
        with registered(hang, timeout_seconds=5), patch("jobs.execution.connection"):
            work_one("node")

        job.refresh_from_db()
        assert job.status == "failed"
        assert job.errors[0]["message"] == "The job took longer than 5 seconds."

    def test_drops_the_job_of_a_handler_that_has_lost_it(self):
        def lose(job):
            Job.objects.get(pk=job.pk).cancel()
            self.clock.return_value += 1
            with suppress(Exception):
                lease_module._current.look_after()
            raise AssertionError("The handler goes on")

        job = make_job(owner=self.alice)
        with (
            registered(lose),
            patch("jobs.execution.connection"),
            self.assertLogs("jobs.execution", "WARNING"),
        ):
            work_one("node")

        job.refresh_from_db()
        assert (job.status, job.process) == ("cancelled", "")

    def test_leaves_nothing_armed_however_a_job_ends(self):
        def fail(job):
            raise RuntimeError

        for run in (None, fail):
            leases = []
            begin = Lease.begin

            def note(lease, begin=begin, leases=leases):
                leases.append(lease)
                begin(lease)

            make_job(owner=self.alice)
            with (
                patch.object(Lease, "begin", note),
                patch("jobs.execution.logger"),
                registered(*filter(None, [run])),
            ):
                work_one("node")

            assert [lease.is_armed for lease in leases] == [False]
            assert lease_module._current is None
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


class KeeperTests(SimpleTestCase):
    def keep(self, lease, *, ticks):
        """Run the keeper for so many ticks of its clock."""
        naps = [*[None] * ticks, KeyboardInterrupt]
        with (
            patch("jobs.lease._current", lease),
            patch("jobs.lease.sleep", side_effect=naps) as sleep,
            pytest.raises(KeyboardInterrupt),
        ):
            lease_module._keep()
        return sleep

    def test_looks_after_the_lease_at_each_tick(self):
        lease = Mock()

        sleep = self.keep(lease, ticks=3)

        assert lease.look_after.call_count == 3
        sleep.assert_called_with(0.25)

    def test_rests_between_jobs(self):
        assert self.keep(None, ticks=3).call_count == 4

    def test_is_started_once(self):
        with (
            patch("jobs.lease._keeper", None),
            patch("jobs.lease.threading.Thread") as thread,
        ):
            _keep_running()
            _keep_running()

        thread.assert_called_once_with(
            target=lease_module._keep, name="keeper", daemon=True
        )

    def test_is_started_again_in_a_forked_process(self):
        # Never started here, as a thread of the parent never was in its child.
        with (
            patch("jobs.lease._keeper", threading.Thread()),
            patch("jobs.lease.threading.Thread") as thread,
        ):
            _keep_running()

        thread.return_value.start.assert_called_once_with()
