"""Puts a job into the queue, and tells how long it will take."""

import hashlib
import json
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from cachetools import TTLCache, cached
from django.conf import settings
from django.db import transaction
from django.db.models import Avg, F
from django.utils import timezone

from accounts.models import User
from common.locks import lock_for_transaction
from jobs import handlers
from jobs.exceptions import IdempotencyMismatch, QueueFull, TooManyJobs
from jobs.lanes import limit_of
from jobs.models import Job, milliseconds, rank_of
from jobs.questions import count_ahead, count_unfinished, unfinished_of

RECENT_JOBS = 20
NEARLY_FULL = 0.9
LONGEST_RETRY_AFTER_SECONDS = 3600
# A user's waiting jobs take turns with those of others: each is ranked as if it came
# this much later than the one before, but never by as much as a priority is worth.
TURN_MS = 500
LATEST_TURN_MS = 50_000


@transaction.atomic
def submit_job(
    *,
    owner: User,
    kind: str,
    payload: dict,
    priority: int = 0,
    run_at: datetime | None = None,
    delay: timedelta | None = None,
    callback_url: str = "",
    idempotency_key: str | None = None,
    request_digest: str = "",
) -> Job:
    """Queue a job of a registered `kind` for its owner.

    It runs no earlier than `run_at`, or after `delay`. A second submission
    with the same `idempotency_key` returns the first one's job, with `is_replayed`
    set; raises IdempotencyMismatch where its digest is another. Raises UnknownKind,
    and TooManyJobs or QueueFull where too many jobs are unfinished.
    """
    handler = handlers.get(kind)
    lock_for_transaction(f"submit {owner.pk}")
    if idempotency_key and (job := _submitted_before(owner, idempotency_key)):
        if job.request_digest != request_digest:
            raise IdempotencyMismatch
        job.is_replayed = True
        return job
    now = timezone.now()
    run_at = max(now, now + delay if delay is not None else run_at or now)
    own, last_turn = unfinished_of(owner.pk, handler.lane, run_at)
    _check_room(own)
    job = Job.objects.create(
        owner=owner,
        kind=kind,
        type=handler.type,
        lane=handler.lane,
        status=Job.Status.DELAYED if run_at > now else Job.Status.WAITING,
        payload=payload,
        priority=priority,
        rank=_rank(last_turn, run_at, priority),
        max_attempts=handler.max_attempts,
        run_at=run_at,
        delay=delay,
        callback_url=callback_url,
        idempotency_key=idempotency_key,
        request_digest=request_digest,
    )
    User.objects.changed(owner.pk, total_jobs=1, kept_jobs=1)
    return job


@transaction.atomic
def retry_job(job: Job) -> None:
    """Queue a job again that failed or was cancelled, with fresh attempts.

    Raises JobStateConflict; and TooManyJobs or QueueFull, as for a new job.
    """
    lock_for_transaction(f"submit {job.owner_id}")
    now = timezone.now()
    own, last_turn = unfinished_of(job.owner_id, job.lane, now)
    if job.lane != handlers.WEBHOOK_LANE:
        _check_room(own)
    job.retry(rank=_rank(last_turn, now, job.priority))


def digest_of(kind: str, request: dict) -> str:
    """Return what tells two requests apart, whatever the order of their keys."""
    text = json.dumps([kind, request], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_submitted(owner: User, idempotency_key: str) -> bool:
    """Tell whether the owner has submitted a job with that key."""
    return Job.objects.filter(owner=owner, idempotency_key=idempotency_key).exists()


def _submitted_before(owner: User, idempotency_key: str) -> Job | None:
    return Job.objects.filter(owner=owner, idempotency_key=idempotency_key).first()


def _check_room(own: int) -> None:
    """Raise TooManyJobs or QueueFull where no job may be added to so many."""
    if own >= settings.JOB_LIMIT_OF_USER:
        raise TooManyJobs(
            limit=settings.JOB_LIMIT_OF_USER, retry_after_seconds=seconds_to_drain(own)
        )
    if count_unfinished() < settings.JOB_LIMIT * NEARLY_FULL:
        return
    # Only now is it worth it that all submissions wait for each other.
    lock_for_transaction("submit")
    if (depth := count_unfinished()) >= settings.JOB_LIMIT:
        raise QueueFull(retry_after_seconds=seconds_to_drain(depth))


def _rank(last_turn: int | None, start: datetime, priority: int) -> int:
    """Return the place of a job that may start then, behind its owner's last one."""
    turn = earliest = milliseconds(start)
    if last_turn is not None:
        turn = min(max(earliest, last_turn + TURN_MS), earliest + LATEST_TURN_MS)
    return rank_of(turn_ms=turn, priority=priority)


def queue_position(job: Job) -> int | None:
    """Return the place of a waiting job in its lane, 1 for the next; else None."""
    if job.status != Job.Status.WAITING:
        return None
    return count_ahead(job.lane, job.rank, job.pk, timezone.now()) + 1


def estimate_seconds(job: Job) -> float | None:
    """Return in how many seconds the job will probably have ended; None if it has.

    From the time that the recent jobs of its kind took, and how many are ahead.
    """
    if job.is_ended:
        return None
    now = timezone.now()
    mean = mean_seconds(job.kind)
    if job.status == Job.Status.ACTIVE:
        return round(max(0.0, mean - (now - job.started_at).total_seconds()), 1)
    rounds = ceil((queue_position(job) or 1) / limit_of(job.lane))
    delay = max(0.0, (job.run_at - now).total_seconds())
    return round(delay + mean * rounds, 1)


def seconds_to_drain(depth: int) -> int:
    """Return in how many whole seconds so many jobs will probably have been done."""
    seconds = depth * mean_seconds() / settings.JOB_WORKERS
    return min(max(1, ceil(seconds)), LONGEST_RETRY_AFTER_SECONDS)


@cached(TTLCache(maxsize=100, ttl=10), lock=Lock())
def mean_seconds(kind: str | None = None) -> float:
    """Return how long the recent jobs took, those of a kind or all; 1.0 if none did."""
    done = Job.objects.filter(status=Job.Status.COMPLETED, completed_at__isnull=False)
    if kind is not None:
        done = done.filter(kind=kind)
    recent = done.order_by("-completed_at")[:RECENT_JOBS]
    mean = recent.aggregate(mean=Avg(F("completed_at") - F("started_at")))["mean"]
    return mean.total_seconds() if mean else 1.0
