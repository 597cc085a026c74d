from common.exceptions import ApplicationError, Conflict


class UnknownKind(ApplicationError):
    """This platform has no such kind of job."""


class JobStateConflict(Conflict):
    """The job's status does not allow this."""

    def __init__(self, *, status: str, verb: str) -> None:
        super().__init__(f"A job that is {status} cannot be {verb}.")


class JobLost(Exception):
    """The job is not this worker's any more: drop what was made, and stop."""
