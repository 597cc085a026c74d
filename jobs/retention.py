"""Deletes jobs that ended long ago, and what they should not keep until then."""

import logging
from collections import Counter
from datetime import timedelta
from math import inf
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from jobs.handlers import WEBHOOK_LANE, forgetful_kinds
from jobs.models import Job, JobQuerySet, WorkerNode

logger = logging.getLogger(__name__)

BATCH = 200
FORGET_AFTER = timedelta(days=1)
NODE_RETENTION = timedelta(hours=1)


def old_jobs() -> JobQuerySet:
    """Return the jobs that ended over JOB_RETENTION_DAYS ago."""
    moment = timezone.now() - timedelta(days=settings.JOB_RETENTION_DAYS)
    return Job.objects.ended().filter(completed_at__lt=moment, process="")


def delete_old_jobs(*, seconds: float = inf) -> int:
    """Delete old jobs, for so many seconds at most; returns how many.

    In small batches: while one is written, nobody else writes. Their files stay.
    Nodes that have been silent for an hour go with them.
    """
    ends_at = monotonic() + seconds
    deleted = 0
    while monotonic() < ends_at and (count := _delete_batch()):
        deleted += count
    silent_since = timezone.now() - NODE_RETENTION
    silent = WorkerNode.objects.filter(heartbeat_at__lt=silent_since)
    # A node that has jobs may only seem silent, after the clock was set forward.
    silent.exclude(pk__in=Job.objects.held().values("node_id")).delete()
    if deleted:
        logger.info("%s old jobs were deleted", deleted)
    return deleted


def keep_up(*, seconds: float, position: str) -> str | None:
    """Delete old jobs; the registered upkeep of this app (upkeep.py)."""
    delete_old_jobs(seconds=seconds)
    return "more" if old_jobs().exists() else None


def forget_payloads(*, seconds: float, position: str) -> str | None:
    """Drop payloads that may hold secrets; the other registered upkeep of this app.

    Those of jobs that failed or were cancelled a day ago: so long they can be retried.
    """
    ends_at = monotonic() + seconds
    while batch := list(_payloads_to_forget().values_list("pk", flat=True)[:BATCH]):
        # One that was retried meanwhile is not among them any more.
        _payloads_to_forget().filter(pk__in=batch).update(payload={})
        if monotonic() > ends_at:
            return "more"
    return None


def _payloads_to_forget() -> JobQuerySet:
    moment = timezone.now() - FORGET_AFTER
    ended = Job.objects.filter(
        kind__in=forgetful_kinds(),
        status__in=[Job.Status.FAILED, Job.Status.CANCELLED],
        completed_at__lt=moment,
    )
    return ended.exclude(payload={})


@transaction.atomic
def _delete_batch() -> int:
    oldest = old_jobs().select_for_update(skip_locked=True).order_by("completed_at")
    batch = list(oldest.values_list("pk", "owner_id", "lane")[:BATCH])
    Job.objects.filter(pk__in=[pk for pk, _, _ in batch]).delete()
    owners = {owner_id for _, owner_id, _ in batch}
    kept = Counter(owner_id for _, owner_id, lane in batch if lane != WEBHOOK_LANE)
    for owner_id in sorted(owners):
        User.objects.changed(owner_id, kept_jobs=-kept[owner_id])
    return len(batch)
