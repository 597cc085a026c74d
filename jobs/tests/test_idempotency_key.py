from unittest.mock import patch

from django.test import TestCase, override_settings

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import registered, waiting_clock

URL = "/api/files/generate/pdf"


class IdempotencyKeyTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def post(self, body=None, *, key="key-1", user=None, **headers):
        body = {"title": "x"} if body is None else body
        headers = {"Idempotency-Key": key, **headers}
        return api_client(user or self.alice).post(URL, body, headers=headers)

    def assert_replayed(self, response, job_id):
        assert response.headers["Idempotency-Replayed"] == "true"
        assert response.headers["Location"] == f"/api/jobs/{job_id}"
        assert Job.objects.count() == 1

    def test_makes_one_job_of_two_requests(self):
        first, second = self.post(), self.post()

        assert (first.status_code, second.status_code) == (202, 202)
        assert second.json() == first.json()
        self.assert_replayed(second, first.json()["data"]["jobId"])

    def test_says_nothing_of_a_replay_the_first_time(self):
        assert "Idempotency-Replayed" not in self.post().headers

    def test_counts_the_job_once(self):
        self.post()
        self.post()

        self.alice.refresh_from_db()
        assert (self.alice.total_jobs, self.alice.kept_jobs) == (1, 1)

    def test_takes_keys_in_any_order(self):
        options = {"priority": 1, "delaySeconds": 2}
        self.post({"title": "x", "metadata": {"a": 1, "b": 2}, "options": options})

        response = self.post(
            {
                "options": dict(reversed(options.items())),
                "metadata": {"b": 2, "a": 1},
                "title": "x",
            }
        )

        self.assert_replayed(response, Job.objects.get().pk)

    def test_refuses_another_body(self):
        self.post({"title": "x"})
        for body in (
            {"title": "y"},
            {"title": "x", "options": {}},
            {"title": "x", "options": {"priority": 1}},
            {"title": "x", "callbackUrl": "https://example.com/"},
            {"title": "x", "metadata": {"title": "x"}},
        ):
            with self.subTest(body):
                response = self.post(body)

                error = response.json()["error"]
                assert response.status_code == 422
                assert error["type"] == "IDEMPOTENCY_MISMATCH"
                assert "Idempotency-Key" in error["message"]
                assert Job.objects.count() == 1

    def test_refuses_another_endpoint(self):
        self.post()

        with registered(), patch("files.api.generation.GeneratePdfView.kind", "test"):
            assert self.post().status_code == 422

    def test_is_each_user_s_own(self):
        ours = self.post().json()["data"]["jobId"]

        theirs = self.post(user=self.bob)
        mismatch = self.post({"title": "y"}, key="key-2", user=self.bob)

        assert theirs.json()["data"]["jobId"] != ours
        assert "Idempotency-Replayed" not in theirs.headers
        assert mismatch.status_code == 202

    def test_is_not_taken_by_a_request_that_was_not_valid(self):
        assert self.post({}).status_code == 400

        assert self.post({"title": "x"}).status_code == 202

    def test_refuses_what_is_no_key(self):
        for key in ("", " ", "a b", "a" * 256, "schlüssel", "tab\tbed", "\x7f"):
            with self.subTest(key[:20]):
                response = self.post(key=key)

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == ["Idempotency-Key"]
                assert not Job.objects.exists()

    def test_takes_255_characters(self):
        for key in ("a" * 255, '"quoted"', "~!", "0", "null"):
            with self.subTest(key[:20]):
                assert self.post(key=key).status_code == 202

    def test_tells_keys_apart_by_case(self):
        self.post(key="key")

        assert "Idempotency-Replayed" not in self.post(key="KEY").headers

    def test_makes_a_job_each_time_without_one(self):
        for _ in range(2):
            api_client(self.alice).post(URL, {"title": "x"})

        assert Job.objects.count() == 2

    @override_settings(JOB_LIMIT_OF_USER=1, JOB_LIMIT=1)
    def test_is_answered_though_no_more_jobs_are_taken(self):
        first = self.post()
        assert self.post(key="key-2").status_code == 429

        self.assert_replayed(self.post(), first.json()["data"]["jobId"])

    def test_shows_the_job_once_it_has_ended(self):
        self.post()
        work_one("node")

        response = self.post()

        data = response.json()["data"]
        assert response.status_code == 200
        assert data["status"] == "completed"
        self.assert_replayed(response, data["id"])

    def test_shows_the_job_that_was_cancelled(self):
        self.post()
        Job.objects.get().cancel()

        assert self.post().json()["data"]["status"] == "cancelled"

    def test_waits_for_the_first_job_where_told_to(self):
        self.post()

        with waiting_clock(on_sleep=lambda: work_one("node")):
            response = self.post(Prefer="wait=10")

        data = response.json()["data"]
        assert response.status_code == 200
        assert response.headers["Preference-Applied"] == "wait=10"
        assert data["status"] == "completed"
        self.assert_replayed(response, data["id"])

    def test_is_free_again_when_the_job_was_deleted(self):
        self.post()
        job = Job.objects.get()
        job.cancel()
        job.remove()

        assert "Idempotency-Replayed" not in self.post().headers

    def test_is_not_shown(self):
        job_id = self.post(key="canary-key").json()["data"]["jobId"]

        shown = api_client(self.alice).get(f"/api/jobs/{job_id}")

        assert "canary-key" not in shown.text
