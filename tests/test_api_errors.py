from unittest import mock

from django.test import Client, TestCase

from accounts.tests.factories import PASSWORD, api_client, make_user


class ErrorTestCase(TestCase):
    def assert_error(self, response, status, kind):
        body = response.json()
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/json"
        assert body["success"] is False
        assert body["error"]["type"] == kind
        assert body["error"]["message"]
        assert body["error"]["requestId"] == response.headers["X-Request-ID"]


class RouteErrorTests(ErrorTestCase):
    def test_answers_404_for_unknown_routes(self):
        for url in ("/api", "/api/", "/api/nowhere", "/api/users/a/b/c", "/nowhere"):
            with self.subTest(url=url):
                self.assert_error(api_client().get(url), 404, "NOT_FOUND")

    def test_answers_404_for_unknown_routes_whatever_the_method(self):
        for method in ("post", "put", "patch", "delete", "options"):
            with self.subTest(method=method):
                response = getattr(api_client(), method)("/api/nowhere")

                self.assert_error(response, 404, "NOT_FOUND")

    def test_answers_404_for_ids_that_no_row_can_have(self):
        client = api_client(make_user())

        for pk in ("user_0", "'", "%00", "%0A", "..%2F", "a" * 5_000, "\u00fc"):
            with self.subTest(pk=pk):
                response = client.get(f"/api/users/{pk}")

                self.assert_error(response, 404, "NOT_FOUND")

    def test_answers_405_and_names_the_methods_that_are_allowed(self):
        response = api_client(make_user()).patch("/api/users/user_0", {})

        self.assert_error(response, 405, "METHOD_NOT_ALLOWED")
        assert "PUT" in response.headers["Allow"]

    def test_answers_json_whatever_the_client_accepts(self):
        for accept in ("text/html", "application/xml", "*/*", "rubbish"):
            with self.subTest(accept=accept):
                response = api_client().get("/api/jobs", headers={"accept": accept})

                self.assert_error(response, 401, "UNAUTHENTICATED")


class UnhandledErrorTests(ErrorTestCase):
    def test_tells_nothing_but_the_request_id(self):
        target = "accounts.api.views.UserViewSet.get_object"
        error = RuntimeError("secret in /var/lib")

        with (
            mock.patch(target, autospec=True, side_effect=error),
            self.assertLogs("common.api.errors", "ERROR"),
        ):
            response = api_client(make_user()).get("/api/users/user_0")

        self.assert_error(response, 500, "INTERNAL_ERROR")
        assert "secret" not in response.text

    def test_tells_no_more_outside_of_the_api(self):
        target = "django.contrib.auth.views.LoginView.get_context_data"
        error = RuntimeError("secret in /var/lib")

        with (
            mock.patch(target, autospec=True, side_effect=error),
            self.assertLogs("django.request", "ERROR"),
        ):
            response = Client(raise_request_exception=False).get("/auth/login")

        self.assert_error(response, 500, "INTERNAL_ERROR")
        assert "secret" not in response.text


class BodyErrorTests(ErrorTestCase):
    def post(self, body, content_type="application/json"):
        return api_client().post("/api/users", body, content_type=content_type)

    def test_answers_400_for_bodies_that_are_not_sound_json(self):
        for body in (
            b"{",
            b'{"email": NaN}',
            b'{"metadata": {"a": 1e999}}',
            b'{"a":' * 33 + b"1" + b"}" * 33,
            b"[" * 60_000,
            rb'{"email": "a\u0000@example.com"}',
            rb'{"metadata": {"a": "\ud800"}}',
            b'{"email": "\xff"}',
        ):
            with self.subTest(body=body[:40]):
                self.assert_error(self.post(body), 400, "VALIDATION_ERROR")

    def test_names_what_is_missing_in_an_empty_body(self):
        response = self.post(b"")

        self.assert_error(response, 400, "VALIDATION_ERROR")

    def test_refuses_other_content_types(self):
        for content_type in (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain",
            "rubbish",
        ):
            with self.subTest(content_type=content_type):
                response = self.post(b"email=a", content_type)

                self.assert_error(response, 415, "UNSUPPORTED_MEDIA_TYPE")

    def test_refuses_a_body_that_is_too_large(self):
        response = self.post(b'{"email": "%b"}' % (b"a" * 65_536))

        self.assert_error(response, 413, "PAYLOAD_TOO_LARGE")

    def test_keeps_every_sound_text(self):
        text = "Z\u00fcrich \U0001f600 \u2028 <script>"
        body = {"email": "a@example.com", "password": PASSWORD, "metadata": {"a": text}}

        response = api_client().post("/api/users", body)

        assert response.json()["data"]["user"]["metadata"] == {"a": text}


class NestedErrorTests(ErrorTestCase):
    def test_names_the_block_and_the_field(self):
        body = {"content": [{"type": "heading"}]}

        response = api_client(make_user()).post("/api/files/generate/pdf", body)

        self.assert_error(response, 400, "VALIDATION_ERROR")
        assert list(response.json()["error"]["details"]) == ["content[0].text"]


class CookieTests(ErrorTestCase):
    """Browsers sign in by cookie, which needs a CSRF token to change anything."""

    def test_refuses_changes_without_a_csrf_token(self):
        user = make_user()
        client = Client(enforce_csrf_checks=True)
        client.force_login(user)

        response = client.put(f"/api/users/{user.pk}", {}, "application/json")

        self.assert_error(response, 403, "FORBIDDEN")

    def test_shows_people_a_page(self):
        user = make_user()
        self.client.force_login(user)

        response = self.client.get(
            f"/api/users/{user.pk}", headers={"accept": "text/html"}
        )

        self.assertContains(response, user.email)
        assert response.headers["Content-Type"].startswith("text/html")
