"""Looks after the jobs that workers are at: gives back what was lost, ends what hangs.

Each node looks twice a second. It trusts no wall clock: whether a worker is silent or
late is what this node has seen for so long by its own monotonic clock.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.utils import timezone

from jobs import handlers
from jobs.exceptions import JobLost, UnknownKind
from jobs.execution import took_too_long
from jobs.handlers import Handler
from jobs.models import NODE_LEASE, Job, WorkerNode
from jobs.processes import host, is_running, kill_session

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
STOP_SECONDS = 4.0  # What a handler gets to stop by itself.
MAX_INTERRUPTIONS = 20
CRASHED = "The worker died while it did this job."
SILENT = "The worker was not heard of any more while it did this job."
NOT_TWICE = "A job of this kind is not begun twice."
INTERRUPTED = "The worker was stopped while it did this job."


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Since when a claim has been as it is, by this node's monotonic clock."""

    since: float
    heartbeats: int
    moved_at: float


class Recovery:
    """What one node has seen of the jobs that workers are at."""

    def __init__(self) -> None:
        self.sightings: dict[tuple[str, str], Sighting] = {}

    def look(self) -> None:
        """Give back, end or release the jobs that nobody looks after any more."""
        now = monotonic()
        held = list(Job.objects.held().defer("payload", "result"))
        # In this order: a node is written down before it claims its first job.
        nodes = WorkerNode.objects.in_bulk()
        self.sightings = {_key(job): self._sighting(job, now) for job in held}
        for job in held:
            self._judge(job, nodes.get(job.node_id), now)
        forget_dead_nodes(nodes.values())

    def _sighting(self, job: Job, now: float) -> Sighting:
        last = self.sightings.get(_key(job))
        if last is None:
            return Sighting(since=now, heartbeats=job.heartbeats, moved_at=now)
        moved_at = last.moved_at if last.heartbeats == job.heartbeats else now
        return Sighting(since=last.since, heartbeats=job.heartbeats, moved_at=moved_at)

    def _judge(self, job: Job, node: WorkerNode | None, now: float) -> None:
        seen = self.sightings[_key(job)]
        handler = _handler_of(job)
        is_here = node is not None and node.host == host()
        is_gone = node is None or (is_here and not is_running(job.process))
        seconds, silence = now - seen.since, now - seen.moved_at
        if job.is_ended:
            if is_gone or seconds > (STOP_SECONDS if is_here else LEASE_SECONDS):
                _stop(job, is_here=is_here)
                released(job)
        elif is_gone:
            _stop(job, is_here=is_here)
            if node is not None and _is_whole(node):
                _crashed(job, handler, CRASHED)
            else:
                interrupted(job)
        elif is_here and seconds > handler.timeout_seconds + STOP_SECONDS:
            _stop(job, is_here=is_here)
            _end(job, job.fail, took_too_long(handler))
        elif silence > LEASE_SECONDS and _is_whole(node):
            _stop(job, is_here=is_here)
            _crashed(job, handler, SILENT)
        elif silence > LEASE_SECONDS:
            interrupted(job)


def interrupted(job: Job) -> None:
    """Give back a job whose whole node stopped: the job is not at fault.

    Unless it is not to be begun twice, or that happened to it very often: it may be
    what brings the nodes down.
    """
    handler = _handler_of(job)
    times = job.interruptions + 1
    if not handler.is_repeatable:
        _end(job, job.fail, f"{INTERRUPTED} {NOT_TWICE}")
    elif times >= MAX_INTERRUPTIONS:
        _end(job, job.fail, f"{INTERRUPTED} That happened {times} times.")
    else:
        _end(job, job.give_back_after_interruption, INTERRUPTED)


def released(job: Job) -> None:
    """Note that no worker is at an ended job, and remove what that left behind."""
    _handler_of(job).discard(job)
    job.release()


def _crashed(job: Job, handler: Handler, what: str) -> None:
    """Give back a job whose worker died, or fail it: it may be what kills workers."""
    logger.error("%s (%s) lost its worker %s", job.pk, job.kind, job.process)
    times = job.crashes + 1
    if not handler.is_repeatable:
        _end(job, job.fail, f"{what} {NOT_TWICE}")
    elif times >= handler.max_crashes:
        _end(job, job.fail, f"{what} That happened {times} times.")
    else:
        _end(job, job.give_back_after_crash, what)


def _end(job: Job, verb: Callable[[str], None], message: str) -> None:
    """Take the job from its worker, and remove what that may have left behind."""
    try:
        verb(message)
    except JobLost:
        logger.info("%s ended before it could be taken from its worker", job.pk)
    else:
        _handler_of(job).discard(job)


def _stop(job: Job, *, is_here: bool) -> None:
    # The process may have gone on to another job since this one was read.
    is_at_it = Job.objects.filter(pk=job.pk, token=job.token, process=job.process)
    if is_here and is_at_it.exists() and (killed := kill_session(job.process)):
        logger.warning("%s: %s of its processes were killed", job.pk, killed)


def _is_whole(node: WorkerNode) -> bool:
    """Tell whether a node, as far as this host can see, is up with its pool.

    Where the pool's parent died, the kernel killed the workers with it.
    """
    if node.host != host():
        # It and the job fell silent together.
        return node.heartbeat_at > timezone.now() - NODE_LEASE / 2
    processes = filter(None, [node.process, node.pool_process])
    return all(map(is_running, processes))


def _handler_of(job: Job) -> Handler:
    try:
        return handlers.get(job.kind)
    except UnknownKind:
        # Of another version of the platform, which another node may run.
        return Handler(kind=job.kind, type=job.type, path="", lane=job.lane)


def _key(job: Job) -> tuple[str, str]:
    return job.token, job.status


def forget_dead_nodes(nodes: Iterable[WorkerNode]) -> None:
    """Delete the nodes of this host whose process has died."""
    here = [node for node in nodes if node.host == host()]
    dead = [node.pk for node in here if not is_running(node.process)]
    if dead:
        WorkerNode.objects.filter(pk__in=dead).delete()


def correct_delays() -> None:
    """Bring jobs forward that were delayed while the clock was ahead.

    A job that was to wait ten seconds is due in ten at most, whatever the clock has
    done since; a time that a client named is left alone.
    """
    now = timezone.now()
    due = ExpressionWrapper(
        Value(now, DateTimeField()) + F("delay"), output_field=DateTimeField()
    )
    delayed = Job.objects.filter(status=Job.Status.DELAYED, delay__isnull=False)
    if late := delayed.filter(run_at__gt=due).update(run_at=due):
        logger.warning(
            "The clock was set back: %s delayed jobs were brought forward", late
        )
