import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.tests.factories import api_client, make_user
from files.models import StoredFile
from files.tests.factories import limits, png_bytes, stored_names, unfinished_names

URL = "/api/files"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'


class UploadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.before = stored_names()

    def send_form(self, data, name="Logo Ü.png", **fields):
        file = SimpleUploadedFile(name, data, content_type="text/html")
        return self.send_fields({"file": file, **fields})

    def send_fields(self, fields):
        return self.send_body(encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT)

    def send_body(self, data, content_type="image/png", query=""):
        client = api_client(self.alice)
        return client.generic("POST", URL + query, data, content_type=content_type)

    def test_stores_a_form_s_file(self):
        data = png_bytes()

        response = self.send_form(data)

        stored = StoredFile.objects.get()
        assert response.status_code == 201
        assert response.headers["Location"] == stored.url
        assert response.json()["data"]["file"] == {
            "fileName": stored.file_name,
            "displayName": "Logo Ü.png",
            "url": stored.url,
            "type": "png",
            "origin": "upload",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "createdAt": response.json()["data"]["file"]["createdAt"],
            "modifiedAt": response.json()["data"]["file"]["modifiedAt"],
            "expiresAt": None,
            "trashedAt": None,
            "jobId": None,
        }

    def test_gives_the_bytes_back(self):
        data = png_bytes()

        response = self.send_body(data)

        download = api_client(self.alice).get(response.headers["Location"])
        assert download.getvalue() == data
        assert download.headers["Content-Type"] == "image/png"

    def test_takes_the_bytes_as_the_body(self):
        response = self.send_body(SVG, "image/svg+xml", "?fileName=our%20logo.svg")

        file = response.json()["data"]["file"]
        assert (file["type"], file["displayName"]) == ("svg", "our logo.svg")

    def test_has_a_name_where_none_is_sent(self):
        assert self.send_body(png_bytes()).status_code == 201
        assert StoredFile.objects.get().display_name == "File.png"

    def test_tells_the_type_by_the_content(self):
        response = self.send_form(png_bytes(), name="page.html")

        file = response.json()["data"]["file"]
        assert (file["type"], file["displayName"]) == ("png", "page.png")

    def test_trusts_no_path_in_a_name(self):
        for name in (
            "../../etc/passwd.png",
            r"C:\x\logo.png",
            "/abs.png",
            "\u202e.png",
        ):
            with self.subTest(name):
                file = self.send_form(png_bytes(), name=name).json()["data"]["file"]

                assert len(file["fileName"]) == 44
                assert not set(file["displayName"]) & set("/\\\u202e")

    def test_counts_the_bytes_but_no_generated_file(self):
        data = png_bytes()

        self.send_form(data)

        self.alice.refresh_from_db()
        assert self.alice.stored_bytes == len(data)
        assert self.alice.total_files_generated == 0

    def test_refuses_what_is_no_image(self):
        for data in (b"", b"text", b"<html></html>", b"GIF89a", b"%PDF-1.4"):
            with self.subTest(data):
                response = self.send_body(data)

                assert response.status_code == 400
                assert response.json()["error"]["type"] == "VALIDATION_ERROR"
        self.assert_nothing_is_left()

    def test_refuses_other_types_of_bodies(self):
        for content_type in ("application/json", "text/plain", "application/pdf"):
            with self.subTest(content_type):
                response = self.send_body(png_bytes(), content_type)

                assert response.status_code == 415

    def test_refuses_forms_of_another_shape(self):
        for form in (
            {},
            {"file": "text"},
            {"picture": SimpleUploadedFile("a.png", png_bytes())},
            {"file": SimpleUploadedFile("a.png", png_bytes()), "colour": "red"},
            {"file": [SimpleUploadedFile(f"{n}.png", png_bytes()) for n in "ab"]},
        ):
            with self.subTest(form):
                assert self.send_fields(form).status_code == 400
        self.assert_nothing_is_left()

    def test_refuses_a_form_that_is_broken(self):
        for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
            with self.subTest(content_type):
                response = self.send_body(b"--y\r\nnonsense", content_type)

                assert response.status_code == 400

    def test_refuses_unknown_parameters(self):
        assert self.send_body(png_bytes(), query="?name=x").status_code == 400

    @override_settings(MAX_BODY_BYTES=50)
    def test_refuses_bodies_that_are_too_large(self):
        assert self.send_body(png_bytes()).status_code == 413

    def test_is_refused_where_the_user_has_no_room(self):
        with limits(user_bytes=10):
            response = self.send_form(png_bytes())

        assert response.status_code == 403
        assert response.json()["error"]["type"] == "QUOTA_EXCEEDED"
        self.assert_nothing_is_left()

    def test_is_refused_where_the_storage_is_full(self):
        with limits(storage_bytes=0):
            assert self.send_form(png_bytes()).status_code == 507

        self.assert_nothing_is_left()

    def test_asks_strangers_to_sign_in(self):
        client = api_client()
        response = client.generic("POST", URL, png_bytes(), content_type="image/png")

        assert response.status_code == 401

    def assert_nothing_is_left(self):
        assert not StoredFile.objects.exists()
        assert stored_names() == self.before
        assert unfinished_names() == set()
