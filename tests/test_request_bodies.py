"""Bodies as the web server hands them over, before Django looks at them."""

import io
import json
import threading
from unittest import TestCase

from django.test import override_settings

from common.request_bodies import BoundedBodies


class BoundedBodiesTests(TestCase):
    def setUp(self):
        self.seen = None

    def application(self, environ, start_response):
        body = environ["wsgi.input"].read()
        self.seen = (environ.get("CONTENT_LENGTH"), body)
        start_response("200 OK", [])
        return [b"{}"]

    def send(self, body, *, bounded=None, **headers):
        environ = {"wsgi.input": body, "PATH_INFO": "/", **headers}
        answer = {}

        def start_response(status, headers):
            answer.update(status=int(status[:3]), headers=dict(headers))

        bounded = bounded or BoundedBodies(self.application)
        answer["body"] = json.loads(b"".join(bounded(environ, start_response)))
        return answer

    def test_lets_a_body_through(self):
        self.send(io.BytesIO(b"abc"), CONTENT_LENGTH="3")

        assert self.seen == ("3", b"abc")

    def test_gives_a_chunked_body_a_length(self):
        self.send(io.BytesIO(b"abc"), HTTP_TRANSFER_ENCODING="chunked")

        assert self.seen == ("3", b"abc")

    def test_does_not_read_where_there_is_no_body(self):
        self.send(io.BytesIO(b""), CONTENT_LENGTH="0")

        assert self.seen == ("0", b"")

    @override_settings(MAX_BODY_BYTES=10)
    def test_refuses_a_large_body_by_its_length(self):
        answer = self.send(io.BytesIO(), CONTENT_LENGTH="11", HTTP_X_REQUEST_ID="mine")

        assert answer["status"] == 413
        assert answer["body"]["error"]["type"] == "PAYLOAD_TOO_LARGE"
        assert answer["body"]["error"]["requestId"] == "mine"
        assert self.seen is None

    @override_settings(MAX_BODY_BYTES=10)
    def test_refuses_a_large_body_in_chunks(self):
        answer = self.send(io.BytesIO(b"x" * 11), HTTP_TRANSFER_ENCODING="chunked")

        assert answer["status"] == 413
        assert self.seen is None

    @override_settings(WEB_THREADS=4)
    def test_leaves_half_the_threads_to_others_when_bodies_come_slowly(self):
        bounded = BoundedBodies(self.application)
        slow = [SlowBody(), SlowBody()]
        threads = [
            threading.Thread(
                target=self.send, args=[body], kwargs={"bounded": bounded, **LENGTH}
            )
            for body in slow
        ]
        for thread, body in zip(threads, slow, strict=True):
            thread.start()
            body.is_asked_for.wait(timeout=5)

        refused = self.send(io.BytesIO(b"abc"), bounded=bounded, **LENGTH)
        without_body = self.send(io.BytesIO(), bounded=bounded)
        for thread, body in zip(threads, slow, strict=True):
            body.comes.set()
            thread.join()
        accepted = self.send(io.BytesIO(b"abc"), bounded=bounded, **LENGTH)

        assert refused["status"] == 503
        assert refused["headers"]["Retry-After"] == "5"
        assert without_body["status"] == accepted["status"] == 200


LENGTH = {"CONTENT_LENGTH": "3"}


class SlowBody(io.BytesIO):
    """A body that has not come yet."""

    def __init__(self):
        super().__init__(b"abc")
        self.is_asked_for = threading.Event()
        self.comes = threading.Event()

    def read(self, size=-1):
        self.is_asked_for.set()
        self.comes.wait(timeout=5)
        return super().read(size)
