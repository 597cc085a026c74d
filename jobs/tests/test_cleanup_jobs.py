"""What clients see of it; the rest is in test_delete_old_jobs.py."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import make_completed_job, make_job


@override_settings(JOB_RETENTION_DAYS=7)
class CleanupJobsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def age(self, jobs):
        jobs.update(completed_at=timezone.now() - timedelta(days=8))

    def clean_up(self):
        output = StringIO()
        call_command("cleanup_jobs", stdout=output)
        return output.getvalue()

    def test_says_how_many_it_deleted(self):
        for _ in range(2):
            make_completed_job(owner=self.alice)
        self.age(Job.objects.all())
        make_completed_job(owner=self.alice)

        assert self.clean_up() == "2 jobs were deleted\n"
        assert self.clean_up() == "0 jobs were deleted\n"

    def test_shortens_the_list_and_its_total(self):
        old = make_completed_job(owner=self.alice)
        self.age(Job.objects.filter(pk=old.pk))
        job = make_job(owner=self.alice)

        self.clean_up()

        data = api_client(self.alice).get("/api/jobs").json()["data"]
        assert [item["id"] for item in data["jobs"]] == [job.pk]
        assert data["total"] == 1

    def test_leaves_the_files(self):
        client = api_client(self.alice)
        client.post("/api/files/generate/pdf", {"title": "x"})
        work_one("node")
        self.age(Job.objects.all())

        self.clean_up()

        [file] = client.get("/api/files").json()["data"]["files"]
        assert file["jobId"] is None
        assert client.get(file["url"]).getvalue().startswith(b"%PDF")

    def test_frees_idempotency_keys(self):
        make_completed_job(owner=self.alice, idempotency_key="key")
        self.age(Job.objects.all())

        self.clean_up()

        response = api_client(self.alice).post(
            "/api/files/generate/pdf",
            {"title": "x"},
            headers={"Idempotency-Key": "key"},
        )
        assert response.status_code == 202
        assert "Idempotency-Replayed" not in response.headers
