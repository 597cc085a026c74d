"""Keeps a worker's claim on the job that it does, and stops the job from outside.

While a handler runs in the main thread, a second thread of the worker process
says every five seconds that the job goes on, and looks twice a second whether it is
still this worker's: it may have been cancelled, or given to another worker. Then, and
when its time is up, a signal raises an Interruption in the handler. Where that does
not help, because the handler is stuck in C, the node kills the process
(recovery.py).
"""

import logging
import signal
import threading
from time import monotonic, sleep

from django.db import connection
from django.db.models import F

from jobs.exceptions import JobLost, JobTimedOut
from jobs.models import Job

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
LOOK_SECONDS = 0.5
TICK_SECONDS = 0.25


class Lease:
    """The claim of the job that this worker process is at, for a bounded time.

        lease = Lease(job, seconds=60)
        try:
            lease.begin()
            ...
        finally:
            lease.is_armed = False
            lease.end()

    While it is armed, JobLost or JobTimedOut may be raised at any point of the main
    thread. Not a context manager: a signal could reach the code of that, and leave
    it armed. Python looks for signals where a function is called or returns, so
    none comes between `finally` and the assignment.
    """

    def __init__(self, job: Job, *, seconds: float) -> None:
        self.job = job
        self.seconds = seconds
        self.is_armed = False
        self.is_lost = False

    def begin(self) -> None:
        global _current
        signal.signal(signal.SIGUSR1, _lose)
        signal.signal(signal.SIGALRM, _time_out)
        self.looked_at = self.beaten_at = monotonic()
        self.ends_at = monotonic() + self.seconds
        self.is_armed = True
        _current = self
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        _keep_running()

    def end(self) -> None:
        global _current
        signal.setitimer(signal.ITIMER_REAL, 0)
        _current = None

    def look_after(self) -> None:
        """Beat when it is time, and tell the main thread once the claim is lost.

        After the job's time is up nothing is done any more, so that others find
        out about a job that hangs.
        """
        now = monotonic()
        if self.is_lost or now > self.ends_at or now - self.looked_at < LOOK_SECONDS:
            return
        self.looked_at = now
        try:
            self.is_lost = not self._beat(now)
        # Also where memory ends: without this thread, the job would be taken for dead.
        except Exception:
            logger.exception("The claim on %s cannot be looked at", self.job.pk)
            connection.close()
        if self.is_lost:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    def _beat(self, now: float) -> bool:
        ours = Job.objects.filter(
            pk=self.job.pk, token=self.job.token, status=Job.Status.ACTIVE
        )
        if now - self.beaten_at < BEAT_SECONDS:
            return ours.exists()
        self.beaten_at = now
        return ours.update(heartbeats=F("heartbeats") + 1) > 0


_current: Lease | None = None
_keeper: threading.Thread | None = None


def _keep_running() -> None:
    global _keeper
    # A forked process has its parent's object, but not the thread.
    if _keeper is None or not _keeper.is_alive():
        _keeper = threading.Thread(target=_keep, name="keeper", daemon=True)
        _keeper.start()


def _keep() -> None:
    while True:
        sleep(TICK_SECONDS)
        if (lease := _current) is not None:
            lease.look_after()


def _lose(signum, frame):
    # The signal of a job that is over may come late, in the middle of the next one.
    if _current is not None and _current.is_armed and _current.is_lost:
        raise JobLost


def _time_out(signum, frame):
    if _current is not None and _current.is_armed:
        raise JobTimedOut
