import io
import os
import time
from unittest.mock import patch

import openpyxl
import pytest
from django.conf import settings
from django.test import TestCase

from accounts.tests.factories import make_user
from files.models import StoredFile
from files.retention import clean_up
from files.storage import NewFile
from files.tasks import generate_xlsx
from files.tests.factories import stored_names, unfinished_names
from files.tests.tables import content_of, make_table_job
from jobs.claiming import claim_job
from jobs.models import Job
from jobs.recovery import Recovery
from jobs.tasks import work_one


class GenerateTableTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def done(self, kind="csv", **payload):
        job = make_table_job(owner=self.alice, kind=kind, **payload)
        work_one("node")
        job.refresh_from_db()
        return job

    def test_makes_a_csv_file(self):
        job = self.done(file_name="Sales")

        assert job.status == "completed", job.errors
        assert content_of(job) == b"Name,Number\r\nNorth,12\r\n'=1+1,\r\n"
        assert StoredFile.objects.get().display_name == "Sales.csv"

    def test_makes_a_workbook(self):
        job = self.done("xlsx", options={"sheet_name": "North"})

        assert job.status == "completed", job.errors
        book = openpyxl.load_workbook(io.BytesIO(content_of(job)))
        assert book.sheetnames == ["North"]
        values = [list(row) for row in book.active.values]
        assert values == [["Name", "Number"], ["North", 12], ["=1+1", None]]
        assert StoredFile.objects.get().display_name == "Table.xlsx"

    def test_tells_how_large_the_table_is(self):
        job = self.done()

        assert job.result["type"] == "csv"
        assert (job.result["rows"], job.result["columns"]) == (2, 2)

    def test_follows_the_options(self):
        options = {"delimiter": ";", "escape_formulas": False, "line_ending": "lf"}

        job = self.done(options=options)

        assert content_of(job) == b"Name;Number\nNorth;12\n=1+1;\n"

    def test_warns_of_what_was_left_out_and_changed(self):
        job = self.done(left_out=1234)

        changed, left_out = job.result["warnings"]
        assert "apostrophe" in changed
        assert left_out == "1,234 values were left out: no header has their keys."

    def test_fails_with_the_cell_that_cannot_be_encoded(self):
        before = stored_names()

        job = self.done(rows=[["日", 1]], options={"encoding": "windows-1252"})

        assert job.status == "failed"
        assert "Row 1, column 1" in job.errors[0]["message"]
        assert stored_names() == before
        assert unfinished_names() == set()

    def test_leaves_nothing_of_a_worker_that_died(self):
        make_table_job(owner=self.alice, kind="xlsx")
        job = claim_job(node_id="node_gone", process="1:1")
        with (
            patch("files.storage.discard_new_file"),
            patch.object(NewFile, "save_as", side_effect=MemoryError),
            pytest.raises(MemoryError),
        ):
            generate_xlsx(job)
        assert len(unfinished_names()) == 2

        Recovery().look()

        assert unfinished_names() == set()

    def test_leaves_no_folder_for_good(self):
        folder = settings.STORAGE_PATH / "tmp" / "0000.parts"
        folder.mkdir(parents=True)
        (folder / "sheet1.xml").touch()
        two_days_ago = time.time() - 2 * 86_400
        os.utime(folder, (two_days_ago, two_days_ago))

        clean_up()

        assert unfinished_names() == set()

    def test_reports_how_far_it_is(self):
        with patch.object(Job, "report_progress", autospec=True) as report:
            self.done(rows=[["x", n] for n in range(2000)])

        told = [call.args[1:] for call in report.call_args_list]
        assert told[:2] == [
            (42, "1,000 rows are written"),
            (85, "2,000 rows are written"),
        ]
