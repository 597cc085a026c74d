import pytest
from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from files.models import StoredFile
from jobs.models import Job
from jobs.tasks import work_one
from jobs.tests.factories import waiting_clock

URL = "/api/files/generate/pdf"


def work():
    work_one("node")


class PreferWaitTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def post(self, prefer):
        headers = {"Prefer": prefer}
        return api_client(self.alice).post(URL, {"title": "x"}, headers=headers)

    def test_answers_with_the_job_that_ended_in_time(self):
        with waiting_clock(on_sleep=work):
            response = self.post("wait=10")

        job = Job.objects.get()
        data = response.json()["data"]
        assert response.status_code == 200
        assert response.headers["Location"] == f"/api/jobs/{job.pk}"
        assert response.headers["Preference-Applied"] == "wait=10"
        assert (data["id"], data["status"]) == (job.pk, "completed")
        assert data["result"]["file"]["fileName"] == StoredFile.objects.get().file_name

    def test_answers_202_when_the_time_is_up(self):
        with waiting_clock() as clock:
            response = self.post("wait=2")

        job = Job.objects.get()
        assert response.status_code == 202
        assert response.json()["data"]["jobId"] == job.pk
        assert response.headers["Location"] == f"/api/jobs/{job.pk}"
        assert response.headers["Preference-Applied"] == "wait=2"
        assert clock.now == pytest.approx(2)

    def test_answers_with_the_job_that_failed(self):
        def cancel():
            Job.objects.get().cancel()

        with waiting_clock(on_sleep=cancel):
            response = self.post("wait=10")

        assert response.status_code == 200
        assert response.json()["data"]["status"] == "cancelled"

    def test_waits_30_seconds_at_most(self):
        with waiting_clock() as clock:
            response = self.post("wait=3600")

        assert response.headers["Preference-Applied"] == "wait=30"
        assert clock.now == pytest.approx(30)

    def test_understands_other_spellings(self):
        for prefer in (
            "respond-async, wait=1",
            "Wait=1",
            'wait="1"',
            "wait = 1",
            "handling=lenient,wait=1",
        ):
            with self.subTest(prefer), waiting_clock():
                response = self.post(prefer)

                assert response.headers["Preference-Applied"] == "wait=1"

    def test_ignores_what_it_does_not_understand(self):
        for prefer in ("", "wait", "wait=", "wait=-1", "wait=abc", "await=5", "wait=0"):
            with self.subTest(prefer), waiting_clock() as clock:
                response = self.post(prefer)

                assert response.status_code == 202
                assert "Preference-Applied" not in response.headers
                assert clock.now == 0

    def test_ignores_a_number_with_something_behind_it(self):
        for prefer in ("wait=5abc", "wait=5.5", "wait=1e9"):
            with self.subTest(prefer), waiting_clock():
                assert "Preference-Applied" not in self.post(prefer).headers
