"""A request's body that is read while it comes, and given up where it comes slowly."""

from io import RawIOBase
from time import monotonic
from typing import BinaryIO

from django.core.exceptions import RequestDataTooBig

from common.exceptions import ApplicationError, RequestTimedOut

# The server's stream waits for as much as it is asked for, so time is looked at once
# a block. Not in a thread beside: granian stands still, with all its connections,
# where a request is answered while its body is being waited for.
BLOCK_BYTES = 4_096
GRACE_SECONDS = 30
SLOWEST_BYTES_PER_SECOND = 10_000


class BodyCutOff(ApplicationError):
    """The body ended before the length that was announced for it."""


class StreamedBody(RawIOBase):
    """A body that a web server hands over in `stream`, within bounds.

    Reading raises RequestTimedOut where the body comes at less than 10 kB/s after 30
    seconds, RequestDataTooBig above `limit`, and BodyCutOff where the client stopped
    before `length`. A client that sends nothing at all is waited for.
    """

    def __init__(self, stream: BinaryIO, *, length: int | None, limit: int) -> None:
        self.stream = stream
        self.length = length
        self.limit = limit
        self.received = 0
        self.is_at_end = False
        self.started_at: float | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if self.is_at_end:
            return 0
        if self.started_at is None:
            self.started_at = monotonic()
        block = self.stream.read(min(len(buffer), BLOCK_BYTES))
        self.received += len(block)
        self._check(block)
        buffer[: len(block)] = block
        return len(block)

    def _check(self, block: bytes) -> None:
        self.is_at_end = not block or self.received == self.length
        if not block and self.length is not None:
            raise BodyCutOff
        if self.received > self.limit:
            raise RequestDataTooBig
        allowed = max(GRACE_SECONDS, self.received / SLOWEST_BYTES_PER_SECOND)
        if not self.is_at_end and monotonic() - self.started_at > allowed:
            raise RequestTimedOut
