import pytest
from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.exceptions import JobLost
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_job, row_of


class CancelJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def cancel(self, job, body=None, *, user=None):
        return api_client(user or self.alice).post(f"/api/jobs/{job.pk}/cancel", body)

    def assert_refused(self, job, body, fields):
        before = row_of(job)
        response = self.cancel(job, body)
        assert response.status_code == 400
        assert list(response.json()["error"]["details"]) == fields
        assert row_of(job) == before

    def test_ends_a_job_that_waits(self):
        job = make_job(owner=self.alice)

        response = self.cancel(job)

        job.refresh_from_db()
        assert response.status_code == 200
        assert response.json()["data"]["status"] == job.status == "cancelled"
        assert job.completed_at is not None

    def test_ends_a_job_that_is_delayed(self):
        job = make_job(owner=self.alice, status="delayed")

        response = self.cancel(job)

        job.refresh_from_db()
        assert response.status_code == 200
        assert job.status == "cancelled"

    def test_ends_a_job_that_runs(self):
        job = make_active_job(owner=self.alice)

        response = self.cancel(job)

        assert response.status_code == 200
        assert response.json()["data"]["status"] == "cancelled"

    def test_lets_the_worker_find_that_it_lost_the_job(self):
        job = make_active_job(owner=self.alice)

        self.cancel(job)

        with pytest.raises(JobLost):
            job.complete({})
        assert row_of(job)["result"] is None

    def test_says_so_in_the_errors(self):
        data = self.cancel(make_job(owner=self.alice)).json()["data"]

        assert [error["message"] for error in data["errors"]] == ["Cancelled."]

    def test_keeps_the_reason_in_the_errors(self):
        for job in (make_job(owner=self.alice), make_active_job(owner=self.alice)):
            with self.subTest(job.status):
                data = self.cancel(job, {"reason": "wrong <year>"}).json()["data"]

                [error] = data["errors"]
                assert error["message"] == "Cancelled: wrong <year>"
                assert error["timestamp"] == data["completedAt"]

    def test_keeps_the_errors_of_before(self):
        past = {"message": "It broke.", "timestamp": "", "attempt": 1}
        job = make_job(owner=self.alice, errors=[past])

        data = self.cancel(job).json()["data"]

        assert [error["message"] for error in data["errors"]] == [
            "It broke.",
            "Cancelled.",
        ]

    def test_takes_a_reason_of_200_characters(self):
        job = make_job(owner=self.alice)

        assert self.cancel(job, {"reason": "x" * 200}).status_code == 200

    def test_takes_an_empty_reason(self):
        for reason in ("", "  "):
            with self.subTest(reason):
                data = self.cancel(make_job(owner=self.alice), {"reason": reason})

                assert data.json()["data"]["errors"][0]["message"] == "Cancelled."

    def test_refuses_a_reason_that_is_no_short_text(self):
        job = make_job(owner=self.alice)
        for reason in ("x" * 201, None, True, [], {}):
            with self.subTest(str(reason)[:20]):
                self.assert_refused(job, {"reason": reason}, ["reason"])

    def test_refuses_unknown_fields(self):
        self.assert_refused(make_job(owner=self.alice), {"why": "x"}, ["why"])

    def test_needs_no_body_of_any_type(self):
        for content_type in ("application/json", "application/x-www-form-urlencoded"):
            with self.subTest(content_type):
                job = make_job(owner=self.alice)

                response = api_client(self.alice).post(
                    f"/api/jobs/{job.pk}/cancel", b"", content_type=content_type
                )

                assert response.status_code == 200

    def test_refuses_a_job_that_has_ended(self):
        for status in Job.ENDED:
            with self.subTest(status):
                job = make_job(owner=self.alice, status=status)
                before = row_of(job)

                response = self.cancel(job)

                assert response.status_code == 409
                assert row_of(job) == before

    def test_asks_strangers_to_sign_in(self):
        job = make_job(owner=self.alice)

        response = api_client().post(f"/api/jobs/{job.pk}/cancel")

        assert response.status_code == 401
        assert response.json()["error"]["type"] == "UNAUTHENTICATED"

    def test_hides_jobs_of_other_users(self):
        job = make_job(owner=self.bob)
        before = row_of(job)

        response = self.cancel(job)

        assert response.status_code == 404
        assert row_of(job) == before

    def test_lets_operators_cancel_any_job(self):
        job = make_job(owner=self.alice)

        response = self.cancel(job, user=make_user(is_staff=True))

        assert response.status_code == 200

    def test_answers_no_get(self):
        job = make_job(owner=self.alice)

        response = api_client(self.alice).get(f"/api/jobs/{job.pk}/cancel")

        assert response.status_code == 405
