import errno
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import TestCase, TransactionTestCase, override_settings

from accounts.tests.factories import api_client, make_user
from files.exceptions import StorageFull, UserQuotaExceeded
from files.generation import generate_file
from files.models import StoredFile
from files.quota import MB, charge, check_room, register_file, used_bytes
from files.storage import CHECK_BYTES, new_file
from files.tests.factories import (
    limits,
    make_file_name,
    make_stored_file,
    make_trashed_file,
    stored_names,
    unfinished_names,
)
from jobs.execution import complete
from jobs.models import Job
from jobs.tests.factories import make_active_job


def unsaved_file(owner, size):
    return StoredFile(
        owner=owner,
        file_name=make_file_name(),
        display_name="x.pdf",
        type="pdf",
        size=size,
        sha256="0" * 64,
    )


class UserQuotaTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def stored_bytes(self):
        self.alice.refresh_from_db()
        return self.alice.stored_bytes

    def test_counts_what_is_registered(self):
        register_file(unsaved_file(self.alice, 30))
        register_file(unsaved_file(self.alice, 12))

        assert self.stored_bytes() == 42

    def test_takes_the_last_byte_and_no_more(self):
        with limits(user_bytes=100):
            charge(self.alice.pk, 100)
            with pytest.raises(UserQuotaExceeded):
                charge(self.alice.pk, 1)

        assert self.stored_bytes() == 100

    def test_registers_nothing_that_does_not_fit(self):
        with limits(user_bytes=10), pytest.raises(UserQuotaExceeded):
            register_file(unsaved_file(self.alice, 11))

        assert not StoredFile.objects.exists()

    def test_makes_lists_new(self):
        before = self.alice.data_version

        register_file(unsaved_file(self.alice, 1))

        self.alice.refresh_from_db()
        assert self.alice.data_version > before

    def test_says_how_much_there_is_and_what_to_do(self):
        make_stored_file(owner=self.alice, content=b"x" * MB)

        with override_settings(USER_QUOTA_MB=1), pytest.raises(UserQuotaExceeded) as e:
            check_room(self.alice.pk, 2 * MB)

        assert e.value.message == (
            "Your files take 1.0 of 1 MB, and this takes 2.0 MB. Delete some, and try "
            "again."
        )

    def test_does_not_count_the_trash(self):
        make_trashed_file(owner=self.alice, content=b"x" * 50)

        with limits(user_bytes=50):
            check_room(self.alice.pk, 50)

    def test_frees_what_has_expired(self):
        stored = make_stored_file(owner=self.alice, content=b"x" * 50)
        StoredFile.objects.update(expires_at=stored.created_at)

        with limits(user_bytes=50):
            check_room(self.alice.pk, 50)

        assert self.stored_bytes() == 0
        assert not StoredFile.objects.exists()


class StorageQuotaTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_counts_files_trash_and_what_else_there_is(self):
        used_bytes.cache_clear()
        before = used_bytes()
        make_stored_file(content=b"x" * 10)
        make_trashed_file(content=b"x" * 20)
        with new_file("probe", owner_id=self.alice.pk) as file:
            file.write(b"x" * 40)
            file.flush()
            used_bytes.cache_clear()

            # The database, which grows meanwhile, is among the rest.
            assert 70 <= used_bytes() - before < 70 + MB

    def test_refuses_what_does_not_fit(self):
        with limits(storage_bytes=0), pytest.raises(StorageFull) as error:
            check_room(self.alice.pk, MB)

        assert "storage is full" in error.value.message

    def test_keeps_a_reserve(self):
        reserve = override_settings(STORAGE_RESERVE_MB=2)

        with limits(storage_bytes=MB), reserve, pytest.raises(StorageFull):
            check_room(self.alice.pk)

    def test_refuses_where_the_disk_has_no_room(self):
        with patch("files.quota.shutil.disk_usage", autospec=True) as usage:
            usage.return_value.free = 256 * MB - 1
            with pytest.raises(StorageFull):
                check_room(self.alice.pk)

    def test_does_not_ask_again_for_what_is_written(self):
        with limits(storage_bytes=MB):
            check_room(self.alice.pk, 5 * MB, written=5 * MB)

    def test_empties_the_trash_first_oldest_first_and_no_more_than_needed(self):
        kept, *trashed = [make_stored_file(content=b"x" * 2 * MB) for _ in range(4)]
        for stored in (trashed[1], trashed[0], trashed[2]):
            api_client(stored.owner).delete(stored.url)

        with limits(storage_bytes=0):
            check_room(self.alice.pk, 3 * MB)

        assert set(StoredFile.objects.all()) == {kept, trashed[2]}
        assert not {one.file_name for one in trashed[:2]} & stored_names()

    def test_removes_what_has_expired_before_the_trash(self):
        trashed = make_trashed_file(content=b"x" * 2 * MB)
        expired = make_stored_file(content=b"x" * 2 * MB)
        expired.expires_at = expired.created_at
        expired.save()

        with limits(storage_bytes=0):
            check_room(self.alice.pk, MB)

        assert StoredFile.objects.get() == trashed


class NewFileTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_ends_soon_after_it_has_become_too_large_for_its_owner(self):
        with limits(user_bytes=3 * CHECK_BYTES), pytest.raises(UserQuotaExceeded):
            self.write(chunks=20)

        assert self.written <= 4 * CHECK_BYTES
        assert unfinished_names() == set()

    def test_ends_soon_after_it_has_become_too_large_for_the_storage(self):
        with limits(storage_bytes=3 * CHECK_BYTES), pytest.raises(StorageFull):
            self.write(chunks=20)

        # Of what the others write meanwhile it hears after five seconds.
        assert self.written <= 8 * CHECK_BYTES
        assert unfinished_names() == set()

    def test_cannot_be_written_at_once_beyond_what_there_is(self):
        with limits(storage_bytes=MB), pytest.raises(StorageFull):
            self.write(chunks=1, size=40 * MB)

    def test_cannot_be_saved_where_it_is_too_large(self):
        with limits(user_bytes=1_000), new_file("x", owner_id=self.alice.pk) as file:
            file.write(b"x" * 1_001)
            with pytest.raises(UserQuotaExceeded):
                file.save_as(make_file_name())

    def test_tells_that_the_disk_is_full(self):
        for code in (errno.ENOSPC, errno.EDQUOT):
            with self.subTest(code), pytest.raises(StorageFull):
                self.fail_with(OSError(code, "No space left on device"))

    def fail_with(self, error):
        with new_file("probe", owner_id=self.alice.pk):
            raise error

    def write(self, *, chunks, size=CHECK_BYTES // 2):
        self.written = 0
        with new_file("probe", owner_id=self.alice.pk) as file:
            for _ in range(chunks):
                used_bytes.cache_clear()
                file.write(b"x" * size)
                self.written += size


class GenerateWithoutRoomTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def test_fails_in_the_end_where_others_took_the_room(self):
        job = make_active_job(owner=self.alice)
        before = stored_names()
        outcome = generate_file(
            job,
            extension="pdf",
            title=lambda: "x",
            write=lambda file: file.write(b"xy") and [],
        )

        with limits(user_bytes=1), pytest.raises(UserQuotaExceeded):
            complete(job, outcome)

        assert not StoredFile.objects.exists()
        assert len(stored_names() - before) == 1  # For the worker to discard.
        assert Job.objects.get(pk=job.pk).status == "active"


class GenerateEndpointTests(TestCase):
    URL = "/api/files/generate/pdf"

    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        make_stored_file(owner=cls.alice, content=b"x" * 10)

    def post(self, **headers):
        return api_client(self.alice).post(self.URL, {"title": "x"}, headers=headers)

    def test_refuses_work_for_a_user_without_room(self):
        with limits(user_bytes=10):
            response = self.post()

        assert response.status_code == 403
        assert response.json()["error"]["type"] == "QUOTA_EXCEEDED"
        assert not Job.objects.exists()

    def test_refuses_work_where_the_storage_is_full(self):
        with limits(storage_bytes=0):
            response = self.post()

        assert response.status_code == 507
        assert response.json()["error"]["type"] == "QUOTA_EXCEEDED"
        assert not Job.objects.exists()

    def test_tells_again_of_a_job_from_before(self):
        first = self.post(idempotency_key="key")

        with limits(user_bytes=10):
            again = self.post(idempotency_key="key")

        assert again.status_code == 202
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json()["data"]["jobId"] == first.json()["data"]["jobId"]


class LastBytesTests(TransactionTestCase):
    """Real threads, each with a connection of its own."""

    def test_go_to_one_of_those_who_want_them_at_once(self):
        alice = make_user()
        barrier, results = Barrier(4), []

        def run():
            barrier.wait()
            try:
                register_file(unsaved_file(alice, 60))
                results.append("stored")
            except UserQuotaExceeded:
                results.append("refused")
            finally:
                connection.close()

        with limits(user_bytes=100):
            threads = [Thread(target=run) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        alice.refresh_from_db()
        assert sorted(results) == ["refused"] * 3 + ["stored"]
        assert alice.stored_bytes == 60
        assert StoredFile.objects.count() == 1
