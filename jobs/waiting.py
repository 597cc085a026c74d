"""Lets a client wait for the end of a job, without taking all threads."""

import threading
from collections import Counter
from time import monotonic, sleep

from django.conf import settings

from common.exceptions import NotFound
from jobs.models import Job

FIRST_PAUSE_SECONDS = 0.01
# A wait of so many seconds is over at most 0.15 of them late.
PAUSE_GROWTH = 1.15
LONGEST_PAUSE_SECONDS = 0.25
MAX_PLACES_OF_A_USER = 6

_lock = threading.Lock()
_held: Counter[str] = Counter()


def wait_until_ended(job: Job, *, seconds: float, waiter: str) -> Job:
    """Return the job as it is once it has ended, or when the time is up.

    `waiter` is the id of the user who waits. Where too many wait already, the
    answer comes at once: waits hold three quarters of the web threads at most, and
    six a user, so that short requests always find a thread. Raises NotFound if the
    job is gone.
    """
    place = Place(waiter)
    may_wait = place.take()
    try:
        ends_at = monotonic() + seconds
        pause = FIRST_PAUSE_SECONDS
        while may_wait and job.status in Job.UNFINISHED and monotonic() < ends_at:
            sleep(min(pause, max(0, ends_at - monotonic())))
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
            job.status = Job.objects.status_of(job.pk)
    finally:
        place.leave()
    found = Job.objects.filter(pk=job.pk).defer("payload").first()
    if found is None:
        raise NotFound
    return found


class Place:
    """A web thread that a user holds for longer than a request usually takes."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.is_taken = False

    def take(self) -> bool:
        """Take a place if there is one; return whether there was."""
        with _lock:
            self.is_taken = (
                _held.total() < settings.WEB_THREADS * 3 // 4
                and _held[self.user_id] < MAX_PLACES_OF_A_USER
            )
            if self.is_taken:
                _held[self.user_id] += 1
            return self.is_taken

    def leave(self) -> None:
        with _lock:
            if not self.is_taken:
                return
            self.is_taken = False
            _held[self.user_id] -= 1
            if not _held[self.user_id]:
                del _held[self.user_id]
