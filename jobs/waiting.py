"""Lets a client wait for the end of a job, without taking all threads."""

import threading
from collections import Counter
from contextlib import contextmanager
from time import monotonic, sleep

from django.conf import settings

from common.exceptions import NotFound
from jobs.models import Job

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.25
MAX_WAITS_OF_A_USER = 6
WORTH_WAITING = [Job.Status.WAITING, Job.Status.DELAYED, Job.Status.ACTIVE]

_lock = threading.Lock()
_waits: Counter[str] = Counter()


def wait_until_ended(job: Job, *, seconds: float, waiter: str) -> Job:
    """Return the job as it is once it has ended, or when the time is up.

    `waiter` is the id of the user who waits. Where too many wait already, the
    answer comes at once: waits hold three quarters of the web threads at most, and
    six a user, so that short requests always find a thread. Raises NotFound if the
    job is gone.
    """
    with _place_for(waiter) as may_wait:
        ends_at = monotonic() + seconds
        pause = FIRST_PAUSE_SECONDS
        while may_wait and job.status in WORTH_WAITING and monotonic() < ends_at:
            sleep(min(pause, max(0, ends_at - monotonic())))
            pause = min(pause * 1.3, LONGEST_PAUSE_SECONDS)
            job.status = Job.objects.status_of(job.pk)
    found = Job.objects.filter(pk=job.pk).first()
    if found is None:
        raise NotFound
    return found


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
