from unittest.mock import patch

from django.core.files.storage import default_storage
from django.test import TestCase

from accounts.tests.factories import make_user
from files.models import StoredFile
from files.tests.factories import stored_names
from files.tests.tables import COLUMNS, content_of, make_ndjson_job, rows_of
from jobs.tasks import work_one


class GenerateFromNDJSONTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def done(self, content, **payload):
        job = make_ndjson_job(content, owner=self.alice, **payload)
        with self.captureOnCommitCallbacks(execute=True):
            work_one("node")
        job.refresh_from_db()
        return job

    def failure(self, content, **payload):
        job = self.done(content, **payload)
        assert job.status == "failed"
        return job.errors[0]["message"]

    def test_reads_objects_and_arrays(self):
        content = b'{"name":"North","n":1}\n["South",2]\n\n["West"]\r\n{"n":"\xc3\xa9"}'

        job = self.done(content, columns=COLUMNS)

        assert job.status == "completed", job.errors
        assert rows_of(job) == [
            ["Name", "Number"],
            ["North", "1"],
            ["South", "2"],
            ["West", ""],
            ["", "é"],
        ]
        assert job.result["rows"] == 4

    def test_names_columns_after_the_first_row(self):
        job = self.done(b'{"b":1,"a":2}\n{"a":3,"c":4,"d":5}\n')

        assert rows_of(job) == [["b", "a"], ["1", "2"], ["", "3"]]
        assert job.result["warnings"] == [
            "2 values were left out: no header has their keys."
        ]

    def test_makes_workbooks_too(self):
        job = self.done(b'{"a":1}\n', kind="xlsx")

        assert job.status == "completed", job.errors
        assert content_of(job).startswith(b"PK")

    def test_reads_lines_that_are_longer_than_a_chunk(self):
        rows = [f'["{letter * 100_000}"]' for letter in "abc"]

        job = self.done("\n".join(rows).encode(), columns=COLUMNS[:1])

        found = rows_of(job)
        assert found == [["Name"], ["a" * 100_000], ["b" * 100_000], ["c" * 100_000]]

    def test_lets_go_of_the_rows_once_the_job_has_completed(self):
        before = stored_names()

        job = self.done(b'{"a":1}\n')

        stored = StoredFile.objects.get()
        assert stored.job == job
        assert stored_names() - before == {stored.file_name}
        self.alice.refresh_from_db()
        assert self.alice.stored_bytes == stored.size

    def test_keeps_the_rows_of_a_job_that_failed(self):
        self.failure(b"x\n")

        assert StoredFile.objects.get().type == "ndjson"

    def test_names_the_line_that_is_wrong_and_not_what_is_in_it(self):
        for line, reason in (
            (b'{"a": secret}', "is not valid JSON: Expecting value (column 7)"),
            (b'{"a":1} secret', "is not valid JSON: Extra data (column 9)"),
            (b'"secret"', "is not a JSON object or array"),
            (b'{"a":"\xff"}', "is not UTF-8"),
            (b'{"a":NaN}', "has a number that cannot be read"),
            (b'{"a":' + b"9" * 5000 + b"}", "has a number that cannot be read"),
            (b'{"a":"\\u0000"}', "has a NUL character"),
            (b"[" * 100_000, "is nested too deep"),
            (b"[1,2,3]", "has 3 values for 1 columns"),
            (b'{"a":"' + b"x" * 1_000_000 + b'"}', "is longer than 1,000,000 bytes"),
            (b" " * 3_000_000, "is longer than 1,000,000 bytes"),
        ):
            with self.subTest(line[:20]):
                message = self.failure(b'{"a":1}\n\n' + line + b"\n", priority=1)

                assert message == f"Line 4 {reason}."

    def test_names_the_row_whose_number_is_infinite(self):
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                message = self.failure(b'{"a":1}\n{"a":1e999}\n', kind=kind)

                assert message == "Row 2 has a number that is too large."

    def test_tells_an_escaped_nul_from_an_escaped_backslash(self):
        job = self.done(b'{"a":"\\\\u0000"}\n')

        assert rows_of(job) == [["a"], ["\\u0000"]]

    def test_needs_names_for_the_columns(self):
        for line in (b"[1]", b"{}", b"[]"):
            with self.subTest(line):
                assert "Line 2 names no columns" in self.failure(line)

    def test_needs_rows(self):
        for content in (b"", b"\n \n"):
            with self.subTest(content):
                assert "no rows" in self.failure(content, columns=COLUMNS)

    def test_refuses_more_columns_than_excel_has(self):
        with patch("files.tables.rows.MAX_COLUMNS", 2):
            assert "more than 2 keys" in self.failure(b'{"a":1,"b":1,"c":1}')

    def test_fails_where_the_rows_are_gone(self):
        for loss in (
            lambda source: source.delete(),
            lambda source: default_storage.delete(source.file_name),
        ):
            job = make_ndjson_job(b"{}", owner=self.alice)
            loss(StoredFile.objects.get(file_name=job.payload["rows_from"]))

            work_one("node")

            job.refresh_from_db()
            assert "not there any more" in job.errors[0]["message"]
