from datetime import UTC, datetime

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import api_client, make_user
from jobs.tests.factories import make_completed_job, make_job


def list_jobs(user, **parameters):
    return api_client(user).get("/api/jobs", parameters)


def data_of(user, **parameters):
    return list_jobs(user, **parameters).json()["data"]


def ids(data):
    return [job["id"] for job in data["jobs"]]


class ListJobsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.operator = make_user(is_staff=True)

    def test_has_the_fields_of_the_contract(self):
        job = make_completed_job(
            owner=self.alice,
            created_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
            completed_at=datetime(2026, 11, 23, 9, 30, 1, 5000, tzinfo=UTC),
        )

        data = data_of(self.alice)

        assert data["jobs"] == [
            {
                "id": job.pk,
                "type": "testing",
                "kind": "test",
                "status": "completed",
                "progress": 100,
                "createdAt": "2026-11-23T09:30:00.000Z",
                "completedAt": "2026-11-23T09:30:01.005Z",
            }
        ]
        assert (data["total"], data["showing"], data["nextCursor"]) == (1, 1, None)

    def test_is_empty_for_a_new_user(self):
        assert data_of(self.alice) == {
            "jobs": [],
            "total": 0,
            "showing": 0,
            "nextCursor": None,
        }

    def test_shows_the_newest_first(self):
        jobs = [make_job(owner=self.alice).pk for _ in range(3)]

        assert ids(data_of(self.alice)) == jobs[::-1]

    def test_shows_users_their_own_jobs_only(self):
        make_job(owner=self.bob)
        mine = make_job(owner=self.alice)

        assert ids(data_of(self.alice)) == [mine.pk]

    def test_shows_operators_all_jobs(self):
        jobs = {make_job(owner=user).pk for user in (self.alice, self.bob)}

        assert set(ids(data_of(self.operator))) == jobs

    def test_leaves_out_the_deliveries_of_webhooks(self):
        job = make_job(owner=self.alice)
        make_job(owner=self.alice, kind="webhook", lane="webhooks")

        for user in (self.alice, self.operator):
            for parameters in ({}, {"status": "waiting"}):
                with self.subTest(user=user, parameters=parameters):
                    data = data_of(user, **parameters)

                    assert ids(data) == [job.pk]
                    assert data["total"] == 1

    def test_counts_every_user_s_jobs_for_operators(self):
        for user in (self.alice, self.alice, self.bob):
            make_job(owner=user)

        assert data_of(self.operator)["total"] == 3

    def test_asks_strangers_to_sign_in(self):
        assert list_jobs(None).status_code == 401

    def test_never_shows_a_payload(self):
        make_job(owner=self.alice, payload={"title": "confidential"})

        assert b"confidential" not in list_jobs(self.alice).content

    def test_takes_two_queries_however_long_it_is(self):
        for count in (2, 18):
            for _ in range(count):
                make_job(owner=self.alice)

            with self.assertNumQueries(2):
                list_jobs(self.alice)

    def test_takes_two_queries_for_an_operator(self):
        for _ in range(20):
            make_job()

        with self.assertNumQueries(2):
            list_jobs(self.operator)

    def test_reads_neither_payloads_nor_results(self):
        make_job(owner=self.alice)

        with CaptureQueriesContext(connection) as queries:
            list_jobs(self.alice)

        statements = " ".join(query["sql"] for query in queries)
        assert '"payload"' not in statements
        assert '"result"' not in statements


class PageJobsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.ids = [make_job(owner=cls.alice).pk for _ in range(5)][::-1]

    def test_shows_as_many_as_asked_for(self):
        data = data_of(self.alice, limit=2)

        assert ids(data) == self.ids[:2]
        assert (data["total"], data["showing"]) == (5, 2)

    def test_goes_on_from_a_cursor(self):
        first = data_of(self.alice, limit=3)
        second = data_of(self.alice, limit=3, cursor=first["nextCursor"])

        assert ids(first) + ids(second) == self.ids
        assert second["nextCursor"] is None

    def test_misses_nothing_when_jobs_come_in_between(self):
        first = data_of(self.alice, limit=3)
        make_job(owner=self.alice)
        second = data_of(self.alice, limit=3, cursor=first["nextCursor"])

        assert ids(second) == self.ids[3:]

    def test_refuses_a_limit_out_of_bounds(self):
        for limit in ("0", "101", "-1", "ten", "", "1.5", "9" * 100, "٣"):
            with self.subTest(limit):
                response = list_jobs(self.alice, limit=limit)

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == ["limit"]

    def test_refuses_what_is_no_cursor(self):
        for cursor in ("junk", "é", "bz0tMQ=="):
            with self.subTest(cursor):
                response = list_jobs(self.alice, cursor=cursor)

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == ["cursor"]
