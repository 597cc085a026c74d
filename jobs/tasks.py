"""What a worker process runs for one ticket of the broker."""

import logging
import os
from collections.abc import Callable
from time import monotonic

from django.conf import settings
from setproctitle import setproctitle

from jobs.claiming import claim_job
from jobs.execution import execute
from jobs.processes import current_process, peak_memory_mb

logger = logging.getLogger(__name__)

# Less than the patience of the watchdog, which looks for new tickets (cluster.py).
TICKET_SECONDS = 2.0


def work(node_id: str, *, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Do ready jobs, one after another, until none is left or the ticket is old.

    `is_stopping` tells that no more may be begun. A worker that has grown too large
    ends its ticket, and is replaced.
    """
    ends_at = monotonic() + TICKET_SECONDS
    while (
        monotonic() < ends_at
        and not is_stopping()
        and peak_memory_mb() < settings.JOB_WORKER_RECYCLE_MB
        and work_one(node_id)
    ):
        pass


def work_one(node_id: str) -> bool:
    """Do the best ready job; return whether there was one."""
    job = claim_job(node_id=node_id, process=current_process())
    if job is None:
        return False
    setproctitle(f"platform worker: {job.kind} {job.pk}")
    try:
        execute(job)
    except Exception:
        # Most likely the database is gone. A dead worker's job is given back.
        logger.critical(
            "The end of %s cannot be written: this worker ends", job.pk, exc_info=True
        )
        os._exit(1)
    return True
