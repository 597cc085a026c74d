from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import (
    api_client,
    bearer_client,
    make_session,
    make_user,
)
from files.exceptions import FileStateConflict
from files.models import StoredFile
from files.removal import remove
from files.tests.factories import (
    PDF,
    limits,
    make_link,
    make_stored_file,
    make_trashed_file,
    stored_names,
)
from files.trash import put_into_trash, restore_from_trash


class StoredBytesMixin:
    def stored_bytes(self):
        self.alice.refresh_from_db()
        return self.alice.stored_bytes


class DeleteFileTests(StoredBytesMixin, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        self.stored = make_stored_file(owner=self.alice)

    def delete(self, *, user=None, query=""):
        return api_client(user or self.alice).delete(self.stored.url + query)

    def test_says_until_when_it_can_be_restored(self):
        with time_machine.travel("2026-11-23T09:30:00Z", tick=False):
            response = self.delete()

        assert response.status_code == 200
        assert response.json()["data"] == {
            "message": "The file is in the trash.",
            "restoreUntil": "2026-11-30T09:30:00.000Z",
        }

    def test_hides_the_file(self):
        self.delete()

        client = api_client(self.alice)
        assert client.get(self.stored.url).status_code == 404
        assert client.get(f"{self.stored.url}/details").status_code == 404
        assert client.get("/api/files").json()["data"]["files"] == []

    def test_keeps_the_bytes(self):
        self.delete()

        assert self.stored.file_name in stored_names()

    def test_gives_the_room_back(self):
        assert self.stored_bytes() == len(PDF)

        self.delete()

        assert self.stored_bytes() == 0

    def test_ends_its_links_for_good(self):
        link = make_link(file=self.stored)

        self.delete()
        restore_from_trash(StoredFile.objects.get())

        assert api_client().get(link.url).status_code == 404

    def test_is_refused_for_a_file_that_is_in_the_trash(self):
        self.delete()

        response = self.delete()

        assert response.status_code == 409
        assert self.stored_bytes() == 0

    def test_counts_a_file_once_that_two_delete_at_a_time(self):
        other = make_stored_file(owner=self.alice)
        stale = StoredFile.objects.get(pk=self.stored.pk)
        put_into_trash(self.stored)

        with pytest.raises(FileStateConflict):
            put_into_trash(stale)

        assert self.stored_bytes() == other.size

    def test_hides_files_of_others(self):
        assert self.delete(user=self.bob).status_code == 404
        assert StoredFile.objects.get().trashed_at is None

    def test_asks_strangers_to_sign_in(self):
        assert api_client().delete(self.stored.url).status_code == 401

    def test_refuses_an_unclear_query(self):
        for query in ("?permanent=perhaps", "?forever=true"):
            with self.subTest(query):
                assert self.delete(query=query).status_code == 400
        assert StoredFile.objects.get().trashed_at is None


class DeleteForGoodTests(StoredBytesMixin, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def delete(self, stored):
        return api_client(self.alice).delete(f"{stored.url}?permanent=true")

    def test_removes_row_and_bytes_at_once(self):
        for make in (make_stored_file, make_trashed_file):
            with self.subTest(make):
                stored = make(owner=self.alice)

                response = self.delete(stored)

                assert response.status_code == 200
                assert response.json()["data"]["restoreUntil"] is None
                assert not StoredFile.objects.exists()
                assert stored.file_name not in stored_names()
                assert self.stored_bytes() == 0

    def test_leaves_others(self):
        kept = make_stored_file(owner=self.alice)

        self.delete(make_stored_file(owner=self.alice))

        assert StoredFile.objects.get() == kept
        assert kept.file_name in stored_names()

    def test_keeps_the_row_where_the_bytes_cannot_be_removed(self):
        stored = make_stored_file(owner=self.alice)
        failing = patch.object(default_storage, "delete", side_effect=PermissionError)

        with failing, self.assertLogs("files.removal", "ERROR"):
            remove(StoredFile.objects.all())

        stored.refresh_from_db()
        assert stored.removed_at is not None
        assert self.stored_bytes() == 0


class RestoreFileTests(StoredBytesMixin, TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def restore(self, stored, *, user=None):
        return api_client(user or self.alice).post(f"{stored.url}/restore")

    def test_brings_the_file_back(self):
        stored = make_trashed_file(owner=self.alice)

        response = self.restore(stored)

        assert response.status_code == 200
        file = response.json()["data"]["file"]
        assert (file["fileName"], file["trashedAt"]) == (stored.file_name, None)
        assert api_client(self.alice).get(stored.url).getvalue() == PDF

    def test_counts_it_again(self):
        self.restore(make_trashed_file(owner=self.alice))

        assert self.stored_bytes() == len(PDF)

    def test_is_refused_where_it_would_not_fit(self):
        stored = make_trashed_file(owner=self.alice)

        with limits(user_bytes=len(PDF) - 1):
            response = self.restore(stored)

        stored.refresh_from_db()
        assert response.status_code == 403
        assert stored.trashed_at is not None
        assert self.stored_bytes() == 0

    def test_is_refused_where_the_bytes_are_missing(self):
        stored = make_trashed_file(owner=self.alice)
        default_storage.delete(stored.file_name)

        response = self.restore(stored)

        assert response.status_code == 409
        assert self.stored_bytes() == 0

    def test_is_refused_where_it_is_not_in_the_trash(self):
        stored = make_stored_file(owner=self.alice)

        assert self.restore(stored).status_code == 409
        assert self.stored_bytes() == len(PDF)

    def test_comes_too_late_for_a_file_that_has_expired(self):
        past = timezone.now() - timedelta(seconds=1)
        stored = make_trashed_file(owner=self.alice, expires_at=past)

        assert self.restore(stored).status_code == 404

    def test_comes_too_late_once_the_removal_has_begun(self):
        stored = make_trashed_file(owner=self.alice)
        delete = default_storage.delete

        def restore_meanwhile(name):
            with pytest.raises(FileStateConflict):
                restore_from_trash(stored)
            delete(name)

        with patch.object(default_storage, "delete", side_effect=restore_meanwhile):
            assert remove(StoredFile.objects.all()).count == 1

        assert not StoredFile.objects.exists()
        assert self.stored_bytes() == 0

    def test_saves_a_file_whose_removal_was_about_to_begin(self):
        stored = make_trashed_file(owner=self.alice)
        about_to_go = StoredFile.objects.filter(trashed_at__isnull=False)

        restore_from_trash(stored)

        assert remove(about_to_go).count == 0
        assert stored.file_name in stored_names()

    def test_hides_files_of_others(self):
        stored = make_trashed_file(owner=self.alice)

        assert self.restore(stored, user=self.bob).status_code == 404

    def test_asks_strangers_to_sign_in(self):
        stored = make_trashed_file(owner=self.alice)

        assert api_client().post(f"{stored.url}/restore").status_code == 401


class ListAfterChangesTests(TestCase):
    """A client's list is never older than what the client did."""

    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.token = make_session(user=cls.alice).token

    def version(self):
        self.alice.refresh_from_db()
        return self.alice.data_version

    def test_changes_the_version_with_each_step(self):
        stored = make_stored_file(owner=self.alice)
        versions = [self.version()]
        client = bearer_client(self.token)

        for call in (
            lambda: client.delete(stored.url),
            lambda: client.post(f"{stored.url}/restore"),
            lambda: client.delete(f"{stored.url}?permanent=true"),
        ):
            assert call().status_code == 200
            versions.append(self.version())

        assert len(set(versions)) == 4

    def test_is_given_again_until_the_first_file_expires(self):
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            for seconds in (30, 10, 20):
                expires_at = now + timedelta(seconds=seconds)
                make_stored_file(owner=self.alice, expires_at=expires_at)
            response = bearer_client(self.token).get("/api/files")
            view = response.renderer_context["view"]

            assert view.replay_seconds(response) == 10

    def test_takes_one_query_more_to_know_that(self):
        make_stored_file(owner=self.alice)
        client = bearer_client(self.token)

        # One for the session, two for the list, one for the first expiry.
        with self.assertNumQueries(4):
            assert client.get("/api/files").status_code == 200
