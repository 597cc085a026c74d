"""Server-sent events of one job: each change of its state, until it has ended.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import hashlib
import json
from collections.abc import Callable
from time import monotonic, sleep

from django.db import connection

from common.exceptions import Unavailable
from jobs.models import Job
from jobs.waiting import Place

LOOK_SECONDS = 0.2
HEARTBEAT_SECONDS = 5.0
# Then the client connects again, which shows whether its token is still good.
LONGEST_SECONDS = 300.0


class TooManyStreams(Unavailable):
    """Too many clients wait for jobs. Ask for the job's status instead."""

    retry_after_seconds = 5


class JobEvents:
    """The events of a job as an iterator of bytes, to be closed by who reads it.

    `describe` returns what the client reads of a job. An event is named `status`
    where the status changed, else `progress`; its id tells one state from another,
    and the state that `last_event_id` names is not sent again. Without a change, a
    comment is sent every 5 s, which shows who has gone away. Nothing is left to send
    where `are_known`: the job has ended, and the listener knows how. Raises
    TooManyStreams where no thread can be spared.
    """

    def __init__(
        self,
        job: Job,
        *,
        describe: Callable[[Job], dict],
        listener: str,
        last_event_id: str = "",
    ) -> None:
        self.job_id = job.pk
        self.describe = describe
        self.last_id = last_event_id
        self.are_known = self._is_end_known()
        self.place = Place(listener)
        if not self.are_known and not self.place.take():
            raise TooManyStreams
        self.status = ""
        self.is_over = False
        self.ends_at = monotonic() + LONGEST_SECONDS
        self.silent_since = monotonic()

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        """Return the next event or comment, whenever there is one."""
        while not self.is_over and monotonic() < self.ends_at:
            if event := self._look():
                self.silent_since = monotonic()
                return event
            if monotonic() - self.silent_since >= HEARTBEAT_SECONDS:
                self.silent_since = monotonic()
                return b": still here\n\n"
            if not self.is_over:
                sleep(LOOK_SECONDS)
        self.close()
        raise StopIteration

    def close(self) -> None:
        self.is_over = True
        self.place.leave()

    def _is_end_known(self) -> bool:
        state = _state_of(self.job_id)
        return state is not None and state[0] in Job.ENDED and state[1] == self.last_id

    def _look(self) -> bytes | None:
        state = _state_of(self.job_id)
        if state is None:
            self.is_over = True
            return None
        status, event_id = state
        self.is_over = status in Job.ENDED
        if event_id == self.last_id:
            return None
        job = Job.objects.filter(pk=self.job_id).first()
        if job is None:
            self.is_over = True
            return None
        name = "progress" if status == self.status else "status"
        self.last_id, self.status = event_id, status
        data = json.dumps(self.describe(job), separators=(",", ":"))
        return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n".encode()


def _state_of(job_id: str) -> tuple[str, str] | None:
    """Return a job's status and the id of its state; in SQL, as it is asked often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, attempts, progress, progress_message, priority, "
            "completed_at FROM jobs_job WHERE id = %s",
            [job_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return row[0], hashlib.sha256(repr(row).encode()).hexdigest()[:16]
