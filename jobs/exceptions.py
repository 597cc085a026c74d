from common.exceptions import (
    ApplicationError,
    Conflict,
    Mismatch,
    NotFound,
    TooManyRequests,
    Unavailable,
)


class UnknownKind(ApplicationError):
    """This platform has no such kind of job."""


class UnknownLane(NotFound):
    """This platform has no such lane."""


class JobStateConflict(Conflict):
    """The job's status does not allow this."""

    def __init__(self, *, status: str, verb: str, is_held: bool = False) -> None:
        message = f"A job that is {status} cannot be {verb}."
        if is_held:
            message = (
                f"The job is {status}, but its worker is still being stopped. "
                f"Try again in a few seconds."
            )
        super().__init__(message)


class PayloadForgotten(Conflict):
    """What this job was to do is not kept any more. Send the request again."""


class QueueFull(Unavailable):
    """The queue is full. Try again later."""

    type = "QUEUE_FULL"

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class TooManyJobs(TooManyRequests):
    """Too many of your jobs have not ended yet."""

    def __init__(self, *, limit: int, retry_after_seconds: int) -> None:
        super().__init__(
            f"At most {limit} of your jobs may be unfinished at a time. Try again "
            f"when some have ended."
        )
        self.retry_after_seconds = retry_after_seconds


class IdempotencyMismatch(Mismatch):
    """This Idempotency-Key came with another request before. Send a new key."""


class TryAgain(ApplicationError):
    """What stopped the job may pass.

    `message` is for the job's owner. `after_seconds` is how long whoever was asked
    wants to be left alone, None where they did not say.
    """

    def __init__(self, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class Interruption(BaseException):
    """Stops a handler from outside; not for handlers to catch."""


class JobLost(Interruption):
    """The job is not this worker's any more: drop what was made, and stop."""


class JobTimedOut(Interruption):
    """The job took longer than its kind may."""
