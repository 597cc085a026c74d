import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, SimpleTestCase

from common.logs import RequestIDFilter, request_id
from common.middleware import RequestIDMiddleware
from common.rate_limits import Usage


def id_for(sent):
    middleware = RequestIDMiddleware(lambda request: HttpResponse())
    request = RequestFactory().get("/", headers={"X-Request-ID": sent})
    return middleware(request).headers["X-Request-ID"]


def filtered_record():
    record = logging.makeLogRecord({"msg": "text"})
    RequestIDFilter().filter(record)
    return record


class RequestIDTests(SimpleTestCase):
    def test_keeps_a_sane_token(self):
        for sent in ("a", "req-1", "0af7651916cd43dd:8448.eb_2", "x" * 100):
            with self.subTest(sent=sent):
                assert id_for(sent) == sent

    def test_replaces_what_is_no_sane_token(self):
        for sent in (
            "",
            " ",
            "a b",
            "a\nb",
            "a\n",
            "-a",
            "<script>",
            "caf\u00e9",
            "x" * 101,
            'a"b',
            "a;b",
        ):
            with self.subTest(sent=sent):
                assert id_for(sent).startswith("req_")

    def test_makes_a_new_one_each_time(self):
        assert id_for("") != id_for("")


class RequestIDOnLogsTests(SimpleTestCase):
    def test_is_on_records_of_the_request(self):
        records = []

        def view(request):
            records.append(filtered_record())
            return HttpResponse()

        request = RequestFactory().get("/", headers={"X-Request-ID": "req-1"})
        RequestIDMiddleware(view)(request)

        assert records[0].request_id == "req-1"

    def test_is_a_dash_outside_of_requests(self):
        assert filtered_record().request_id == "-"

    def test_does_not_outlive_a_request_that_fails(self):
        def view(request):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            RequestIDMiddleware(view)(RequestFactory().get("/"))

        assert request_id.get() == "-"


class RateLimitHeadersTests(SimpleTestCase):
    def headers(self, usage):
        def view(request):
            request.rate_limit = usage
            return HttpResponse()

        return RequestIDMiddleware(view)(RequestFactory().get("/")).headers

    def test_tell_the_usage(self):
        headers = self.headers(Usage(limit=10, count=4, reset_seconds=30))

        assert headers["RateLimit-Limit"] == "10"
        assert headers["RateLimit-Remaining"] == "6"
        assert headers["RateLimit-Reset"] == "30"

    def test_never_have_less_than_nothing_remaining(self):
        headers = self.headers(Usage(limit=10, count=12, reset_seconds=30))

        assert headers["RateLimit-Remaining"] == "0"

    def test_are_absent_where_nothing_was_counted(self):
        assert "RateLimit-Limit" not in self.headers(None)
