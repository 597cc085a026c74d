from datetime import UTC, datetime

import pytest
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.submission import mean_seconds
from jobs.tests.factories import make_completed_job, make_job, waiting_clock


class ReadJobTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def get(self, job, **parameters):
        return api_client(self.alice).get(f"/api/jobs/{job.pk}", parameters)

    def test_has_the_fields_of_the_contract(self):
        error = {
            "message": "It broke.",
            "timestamp": "2026-11-23T09:29:00.000Z",
            "attempt": 1,
        }
        job = make_job(
            owner=self.alice,
            status="completed",
            progress=100,
            priority=3,
            attempts=2,
            callback_url="https://example.com/hook",
            run_at=datetime(2026, 11, 23, 9, 29, 30, tzinfo=UTC),
            created_at=datetime(2026, 11, 23, 9, 29, tzinfo=UTC),
            started_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
            completed_at=datetime(2026, 11, 23, 9, 30, 1, tzinfo=UTC),
            result={"file": {"snake_case": 1}},
            errors=[error],
        )

        response = self.get(job)

        assert response.status_code == 200
        assert response.json() == {
            "success": True,
            "data": {
                "id": job.pk,
                "type": "testing",
                "kind": "test",
                "lane": "documents",
                "status": "completed",
                "progress": 100,
                "progressMessage": "",
                "priority": 3,
                "queuePosition": None,
                "estimatedTime": None,
                "attempts": 2,
                "maxAttempts": 3,
                "createdAt": "2026-11-23T09:29:00.000Z",
                "runAt": "2026-11-23T09:29:30.000Z",
                "startedAt": "2026-11-23T09:30:00.000Z",
                "completedAt": "2026-11-23T09:30:01.000Z",
                "callbackUrl": "https://example.com/hook",
                "result": {"file": {"snake_case": 1}},
                "errors": [error],
            },
        }

    def test_has_no_result_while_the_job_waits(self):
        data = self.get(make_job(owner=self.alice)).json()["data"]

        assert (data["result"], data["startedAt"], data["completedAt"]) == (None,) * 3

    def test_never_shows_the_payload(self):
        job = make_job(owner=self.alice, payload={"title": "confidential"})

        assert b"confidential" not in self.get(job).content

    def test_never_shows_who_works_on_it(self):
        job = make_job(owner=self.alice, token="t0ken", process="12:345")

        content = self.get(job).content

        assert b"t0ken" not in content
        assert b"12:345" not in content

    def test_takes_one_query_where_the_job_has_ended(self):
        job = make_completed_job(owner=self.alice)

        with self.assertNumQueries(1):
            self.get(job)

    def test_takes_three_queries_where_the_job_waits(self):
        job = make_job(owner=self.alice)
        mean_seconds(job.kind)

        with self.assertNumQueries(3):
            self.get(job)

    def test_hides_the_deliveries_of_webhooks(self):
        delivery = make_job(owner=self.alice, kind="webhook", lane="webhooks")
        client = api_client(self.alice)
        url = f"/api/jobs/{delivery.pk}"

        answers = [
            client.get(url),
            client.get(url, {"wait": 1}),
            client.patch(url, {"priority": 1}),
            client.delete(url),
            client.post(f"{url}/cancel"),
            client.post(f"{url}/retry"),
            client.get(f"{url}/events"),
        ]

        assert [answer.status_code for answer in answers] == [404] * 7

    def test_asks_strangers_to_sign_in(self):
        job = make_job(owner=self.alice)

        assert api_client().get(f"/api/jobs/{job.pk}").status_code == 401

    def test_hides_jobs_of_other_users(self):
        response = self.get(make_job(owner=self.bob))

        assert response.status_code == 404
        assert response.json()["error"]["type"] == "NOT_FOUND"

    def test_answers_404_for_a_job_that_does_not_exist(self):
        assert self.get(Job(pk="job_missing")).status_code == 404

    def test_shows_operators_any_job(self):
        job = make_job(owner=self.bob)
        operator = make_user(is_staff=True)

        assert api_client(operator).get(f"/api/jobs/{job.pk}").status_code == 200


class WaitParameterTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def get(self, job, wait):
        return api_client(self.alice).get(f"/api/jobs/{job.pk}", {"wait": wait})

    def test_answers_as_soon_as_the_job_ends(self):
        job = make_job(owner=self.alice)

        def complete():
            now = timezone.now()
            Job.objects.update(
                status="completed", completed_at=now, result={"answer": 42}
            )

        with waiting_clock(on_sleep=complete) as clock:
            data = self.get(job, "20").json()["data"]

        assert (data["status"], data["result"]) == ("completed", {"answer": 42})
        assert clock.now < 1

    def test_answers_when_the_time_is_up(self):
        job = make_job(owner=self.alice)

        with waiting_clock() as clock:
            data = self.get(job, "1.5").json()["data"]

        assert data["status"] == "waiting"
        assert clock.now == pytest.approx(1.5)

    def test_answers_at_once_where_the_job_has_ended(self):
        job = make_completed_job(owner=self.alice)

        with waiting_clock() as clock, self.assertNumQueries(1):
            self.get(job, "20")

        assert clock.now == 0

    def test_answers_404_where_the_job_vanishes_meanwhile(self):
        job = make_job(owner=self.alice)

        with waiting_clock(on_sleep=lambda: Job.objects.all().delete()):
            response = self.get(job, "20")

        assert response.status_code == 404

    def test_is_between_0_and_30_seconds(self):
        job = make_job(owner=self.alice)
        for wait in ("-1", "31", "abc", "nan", "inf"):
            with self.subTest(wait), waiting_clock():
                response = self.get(job, wait)

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == ["wait"]
