"""Chooses the job that a worker does next."""

from collections import Counter
from math import ceil

from django.db import transaction
from django.utils import timezone

from common.locks import lock_for_transaction
from jobs.lanes import closed_lanes, limit_of
from jobs.models import Job, JobQuerySet
from jobs.questions import count_owners, held_by, is_any_ready


def claim_job(*, node_id: str, process: str) -> Job | None:
    """Take the best job that is ready for a worker process, or return None.

    The best has the lowest rank, in a lane that has room. An owner who holds their
    fair share of a lane gives way to others who wait for it.

    Nobody else of the node counts its jobs meanwhile, by the lock; and none of
    another node takes the same job, by FOR UPDATE SKIP LOCKED. On SQLite, the
    IMMEDIATE transaction is both.
    """
    if not is_any_ready(timezone.now()):
        return None
    with transaction.atomic():
        lock_for_transaction(f"claim {node_id}")
        best = _best(node_id)
        if best is not None:
            best.start(node_id=node_id, process=process)
    return best


def claimable(node_id: str) -> JobQuerySet:
    """Return the jobs that a free worker of the node may take, the best first."""
    return _outside(closed_lanes(lane for lane, _ in held_by(node_id)))


def _best(node_id: str) -> Job | None:
    held = held_by(node_id)
    jobs = _outside(closed_lanes(lane for lane, _ in held))
    jobs = jobs.select_for_update(skip_locked=True)
    modest = jobs
    for lane, owner_id in _greedy(held):
        modest = modest.exclude(lane=lane, owner_id=owner_id)
    best = modest.first()
    return best if best is not None or modest is jobs else jobs.first()


def _outside(closed: set[str]) -> JobQuerySet:
    ready = Job.objects.ready()
    return ready.exclude(lane__in=closed) if closed else ready


def _greedy(held: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the lanes and owners who hold as much of the lane as each may have."""
    owners = {lane: count_owners(lane) for lane, _ in held}
    return [
        (lane, owner_id)
        for (lane, owner_id), count in Counter(held).items()
        # A job that was taken from its worker is held, but not unfinished.
        if count >= ceil(limit_of(lane) / max(1, owners[lane]))
    ]
