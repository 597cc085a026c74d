"""Runs the queue on django-q2's cluster: the only module that knows django-q2.

The Job table is the queue. The broker looks at it every few milliseconds and, when
a job is ready, hands out a ticket, which makes a worker claim the best one. Nothing
hangs on a ticket: a lost one is derived from the table again.
"""

import gc
import logging
import os
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import NoReturn

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.cluster import Cluster
from django_q.signing import SignedPackage

from common.process_tree import die_with_parent
from jobs import handlers
from jobs.models import Job, WorkerNode
from jobs.processes import current_process, host
from jobs.recovery import recover_lost_jobs

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=5)
LOOK_SECONDS = 1
PATIENCE = timedelta(seconds=5)
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

    Ends the process at once, with status 1, if the cluster died or takes no jobs:
    the kernel ends the rest of the tree with it, and the supervisor starts another.
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
    _watch(cluster)
    _node.delete()


def _watch(cluster: Cluster) -> None:
    while cluster.sentinel.is_alive():
        _look_after_node()
        sleep(LOOK_SECONDS)
    # A signal's handler may have stopped it at any point of the loop.
    if not cluster.has_stopped:
        _end_tree("The cluster died; the supervisor starts another")


def _look_after_node() -> None:
    try:
        if timezone.now() - _node.heartbeat_at >= HEARTBEAT:
            _node.beat()
        recover_lost_jobs()
        if is_stuck(_node):
            _end_tree("The workers take no jobs; the supervisor starts others")
    except DatabaseError:
        logger.exception("The database cannot be reached; trying again")
        connections.close_all()


def is_stuck(node: WorkerNode) -> bool:
    """Tell whether jobs wait and workers are free, but none has been taken for long.

    A worker that is killed while it waits takes the lock of django-q2's queue with
    it, and none of the others ever gets another ticket.
    """
    long_ago = timezone.now() - PATIENCE
    if node.started_at > long_ago or not _waiting_since(long_ago):
        return False
    own = Job.objects.filter(node_id=node.pk)
    if own.filter(status=Job.Status.ACTIVE).count() >= settings.JOB_WORKERS:
        return False
    return not own.filter(started_at__gt=long_ago).exists()


def _waiting_since(moment: datetime) -> bool:
    return Job.objects.ready().filter(run_at__lt=moment).exists()


def _end_tree(reason: str) -> NoReturn:
    logger.critical(reason)
    # Not sys.exit: that waits for the children, which may wait for ever.
    os._exit(1)
