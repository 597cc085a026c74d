"""Does one job: the worker's edge, where every exception ends."""

import logging
import random
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from common.exceptions import ApplicationError
from jobs import handlers
from jobs.exceptions import JobLost
from jobs.handlers import Outcome
from jobs.models import Job

logger = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 60.0
UNEXPECTED = "The job failed unexpectedly."


def execute(job: Job) -> None:
    """Run the handler of a claimed job and write how it ended."""
    try:
        outcome = handlers.get(job.kind).run(job)
        _complete(job, outcome)
    except JobLost:
        logger.warning("%s was taken from this worker; its result is dropped", job.pk)
    except ApplicationError as error:
        _end(job.fail, error.message)
    except Exception:
        logger.exception("%s (%s) failed", job.pk, job.kind)
        _retry_or_fail(job)


def _complete(job: Job, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            job.complete(outcome.result, **outcome.totals)
            outcome.register()
    except BaseException:
        outcome.discard()
        raise


def _retry_or_fail(job: Job) -> None:
    if job.attempts >= job.max_attempts:
        _end(job.fail, f"{UNEXPECTED} It was tried {job.attempts} times.")
    else:
        run_at = timezone.now() + backoff(job.attempts)
        _end(job.try_again_at, run_at, f"{UNEXPECTED} It will be tried again.")


def _end(verb, *arguments) -> None:
    try:
        verb(*arguments)
    except JobLost:
        logger.warning("A job was taken from this worker before its end was written")


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: exponential, full jitter.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    ceiling = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2**attempts)
    # Jitter spreads load; nothing secret hangs on it.
    return timedelta(seconds=random.uniform(0, ceiling))  # noqa: S311
