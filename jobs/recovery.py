"""Gives back the jobs of workers that died."""

import logging

from jobs.exceptions import JobLost
from jobs.models import Job, WorkerNode
from jobs.processes import host, is_running

logger = logging.getLogger(__name__)

MAX_CRASHES = 3
CRASHED = "The worker died while it did this job."


def recover_lost_jobs() -> int:
    """Queue the active jobs again whose worker is gone; returns how many.

    A dead process of this host is known at once; a worker elsewhere by its node
    having been silent for 30 s. A job that was lost three times fails: it may be
    what kills them.
    """
    nodes = _living_nodes()
    active = Job.objects.filter(status=Job.Status.ACTIVE)
    lost = [job for job in active if not _is_worked_on(job, nodes.get(job.node_id))]
    for job in lost:
        logger.error("%s lost its worker (%s)", job.pk, job.process)
        _give_back(job)
    return len(lost)


def _living_nodes() -> dict[str, WorkerNode]:
    """Return the nodes that work, by id, and forget those of this host that died."""
    here = WorkerNode.objects.filter(host=host())
    dead = [node.pk for node in here if not is_running(node.process)]
    if dead:
        WorkerNode.objects.filter(pk__in=dead).delete()
    alive = WorkerNode.objects.alive() | WorkerNode.objects.filter(host=host())
    return alive.in_bulk()


def _is_worked_on(job: Job, node: WorkerNode | None) -> bool:
    if node is None:
        return False
    return node.host != host() or is_running(job.process)


def _give_back(job: Job) -> None:
    try:
        if job.crashes + 1 >= MAX_CRASHES:
            job.fail(f"{CRASHED} That happened {MAX_CRASHES} times.")
        else:
            job.give_back_after_crash(CRASHED)
    except JobLost:
        logger.info("%s ended before it could be given back", job.pk)
