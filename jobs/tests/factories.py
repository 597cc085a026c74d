from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from unittest.mock import patch

from django.db import OperationalError, connection
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from jobs import handlers
from jobs.handlers import Handler, Outcome
from jobs.models import Job, WorkerNode, rank_of
from jobs.processes import current_process, host

KIND = "test"

_numbers = count(1)


def make_job(*, owner=None, priority=0, **fields):
    """Create a job; ids count up, as two ULIDs of one millisecond may not.

    So do the turns: of one priority, the job that was made first is the next.
    """
    number = next(_numbers)
    defaults = {
        "id": f"job_{number:026}",
        "kind": KIND,
        "type": "testing",
        "lane": "documents",
        "payload": {},
        "priority": priority,
        "rank": rank_of(turn_ms=number, priority=priority),
    }
    if fields.get("status") in Job.ENDED:
        defaults["completed_at"] = timezone.now()
    job = Job.objects.create(owner=owner or make_user(), **{**defaults, **fields})
    if job.lane != handlers.WEBHOOK_LANE:
        User.objects.filter(pk=job.owner_id).update(kept_jobs=F("kept_jobs") + 1)
    return job


def make_active_job(*, node_id="node", process=None, attempts=0, **fields):
    """Create a job that a worker claimed a second ago."""
    job = make_job(attempts=attempts, **fields)
    job.start(node_id=node_id, process=process or current_process())
    job.started_at = timezone.now() - timedelta(seconds=1)
    job.save(update_fields=["started_at"])
    return job


def make_completed_job(*, seconds=1.0, **fields):
    """Create a job that took so many seconds to complete."""
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=seconds), "completed_at": now}
    done = {"status": Job.Status.COMPLETED, "progress": 100, "result": {}}
    return make_job(**{**done, **times, **fields})


def make_node(**fields):
    """Create the node of this very process."""
    defaults = {"host": host(), "process": current_process(), "workers": 2}
    return WorkerNode.objects.create(**{**defaults, **fields})


def take_over(job):
    """Do what another worker's claim does to a job that this one lost."""
    Job.objects.filter(pk=job.pk).update(token="another claim", process="elsewhere")


def end_jobs(status, jobs=None, **fields):
    """End all jobs, or those of a query, behind everybody's back."""
    jobs = Job.objects.all() if jobs is None else jobs
    jobs.update(status=status, completed_at=timezone.now(), **fields)


def row_of(job):
    return Job.objects.filter(pk=job.pk).values().get()


@contextmanager
def registered(run=lambda job: Outcome(result={}), *, kind=KIND, **fields):
    """Register a handler of `kind` for the time of a test."""
    with patch.dict(handlers._handlers):
        fields = {"type": "testing", "lane": "documents", **fields}
        handler = InlineHandler(kind=kind, function=run, **fields)
        handlers.register(handler)
        yield handler


@dataclass(frozen=True, kw_only=True)
class InlineHandler(Handler):
    """A handler whose function a test brings along, where others have a path to it.

    It notes the tokens of the claims whose leftovers it was told to discard.
    """

    path: str = ""
    function: Callable
    discarded: list = field(default_factory=list)

    @property
    def run(self):
        return self.function

    def discard(self, job):
        self.discarded.append(job.token)


@contextmanager
def refused_by_database(text=""):
    """Have the database refuse every statement that contains the text."""

    def refuse(execute, sql, *arguments):
        if text in sql:
            raise OperationalError("unable to open database file")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        yield


class WaitingClock:
    """Stands in for the clock of `jobs.waiting`, where sleeping takes no time."""

    def __init__(self, on_sleep):
        self.now = 0.0
        self.on_sleep = on_sleep

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.on_sleep()


@contextmanager
def waiting_clock(on_sleep=lambda: None):
    clock = WaitingClock(on_sleep)
    with (
        patch("jobs.waiting.monotonic", clock.monotonic),
        patch("jobs.waiting.sleep", clock.sleep),
    ):
        yield clock
