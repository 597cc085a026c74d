import re
import secrets
from collections.abc import Callable
from itertools import count

from django.http import HttpRequest, HttpResponse

from common.logs import request_id
from common.rate_limits import Usage

PROCESS = secrets.token_hex(6)
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")

_numbers = count(1)


class RequestIDMiddleware:
    """Names each request and puts its limits on the response.

    `X-Request-ID` is taken from the client if it is a sane token, else made;
    the response and every log line carry it. A throttle that counted the request
    has left `rate_limit` on it, which becomes the `RateLimit-*` headers of
    https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/03/.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = request_id_of(request.META)
        token = request_id.set(request.id)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers["X-Request-ID"] = request.id
        if usage := getattr(request, "rate_limit", None):
            for name, value in rate_limit_headers(usage):
                response.headers[name] = value
        return response


def request_id_of(headers: dict) -> str:
    """Return the client's X-Request-ID if it is a sane token, else a new id."""
    sent = headers.get("HTTP_X_REQUEST_ID", "")
    if SANE_REQUEST_ID.fullmatch(sent):
        return sent
    # Nothing hangs on guessing it, and a counter is not a thing that threads wait for.
    return f"req_{PROCESS}{next(_numbers):08x}"


def rate_limit_headers(usage: Usage) -> list[tuple[str, str]]:
    return [
        ("RateLimit-Limit", str(usage.limit)),
        ("RateLimit-Remaining", str(usage.remaining)),
        ("RateLimit-Reset", str(usage.reset_seconds)),
    ]
