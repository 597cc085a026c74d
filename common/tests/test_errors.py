from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import OperationalError
from django.http import Http404
from django.test import RequestFactory, SimpleTestCase
from rest_framework import exceptions
from rest_framework.request import Request

from common.api.errors import PayloadTooLarge, exception_handler
from common.exceptions import ApplicationError, Conflict, Forbidden, Unavailable


def answer_to(error):
    request = Request(RequestFactory().get("/api/things"))
    request._request.id = "req-1"
    return exception_handler(error, {"request": request})


class CoffeeCold(Conflict):
    """The coffee is cold."""


class ErrorStatusTests(SimpleTestCase):
    def test_follows_from_the_class(self):
        for error, status, kind in [
            (ApplicationError(), 400, "VALIDATION_ERROR"),
            (Forbidden(), 403, "FORBIDDEN"),
            (CoffeeCold(), 409, "CONFLICT"),
            (Unavailable(), 503, "UPSTREAM_UNAVAILABLE"),
            (exceptions.ValidationError("x"), 400, "VALIDATION_ERROR"),
            (exceptions.ParseError(), 400, "VALIDATION_ERROR"),
            (exceptions.NotAuthenticated(), 401, "UNAUTHENTICATED"),
            (exceptions.AuthenticationFailed(), 401, "UNAUTHENTICATED"),
            (exceptions.PermissionDenied(), 403, "FORBIDDEN"),
            (exceptions.NotFound(), 404, "NOT_FOUND"),
            (exceptions.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
            (PayloadTooLarge(), 413, "PAYLOAD_TOO_LARGE"),
            (exceptions.UnsupportedMediaType("a/b"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (exceptions.Throttled(7), 429, "RATE_LIMIT_EXCEEDED"),
            (PermissionDenied(), 403, "FORBIDDEN"),
            (Http404(), 404, "NOT_FOUND"),
            (RequestDataTooBig(), 413, "PAYLOAD_TOO_LARGE"),
            (SuspiciousOperation(), 400, "VALIDATION_ERROR"),
        ]:
            with self.subTest(error=repr(error)):
                response = answer_to(error)

                assert response.status_code == status
                assert response.data["error"]["type"] == kind


class ErrorBodyTests(SimpleTestCase):
    def test_has_the_shape_of_the_contract(self):
        response = answer_to(CoffeeCold())

        assert response.data == {
            "success": False,
            "error": {
                "type": "CONFLICT",
                "message": "The coffee is cold.",
                "requestId": "req-1",
            },
        }

    def test_prefers_the_message_of_the_instance(self):
        response = answer_to(CoffeeCold("Warm it up."))

        assert response.data["error"]["message"] == "Warm it up."

    def test_says_when_to_try_again(self):
        for error, seconds in [(Unavailable(), 30), (exceptions.Throttled(7), 7)]:
            with self.subTest(error=repr(error)):
                response = answer_to(error)

                assert response.headers["Retry-After"] == str(seconds)
                assert response.data["error"]["retryAfter"] == seconds

    def test_asks_to_try_again_where_the_database_fails(self):
        with self.assertLogs("common.api.errors", "ERROR"):
            response = answer_to(OperationalError("database or disk is full"))

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        assert "disk" not in str(response.data)

    def test_never_shows_the_text_of_an_unknown_exception(self):
        with self.assertLogs("common.api.errors", "ERROR") as logs:
            response = answer_to(RuntimeError("secret: /var/lib/key"))

        assert response.status_code == 500
        assert response.data["error"]["type"] == "INTERNAL_ERROR"
        assert "secret" not in str(response.data)
        assert "/api/things" in logs.output[0]

    def test_does_not_show_the_message_of_a_404(self):
        response = answer_to(Http404("No User matches the given query."))

        assert "User" not in response.data["error"]["message"]


class ErrorDetailsTests(SimpleTestCase):
    def details(self, detail):
        return answer_to(exceptions.ValidationError(detail)).data["error"]["details"]

    def test_maps_fields_to_messages(self):
        details = self.details({"email": ["Too long.", "No address."]})

        assert details == {"email": ["Too long.", "No address."]}

    def test_names_the_field_of_an_item(self):
        details = self.details({"content": [{}, {"text": ["Required."]}]})

        assert details == {"content[1].text": ["Required."]}

    def test_names_the_field_of_the_first_item(self):
        details = self.details({"content": [{"text": ["Required."]}]})

        assert details == {"content[0].text": ["Required."]}

    def test_names_items_by_their_index_in_a_dict(self):
        details = self.details({"rows": {3: ["Not an object."]}})

        assert details == {"rows[3]": ["Not an object."]}

    def test_names_nested_fields(self):
        details = self.details({"viewport": {"size": {"width": ["Too wide."]}}})

        assert details == {"viewport.size.width": ["Too wide."]}

    def test_gives_errors_of_a_nested_object_its_name(self):
        details = self.details({"content": [{"non_field_errors": ["No block."]}]})

        assert details == {"content[0]": ["No block."]}

    def test_calls_what_has_no_field_the_body(self):
        assert self.details("Wrong.") == {"body": ["Wrong."]}
        assert self.details({"non_field_errors": ["Wrong."]}) == {"body": ["Wrong."]}
