"""Does one job: the worker's edge, where every exception ends."""

import logging
import random
from datetime import timedelta

from django.db import DatabaseError, connection, transaction

from common.exceptions import ApplicationError
from jobs import handlers
from jobs.exceptions import Interruption, JobLost, JobTimedOut, TryAgain, UnknownKind
from jobs.handlers import Handler, Outcome
from jobs.lease import Lease
from jobs.models import Job

logger = logging.getLogger(__name__)

LONGEST_RETRY_AFTER_SECONDS = 3600
UNEXPECTED = "The job failed unexpectedly."


def execute(job: Job) -> None:
    """Run the handler of a claimed job and write how it ended."""
    try:
        handler = handlers.get(job.kind)
    except UnknownKind as error:
        _end(job, job.fail, error.message)
        return
    try:
        complete(job, _run(job, handler))
    # SystemExit: a library that wants to end the process does not know the platform.
    except (Exception, SystemExit, Interruption) as error:
        if isinstance(error, Interruption | DatabaseError):
            # It may have stopped in the middle of a statement, or be broken.
            connection.close()
        if _is_completed(job):
            logger.warning("%s has completed, though its commit failed", job.pk)
            return
        handler.discard(job)
        _settle(job, handler, error)


def _run(job: Job, handler: Handler) -> Outcome:
    lease = Lease(job, seconds=handler.timeout_seconds)
    try:
        lease.begin()
        return handler.run(job)
    finally:
        lease.is_armed = False
        lease.end()


def complete(job: Job, outcome: Outcome) -> None:
    """Complete the job, and register what it made, in one transaction."""
    with transaction.atomic():
        job.complete(outcome.result, **outcome.totals)
        outcome.register()


def _is_completed(job: Job) -> bool:
    """Tell whether the job has completed with this very claim.

    Where a connection breaks in a commit, nobody knows how it went. The row is
    locked, to wait for a commit that the database is still at.
    """
    with transaction.atomic():
        mine = Job.objects.select_for_update().filter(pk=job.pk, token=job.token)
        status = mine.values_list("status", flat=True).first()
    return status == Job.Status.COMPLETED


def _settle(job: Job, handler: Handler, error: BaseException) -> None:
    """Write what becomes of a job that ended without a result."""
    match error:
        case JobLost():
            logger.warning("%s was taken from this worker; it is dropped", job.pk)
            job.release()
        case JobTimedOut():
            _end(job, job.fail, took_too_long(handler))
        case TryAgain():
            _retry_or_fail(job, handler, error.message, error.after_seconds)
        case ApplicationError():
            _end(job, job.fail, error.message)
        case MemoryError():
            logger.error("%s (%s) ran out of memory", job.pk, job.kind)
            _end(job, job.fail, "The job needed more memory than a job may have.")
        case _:
            logger.error("%s (%s) failed", job.pk, job.kind, exc_info=error)
            _retry_or_fail(job, handler, UNEXPECTED)


def took_too_long(handler: Handler) -> str:
    return f"The job took longer than {handler.timeout_seconds:g} seconds."


def _retry_or_fail(
    job: Job, handler: Handler, message: str, after_seconds: float | None = None
) -> None:
    if job.attempts >= job.max_attempts or not handler.is_repeatable:
        _end(job, job.fail, f"{message} It was tried {job.attempts} times.")
        return
    delay = backoff(handler, job.attempts)
    if after_seconds is not None:
        seconds = min(max(0.0, after_seconds), LONGEST_RETRY_AFTER_SECONDS)
        delay = max(delay, timedelta(seconds=seconds))
    _end(job, job.try_again_after, delay, f"{message} It will be tried again.")


def _end(job: Job, verb, *arguments) -> None:
    try:
        verb(*arguments)
    except JobLost:
        logger.warning("%s was taken from this worker before its end", job.pk)
        job.release()


def backoff(handler: Handler, attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: exponential, full jitter.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    ceiling = handler.first_backoff_seconds * 2**attempts
    # Jitter spreads load; nothing secret hangs on it.
    seconds = random.uniform(0, min(handler.longest_backoff_seconds, ceiling))  # noqa: S311
    return timedelta(seconds=seconds)
