"""Bounds what a request's body may cost before Django looks at it."""

import json
import threading
from collections.abc import Callable, Iterable
from io import BufferedReader, BytesIO

from django.conf import settings

from common.middleware import request_id_of
from common.streamed_bodies import StreamedBody

CHUNK_BYTES = 65_536


class BoundedBodies:
    """WSGI middleware that reads a body, whole, before the application is called.

    A body over MAX_BODY_BYTES is answered with 413, whatever its type, chunked or
    not. Half the web threads at most read bodies: clients that send them slowly get
    503 above that, and leave the rest to requests without one.

    Those of STREAMED_BODIES, up to MAX_STREAMED_BODY_BYTES, are for the application to
    read once it knows whose they are.
    """

    def __init__(self, application: Callable) -> None:
        self.application = application
        self.readers = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        if not is_chunked and length in ("", "0"):
            return self.application(environ, start_response)
        is_streamed = is_streamed_body(environ)
        limit = (
            settings.MAX_STREAMED_BODY_BYTES if is_streamed else settings.MAX_BODY_BYTES
        )
        if length.isdecimal() and int(length) > limit:
            return _refuse(environ, start_response, *TOO_LARGE)
        if not self.readers.acquire(blocking=False):
            return _refuse(environ, start_response, *TOO_MANY)
        try:
            if is_streamed:
                return self._stream(environ, start_response)
            body = _read(environ["wsgi.input"])
        finally:
            self.readers.release()
        if len(body) > settings.MAX_BODY_BYTES:
            return _refuse(environ, start_response, *TOO_LARGE)
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)

    def _stream(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        body = StreamedBody(
            environ["wsgi.input"],
            length=int(length) if length.isdecimal() else None,
            limit=settings.MAX_STREAMED_BODY_BYTES,
        )
        environ["wsgi.input"] = BufferedReader(body, CHUNK_BYTES)
        if body.length is None:
            # Django reads no body without one. A byte more shows what is too much.
            environ["CONTENT_LENGTH"] = str(settings.MAX_STREAMED_BODY_BYTES + 1)

        def start(status, headers, *exc_info):
            if not body.is_at_end:
                headers = [*headers, ("Connection", "close")]
            return start_response(status, headers, *exc_info)

        return self.application(environ, start)


def is_streamed_body(environ: dict) -> bool:
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    return environ["PATH_INFO"] in settings.STREAMED_BODIES.get(media_type, ())


TOO_LARGE = (
    "413 Content Too Large",
    {"type": "PAYLOAD_TOO_LARGE", "message": "The request body is too large."},
)
TOO_MANY = (
    "503 Service Unavailable",
    {
        "type": "UPSTREAM_UNAVAILABLE",
        "message": "Too many requests are being sent slowly. Try again.",
        "retryAfter": 5,
    },
)


def _read(stream) -> bytes:
    body = bytearray()
    while len(body) <= settings.MAX_BODY_BYTES:
        chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            break
        body += chunk
    return bytes(body)


def _refuse(
    environ: dict, start_response: Callable, status: str, error: dict
) -> list[bytes]:
    request_id = request_id_of(environ)
    error = {**error, "requestId": request_id}
    body = json.dumps({"success": False, "error": error}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Request-ID", request_id),
        ("Connection", "close"),
    ]
    if "retryAfter" in error:
        headers.append(("Retry-After", str(error["retryAfter"])))
    start_response(status, headers)
    return [body]
