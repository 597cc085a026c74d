from datetime import UTC, datetime, timedelta

from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.tests.factories import make_job

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FilterJobsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.operator = make_user(is_staff=True)

    def get(self, user=None, **parameters):
        return api_client(user or self.alice).get("/api/jobs", parameters)

    def found(self, user=None, **parameters):
        data = self.get(user, **parameters).json()["data"]
        assert data["total"] == data["showing"]
        return [job["id"] for job in data["jobs"]]

    def test_by_status(self):
        make_job(owner=self.alice)
        failed = make_job(owner=self.alice, status="failed")

        assert self.found(status="failed") == [failed.pk]

    def test_by_type(self):
        make_job(owner=self.alice)
        file = make_job(owner=self.alice, type="file-generation")

        assert self.found(type="file-generation") == [file.pk]

    def test_by_kind(self):
        make_job(owner=self.alice)
        pdf = make_job(owner=self.alice, kind="pdf")

        assert self.found(kind="pdf") == [pdf.pk]

    def test_by_time(self):
        make_job(owner=self.alice, created_at=NOON - timedelta(seconds=1))
        late = make_job(owner=self.alice, created_at=NOON)

        assert self.found(since="2026-11-23T12:00:00Z") == [late.pk]
        assert self.found(since="2026-11-23T14:00:00+02:00") == [late.pk]

    def test_by_several_at_once(self):
        make_job(owner=self.alice, status="failed")
        make_job(owner=self.alice, kind="pdf")
        both = make_job(owner=self.alice, kind="pdf", status="failed")

        assert self.found(kind="pdf", status="failed") == [both.pk]

    def test_finds_no_deliveries_of_webhooks(self):
        make_job(owner=self.alice, kind="webhook", type="webhook", lane="webhooks")

        assert self.found(kind="webhook") == []
        assert self.found(self.operator, type="webhook") == []

    def test_by_user_for_operators(self):
        make_job(owner=self.alice)
        job = make_job(owner=self.bob)

        assert self.found(self.operator, userId=self.bob.pk) == [job.pk]

    def test_shows_nobody_the_jobs_of_another_user(self):
        make_job(owner=self.bob)

        assert self.found(userId=self.bob.pk) == []

    def test_refuses_an_unknown_filter_and_names_it(self):
        response = self.get(colour="red")

        error = response.json()["error"]
        assert response.status_code == 400
        assert error["type"] == "VALIDATION_ERROR"
        assert list(error["details"]) == ["colour"]

    def test_refuses_bad_values_and_names_the_filter(self):
        bad = [
            ("status", "sleeping"),
            ("since", "yesterday"),
            ("since", "2026-13-40T00:00:00Z"),
            ("since", "0001-01-01T00:00:00+14:00"),
            ("since", "9999-12-31T23:59:59-14:00"),
            ("kind", "a\x00b"),
            ("userId", "a\x00b"),
        ]
        for name, value in bad:
            with self.subTest(name, value=value):
                response = self.get(**{name: value})

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == [name]
