from datetime import UTC, datetime, timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from files.tests.factories import make_stored_file, make_trashed_file
from jobs.tests.factories import make_job


def list_files(user, **parameters):
    return api_client(user).get("/api/files", parameters)


def data_of(user, **parameters):
    return list_files(user, **parameters).json()["data"]


def names(data):
    return [file["fileName"] for file in data["files"]]


class ListFilesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def test_has_the_fields_of_the_contract(self):
        morning = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        job = make_job(owner=self.alice)
        stored = make_stored_file(
            owner=self.alice, job=job, created_at=morning, modified_at=morning
        )

        assert data_of(self.alice) == {
            "files": [
                {
                    "fileName": stored.file_name,
                    "displayName": "Report.pdf",
                    "url": f"/api/files/{stored.file_name}",
                    "type": "pdf",
                    "origin": "generated",
                    "size": stored.size,
                    "sha256": stored.sha256,
                    "createdAt": "2026-11-23T09:30:00.000Z",
                    "modifiedAt": "2026-11-23T09:30:00.000Z",
                    "expiresAt": None,
                    "trashedAt": None,
                    "jobId": job.pk,
                }
            ],
            "total": 1,
            "showing": 1,
            "nextCursor": None,
        }

    def test_outlives_its_job(self):
        job = make_job(owner=self.alice)
        make_stored_file(owner=self.alice, job=job)
        job.delete()

        [file] = data_of(self.alice)["files"]
        assert file["jobId"] is None

    def test_shows_users_their_own_files_only(self):
        make_stored_file(owner=self.bob)
        mine = make_stored_file(owner=self.alice)

        assert names(data_of(self.alice)) == [mine.file_name]

    def test_shows_operators_all_files(self):
        stored = [make_stored_file(owner=user) for user in (self.alice, self.bob)]

        data = data_of(make_user(is_staff=True))

        assert names(data) == [file.file_name for file in reversed(stored)]

    def test_asks_strangers_to_sign_in(self):
        assert list_files(None).status_code == 401

    def test_takes_two_queries_however_long_it_is(self):
        for count in (2, 18):
            for _ in range(count):
                job = make_job(owner=self.alice)
                make_stored_file(owner=self.alice, job=job)

            with self.assertNumQueries(2):
                list_files(self.alice)

    def test_goes_on_from_a_cursor(self):
        stored = [make_stored_file(owner=self.alice).file_name for _ in range(3)]

        first = data_of(self.alice, limit=2)
        second = data_of(self.alice, limit=2, cursor=first["nextCursor"])

        assert names(first) + names(second) == stored[::-1]
        assert (first["total"], first["showing"]) == (3, 2)
        assert (second["showing"], second["nextCursor"]) == (1, None)

    def test_filters_by_type(self):
        make_stored_file(owner=self.alice, type="csv")
        pdf = make_stored_file(owner=self.alice)

        assert names(data_of(self.alice, type="pdf")) == [pdf.file_name]

    def test_filters_by_origin(self):
        make_stored_file(owner=self.alice)
        upload = make_stored_file(owner=self.alice, origin="upload")

        assert names(data_of(self.alice, origin="upload")) == [upload.file_name]

    def test_has_the_trash_apart(self):
        make_trashed_file(owner=self.bob)
        kept = make_stored_file(owner=self.alice)
        trashed = make_trashed_file(owner=self.alice)

        assert names(data_of(self.alice)) == [kept.file_name]
        assert names(data_of(self.alice, trashed="false")) == [kept.file_name]
        assert names(data_of(self.alice, trashed="true")) == [trashed.file_name]

    def test_hides_what_has_expired_or_is_being_removed(self):
        past = timezone.now() - timedelta(seconds=1)
        make_stored_file(owner=self.alice, expires_at=past)
        make_trashed_file(owner=self.alice, expires_at=past)
        make_trashed_file(owner=self.alice, removed_at=past)

        for trashed in ("true", "false"):
            assert names(data_of(self.alice, trashed=trashed)) == []

    def test_refuses_bad_parameters_and_names_them(self):
        for name, value in (
            ("type", "exe"),
            ("origin", "elsewhere"),
            ("trashed", "perhaps"),
            ("limit", "0"),
            ("limit", "101"),
            ("cursor", "junk"),
            ("colour", "red"),
        ):
            with self.subTest(name, value=value):
                response = list_files(self.alice, **{name: value})

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == [name]
