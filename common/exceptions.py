"""What can go wrong, in the API's own terms.

The docstring of a class is the message that a client reads, unless an instance
brings its own. Each app adds its errors as subclasses in its own exceptions.py.

ApplicationError
  Unauthenticated
  Forbidden
  NotFound
  Conflict
  Mismatch
  TooManyRequests
  Unavailable
  RequestTimedOut
  InsufficientStorage
"""

from inspect import getdoc


class ApplicationError(Exception):
    """The request cannot be carried out."""

    type = "VALIDATION_ERROR"

    def __init__(
        self, message: str | None = None, *, details: dict | None = None
    ) -> None:
        self.message = message or getdoc(type(self)) or ""
        self.details = details
        super().__init__(self.message)


class Unauthenticated(ApplicationError):
    """Sign in first."""

    type = "UNAUTHENTICATED"


class Forbidden(ApplicationError):
    """This is not allowed for you."""

    type = "FORBIDDEN"


class NotFound(ApplicationError):
    """There is nothing here, or it is not yours."""

    type = "NOT_FOUND"


class Conflict(ApplicationError):
    """The present state does not allow this."""

    type = "CONFLICT"


class Mismatch(ApplicationError):
    """This is not the request that it claims to be."""

    type = "IDEMPOTENCY_MISMATCH"


class TooManyRequests(ApplicationError):
    """Too many of these at a time. Try again later."""

    type = "RATE_LIMIT_EXCEEDED"
    retry_after_seconds = 30


class Unavailable(ApplicationError):
    """This cannot be done at the moment. Try again later."""

    type = "UPSTREAM_UNAVAILABLE"
    retry_after_seconds = 30


class RequestTimedOut(ApplicationError):
    """The request was sent too slowly."""

    type = "REQUEST_TIMEOUT"


class InsufficientStorage(ApplicationError):
    """There is no room left for this."""

    type = "QUOTA_EXCEEDED"
