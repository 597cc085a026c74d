"""HTTP to addresses that users name; apart, as the client takes 2 MB."""

import re
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import httpcore2
from django.utils.http import parse_http_date_safe

from common.egress import (
    Deadline,
    Reach,
    Target,
    connect,
    failure_reason,
    parse_url,
)
from common.exceptions import Unavailable

MAX_ANSWER_BYTES = 64 * 1024


class NoAnswer(Unavailable):
    """The address gave no answer."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    retry_after_seconds: int | None


def post(
    url: str,
    *,
    body: bytes,
    headers: dict[str, str],
    reach: Reach,
    timeout_seconds: float = 10,
) -> Answer:
    """Post to an address within reach and return its answer, whatever the status.

    Redirects are not followed, nor are proxies used. `timeout_seconds` is for the
    whole exchange, and 64 KiB of the answer are read at most, head included: where
    only its body is late, longer or broken, the answer counts.

    Raises AddressRefused, and NoAnswer for what may pass; both messages are public.
    """
    target = parse_url(url, reach)
    backend = _Backend(Deadline(timeout_seconds), reach)
    try:
        return _exchange(target, body, headers, backend)
    except (OSError, httpcore2.RemoteProtocolError) as error:
        raise NoAnswer(_reason(error)) from error


def _exchange(
    target: Target, body: bytes, headers: dict[str, str], backend: "_Backend"
) -> Answer:
    url = httpcore2.URL(
        scheme=target.scheme, host=target.host, port=target.port, target=target.path
    )
    connection = httpcore2.HTTPConnection(
        url.origin,
        ssl_context=_tls_context() if target.scheme == "https" else None,
        network_backend=backend,
    )
    with (
        connection,
        connection.stream("POST", url, headers=headers, content=body) as response,
    ):
        # The body is not used, but some servers log a failure when it is not taken.
        with suppress(OSError, httpcore2.RemoteProtocolError):
            response.read()
        return Answer(
            status=response.status,
            retry_after_seconds=_retry_after(response.headers),
        )


@cache
def _tls_context() -> ssl.SSLContext:
    """Return what verifies certificates; reading the authorities takes 20 ms."""
    return httpcore2.default_ssl_context()


def _retry_after(headers: list[tuple[bytes, bytes]]) -> int | None:
    """Return Retry-After in seconds from now; None where it says nothing useful."""
    values = [value for name, value in headers if name.lower() == b"retry-after"]
    if not values:
        return None
    text = values[0].decode("latin-1")
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    moment = parse_http_date_safe(text)
    return None if moment is None else max(0, moment - int(time.time()))


def _reason(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return "The certificate of the address is not valid, or not for this host."
        case ssl.SSLError():
            return "The address does not speak TLS as it should."
        case httpcore2.RemoteProtocolError():
            return "The address does not speak HTTP as it should."
    return failure_reason(error)


class _Backend(httpcore2.NetworkBackend):
    """Opens connections by `connect`, under one deadline."""

    def __init__(self, deadline: Deadline, reach: Reach) -> None:
        self._deadline = deadline
        self._reach = reach

    def connect_tcp(self, host: str, port: int, *args, **kwargs) -> "_Stream":
        seconds = self._deadline.seconds_left()
        connection = connect(host, port, timeout=seconds, reach=self._reach)
        return _Stream(connection, self._deadline)


class _Stream(httpcore2.NetworkStream):
    """A connection whose waits end at the deadline and whose bytes are counted.

    The timeouts that httpcore2 passes are for each wait, so they are left aside.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._unread = MAX_ANSWER_BYTES

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "_Stream":
        self._connection.settimeout(self._deadline.seconds_left())
        # Closes the connection where it fails.
        self._connection = ssl_context.wrap_socket(
            self._connection, server_hostname=server_hostname
        )
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._connection.settimeout(self._deadline.seconds_left())
        # With nothing left to read, recv(0) looks like the end.
        data = self._connection.recv(min(max_bytes, self._unread))
        self._unread -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self._connection.settimeout(self._deadline.seconds_left())
            try:
                view = view[self._connection.send(view) :]
            except (BrokenPipeError, ConnectionResetError) as error:
                # Tells httpcore2 that an answer may have come before all was sent.
                raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._connection.close()
