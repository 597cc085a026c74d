from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import TestCase
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.factories import api_client, make_user
from common.api.exceptions import RangeNotSatisfiable
from files.api.ranges import requested_range
from files.models import StoredFile
from files.reading import CHUNK_BYTES
from files.tests.factories import make_stored_file

CONTENT = bytes(range(100))
MODIFIED_AT = datetime(2026, 11, 23, 9, 30, 0, 500_000, tzinfo=UTC)


class RequestedRangeTests(TestCase):
    def test_is_what_the_header_says(self):
        for header, expected in (
            ("bytes=0-0", (0, 1)),
            ("bytes=0-99", (0, 100)),
            ("bytes=10-19", (10, 20)),
            ("bytes=90-", (90, 100)),
            ("bytes=90-5000", (90, 100)),
            ("bytes=-10", (90, 100)),
            ("bytes=-5000", (0, 100)),
            ("  Bytes = 5 - 6 ", (5, 7)),
            ("bytes=0-999999999999999999", (0, 100)),
        ):
            with self.subTest(header):
                assert requested_range(header, 100) == expected

    def test_is_everything_where_it_cannot_be_understood(self):
        for header in (
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=1.5-2",
            "bytes=--1",
            "bytes=+1-2",
            "bytes=\u0661-\u0662",
            "bytes=0-1,5-6",
            "bytes=0-1,",
            "items=0-1",
            f"bytes={'9' * 5000}-",
        ):
            with self.subTest(header):
                assert requested_range(header, 100) is None

    def test_is_refused_beyond_the_end(self):
        for header, size in (
            ("bytes=100-", 100),
            ("bytes=100-200", 100),
            ("bytes=-0", 100),
            ("bytes=0-", 0),
            ("bytes=-5", 0),
        ):
            with self.subTest(header), pytest.raises(RangeNotSatisfiable):
                requested_range(header, size)


@given(header=st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True))
def test_a_range_lies_always_within_the_file(header):
    try:
        found = requested_range(header, 1000)
    except RangeNotSatisfiable:
        return

    assert found is None or 0 <= found[0] < found[1] <= 1000


class RangeDownloadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.stored = make_stored_file(
            owner=cls.alice, content=CONTENT, modified_at=MODIFIED_AT
        )

    def get(self, method="get", **headers):
        client = api_client(self.alice)
        response = getattr(client, method)(self.stored.url, headers=headers)
        return response, response.getvalue()

    def test_sends_the_part_and_says_which(self):
        response, body = self.get(range="bytes=10-19")

        assert (response.status_code, body) == (206, CONTENT[10:20])
        assert response.headers["Content-Range"] == "bytes 10-19/100"
        assert response.headers["Content-Length"] == "10"
        assert response.headers["ETag"] == self.stored.etag

    def test_says_that_ranges_are_served(self):
        response, body = self.get()

        assert (response.status_code, body) == (200, CONTENT)
        assert response.headers["Accept-Ranges"] == "bytes"
        assert "Content-Range" not in response.headers

    def test_says_how_long_the_file_is_where_it_is_too_short(self):
        response, _ = self.get(range="bytes=100-")

        assert response.status_code == 416
        assert response.headers["Content-Range"] == "bytes */100"
        assert response.json()["error"]["type"] == "RANGE_NOT_SATISFIABLE"

    def test_sends_everything_where_several_are_asked_for(self):
        response, body = self.get(range="bytes=0-1,5-6")

        assert (response.status_code, body) == (200, CONTENT)

    def test_ignores_ranges_of_a_head(self):
        response, body = self.get("head", range="bytes=10-19")

        assert (response.status_code, body) == (200, b"")
        assert response.headers["Content-Length"] == "100"

    def test_is_guarded_like_the_whole(self):
        response, _ = self.get(range="bytes=10-19")

        headers = response.headers
        assert headers["Content-Disposition"].startswith("attachment;")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"] == "private, no-cache"

    def test_is_put_together_over_many_chunks(self):
        content = bytes(range(256)) * 1024
        self.stored = make_stored_file(owner=self.alice, content=content)

        _, body = self.get(range=f"bytes=7-{3 * CHUNK_BYTES + 8}")

        assert body == content[7 : 3 * CHUNK_BYTES + 9]


class ConditionalRangeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.stored = make_stored_file(
            owner=cls.alice, content=CONTENT, modified_at=MODIFIED_AT
        )

    def status(self, **headers):
        response = api_client(self.alice).get(self.stored.url, headers=headers)
        response.getvalue()
        return response.status_code

    def range_status(self, condition):
        return self.status(range="bytes=0-1", if_range=condition)

    def test_sends_the_part_of_what_the_client_has(self):
        assert self.range_status(self.stored.etag) == 206
        assert self.range_status(http_date(MODIFIED_AT.timestamp())) == 206

    def test_sends_everything_where_the_client_has_something_else(self):
        later = http_date((MODIFIED_AT + timedelta(days=1)).timestamp())
        for condition in ('"other"', f"W/{self.stored.etag}", later, "yesterday", "*"):
            with self.subTest(condition):
                assert self.range_status(condition) == 200

    def test_says_when_the_file_was_modified(self):
        response = api_client(self.alice).head(self.stored.url)

        assert response.headers["Last-Modified"] == "Mon, 23 Nov 2026 09:30:00 GMT"

    def test_sends_nothing_where_nothing_is_newer(self):
        since = http_date(MODIFIED_AT.timestamp())

        assert self.status(if_modified_since=since) == 304
        assert self.status(range="bytes=0-1", if_none_match=self.stored.etag) == 304

    def test_refuses_where_another_version_is_wanted(self):
        before = http_date((MODIFIED_AT - timedelta(days=1)).timestamp())

        assert self.status(if_match='"other"') == 412
        assert self.status(if_unmodified_since=before) == 412
        assert self.status(if_match=self.stored.etag, range="bytes=0-1") == 206


class AbandonedDownloadTests(TestCase):
    def test_closes_the_file_that_nobody_read(self):
        alice = make_user()
        stored = make_stored_file(owner=alice)
        slices = []
        read = StoredFile.read

        def remember(self, *args):
            slices.append(read(self, *args))
            return slices[-1]

        with patch.object(StoredFile, "read", remember):
            api_client(alice).get(stored.url).close()

        assert slices[0].file.closed
