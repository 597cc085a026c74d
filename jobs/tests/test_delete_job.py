from functools import partial

import pytest
from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import api_client, make_user
from common.exceptions import NotFound
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import make_active_job, make_completed_job, make_job, row_of


class DeleteJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def delete(self, job, *, user=None):
        return api_client(user or self.alice).delete(f"/api/jobs/{job.pk}")

    def total(self):
        return api_client(self.alice).get("/api/jobs").json()["data"]["total"]

    def assert_refused(self, job, message):
        before = row_of(job)
        response = self.delete(job)
        error = response.json()["error"]
        assert response.status_code == 409
        assert error["type"] == "CONFLICT"
        assert message in error["message"]
        assert row_of(job) == before

    def test_deletes_a_job_that_has_ended(self):
        for status in Job.ENDED:
            with self.subTest(status):
                job = make_job(owner=self.alice, status=status)

                response = self.delete(job)

                assert response.status_code == 200
                assert not Job.objects.filter(pk=job.pk).exists()

    def test_answers_404_where_somebody_else_was_faster(self):
        job = make_completed_job(owner=self.alice)
        twin = Job.objects.get()
        job.remove()

        for verb in (twin.remove, twin.cancel, partial(twin.change_priority, 1)):
            with pytest.raises(NotFound):
                verb()

    def test_shows_the_job_a_last_time(self):
        job = make_completed_job(owner=self.alice, result={"answer": 42})

        data = self.delete(job).json()["data"]

        assert (data["id"], data["status"]) == (job.pk, "completed")
        assert data["result"] == {"answer": 42}

    def test_takes_the_job_out_of_the_list_and_its_total(self):
        jobs = [make_completed_job(owner=self.alice) for _ in range(3)]
        assert self.total() == 3

        self.delete(jobs[0])

        assert self.total() == 2

    def test_answers_404_the_second_time(self):
        job = make_completed_job(owner=self.alice)
        self.delete(job)

        assert self.delete(job).status_code == 404
        self.alice.refresh_from_db()
        assert self.alice.kept_jobs == 0

    def test_counts_the_job_among_all_that_there_were(self):
        User.objects.changed(self.alice.pk, total_jobs=1)

        self.delete(make_completed_job(owner=self.alice))

        self.alice.refresh_from_db()
        assert self.alice.total_jobs == 1

    def test_refuses_a_job_that_has_not_ended(self):
        for job in (
            make_job(owner=self.alice),
            make_job(owner=self.alice, status="delayed"),
            make_active_job(owner=self.alice),
        ):
            with self.subTest(job.status):
                self.assert_refused(
                    job, f"A job that is {job.status} cannot be deleted."
                )

    def test_refuses_a_job_whose_worker_is_still_at_it(self):
        job = make_active_job(owner=self.alice)
        job.cancel()

        self.assert_refused(job, "its worker is still being stopped")

    def test_deletes_that_job_once_the_worker_has_let_go(self):
        job = make_active_job(owner=self.alice)
        job.cancel()
        job.release()

        assert self.delete(job).status_code == 200

    def test_leaves_the_files_of_the_job(self):
        client = api_client(self.alice)
        client.post("/api/files/generate/pdf", {"title": "x"})
        work_one("node")

        self.delete(Job.objects.get())

        [file] = client.get("/api/files").json()["data"]["files"]
        assert file["jobId"] is None
        assert client.get(file["url"]).getvalue().startswith(b"%PDF")

    def test_asks_strangers_to_sign_in(self):
        job = make_completed_job(owner=self.alice)

        assert api_client().delete(f"/api/jobs/{job.pk}").status_code == 401
        assert Job.objects.exists()

    def test_hides_jobs_of_other_users(self):
        job = make_completed_job(owner=self.bob)

        assert self.delete(job).status_code == 404
        assert Job.objects.exists()

    def test_lets_operators_delete_any_job(self):
        job = make_completed_job(owner=self.alice)

        response = self.delete(job, user=make_user(is_staff=True))

        assert response.status_code == 200
        self.alice.refresh_from_db()
        assert self.alice.kept_jobs == 0
