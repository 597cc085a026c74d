"""Lets a client wait for the end of a job, without taking all threads."""

import threading
from collections import Counter
from contextlib import contextmanager
from time import monotonic, sleep

from django.conf import settings

from jobs.models import Job

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.25
MAX_WAITS_OF_A_USER = 6

_lock = threading.Lock()
_waits: Counter[str] = Counter()


def wait_until_ended(job: Job, *, seconds: float, waiter: str) -> Job:
    """Return the job as it is once it has ended, or when the time is up.

    `waiter` is the id of the user who waits. Where too many wait already, the
    answer comes at once: waits hold three quarters of the web threads at most, and
    six a user, so that short requests always find a thread.
    """
    with _place_for(waiter) as may_wait:
        ends_at = monotonic() + seconds
        pause = FIRST_PAUSE_SECONDS
        while may_wait and not job.is_ended and monotonic() < ends_at:
            sleep(min(pause, max(0, ends_at - monotonic())))
            pause = min(pause * 1.3, LONGEST_PAUSE_SECONDS)
            job.status = _status(job)
    job.refresh_from_db()
    return job


def _status(job: Job) -> str:
    return Job.objects.filter(pk=job.pk).values_list("status", flat=True).get()


@contextmanager
def _place_for(waiter: str):
    with _lock:
        is_free = (
            _waits.total() < settings.WEB_THREADS * 3 // 4
            and _waits[waiter] < MAX_WAITS_OF_A_USER
        )
        if is_free:
            _waits[waiter] += 1
    try:
        yield is_free
    finally:
        if is_free:
            _leave(waiter)


def _leave(waiter: str) -> None:
    with _lock:
        _waits[waiter] -= 1
        if not _waits[waiter]:
            del _waits[waiter]
