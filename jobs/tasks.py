"""What a worker process runs for one ticket of the broker."""

import logging
import os
from collections.abc import Callable
from time import monotonic

from django.conf import settings
from setproctitle import setproctitle

from jobs import handlers
from jobs.claiming import claim_job
from jobs.execution import execute
from jobs.models import Job
from jobs.processes import current_process, peak_memory_mb

logger = logging.getLogger(__name__)

# Less than the patience of the watchdog, which looks for new tickets (cluster.py).
TICKET_SECONDS = 2.0


def work(node_id: str, *, is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Do ready jobs, one after another, until none is left or the ticket is old.

    `is_stopping` tells that no more may be begun. Returns whether this worker is used
    up, and is to be replaced.
    """
    ends_at = monotonic() + TICKET_SECONDS
    while monotonic() < ends_at and not is_stopping():
        job = work_one(node_id)
        if job is None:
            return False
        if _uses_up_worker(job):
            return True
    return False


def _uses_up_worker(job: Job) -> bool:
    """Tell whether the worker has grown too large, or the job's kind is said to."""
    if peak_memory_mb() >= settings.JOB_WORKER_RECYCLE_MB:
        return True
    return handlers.is_known(job.kind) and handlers.get(job.kind).uses_up_worker


def work_one(node_id: str) -> Job | None:
    """Do the best ready job, and return it; None where there is none."""
    job = claim_job(node_id=node_id, process=current_process())
    if job is None:
        return None
    setproctitle(f"platform worker: {job.kind} {job.pk}")
    try:
        execute(job)
    except Exception:
        # Most likely the database is gone. A dead worker's job is given back.
        logger.critical(
            "The end of %s cannot be written: this worker ends", job.pk, exc_info=True
        )
        os._exit(1)
    return job
