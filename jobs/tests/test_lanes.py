import pytest
from django.conf import settings
from django.test import SimpleTestCase, TestCase, override_settings

from accounts.tests.factories import make_user
from jobs.claiming import claim_job, claimable
from jobs.exceptions import UnknownLane
from jobs.lanes import closed_lanes, limit_of, pause_lane, resume_lane
from jobs.models import Job, Lane
from jobs.tests.factories import make_active_job, make_job

LANES = {"documents": -2, "ai": 2, "browser": 1}


def claim(node_id="node"):
    return claim_job(node_id=node_id, process="1:2")


@override_settings(JOB_WORKERS=4, JOB_LANES=LANES)
class LaneLimitTests(SimpleTestCase):
    def test_is_what_the_settings_say(self):
        assert limit_of("ai") == 2

    def test_leaves_so_many_workers_to_others_where_negative(self):
        assert limit_of("documents") == 2

    def test_is_one_at_least(self):
        with override_settings(JOB_WORKERS=1):
            assert limit_of("documents") == 1

    def test_is_one_for_a_lane_that_another_version_knows(self):
        assert limit_of("juggling") == 1


@override_settings(JOB_WORKERS=4, JOB_LANES=LANES)
class FullLaneTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def hold(self, lane, *, times=1, node_id="node"):
        return [
            make_active_job(owner=self.alice, lane=lane, node_id=node_id)
            for _ in range(times)
        ]

    def test_starts_no_more_jobs(self):
        self.hold("ai", times=2)
        make_job(owner=self.alice, lane="ai")

        assert claim() is None

    def test_starts_jobs_up_to_its_limit(self):
        self.hold("ai", times=1)
        job = make_job(owner=self.alice, lane="ai")

        assert claim() == job

    def test_does_not_hold_up_another(self):
        self.hold("browser")
        make_job(owner=self.alice, lane="browser", priority=10)
        other = make_job(owner=self.alice, lane="ai", priority=-10)

        assert claim() == other

    def test_does_not_hold_up_another_node(self):
        self.hold("browser")
        job = make_job(owner=self.alice, lane="browser")

        assert claim("node_2") == job

    def test_has_room_again_when_a_job_has_ended(self):
        [held] = self.hold("browser")
        job = make_job(owner=self.alice, lane="browser")

        held.complete({})

        assert claim() == job

    def test_has_no_room_while_a_worker_is_at_a_cancelled_job(self):
        [held] = self.hold("browser")
        job = make_job(owner=self.alice, lane="browser")

        held.cancel()

        assert claim() is None
        held.release()
        assert claim() == job

    def test_takes_jobs_of_an_unknown_lane_one_at_a_time(self):
        jobs = [make_job(owner=self.alice, lane="juggling") for _ in range(2)]

        assert [claim(), claim()] == [jobs[0], None]

    def test_shows_the_broker_what_can_be_claimed(self):
        self.hold("browser")
        make_job(owner=self.alice, lane="browser")
        other = make_job(owner=self.alice, lane="ai")

        assert list(claimable("node")) == [other]


@override_settings(JOB_WORKERS=4, JOB_LANES=LANES)
class PausedLaneTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.logs = self.enterContext(self.assertLogs("jobs.lanes", "WARNING"))

    def test_starts_no_jobs(self):
        pause_lane("ai")
        make_job(owner=self.alice, lane="ai")

        assert claim() is None

    def test_does_not_hold_up_another(self):
        pause_lane("ai")
        make_job(owner=self.alice, lane="ai")
        other = make_job(owner=self.alice, lane="browser")

        assert claim() == other

    def test_lets_jobs_go_on_that_run(self):
        job = make_active_job(owner=self.alice, lane="ai")
        pause_lane("ai")

        job.complete({})

        assert Job.objects.get().status == "completed"

    def test_starts_jobs_again_when_it_is_resumed(self):
        pause_lane("ai")
        resume_lane("ai")
        job = make_job(owner=self.alice, lane="ai")

        assert claim() == job

    def test_notes_since_when(self):
        pause_lane("ai")

        assert Lane.objects.get().paused_at is not None
        assert [lane.name for lane in Lane.objects.paused()] == ["ai"]

    def test_says_so_in_the_log(self):
        pause_lane("ai")
        resume_lane("ai")

        assert "ai was paused" in self.logs.output[0]
        assert "ai was resumed" in self.logs.output[1]

    def test_is_closed_with_the_full_ones(self):
        pause_lane("ai")

        assert closed_lanes(["browser", "documents"]) == {"ai", "browser"}


class UnknownLaneTests(TestCase):
    def test_is_neither_paused_nor_resumed(self):
        for change in (pause_lane, resume_lane):
            with pytest.raises(UnknownLane, match="no lane 'juggling'") as error:
                change("juggling")

            assert all(lane in error.value.message for lane in settings.JOB_LANES)
            assert not Lane.objects.exists()
