"""Which index SQLite takes: a list must not read the files of others."""

from django.db import connection
from django.db.models import Min
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_user
from files.models import StoredFile
from files.removal import half_removed
from files.trash import old_trash


def plan_of(ask):
    with CaptureQueriesContext(connection) as queries:
        ask()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
        return " ".join(row[3] for row in cursor.fetchall())


class FileIndexTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.visible = StoredFile.objects.visible_to(cls.alice)

    def setUp(self):
        if connection.vendor != "sqlite":
            self.skipTest("EXPLAIN is written otherwise there")

    def test_serve_the_list_in_its_order(self):
        for files, index in (
            (self.visible, "file_of_owner"),
            (self.visible.filter(type="pdf"), "file_of_owner_by_type"),
        ):
            plan = plan_of(lambda files=files: list(files.order_by("-id")[:51]))

            assert f"USING INDEX {index} (" in plan
            assert "TEMP B-TREE" not in plan

    def test_count_the_list_without_its_rows(self):
        plan = plan_of(self.visible.count)

        assert "COVERING INDEX file_of_owner (" in plan

    def test_find_the_first_expiry(self):
        ahead = StoredFile.objects.filter(
            owner=self.alice, expires_at__gt=timezone.now()
        )

        plan = plan_of(lambda: ahead.aggregate(Min("expires_at")))

        assert "COVERING INDEX file_expiry_of_owner" in plan

    def test_find_what_is_to_be_removed(self):
        for files, index in (
            (StoredFile.objects.expired(), "file_expiry"),
            (old_trash(), "file_in_trash"),
            (half_removed(), "file_removed"),
        ):
            plan = plan_of(lambda files=files: list(files.order_by("pk")[:9]))

            assert f"USING INDEX {index} (" in plan

    def test_find_a_file_by_its_name(self):
        plan = plan_of(lambda: self.visible.filter(file_name="x.pdf").first())

        assert "file_name=?" in plan
