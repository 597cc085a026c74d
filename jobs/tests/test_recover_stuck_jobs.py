from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

from jobs.models import Job, WorkerNode
from jobs.processes import current_process
from jobs.recovery import Recovery
from jobs.submission import retry_job
from jobs.tests.factories import (
    make_active_job,
)
from jobs.tests.recovering import DEAD, RecoveryTestCase


class SilentWorkerTests(RecoveryTestCase):
    def makers(self):
        return {"here": self.make_job_here, "elsewhere": self.make_job_elsewhere}

    def test_has_its_job_queued_again(self):
        for place, make in self.makers().items():
            with self.subTest(place):
                make()
                self.look()

                job = self.look(at=30.1)

                assert (job.status, job.crashes) == ("waiting", 1)
                assert "not heard of" in job.errors[0]["message"]
                job.delete()

    def test_is_waited_for_thirty_seconds(self):
        for place, make in self.makers().items():
            with self.subTest(place):
                make()
                self.look()

                assert self.look(at=30).status == "active"
                Job.objects.all().delete()

    def test_is_not_silent_while_it_beats(self):
        self.make_job_elsewhere()
        for seconds in range(0, 600, 25):
            self.look(at=seconds)
            self.beat()

        assert self.look(at=600).status == "active"

    def test_is_silent_again_after_its_last_beat(self):
        self.make_job_elsewhere()
        self.look()
        self.beat()
        self.look(at=20)

        assert self.look(at=50).status == "active"
        assert self.look(at=50.1).status == "waiting"

    def test_is_killed_where_it_is_here(self):
        self.make_job_here()
        self.look()

        self.look(at=30.1)

        self.kill.assert_called_once_with(current_process())

    def test_is_counted_with_its_programs_in_the_log(self):
        job = self.make_job_here()
        self.kill.return_value = 3
        self.look()

        with patch("jobs.recovery.logger") as logger:
            self.look(at=30.1)

        logger.warning.assert_called_once_with(
            "%s: %s of its processes were killed", job.pk, 3
        )

    def test_is_not_killed_where_it_is_elsewhere(self):
        self.make_job_elsewhere()
        self.look()

        self.look(at=30.1)

        self.kill.assert_not_called()

    def test_is_not_judged_by_what_a_clock_on_the_wall_says(self):
        self.make_job_elsewhere()
        long_ago = timezone.now() - timedelta(days=1)
        WorkerNode.objects.update(heartbeat_at=long_ago, started_at=long_ago)
        Job.objects.update(started_at=long_ago)
        self.look()

        assert self.look(at=29).status == "active"

    def test_is_given_its_time_by_a_node_that_has_just_started(self):
        self.make_job_elsewhere()
        self.look()

        self.recovery = Recovery()

        assert self.look(at=40).status == "active"

    def test_is_given_its_time_with_each_claim(self):
        job = self.make_job_elsewhere()
        self.look()
        job.give_back_after_crash("It died.")
        job.start(node_id=job.node_id, process=DEAD)

        assert self.look(at=31).status == "active"

    def test_has_what_it_left_discarded_once_it_cannot_register_it(self):
        job = self.make_job_elsewhere()
        self.look()
        statuses = []

        def discard(handler, job):
            statuses.append(Job.objects.get().status)

        with patch.object(type(self.handler), "discard", discard):
            self.look(at=31)

        assert statuses == ["waiting"]
        assert Job.objects.get() == job


class LateWorkerTests(RecoveryTestCase):
    def look_with_beats(self, *, until):
        for tick in range(int(until)):
            self.look(at=tick)
            self.beat()
        return self.look(at=until)

    def test_is_killed_and_its_job_fails(self):
        self.make_job_here()

        job = self.look_with_beats(until=65.1)

        assert (job.status, job.process) == ("failed", "")
        assert job.errors[0]["message"] == "The job took longer than 60 seconds."
        self.kill.assert_called_once_with(current_process())
        assert self.handler.discarded == [job.token]

    def test_gets_four_seconds_to_stop_by_itself(self):
        self.make_job_here()

        job = self.look_with_beats(until=64)

        assert job.status == "active"
        self.kill.assert_not_called()

    def test_gets_as_long_as_the_kind_may(self):
        self.make_job_here()

        with self.kind(timeout_seconds=600):
            assert self.look_with_beats(until=70).status == "active"

    def test_is_left_to_its_own_node_where_it_is_elsewhere(self):
        self.make_job_elsewhere()

        assert self.look_with_beats(until=100).status == "active"

    def test_does_not_make_its_job_wait_where_it_is_silent_too(self):
        self.make_job_here()
        with self.kind(timeout_seconds=10):
            self.look()
            job = self.look(at=31)

        assert job.status == "failed"

    def test_is_killed_before_its_job_is_taken_from_it(self):
        self.make_job_here()
        statuses = []
        self.kill.side_effect = lambda process: statuses.append(
            Job.objects.get().status
        )

        self.look_with_beats(until=66)

        assert statuses == ["active"]


class CancelledJobTests(RecoveryTestCase):
    def test_is_left_to_its_worker_for_five_seconds(self):
        self.make_job_here().cancel()
        self.look()

        job = self.look(at=4)

        assert job.process == current_process()
        self.kill.assert_not_called()

    def test_is_released_when_its_worker_is_killed_for_it(self):
        self.make_job_here().cancel()
        self.look()

        job = self.look(at=4.1)

        assert (job.status, job.process) == ("cancelled", "")
        self.kill.assert_called_once_with(current_process())

    def test_is_timed_from_when_it_was_cancelled(self):
        job = self.make_job_here()
        self.look()
        job.cancel()
        self.look(at=20)

        assert self.look(at=24).process == current_process()

    def test_is_released_at_once_where_its_worker_is_dead(self):
        self.make_lost_job().cancel()

        job = self.look()

        assert (job.status, job.process, job.crashes) == ("cancelled", "", 0)
        self.kill.assert_called_once_with(DEAD)

    def test_is_released_at_once_where_nobody_knows_its_node(self):
        make_active_job(owner=self.alice, node_id="node_gone").cancel()

        assert self.look().process == ""

    def test_is_given_thirty_seconds_where_its_worker_is_elsewhere(self):
        self.make_job_elsewhere().cancel()
        self.look()

        assert self.look(at=30).process == DEAD
        assert self.look(at=30.1).process == ""
        self.kill.assert_not_called()

    def test_has_what_its_worker_left_discarded(self):
        job = self.make_lost_job()
        job.cancel()

        self.look()

        assert self.handler.discarded == [job.token]

    def test_can_be_retried_once_it_is_released(self):
        self.make_lost_job().cancel()

        job = self.look()
        retry_job(job)

        assert Job.objects.get().status == "waiting"
