"""Puts a job into the queue."""

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
    """Return how long the job will take to end, from the recent ones of its kind.

    Seconds; 1.0 a job where none has ended yet. The jobs ahead are shared by all
    workers.
    """
    done = Job.objects.filter(kind=job.kind, status=Job.Status.COMPLETED)
    recent = done.order_by("-completed_at")[:RECENT_JOBS]
    mean = recent.aggregate(mean=Avg(F("completed_at") - F("started_at")))["mean"]
    each = mean.total_seconds() if mean else 1.0
    ahead = Job.objects.ready().filter(id__lt=job.pk).count()
    return round(each * (1 + ahead / settings.JOB_WORKERS), 1)
