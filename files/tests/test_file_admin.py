from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_user
from files.tests.factories import make_link, make_stored_file, make_trashed_file
from jobs.tests.factories import make_job

LIST = reverse("admin:files_storedfile_changelist")


class FileAdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.operator = make_user(is_staff=True, is_superuser=True)

    def setUp(self):
        self.client.force_login(self.operator)

    def queries_of_list(self):
        with CaptureQueriesContext(connection) as queries:
            assert self.client.get(LIST).status_code == 200
        return queries

    def make_files(self, count):
        return [make_stored_file(job=make_job()) for _ in range(count)]

    def test_takes_as_many_queries_for_12_files_as_for_2(self):
        self.make_files(2)
        few = len(self.queries_of_list())
        self.make_files(10)

        assert len(self.queries_of_list()) == few

    def test_reads_no_documents_of_jobs(self):
        self.make_files(1)

        statements = " ".join(query["sql"] for query in self.queries_of_list())

        assert '"payload"' not in statements

    def test_shows_the_file_and_its_owner(self):
        [stored] = self.make_files(1)

        page = self.client.get(LIST).content.decode()

        assert stored.pk in page
        assert stored.owner.email in page

    def test_lets_nobody_change_a_file(self):
        [stored] = self.make_files(1)
        url = reverse("admin:files_storedfile_change", args=[stored.pk])

        self.client.post(url, {"file_name": "other.pdf"})

        name = stored.file_name
        stored.refresh_from_db()
        assert stored.file_name == name

    def test_lets_nobody_add_or_delete_a_file(self):
        [stored] = self.make_files(1)
        add = reverse("admin:files_storedfile_add")
        delete = reverse("admin:files_storedfile_delete", args=[stored.pk])

        assert self.client.get(add).status_code == 403
        assert self.client.post(delete, {"post": "yes"}).status_code == 403

    def run_action(self, action, *stored):
        chosen = {"action": action, "_selected_action": [one.pk for one in stored]}
        page = self.client.post(LIST, chosen, follow=True)
        return page.content.decode()

    def test_puts_files_into_the_trash_and_brings_them_back(self):
        [stored] = self.make_files(1)
        trashed = make_trashed_file()

        page = self.run_action("put_into_trash", stored, trashed)

        stored.refresh_from_db()
        assert "1 put into the trash; 1 could not be." in page
        assert stored.trashed_at is not None

        page = self.run_action("restore", stored, trashed)

        stored.refresh_from_db()
        assert "2 restored; 0 could not be." in page
        assert stored.trashed_at is None

    def test_shows_links_but_not_their_addresses(self):
        link = make_link()
        url = reverse("admin:files_storedfile_change", args=[link.file.pk])

        page = self.client.get(url).content.decode()

        assert link.pk in page
        assert link.url.rpartition(":")[2] not in page

    def test_is_closed_to_users(self):
        self.client.force_login(make_user())

        assert self.client.get(LIST).status_code == 302
