from django.test import TestCase, override_settings

from accounts.tests.factories import api_client, make_user
from jobs.claiming import claim_job
from jobs.models import Lane
from jobs.tests.factories import make_active_job, make_job, row_of

URL = "/api/jobs/lanes"
LANES = {"documents": -2, "ai": 3, "webhooks": -2}


@override_settings(JOB_WORKERS=4, JOB_LANES=LANES)
class LaneEndpointTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.operator = make_user(is_staff=True)

    def get(self):
        lanes = api_client(self.operator).get(URL).json()["data"]["lanes"]
        return {lane["name"]: lane for lane in lanes}

    def post(self, name, verb, *, user=None):
        return api_client(user or self.operator).post(f"{URL}/{name}/{verb}")

    def change(self, name, verb):
        with self.assertLogs("jobs.lanes", "WARNING"):
            response = self.post(name, verb)
        assert response.status_code == 200
        return response.json()["data"]

    def test_has_every_lane_with_its_limit(self):
        assert self.get()["ai"] == {
            "name": "ai",
            "limit": 3,
            "pausedAt": None,
            "ready": 0,
            "active": 0,
        }
        assert {name: lane["limit"] for name, lane in self.get().items()} == {
            "documents": 2,
            "ai": 3,
            "webhooks": 2,
        }

    def test_counts_what_waits_and_what_runs(self):
        make_job(lane="ai")
        make_job(lane="ai")
        make_job(lane="ai", status="failed")
        make_active_job(lane="ai")
        make_job(lane="webhooks")

        lanes = self.get()

        assert (lanes["ai"]["ready"], lanes["ai"]["active"]) == (2, 1)
        assert (lanes["webhooks"]["ready"], lanes["webhooks"]["active"]) == (1, 0)

    def test_takes_three_queries_however_many_jobs_there_are(self):
        for count in (1, 20):
            for _ in range(count):
                make_job(lane="ai")

            with self.assertNumQueries(3):
                self.get()

    def test_stops_a_lane_and_lets_it_go_on(self):
        job = make_job(lane="ai")

        paused = self.change("ai", "pause")
        held_back = claim_job(node_id="node", process="1:2")
        resumed = self.change("ai", "resume")

        assert (paused["name"], paused["ready"]) == ("ai", 1)
        assert paused["pausedAt"] is not None
        assert held_back is None
        assert resumed["pausedAt"] is None
        assert claim_job(node_id="node", process="1:2") == job

    def test_notes_in_the_database_what_is_paused(self):
        self.change("ai", "pause")

        assert [lane.name for lane in Lane.objects.paused()] == ["ai"]
        assert self.get()["ai"]["pausedAt"] is not None
        assert self.get()["documents"]["pausedAt"] is None

    def test_leaves_what_runs_alone(self):
        job = make_active_job(lane="ai")

        self.change("ai", "pause")

        assert row_of(job)["status"] == "active"

    def test_takes_the_same_order_twice(self):
        paused_at = self.change("ai", "pause")["pausedAt"]

        assert self.post("ai", "pause").json()["data"]["pausedAt"] == paused_at
        assert self.change("ai", "resume")["pausedAt"] is None
        assert self.post("ai", "resume").json()["data"]["pausedAt"] is None

    def test_answers_404_for_a_lane_that_there_is_not(self):
        for name in ("juggling", "AI", "browser", "a" * 5_000):
            for verb in ("pause", "resume"):
                with self.subTest(name[:20], verb=verb):
                    response = self.post(name, verb)

                    assert response.status_code == 404
                    assert response.json()["error"]["type"] == "NOT_FOUND"
        assert not Lane.objects.exists()

    def test_is_for_operators_only(self):
        client = api_client(self.alice)

        answers = [
            client.get(URL),
            self.post("ai", "pause", user=self.alice),
            self.post("ai", "resume", user=self.alice),
            self.post("juggling", "pause", user=self.alice),
        ]

        for response in answers:
            assert response.status_code == 403
            assert response.json()["error"]["type"] == "FORBIDDEN"
        assert not Lane.objects.exists()

    def test_asks_strangers_to_sign_in(self):
        client = api_client()

        assert client.get(URL).status_code == 401
        assert client.post(f"{URL}/ai/pause").status_code == 401
        assert not Lane.objects.exists()
