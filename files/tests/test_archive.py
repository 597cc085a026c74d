import tracemalloc
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from django.core.files.storage import default_storage
from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from files.archive import UniqueNames, zip_of
from files.models import StoredFile
from files.tests.factories import make_file_name, make_stored_file, make_trashed_file

URL = "/api/files/archive"


class ArchiveTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def get(self, *stored, user=None):
        names = ",".join(getattr(one, "file_name", one) for one in stored)
        return api_client(user or self.alice).get(URL, {"fileNames": names})

    def make(self, **fields):
        return make_stored_file(owner=self.alice, **fields)

    def test_has_the_files_under_their_titles(self):
        first = self.make(display_name="Übersicht.pdf", content=b"one")
        second = self.make(display_name="報告.pdf", content=b"two" * 100_000)

        response = self.get(first, second)

        body = response.getvalue()
        with ZipFile(BytesIO(body)) as found:
            assert found.testzip() is None
            assert found.namelist() == ["Übersicht.pdf", "報告.pdf"]
            assert found.read("Übersicht.pdf") == b"one"
            assert found.read("報告.pdf") == b"two" * 100_000
            assert {info.compress_type for info in found.infolist()} == {ZIP_STORED}
        assert response.headers["Content-Length"] == str(len(body))

    def test_is_an_attachment(self):
        headers = self.get(self.make()).headers

        assert headers["Content-Type"] == "application/zip"
        assert headers["Content-Disposition"] == 'attachment; filename="files.zip"'

    def test_has_a_file_once_that_is_named_twice(self):
        stored = self.make()

        with ZipFile(BytesIO(self.get(stored, stored).getvalue())) as found:
            assert len(found.namelist()) == 1

    def test_can_hold_an_empty_file(self):
        with ZipFile(BytesIO(self.get(self.make(content=b"")).getvalue())) as found:
            assert found.read("Report.pdf") == b""

    def test_lists_the_names_that_are_not_there(self):
        gone = self.make()
        default_storage.delete(gone.file_name)
        bad = [
            make_file_name(),
            make_stored_file(owner=self.bob).file_name,
            make_trashed_file(owner=self.alice).file_name,
            gone.file_name,
            "../../etc/passwd",
        ]

        response = self.get(self.make(), *bad)

        error = response.json()["error"]
        assert response.status_code == 404
        assert error["details"] == {"fileNames": bad}

    def test_takes_1_to_100_names(self):
        for names in ([], ["x.pdf"] * 101, ["x" * 20_000]):
            with self.subTest(len(names)):
                response = self.get(*names)

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == ["fileNames"]

    def test_takes_one_query(self):
        stored = [self.make() for _ in range(5)]

        with self.assertNumQueries(1):
            self.get(*stored).getvalue()

    def test_asks_strangers_to_sign_in(self):
        assert api_client().get(URL, {"fileNames": "x"}).status_code == 401

    def test_takes_little_memory(self):
        names = [self.make(content=b"x" * 3_000_000).file_name for _ in range(4)]

        tracemalloc.start()
        try:
            size = sum(map(len, zip_of(StoredFile.objects.all(), names)))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert size > 12_000_000
        assert peak < 1_500_000


class UniqueNamesTests(TestCase):
    def names(self, *display_names):
        unique = UniqueNames()
        return [unique.of(name) for name in display_names]

    def test_are_numbered_where_titles_are_the_same(self):
        assert self.names("Report.pdf", "Report.pdf", "report.PDF", "Report.csv") == [
            "Report.pdf",
            "Report (2).pdf",
            "report (3).PDF",
            "Report.csv",
        ]

    def test_are_not_those_of_titles_that_look_numbered(self):
        names = self.names("a.pdf", "a (2).pdf", "a.pdf", "a.pdf", "a (2).pdf")

        assert len(set(names)) == 5

    def test_lead_nowhere(self):
        for title in (
            "/etc/passwd",
            "../../etc/passwd",
            r"..\..\windows\system.ini",
            "C:x.pdf",
            "...",
            ".bashrc",
            "a\x00b\nc.pdf",
        ):
            [name] = self.names(title)
            assert not set(name) & set("/\\:\x00\n")
            assert not name.startswith(".")
            assert name

    def test_are_more_than_an_extension(self):
        assert self.names("...png", "...png") == ["File.png", "File (2).png"]
