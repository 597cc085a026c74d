import errno
import hashlib
from contextlib import contextmanager
from unittest.mock import patch

from django.conf import settings
from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import make_user
from files.generation import claim_stem, discard_files
from files.models import StoredFile
from files.quota import MB
from files.storage import NewFile, new_file
from files.tasks import generate_pdf
from files.tests.factories import limits, make_pdf_job, stored_names, unfinished_names
from jobs.claiming import claim_job
from jobs.models import Job
from jobs.recovery import Recovery
from jobs.tasks import work_one
from jobs.tests.factories import take_over


class GenerateFileTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.before = stored_names()
        self.job = make_pdf_job(owner=self.alice, title="Übersicht")

    def new_names(self):
        return stored_names() - self.before

    def test_completes_the_job_with_the_file(self):
        work_one("node")

        self.job.refresh_from_db()
        stored = StoredFile.objects.get()
        result = self.job.result
        assert self.job.status == "completed"
        assert result["file"] == {
            "fileName": stored.file_name,
            "url": f"/api/files/{stored.file_name}",
            "type": "pdf",
            "size": stored.size,
        }
        assert result["type"] == "pdf"
        assert result["generatedAt"].endswith("Z")

    def test_registers_the_file_for_its_owner(self):
        work_one("node")

        stored = StoredFile.objects.get()
        assert (stored.owner, stored.job) == (self.alice, self.job)
        assert (stored.type, stored.display_name) == ("pdf", "Übersicht.pdf")

    def test_stores_the_bytes(self):
        work_one("node")

        stored = StoredFile.objects.get()
        content = (settings.FILES_ROOT / stored.file_name).read_bytes()
        assert content.startswith(b"%PDF-")
        assert stored.size == len(content)
        assert stored.sha256 == hashlib.sha256(content).hexdigest()
        assert self.new_names() == {stored.file_name}

    def test_lets_nobody_else_on_the_machine_read_it(self):
        work_one("node")

        stored = StoredFile.objects.get()
        mode = (settings.FILES_ROOT / stored.file_name).stat().st_mode
        assert mode & 0o777 == 0o600

    def test_gives_the_file_a_name_that_cannot_be_guessed(self):
        work_one("node")

        name = StoredFile.objects.get().file_name
        assert len(name) == len("x" * 40 + ".pdf")
        assert "bersicht" not in name

    def test_counts_the_file_for_its_owner(self):
        work_one("node")

        self.alice.refresh_from_db()
        assert self.alice.total_files_generated == 1

    def test_leaves_no_temporary_file(self):
        work_one("node")

        assert unfinished_names() == set()

    def test_names_a_document_without_a_title(self):
        Job.objects.update(payload={"content": [], "metadata": {}})

        work_one("node")

        assert StoredFile.objects.get().display_name == "Document.pdf"

    def test_leaves_nothing_of_a_job_that_was_lost(self):
        with self.lost_meanwhile():
            work_one("node")

        self.assert_nothing_is_left()
        self.job.refresh_from_db()
        assert (self.job.status, self.job.result) == ("active", None)

    def test_leaves_nothing_of_a_job_that_was_lost_after_the_file_was_stored(self):
        save_as = NewFile.save_as

        def save_and_lose(file, name):
            saved = save_as(file, name)
            take_over(self.job)
            return saved

        with (
            patch.object(NewFile, "save_as", save_and_lose),
            patch("jobs.execution.connection"),
            self.assertLogs("jobs.execution", "WARNING"),
        ):
            work_one("node")

        self.assert_nothing_is_left()

    def test_leaves_nothing_of_a_worker_that_died(self):
        job = claim_job(node_id="node_gone", process="1:1")
        generate_pdf(job)
        started = new_file(claim_stem(job), owner_id=job.owner_id)
        with patch("files.storage.discard_new_file"), started as file:
            file.write(b"half of it")
        assert self.new_names()
        assert unfinished_names()

        Recovery().look()

        self.assert_nothing_is_left()
        self.job.refresh_from_db()
        assert (self.job.status, self.job.interruptions) == ("waiting", 1)

    def test_leaves_the_files_of_other_claims(self):
        first = claim_job(node_id="node_gone", process="1:1")
        generate_pdf(first)
        other = Job(token="another claim")

        discard_files(other)

        assert len(self.new_names()) == 1
        discard_files(first)
        assert self.new_names() == set()

    def test_writes_to_another_file_with_each_claim(self):
        with self.lost_meanwhile():
            work_one("node")
        first = self.job.token
        Job.objects.update(status="waiting", process="")

        work_one("node")

        self.job.refresh_from_db()
        assert self.job.token != first
        assert self.new_names() == {f"{claim_stem(self.job)}.pdf"}

    def test_leaves_nothing_where_the_row_cannot_be_stored(self):
        failing = patch.object(StoredFile, "save", side_effect=RuntimeError)

        with failing, self.assertLogs("jobs.execution", "ERROR"):
            work_one("node")

        self.assert_nothing_is_left()
        self.job.refresh_from_db()
        assert self.job.status == "delayed"

    def test_leaves_nothing_where_the_document_cannot_be_made(self):
        failing = patch("files.tasks.write_pdf", side_effect=RuntimeError)

        with failing, self.assertLogs("jobs.execution", "ERROR"):
            work_one("node")

        self.assert_nothing_is_left()

    def test_fails_at_once_where_the_disk_is_full(self):
        for code in (errno.ENOSPC, errno.EDQUOT):
            full = OSError(code, "No space left on device", "/var/secret/place")
            with self.subTest(code), patch("files.storage.os.fsync", side_effect=full):
                job = make_pdf_job(owner=self.alice, priority=1)

                work_one("node")

                job.refresh_from_db()
                assert job.status == "failed"
                assert "no room left" in job.errors[0]["message"]
                assert "secret" not in str(job.errors)
                self.assert_nothing_is_left()

    def test_fails_at_once_where_the_owner_has_no_room_left(self):
        with limits(user_bytes=10):
            work_one("node")

        self.job.refresh_from_db()
        assert self.job.status == "failed"
        assert "Delete some" in self.job.errors[0]["message"]
        self.assert_nothing_is_left()

    def test_fails_at_once_where_others_took_the_room_meanwhile(self):
        save_as = NewFile.save_as

        def save_and_fill(file, name):
            saved = save_as(file, name)
            User.objects.update(stored_bytes=settings.USER_QUOTA_MB * MB)
            return saved

        with patch.object(NewFile, "save_as", save_and_fill):
            work_one("node")

        self.job.refresh_from_db()
        assert self.job.status == "failed"
        assert "Delete some" in self.job.errors[0]["message"]
        self.assert_nothing_is_left()

    def test_is_tried_again_after_another_error_of_the_disk(self):
        broken = OSError(errno.EIO, "Input/output error")

        with (
            patch("files.storage.os.fsync", side_effect=broken),
            self.assertLogs("jobs.execution", "ERROR"),
        ):
            work_one("node")

        self.job.refresh_from_db()
        assert self.job.status == "delayed"
        self.assert_nothing_is_left()

    @contextmanager
    def lost_meanwhile(self):
        """Have the worker lose the job while it writes the document."""

        def lose(payload, file):
            file.write(b"half of it")
            take_over(self.job)

        with (
            patch("files.tasks.write_pdf", side_effect=lose),
            patch("jobs.execution.connection"),
            self.assertLogs("jobs.execution", "WARNING"),
        ):
            yield

    def assert_nothing_is_left(self):
        self.alice.refresh_from_db()
        assert self.new_names() == set()
        assert unfinished_names() == set()
        assert not StoredFile.objects.exists()
        assert self.alice.total_files_generated == 0
