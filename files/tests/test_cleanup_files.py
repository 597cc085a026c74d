import os
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from files.exceptions import StorageUnavailable
from files.models import FileLink, StoredFile
from files.retention import clean_up, compare, keep_up
from files.storage import DurableFileSystemStorage
from files.tests.factories import (
    PDF,
    make_file_name,
    make_link,
    make_stored_file,
    make_trashed_file,
    stored_names,
)


def age(path, **ago):
    moment = (timezone.now() - timedelta(**ago)).timestamp()
    os.utime(path, (moment, moment))


def make_orphan(content=b"orphan", **ago):
    name = default_storage.save(make_file_name(), ContentFile(content))
    age(settings.FILES_ROOT / name, **ago)
    return name


def run(*arguments):
    output = StringIO()
    call_command("cleanup_files", *arguments, stdout=output)
    return dict(
        line.split(": ", 1) for line in output.getvalue().splitlines() if ":" in line
    )


class CleanUpTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        # Of other tests, whose rows are gone.
        for name in stored_names():
            default_storage.delete(name)
        self.now = timezone.now()

    def stored_bytes(self):
        self.alice.refresh_from_db()
        return self.alice.stored_bytes


class SweepTests(CleanUpTestCase):
    def test_removes_what_has_expired(self):
        past = self.now - timedelta(seconds=1)
        expired = make_stored_file(owner=self.alice, expires_at=past)
        kept = make_stored_file(
            owner=self.alice, expires_at=self.now + timedelta(hours=1)
        )

        assert run()["Expired files"] == f"1 ({len(PDF)} bytes)"

        assert StoredFile.objects.get() == kept
        assert stored_names() == {kept.file_name}
        assert expired.file_name not in stored_names()
        assert self.stored_bytes() == len(PDF)

    @override_settings(FILE_TRASH_DAYS=7)
    def test_removes_old_trash(self):
        make_trashed_file(trashed_at=self.now - timedelta(days=7, seconds=1))
        kept = make_trashed_file(trashed_at=self.now - timedelta(days=6))

        assert run()["Old trash"] == f"1 ({len(PDF)} bytes)"

        assert StoredFile.objects.get() == kept
        assert stored_names() == {kept.file_name}

    def test_ends_removals_that_others_began(self):
        long_ago = self.now - timedelta(minutes=11)
        make_trashed_file(removed_at=long_ago)
        default_storage.delete(make_trashed_file(removed_at=long_ago).file_name)
        busy = make_trashed_file(removed_at=self.now)

        assert run()["Half removed files"].startswith("2 ")

        assert StoredFile.objects.get() == busy

    def test_removes_links_that_ended_long_ago(self):
        make_link(expires_at=self.now - timedelta(days=31))
        kept = make_link(expires_at=self.now - timedelta(days=29))

        assert run()["Ended links"].startswith("1 ")

        assert FileLink.objects.get() == kept

    def test_removes_files_that_were_never_finished(self):
        folder = settings.STORAGE_PATH / "tmp"
        folder.mkdir(exist_ok=True)
        old, new = folder / "old", folder / "new"
        for path, hours in ((old, 25), (new, 23)):
            path.write_bytes(b"half")
            age(path, hours=hours)
        self.addCleanup(new.unlink)

        assert run()["Unfinished files"] == "1 (4 bytes)"

        assert (old.exists(), new.exists()) == (False, True)

    def test_goes_on_with_more_than_a_batch(self):
        past = self.now - timedelta(seconds=1)
        for _ in range(5):
            make_stored_file(expires_at=past)

        with patch("files.removal.BATCH", 2):
            assert run()["Expired files"].startswith("5 ")

        assert stored_names() == set()

    def test_makes_lists_new(self):
        past = self.now - timedelta(seconds=1)
        make_stored_file(owner=self.alice, expires_at=past)
        before = self.alice.data_version

        clean_up()

        self.alice.refresh_from_db()
        assert self.alice.data_version > before

    def test_leaves_the_rows_where_the_storage_does_not_answer(self):
        past = self.now - timedelta(seconds=1)
        make_stored_file(owner=self.alice, expires_at=past)
        down = patch.object(default_storage, "delete", side_effect=StorageUnavailable)

        with down, self.assertRaisesMessage(StorageUnavailable, "does not answer"):
            clean_up()

        assert StoredFile.objects.get().removed_at is not None


