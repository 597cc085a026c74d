from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_job, row_of


class CancelJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def cancel(self, job, *, user=None):
        return api_client(user or self.alice).post(f"/api/jobs/{job.pk}/cancel")

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

    def test_refuses_a_job_that_runs(self):
        job = make_active_job(owner=self.alice)
        before = row_of(job)

        response = self.cancel(job)

        error = response.json()["error"]
        assert response.status_code == 409
        assert error["type"] == "CONFLICT"
        assert error["message"] == "A job that is active cannot be cancelled."
        assert row_of(job) == before

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
