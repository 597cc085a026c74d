"""Runs the queue on django-q2's cluster: the only module that knows django-q2.

The Job table is the queue. The broker looks at it every few milliseconds and, when
a job is ready, hands out a ticket, which makes a worker claim the best one. Nothing
hangs on a ticket: a lost one is derived from the table again.

    node (manage.py worker) ── pool ─┬─ pusher, with the broker
                                     ├─ monitor
                                     └─ JOB_WORKERS workers

django-q2 calls the pool's process its sentinel.

The kernel kills each of them when its parent has died. Only the node heeds signals:
a deployment may send SIGTERM to all.
"""

import gc
import logging
import os
import resource
import signal
from ctypes import c_bool, c_ulong
from multiprocessing.sharedctypes import RawValue
from time import monotonic, sleep
from typing import NoReturn

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.brokers.orm import ORM
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.models import Schedule
from django_q.signals import post_spawn
from django_q.signing import SignedPackage
from django_q.tasks import async_task
from setproctitle import setproctitle

from common.locks import lock_for_transaction
from common.process_tree import adopt_orphans, die_with_parent
from jobs import handlers
from jobs.claiming import claimable
from jobs.models import Job, Lane, WorkerNode
from jobs.processes import (
    current_process,
    host,
    kill_children,
    kill_session,
    process_of,
)
from jobs.questions import held_by, is_any_ready
from jobs.recovery import Recovery, correct_delays, interrupted, released
from jobs.tasks import work
from jobs.upkeep import UPKEEP

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
HEARTBEAT_SECONDS = 5
PATIENCE_SECONDS = 3
CLEAN_UP_SECONDS = 1  # A worker that is at it for longer than PATIENCE looks stuck.
# django-q2's own tasks are for housekeeping: nobody waits for one.
ORDINARY_TASKS_SECONDS = 1
SIGNALS = {signal.SIGTERM, signal.SIGINT}

_node: WorkerNode | None = None
_node_pid = 0
# Shared by the processes of the tree.
_tickets_taken = RawValue(c_ulong, 0)
_is_stopping = RawValue(c_bool, False)


class JobBroker(ORM):
    """django-q2's own broker for its own tasks, and tickets for ready jobs."""

    _tasks_at = 0.0

    def dequeue(self):
        """Return ordinary tasks, or tickets, or None after one poll interval.

        Must not raise: django-q2 would stop its pusher for ten seconds.
        """
        try:
            if _is_stopping.value:
                return sleep(settings.JOB_POLL_SECONDS)
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
        if not is_any_ready(timezone.now()):
            return []
        ready = len(claimable(_node.pk).values("pk")[: settings.JOB_WORKERS])
        return [(None, _ticket()) for _ in range(min(ready, free_workers(_node)))]


def _ticket() -> str:
    """Return a django-q2 task that is neither stored, acknowledged nor timed."""
    return SignedPackage.dumps(
        {
            "id": "ticket",
            "name": "ticket",
            "func": "jobs.cluster.take_ticket",
            "args": (_node.pk,),
            "kwargs": {},
            "save": False,
            "timeout": -1,
        }
    )


def take_ticket(node_id: str) -> None:
    """Do the jobs of one ticket, in a worker process."""
    _tickets_taken.value += 1
    try:
        if work(node_id, is_stopping=lambda: _is_stopping.value):
            # django-q2 replaces a worker of this process's size after the ticket; it
            # has no limit otherwise.
            Conf.MAX_RSS = 1
    except DatabaseError:
        logger.exception("No job can be claimed; trying again in a second")
        connections.close_all()
        sleep(1)
    kill_children()


def free_workers(node: WorkerNode) -> int:
    return max(0, settings.JOB_WORKERS - len(held_by(node.pk)))


def run_worker_node() -> None:
    """Run a cluster until it is told to stop by SIGTERM or SIGINT.

    Ends the process at once, with status 1, if the cluster died or takes no jobs:
    the kernel ends the rest of the tree with it, and the supervisor starts another.
    """
    global _node, _node_pid
    _node_pid = os.getpid()
    _node = WorkerNode.objects.create(
        host=host(), process=current_process(), workers=settings.JOB_WORKERS
    )
    prepare_tables()
    connections.close_all()
    handlers.load_all()
    os.register_at_fork(after_in_child=_be_a_child)
    post_spawn.connect(_be_a_worker)
    # What is loaded by now is shared by all workers and never collected, so that
    # reference counts of the collector do not copy its pages.
    gc.freeze()
    # A worker's programs that left its session come to the node when it dies.
    adopt_orphans()
    cluster = Cluster()
    for number in SIGNALS:
        # In place of django-q2's own way to stop, which waits without end.
        signal.signal(number, _note_stop)
    cluster.start()
    setproctitle(f"platform worker: node {_node.pk}")
    _node.pool_process = process_of(cluster.sentinel.pid)
    _node.beat()
    logger.info("%s workers are ready for jobs", settings.JOB_WORKERS)
    try:
        _watch(cluster)
        _stop()
    except Exception:
        logger.exception("The worker node cannot go on")
        _end_tree("The node ends; the supervisor starts another")