class OrphanTests(CleanUpTestCase):
    def test_are_removed_after_an_hour(self):
        make_orphan(minutes=61)
        new = make_orphan(minutes=59)
        kept = make_stored_file(owner=self.alice)
        age(settings.FILES_ROOT / kept.file_name, days=9)

        assert run()["Files without a row"] == "1 (6 bytes)"

        assert stored_names() == {new, kept.file_name}

    def test_are_what_a_deleted_user_leaves(self):
        stored = make_stored_file(owner=self.alice)
        age(settings.FILES_ROOT / stored.file_name, minutes=61)
        self.alice.delete()

        run()

        assert stored_names() == set()

    def test_are_removed_for_so_long_at_a_time(self):
        names = sorted(make_orphan(days=1) for _ in range(3))

        comparison = compare(after="0", seconds=-1)

        assert comparison.position == names[0]
        assert stored_names() == set(names[1:])

    def test_are_spared_where_their_row_comes_meanwhile(self):
        name = make_orphan(minutes=61)
        late = StoredFile.objects.filter(file_name=name)

        with patch.object(type(late), "exists", return_value=True):
            compare(after="0")

        assert name in stored_names()


class MissingFileTests(CleanUpTestCase):
    def lose(self, count, *, of):
        stored = [make_stored_file(owner=self.alice) for _ in range(of)]
        for one in stored[:count]:
            default_storage.delete(one.file_name)
        return stored

    def test_go_into_the_trash(self):
        lost, *_ = self.lose(1, of=3)

        with self.assertLogs("files.retention", "ERROR") as logs:
            found = run()["Rows without a file, put into the trash"]

        lost.refresh_from_db()
        assert found.startswith("1 ")
        assert lost.trashed_at is not None
        assert lost.file_name in logs.output[0]
        assert self.stored_bytes() == 2 * len(PDF)

    def test_are_not_counted_again_once_they_are_in_the_trash(self):
        _, other, _ = self.lose(1, of=3)
        with self.assertLogs("files.retention", "ERROR"):
            run()
        default_storage.delete(other.file_name)

        with self.assertLogs("files.retention", "ERROR") as logs:
            run()

        assert [other.file_name in line for line in logs.output] == [True]

    def test_come_back_with_a_backup(self):
        lost, *_ = self.lose(1, of=3)
        with self.assertLogs("files.retention", "ERROR"):
            run()
        client = api_client(self.alice)
        assert client.post(f"{lost.url}/restore").status_code == 409
        default_storage.save(lost.file_name, ContentFile(PDF))

        assert client.post(f"{lost.url}/restore").status_code == 200

        assert client.get(lost.url).getvalue() == PDF

    def test_are_left_alone_where_the_whole_storage_seems_gone(self):
        self.lose(3, of=4)

        with self.assertLogs("files.retention", "CRITICAL"):
            run()

        assert not StoredFile.objects.filter(trashed_at__isnull=False).exists()

    def test_are_not_those_that_came_after_the_listing(self):
        make_stored_file(owner=self.alice)

        with patch.object(default_storage, "names", return_value=[]):
            [_, missing] = compare(after="0").found

        assert missing.removed.count == 0


class DryRunTests(CleanUpTestCase):
    def test_tells_the_same_and_changes_nothing(self):
        past = self.now - timedelta(days=40)
        make_stored_file(owner=self.alice, expires_at=past)
        make_trashed_file(owner=self.alice, trashed_at=past)
        make_link(expires_at=past)
        make_orphan(days=1)
        lost = make_stored_file(owner=self.alice)
        default_storage.delete(lost.file_name)
        files, before = StoredFile.objects.order_by("pk"), stored_names()
        rows = list(files.values())

        told = run("--dry-run")

        assert list(files.values()) == rows
        assert stored_names() == before
        assert FileLink.objects.count() == 1
        with self.assertLogs("files.retention", "ERROR"):
            assert run() == told
        assert len([line for line in told.values() if not line.startswith("0 ")]) == 5


class UpkeepTests(CleanUpTestCase):
    def steps(self):
        position, steps = "", []
        while position is not None:
            position = keep_up(seconds=60, position=position)
            steps.append(position)
        return steps

    def test_does_it_all_step_by_step(self):
        kept = [make_stored_file(owner=self.alice) for _ in range(5)]
        past = self.now - timedelta(seconds=1)
        make_stored_file(owner=self.alice, expires_at=past)
        for _ in range(4):
            make_orphan(days=1)

        with patch("files.retention.WINDOW", 2):
            steps = self.steps()

        assert len(steps) == 6  # The sweeps, and nine names in windows of two.
        assert stored_names() == {one.file_name for one in kept}
        assert StoredFile.objects.count() == 5

    def test_begins_again_where_the_sweeps_took_too_long(self):
        make_stored_file(owner=self.alice)

        assert keep_up(seconds=-1, position="") == ""

    def test_needs_no_folder(self):
        assert DurableFileSystemStorage("/nowhere").names(after="", limit=9) == []
