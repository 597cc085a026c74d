"""Lanes: how many jobs of a sort run at once, and which of them an operator paused.

Each kind names its lane. A limit is that of one worker node, whose processors and
memory it protects; so with every node that is added, more run.
"""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from jobs.exceptions import UnknownLane
from jobs.models import Job, Lane
from jobs.questions import paused_lanes

logger = logging.getLogger(__name__)


def limit_of(lane: str) -> int:
    """Return how many jobs of the lane one node runs at once.

    JOB_LANES says how many, or, by a negative number, how many workers the lane
    must leave to others. Every lane may have one.
    """
    # Another version of the platform may know more lanes.
    limit = settings.JOB_LANES.get(lane, 1)
    return max(1, limit if limit > 0 else settings.JOB_WORKERS + limit)


def closed_lanes(held: Iterable[str]) -> set[str]:
    """Return the lanes of which no job may start: those that are paused, or full.

    `held` are the lanes of the jobs that the node is at, one for each.
    """
    held = list(held)
    full = {lane for lane in set(held) if held.count(lane) >= limit_of(lane)}
    return full | paused_lanes()


def describe_lanes() -> list[dict]:
    """Return `name`, `limit`, `paused_at`, `ready` and `active` of every lane."""
    paused_at = dict(Lane.objects.values_list("name", "paused_at"))
    ready = _count_by_lane(Job.objects.ready())
    active = _count_by_lane(Job.objects.unfinished().filter(status=Job.Status.ACTIVE))
    return [
        {
            "name": name,
            "limit": limit_of(name),
            "paused_at": paused_at.get(name),
            "ready": ready.get(name, 0),
            "active": active.get(name, 0),
        }
        for name in settings.JOB_LANES
    ]


def _count_by_lane(jobs) -> dict[str, int]:
    counts = jobs.order_by().values_list("lane").annotate(Count("pk"))
    return dict(counts)


def pause_lane(name: str) -> None:
    """Start no more jobs of the lane; those that run go on. Raises UnknownLane."""
    running = Lane.objects.filter(pk=_lane(name).pk, paused_at=None)
    if running.update(paused_at=timezone.now()):
        logger.warning("Lane %s was paused", name)


def resume_lane(name: str) -> None:
    """Start the jobs of the lane again; raises UnknownLane."""
    if Lane.objects.paused().filter(pk=_lane(name).pk).update(paused_at=None):
        logger.warning("Lane %s was resumed", name)


def _lane(name: str) -> Lane:
    if name not in settings.JOB_LANES:
        known = ", ".join(settings.JOB_LANES)
        raise UnknownLane(f"There is no lane {name!r}. There are: {known}.")
    return Lane.objects.get_or_create(name=name)[0]
