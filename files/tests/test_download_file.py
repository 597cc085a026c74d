from unittest.mock import patch

from django.core.files.storage import default_storage
from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from files.models import StoredFile
from files.tests.factories import PDF, make_file_name, make_stored_file

TRICKS = [
    "..",
    "%2e%2e",
    "../secret_key",
    "..%2fsecret_key",
    "..%2F..%2Fetc%2Fpasswd",
    "%2Fetc%2Fpasswd",
    "..%5Csecret_key",
    "%00",
    "a%00.pdf",
    "generate",
    "x" * 5_000,
    "%F0%9F%8E%89.pdf",
]


def url_of(stored):
    return f"/api/files/{stored.file_name}"


def download(stored, user, **headers):
    """Return the response and its body, read to the end so that the file is closed."""
    response = api_client(user).get(url_of(stored), headers=headers)
    return response, response.getvalue()


class DownloadFileTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def test_sends_the_bytes(self):
        response, body = download(self.stored, self.alice)

        assert response.status_code == 200
        assert body == PDF
        assert response.headers["Content-Length"] == str(len(PDF))

    def test_says_what_it_is(self):
        response, _ = download(self.stored, self.alice)

        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["ETag"] == f'"{self.stored.sha256}"'

    def test_is_never_shown_inside_a_page(self):
        response, _ = download(self.stored, self.alice)

        headers = response.headers
        assert headers["Content-Disposition"].startswith("attachment;")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

    def test_is_kept_by_no_shared_cache(self):
        response, _ = download(self.stored, self.alice)

        assert response.headers["Cache-Control"] == "private, no-cache"

    def test_answers_a_program_that_accepts_pdf_only(self):
        response, body = download(self.stored, self.alice, accept="application/pdf")

        assert response.status_code == 200
        assert body == PDF

    def test_answers_head_without_the_bytes(self):
        response = api_client(self.alice).head(url_of(self.stored))

        assert response.status_code == 200
        assert response.headers["Content-Length"] == str(len(PDF))
        assert response.getvalue() == b""

    def test_takes_one_query(self):
        with self.assertNumQueries(1):
            download(self.stored, self.alice)


class DownloadNameTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def disposition_of(self, title):
        stored = make_stored_file(owner=self.alice, display_name=title)
        response, _ = download(stored, self.alice)
        assert response.status_code == 200
        return response.headers["Content-Disposition"]

    def test_is_the_title(self):
        assert self.disposition_of("Report.pdf") == 'attachment; filename="Report.pdf"'

    def test_is_written_for_every_alphabet(self):
        assert (
            self.disposition_of("Übersicht.pdf")
            == "attachment; filename*=utf-8''%C3%9Cbersicht.pdf"
        )

    def test_cannot_break_out_of_its_quotes(self):
        disposition = self.disposition_of('a"; filename="b.exe')

        assert disposition == r'attachment; filename="a\"; filename=\"b.exe"'

    def test_keeps_all_of_a_title_with_a_slash(self):
        disposition = self.disposition_of("Q1/Q2 report.pdf")

        assert "Q1" in disposition
        assert "Q2 report.pdf" in disposition

    def test_is_one_line_for_a_title_of_two(self):
        assert "\n" not in self.disposition_of("One\nTwo.pdf")


class ConditionalDownloadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def test_sends_nothing_where_the_client_has_it(self):
        for tags in (self.stored.etag, f'"other", {self.stored.etag}', "*"):
            with self.subTest(tags):
                response, body = download(self.stored, self.alice, if_none_match=tags)

                assert response.status_code == 304
                assert body == b""
                assert response.headers["ETag"] == self.stored.etag

    def test_does_not_open_the_file_where_the_client_has_it(self):
        with patch.object(StoredFile, "read", autospec=True) as opened:
            download(self.stored, self.alice, if_none_match=self.stored.etag)

        opened.assert_not_called()

    def test_sends_the_bytes_where_the_client_has_others(self):
        response, body = download(self.stored, self.alice, if_none_match='"other"')

        assert response.status_code == 200
        assert body == PDF

    def test_tells_a_stranger_nothing_by_a_tag(self):
        response, _ = download(self.stored, make_user(), if_none_match=self.stored.etag)

        assert response.status_code == 404


class MissingDownloadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def error_of(self, path, *, user=None):
        response = api_client(user or self.alice).get(f"/api/files/{path}")
        assert response.status_code == 404
        error = response.json()["error"]
        del error["requestId"]
        return error

    def test_asks_strangers_to_sign_in(self):
        response, _ = download(self.stored, None)

        assert response.status_code == 401

    def test_hides_files_of_other_users_as_if_they_did_not_exist(self):
        hidden = self.error_of(self.stored.file_name, user=self.bob)
        missing = self.error_of(make_file_name(), user=self.bob)

        assert hidden == missing

    def test_shows_operators_any_file(self):
        response, body = download(self.stored, make_user(is_staff=True))

        assert response.status_code == 200
        assert body == PDF

    def test_answers_404_where_the_bytes_are_gone(self):
        stored = make_stored_file(owner=self.alice)
        default_storage.delete(stored.file_name)

        with self.assertLogs("files.api.ranges", "ERROR"):
            error = self.error_of(stored.file_name)

        assert error["type"] == "NOT_FOUND"

    def test_follows_no_path_in_a_name(self):
        for name in TRICKS:
            with self.subTest(name):
                assert self.error_of(name)["type"] == "NOT_FOUND"
