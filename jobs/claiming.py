"""Chooses the job that a worker does next."""

from collections import Counter
from math import ceil

from django.db import transaction
from django.db.models import Count

from common.locks import lock_for_transaction
from jobs.lanes import closed_lanes, limit_of
from jobs.models import Job, JobQuerySet


def claim_job(*, node_id: str, process: str) -> Job | None:
    """Take the best job that is ready for a worker process, or return None.

    The best has the lowest rank, in a lane that has room. An owner who holds their
    fair share of a lane gives way to others who wait for it.

    Nobody else of the node counts its jobs meanwhile, by the lock; and none of
    another node takes the same job, by FOR UPDATE SKIP LOCKED. On SQLite, the
    IMMEDIATE transaction is both.
    """
    if not Job.objects.ready().exists():
        return None
    with transaction.atomic():
        lock_for_transaction(f"claim {node_id}")
        best = _best(node_id)
        if best is not None:
            best.start(node_id=node_id, process=process)
    return best


def claimable(node_id: str) -> JobQuerySet:
    """Return the jobs that a free worker of the node may take, the best first."""
    held = Job.objects.held().filter(node_id=node_id)
    closed = closed_lanes(held.values_list("lane", flat=True))
    return _outside(closed)


def _best(node_id: str) -> Job | None:
    held = Job.objects.held().filter(node_id=node_id).values_list("lane", "owner_id")
    shares = Counter(held)
    jobs = _outside(closed_lanes(lane for lane, _ in held))
    jobs = jobs.select_for_update(skip_locked=True)
    modest = jobs
    for lane, owner_id in _greedy(shares):
        modest = modest.exclude(lane=lane, owner_id=owner_id)
    best = modest.first()
    return best if best is not None or modest is jobs else jobs.first()


def _outside(closed: set[str]) -> JobQuerySet:
    ready = Job.objects.ready()
    return ready.exclude(lane__in=closed) if closed else ready


def _greedy(shares: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the lanes and owners who hold as much of the lane as each may have."""
    lanes = {lane for lane, _ in shares}
    if not lanes:
        return []
    unfinished = Job.objects.unfinished().filter(lane__in=lanes)
    owners = dict(
        unfinished.values_list("lane").annotate(Count("owner", distinct=True))
    )
    return [
        (lane, owner_id)
        for (lane, owner_id), count in shares.items()
        # A job that was taken from its worker is held, but not unfinished.
        if count >= ceil(limit_of(lane) / max(1, owners.get(lane, 0)))
    ]
