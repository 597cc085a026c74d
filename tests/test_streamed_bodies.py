"""Bodies that the application reads while they come."""

import io
from itertools import chain, repeat
from unittest.mock import patch

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import SimpleTestCase, override_settings

from common.exceptions import RequestTimedOut
from common.request_bodies import BoundedBodies
from common.streamed_bodies import BLOCK_BYTES, BodyCutOff

PATH = "/upload"
STREAMED = {"text/lines": (PATH,)}
SETTINGS = {"STREAMED_BODIES": STREAMED, "MAX_BODY_BYTES": 10, "WEB_THREADS": 2}


@override_settings(**SETTINGS)
class StreamedBodiesTests(SimpleTestCase):
    def setUp(self):
        self.seen = None
        self.bounded = BoundedBodies(self.read_all)

    def read_all(self, environ, start_response):
        self.seen = environ["wsgi.input"].read()
        start_response("200 OK", [])
        return [b"{}"]

    def refuse(self, environ, start_response):
        start_response("401 Unauthorized", [])
        return [b"{}"]

    def send(
        self, body, *, length=None, application=None, path=PATH, kind="text/lines"
    ):
        environ = {"wsgi.input": body, "PATH_INFO": path, "CONTENT_TYPE": kind}
        if length is None:
            environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        else:
            environ["CONTENT_LENGTH"] = str(length)
        answer = {}

        def start_response(status, headers):
            answer.update(status=int(status[:3]), headers=dict(headers))

        if application:
            self.bounded.application = application
        b"".join(self.bounded(environ, start_response))
        return answer

    def times(self, *moments):
        """Have the clock show these, and then the last of them."""
        clock = chain(moments, repeat(moments[-1]))
        return patch("common.streamed_bodies.monotonic", side_effect=clock)

    def is_a_reader_free(self):
        if is_free := self.bounded.readers.acquire(blocking=False):
            self.bounded.readers.release()
        return is_free

    def test_may_be_larger_than_others(self):
        content = bytes(range(256)) * 1000
        for length in (len(content), None):
            with self.subTest(length=length):
                answer = self.send(io.BytesIO(content), length=length)

                assert self.seen == content
                assert answer["status"] == 200
                assert self.is_a_reader_free()

    def test_are_those_of_the_path_and_type_alone(self):
        for changed in ({"path": "/other"}, {"kind": "text/plain"}, {"kind": ""}):
            with self.subTest(changed):
                answer = self.send(io.BytesIO(b"x" * 11), length=11, **changed)

                assert answer["status"] == 413

    def test_are_known_by_their_type_however_it_is_written(self):
        answer = self.send(io.BytesIO(b"x" * 11), length=11, kind="Text/Lines; a=b")

        assert answer["status"] == 200

    def test_are_not_read_before_the_application_reads(self):
        body = io.BytesIO(b"x" * 11)

        answer = self.send(body, length=11, application=self.refuse)

        assert body.tell() == 0
        assert answer["headers"]["Connection"] == "close"
        assert self.is_a_reader_free()

    def test_keep_the_connection_where_they_were_read(self):
        for length in (11, None):
            with self.subTest(length=length):
                answer = self.send(io.BytesIO(b"x" * 11), length=length)

                assert "Connection" not in answer["headers"]

    @override_settings(MAX_STREAMED_BODY_BYTES=20)
    def test_are_refused_where_they_are_announced_as_too_large(self):
        body = io.BytesIO(b"x" * 21)

        assert self.send(body, length=21)["status"] == 413
        assert body.tell() == 0

    @override_settings(MAX_STREAMED_BODY_BYTES=BLOCK_BYTES)
    def test_end_where_they_turn_out_too_large(self):
        with pytest.raises(RequestDataTooBig):
            self.send(io.BytesIO(b"x" * (BLOCK_BYTES + 1)))

        assert self.is_a_reader_free()

    def test_tell_of_a_client_that_stopped(self):
        with pytest.raises(BodyCutOff):
            self.send(io.BytesIO(b"x" * 5), length=11)

        assert self.is_a_reader_free()

    def test_hold_a_reader_while_they_are_read(self):
        def is_busy(environ, start_response):
            self.seen = not self.bounded.readers.acquire(blocking=False)
            return self.refuse(environ, start_response)

        self.send(io.BytesIO(b"x"), length=1, application=is_busy)

        assert self.seen is True

    def test_are_given_up_where_they_come_too_slowly(self):
        with self.times(0, 29, 31), pytest.raises(RequestTimedOut):
            self.send(io.BytesIO(b"x" * 3 * BLOCK_BYTES))

        assert self.is_a_reader_free()

    def test_may_take_long_where_much_has_come(self):
        content = b"x" * 3 * BLOCK_BYTES
        with (
            self.times(0, 29, 100),
            patch("common.streamed_bodies.SLOWEST_BYTES_PER_SECOND", 10),
        ):
            answer = self.send(io.BytesIO(content))

        assert answer["status"] == 200
        assert self.seen == content

    def test_may_end_late(self):
        with self.times(0, 100):
            answer = self.send(io.BytesIO(b"x" * 11), length=11)

        assert answer["status"] == 200

    def test_can_be_read_by_lines(self):
        lines = []

        def read_lines(environ, start_response):
            lines.extend(iter(environ["wsgi.input"].readline, b""))
            return self.refuse(environ, start_response)

        self.send(io.BytesIO(b"a\nbc\n\nd"), application=read_lines)

        assert lines == [b"a\n", b"bc\n", b"\n", b"d"]
