"""Answers a GET again from memory for as long as its view says that it is current.

Clients poll: a job's status, a list, /health. Most answers are those of a moment
ago, so the view that made one may leave a `Replay` with it, which tells cheaply
whether it still holds. It is asked each time; nothing is ever answered on trust.
This stands before Django, whose own way through middleware and views takes twenty
times as long. docs/decisions/0005 has the reasons and the figures.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cachetools import LRUCache
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from common.middleware import rate_limit_headers, request_id_of
from common.rate_limits import count_caller

logger = logging.getLogger(__name__)

ENVIRON_KEY = "platform.replay"
MAX_BYTES = 4_000_000
MAX_KEY_LENGTH = 2_000  # Longer headers are somebody's who wants to fill the memory.

# Whatever an answer may depend on is part of the key.
VARIES_BY = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_AUTHORIZATION",
    "HTTP_X_SESSION_ID",
    "HTTP_ACCEPT",
    "HTTP_HOST",
    "HTTP_ORIGIN",
    "HTTP_X_FORWARDED_PROTO",
    "wsgi.url_scheme",
)
# A cookie or a condition is Django's matter.
NEVER_WITH = ("HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
OF_ONE_REQUEST = ("x-request-id", "ratelimit-")

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Key = tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class Replay:
    """When an answer may be given again, and whom it counts for."""

    is_current: Callable[[], bool]
    scope: str | None = None
    caller: str = ""


def allow_replay(request: HttpRequest, replay: Replay) -> None:
    """Let the answer to `request` be given again; for a view to call."""
    request.environ[ENVIRON_KEY] = replay


@dataclass(frozen=True, kw_only=True)
class Answer:
    replay: Replay
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + MAX_KEY_LENGTH


class ReplayedResponses:
    """WSGI middleware around Django."""

    def __init__(self, application: Callable) -> None:
        self.application = application
        self.answers: LRUCache[Key, Answer] = LRUCache(
            MAX_BYTES, getsizeof=lambda answer: answer.size
        )
        self.lock = threading.Lock()

    def __call__(self, environ: dict, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or any(n in environ for n in NEVER_WITH):
            return self.application(environ, start_response)
        key = tuple(environ.get(name) for name in VARIES_BY)
        with self.lock:
            answer = self.answers.get(key)
        if answer is not None:
            if headers := _headers_for_again(answer, environ):
                start_response(answer.status, headers)
                return [answer.body]
            self._forget(key)
        return self._ask(key, environ, start_response)

    def _ask(
        self, key: Key, environ: dict, start_response: StartResponse
    ) -> Iterable[bytes]:
        seen = {}

        def remember(status, headers, *exc_info):
            seen.update(status=status, headers=headers)
            return start_response(status, headers, *exc_info)

        response = self.application(environ, remember)
        replay = environ.get(ENVIRON_KEY)
        if replay is None or not seen["status"].startswith("200"):
            return response
        body = b"".join(response)
        response.close()
        kept = [
            (name, value)
            for name, value in seen["headers"]
            if not name.lower().startswith(OF_ONE_REQUEST)
        ]
        answer = Answer(replay=replay, status=seen["status"], headers=kept, body=body)
        length = sum(len(part) for part in key if part)
        if length <= MAX_KEY_LENGTH and answer.size <= MAX_BYTES:
            with self.lock:
                self.answers[key] = answer
        return [body]

    def _forget(self, key: Key) -> None:
        with self.lock:
            self.answers.pop(key, None)


def _headers_for_again(answer: Answer, environ: dict) -> list | None:
    """Return the headers of an answer that may be given again, else None."""
    replay = answer.replay
    try:
        if not replay.is_current():
            return None
    except DatabaseError:
        logger.warning("The database does not answer; asking Django for the whole")
        return None
    headers = [*answer.headers, ("X-Request-ID", request_id_of(environ))]
    if replay.scope and settings.RATE_LIMITS_ENABLED:
        usage = count_caller(scope=replay.scope, caller=replay.caller)
        if usage is not None and usage.is_exceeded:
            return None
        if usage is not None:
            headers.extend(rate_limit_headers(usage))
    return headers
