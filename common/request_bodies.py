"""Bounds what a request's body may cost before Django looks at it."""

import json
import threading
from collections.abc import Callable, Iterable
from io import BytesIO

from django.conf import settings

from common.middleware import request_id_of

CHUNK_BYTES = 65_536


class BoundedBodies:
    """WSGI middleware that reads a body, whole, before the application is called.

    A body over MAX_BODY_BYTES is answered with 413, whatever its type, chunked or
    not. Half the web threads at most read bodies: clients that send them slowly get
    503 above that, and leave the rest to requests without one.
    """

    def __init__(self, application: Callable) -> None:
        self.application = application
        self.readers = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        if not is_chunked and length in ("", "0"):
            return self.application(environ, start_response)
        if length.isdecimal() and int(length) > settings.MAX_BODY_BYTES:
            return _refuse(environ, start_response, *TOO_LARGE)
        if not self.readers.acquire(blocking=False):
            return _refuse(environ, start_response, *TOO_MANY)
        try:
            body = _read(environ["wsgi.input"])
        finally:
            self.readers.release()
        if len(body) > settings.MAX_BODY_BYTES:
            return _refuse(environ, start_response, *TOO_LARGE)
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


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
