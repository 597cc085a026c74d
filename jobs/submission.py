"""Puts a job into the queue."""

from threading import Lock

from cachetools import TTLCache, cached
from django.conf import settings
from django.db import transaction
from django.db.models import Avg, F

from accounts.models import User
from jobs import handlers
from jobs.models import Job

RECENT_JOBS = 20


@transaction.atomic
def submit_job(*, owner: User, kind: str, payload: dict, priority: int = 0) -> Job:
    """Queue a job of a registered `kind` for its owner; raises UnknownKind."""
    handler = handlers.get(kind)
    job = Job.objects.create(
        owner=owner,
        kind=kind,
        type=handler.type,
        payload=payload,
        priority=priority,
        max_attempts=handler.max_attempts,
    )
    User.objects.changed(owner.pk, total_jobs=1)
    return job


def estimate_seconds(job: Job) -> float:
    """Return in how many seconds the job will probably have ended.

    The jobs ahead of it are shared by all workers.
    """
    ahead = Job.objects.ready().filter(id__lt=job.pk).count()
    return round(mean_seconds(job.kind) * (1 + ahead / settings.JOB_WORKERS), 1)


@cached(TTLCache(maxsize=100, ttl=10), lock=Lock())
def mean_seconds(kind: str) -> float:
    """Return how long the recent jobs of a kind took; 1.0 where none has ended yet."""
    done = Job.objects.filter(kind=kind, status=Job.Status.COMPLETED)
    recent = done.order_by("-completed_at")[:RECENT_JOBS]
    mean = recent.aggregate(mean=Avg(F("completed_at") - F("started_at")))["mean"]
    return mean.total_seconds() if mean else 1.0
