from datetime import UTC, datetime

from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_job, row_of

URL = "/api/webhooks/deliveries"
HOOK = "https://example.com/hook"


def make_delivery(**fields):
    payload = {"jobId": "job_x", "url": HOOK, "status": "completed"}
    defaults = {"kind": "webhook", "type": "webhook", "lane": "webhooks"}
    return make_job(**{**defaults, "payload": payload, "max_attempts": 12, **fields})


class ListDeliveriesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.operator = make_user(is_staff=True)

    def get(self, user=None, **parameters):
        return api_client(user or self.alice).get(URL, parameters)

    def ids(self, user=None, **parameters):
        data = self.get(user, **parameters).json()["data"]
        return [delivery["id"] for delivery in data["deliveries"]]

    def test_says_what_was_sent_where_and_how_it_went(self):
        error = {
            "message": "The address answered 500. It will be tried again.",
            "timestamp": "2026-11-23T09:30:00.000Z",
            "attempt": 1,
        }
        delivery = make_delivery(
            owner=self.alice,
            status="completed",
            attempts=2,
            errors=[error],
            result={"status": 204},
            created_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
            run_at=datetime(2026, 11, 23, 9, 31, tzinfo=UTC),
            completed_at=datetime(2026, 11, 23, 9, 31, 1, tzinfo=UTC),
        )

        data = self.get().json()["data"]

        assert data == {
            "deliveries": [
                {
                    "id": delivery.pk,
                    "jobId": "job_x",
                    "event": "job.completed",
                    "url": HOOK,
                    "status": "completed",
                    "attempts": 2,
                    "maxAttempts": 12,
                    "createdAt": "2026-11-23T09:30:00.000Z",
                    "runAt": "2026-11-23T09:31:00.000Z",
                    "completedAt": "2026-11-23T09:31:01.000Z",
                    "answer": {"status": 204},
                    "errors": [error],
                }
            ],
            "total": 1,
            "showing": 1,
            "nextCursor": None,
        }

    def test_shows_what_the_end_of_a_job_queued(self):
        job = make_active_job(owner=self.alice, callback_url=HOOK)
        job.cancel()

        [delivery] = self.get().json()["data"]["deliveries"]

        assert (delivery["jobId"], delivery["event"]) == (job.pk, "job.cancelled")
        assert (delivery["url"], delivery["status"]) == (HOOK, "waiting")

    def test_shows_no_other_jobs(self):
        make_job(owner=self.alice)

        assert self.get().json()["data"]["total"] == 0

    def test_shows_the_newest_first_in_pages(self):
        made = [make_delivery(owner=self.alice).pk for _ in range(3)]

        first = self.get(limit=2).json()["data"]

        assert [delivery["id"] for delivery in first["deliveries"]] == made[:0:-1]
        assert first["total"] == 3
        assert self.ids(limit=2, cursor=first["nextCursor"]) == made[:1]

    def test_shows_users_their_own_and_operators_all(self):
        mine = make_delivery(owner=self.alice)
        theirs = make_delivery(owner=self.bob)

        assert self.ids() == [mine.pk]
        assert self.ids(self.operator) == [theirs.pk, mine.pk]

    def test_takes_two_queries_however_long_it_is(self):
        for count in (2, 18):
            for _ in range(count):
                make_delivery(owner=self.alice)

            with self.assertNumQueries(2):
                self.get()

    def test_refuses_nonsense(self):
        for name, value in (("limit", "0"), ("limit", "x"), ("cursor", "junk")):
            with self.subTest(name, value=value):
                assert self.get(**{name: value}).status_code == 400

    def test_asks_strangers_to_sign_in(self):
        assert api_client().get(URL).status_code == 401


class RetryDeliveryTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def retry(self, job, *, user=None):
        return api_client(user or self.alice).post(f"{URL}/{job.pk}/retry")

    def test_queues_one_that_failed_with_fresh_attempts(self):
        delivery = make_delivery(owner=self.alice, status="failed", attempts=12)

        response = self.retry(delivery)

        data = response.json()["data"]
        assert response.status_code == 200
        assert (data["id"], data["status"], data["attempts"]) == (
            delivery.pk,
            "waiting",
            0,
        )
        assert delivery in Job.objects.ready()

    def test_refuses_one_that_has_not_failed(self):
        for status in ("waiting", "delayed", "active", "completed"):
            with self.subTest(status):
                delivery = make_delivery(owner=self.alice, status=status)
                before = row_of(delivery)

                response = self.retry(delivery)

                assert response.status_code == 409
                assert response.json()["error"]["type"] == "CONFLICT"
                assert row_of(delivery) == before

    def test_knows_no_other_jobs(self):
        job = make_job(owner=self.alice, status="failed")

        assert self.retry(job).status_code == 404
        assert row_of(job)["status"] == "failed"

    def test_hides_deliveries_of_other_users(self):
        delivery = make_delivery(owner=self.bob, status="failed")

        assert self.retry(delivery).status_code == 404
        assert row_of(delivery)["status"] == "failed"

    def test_asks_strangers_to_sign_in(self):
        delivery = make_delivery(owner=self.alice, status="failed")

        assert api_client().post(f"{URL}/{delivery.pk}/retry").status_code == 401

    def test_lets_operators_retry_any(self):
        delivery = make_delivery(owner=self.alice, status="failed")

        assert self.retry(delivery, user=make_user(is_staff=True)).status_code == 200
