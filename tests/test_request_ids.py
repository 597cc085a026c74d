from unittest import mock

from django.test import TestCase

from accounts.tests.factories import api_client, make_user


class RequestIDTests(TestCase):
    def setUp(self):
        self.client = api_client(make_user())

    def get(self, url, sent=None):
        headers = {"X-Request-ID": sent} if sent else {}
        return self.client.get(url, headers=headers)

    def test_is_on_every_response(self):
        for url in (
            "/health",
            "/",
            "/api/docs",
            "/api/jobs",
            "/api/jobs?limit=0",
            "/api/users/user_0",
            "/api/nowhere",
            "/nowhere",
            "/admin/login/",
        ):
            with self.subTest(url=url):
                response = self.get(url, sent="req-1")

                assert response.headers["X-Request-ID"] == "req-1"

    def test_is_on_a_response_to_a_forged_host(self):
        response = self.client.get("/api/jobs", headers={"host": "evil.example.com"})

        assert response.status_code == 400
        assert response.json()["error"]["requestId"] == response["X-Request-ID"]

    def test_is_in_the_body_of_errors(self):
        for url in ("/api/users/user_0", "/api/nowhere", "/nowhere"):
            with self.subTest(url=url):
                response = self.get(url, sent="req-1")

                assert response.json()["error"]["requestId"] == "req-1"

    def test_is_made_where_the_client_sends_none_that_is_sane(self):
        for sent in (None, "<script>", "x" * 101, "a b"):
            with self.subTest(sent=sent):
                response = self.get("/api/nowhere", sent=sent)

                assert response.headers["X-Request-ID"].startswith("req_")

    @mock.patch("accounts.api.views.UserViewSet.get_object", autospec=True)
    def test_is_on_the_response_to_an_unhandled_error(self, get_object):
        get_object.side_effect = RuntimeError

        with self.assertLogs("common.api.errors", "ERROR"):
            response = self.get("/api/users/user_0", sent="req-1")

        assert response.headers["X-Request-ID"] == "req-1"
        assert response.json()["error"]["requestId"] == "req-1"