def _note_stop(signum, frame):
    _is_stopping.value = True


def _be_a_child() -> None:
    die_with_parent()
    if os.getppid() == _node_pid:
        setproctitle("platform worker: pool")
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _be_a_worker(sender, proc_name, **kwargs) -> None:
    """Make a worker deaf to signals for the node, in a session of its own.

    The programs that it starts must heed them, so it neither blocks nor ignores
    them, which programs inherit. Its memory is limited: a job that wants too much
    fails, instead of the machine.
    """
    for number in SIGNALS:
        signal.signal(number, lambda signum, frame: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    os.setsid()
    adopt_orphans()
    limit = settings.JOB_MEMORY_MB * 1024 * 1024
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


@transaction.atomic
def prepare_tables() -> None:
    """Write down the lanes, and have django-q2 clean up once an hour."""
    lock_for_transaction("prepare tables")
    lanes = [Lane(name=name) for name in settings.JOB_LANES]
    Lane.objects.bulk_create(lanes, ignore_conflicts=True)
    Schedule.objects.get_or_create(
        name="Clean up jobs",
        func="jobs.cluster.clean_up",
        schedule_type=Schedule.HOURLY,
    )


def clean_up() -> None:
    """Have all that the apps registered for it done, each in tasks of its own."""
    for path in UPKEEP:
        async_task("jobs.cluster.keep_up", path, "")


def keep_up(path: str, position: str) -> None:
    """Clean up for a moment, and go on in another task: other work must not wait."""
    next_position = import_string(path)(seconds=CLEAN_UP_SECONDS, position=position)
    if next_position is not None:
        async_task("jobs.cluster.keep_up", path, next_position)


def _watch(cluster: Cluster) -> None:
    recovery, watchdog, beaten_at = Recovery(), Watchdog(), monotonic()
    while not _is_stopping.value:
        if not cluster.sentinel.is_alive():
            _end_tree("The cluster died; the supervisor starts another")
        kill_children(but=cluster.sentinel.pid)
        try:
            recovery.look()
            if monotonic() - beaten_at >= HEARTBEAT_SECONDS:
                beaten_at = monotonic()
                _node.beat()
                correct_delays()
            if watchdog.is_stuck(_node, _tickets_taken.value):
                _end_tree("The workers take no jobs; the supervisor starts others")
        except DatabaseError:
            logger.exception("The database cannot be reached; trying again")
            connections.close_all()
        sleep(LOOK_SECONDS)


class Watchdog:
    """Notices that the workers of a tree take no tickets any more.

    A worker that is killed while it waits takes the lock of django-q2's queue with
    it, and none of the others ever gets another ticket.
    """

    def __init__(self) -> None:
        self.taken = 0
        self.since = monotonic()

    def is_stuck(self, node: WorkerNode, taken: int) -> bool:
        """Tell whether a job could start, but no ticket has been taken for long."""
        could_start = free_workers(node) > 0 and claimable(node.pk).exists()
        if taken != self.taken or not could_start:
            self.taken, self.since = taken, monotonic()
        if monotonic() - self.since < PATIENCE_SECONDS:
            return False
        # Where the database is locked, workers cannot claim, and this waits too.
        asked_at = monotonic()
        node.beat()
        if monotonic() - asked_at < 1:
            return True
        self.since = monotonic()
        return False


def _stop() -> NoReturn:
    """Let running jobs end for a while, hand back the rest, and end the tree."""
    logger.info("Stopping: no more jobs are begun")
    try:
        _wait_while_busy(settings.JOB_STOP_SECONDS)
        for job in Job.objects.held().filter(node_id=_node.pk):
            kill_session(job.process)
            (released if job.is_ended else interrupted)(job)
        _node.delete()
    except DatabaseError:
        logger.exception("The database cannot be reached; jobs are given back later")
    logger.info("Stopped")
    logging.shutdown()
    os._exit(0)


def _wait_while_busy(seconds: float) -> None:
    ends_at = monotonic() + seconds
    while free_workers(_node) < settings.JOB_WORKERS and monotonic() < ends_at:
        sleep(0.1)


def _end_tree(reason: str) -> NoReturn:
    logger.critical(reason)
    # Not sys.exit: that waits for the children, which may wait for ever.
    os._exit(1)
