"""Runs the queue on django-q2's cluster: the only module that knows django-q2.

The Job table is the queue. The broker looks at it every few milliseconds and, when
a job is ready, hands out a ticket, which makes a worker claim the best one. Nothing
hangs on a ticket: a lost one is derived from the table again.
"""

import gc
import logging
import os
from time import monotonic, sleep

from django.conf import settings
from django.db import DatabaseError, connections
from django_q.brokers.orm import ORM
from django_q.cluster import Cluster
from django_q.signing import SignedPackage

from common.process_tree import die_with_parent
from jobs import handlers
from jobs.models import Job, WorkerNode
from jobs.processes import current_process, host
from jobs.recovery import recover_lost_jobs

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5
RECOVERY_SECONDS = 1
# django-q2's own tasks are for housekeeping: nobody waits for one.
ORDINARY_TASKS_SECONDS = 1

_node: WorkerNode | None = None


class JobBroker(ORM):
    """django-q2's own broker for its own tasks, and tickets for ready jobs."""

    _tasks_at = 0.0

    def dequeue(self):
        """Return ordinary tasks, or tickets, or None after one poll interval.

        Must not raise: django-q2 would stop its pusher for ten seconds.
        """
        try:
            if monotonic() >= self._tasks_at:
                self._tasks_at = monotonic() + ORDINARY_TASKS_SECONDS
                return super().dequeue() or self._tickets()
            return self._tickets() or sleep(settings.JOB_POLL_SECONDS)
        except DatabaseError:
            logger.exception("The queue cannot be read; trying again in a second")
            connections.close_all()
            sleep(1)
            return None

    def _tickets(self) -> list:
        ready = len(Job.objects.ready().values("pk")[: settings.JOB_WORKERS])
        if not ready:
            return []
        busy = Job.objects.filter(status=Job.Status.ACTIVE, node_id=_node.pk).count()
        free = settings.JOB_WORKERS - busy
        return [(None, _ticket()) for _ in range(min(ready, free))]


def _ticket() -> str:
    """Return a django-q2 task that is neither stored, acknowledged nor timed."""
    return SignedPackage.dumps(
        {
            "id": "ticket",
            "name": "ticket",
            "func": "jobs.tasks.work",
            "args": (_node.pk,),
            "kwargs": {},
            "save": False,
            "timeout": -1,
        }
    )


def run_worker_node() -> None:
    """Run a cluster until it is told to stop.

    Raises RuntimeError if the cluster died by itself, so that whoever watches this
    process starts it again.
    """
    global _node
    _node = WorkerNode.objects.create(
        host=host(), process=current_process(), workers=settings.JOB_WORKERS
    )
    connections.close_all()
    os.register_at_fork(after_in_child=die_with_parent)
    handlers.load_all()
    # What is loaded by now is shared by all workers and never collected, so that
    # reference counts of the collector do not copy its pages.
    gc.freeze()
    cluster = Cluster()
    cluster.start()
    logger.info("%s workers are ready for jobs", settings.JOB_WORKERS)
    try:
        _watch(cluster)
    finally:
        _node.delete()


def _watch(cluster: Cluster) -> None:
    beat_at = 0.0
    while not cluster.has_stopped:
        if not cluster.sentinel.is_alive():
            raise RuntimeError("The cluster died")
        try:
            if monotonic() >= beat_at:
                _node.beat()
                beat_at = monotonic() + HEARTBEAT_SECONDS
            recover_lost_jobs()
        except DatabaseError:
            logger.exception("The database cannot be reached; trying again")
            connections.close_all()
        sleep(RECOVERY_SECONDS)
