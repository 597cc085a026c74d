"""Figures of the queue: how much there is, how fast it goes, who works."""

from collections import defaultdict
from datetime import timedelta
from itertools import chain
from statistics import quantiles
from threading import Lock

from cachetools import TTLCache, cached
from django.db.models import Count, Sum
from django.utils import timezone

from accounts.models import User
from jobs.models import Job, WorkerNode

RECENT_JOBS = 1000
PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}


@cached(
    TTLCache(maxsize=200, ttl=5), key=lambda user: (user.pk, user.is_staff), lock=Lock()
)
def job_statistics(user: User) -> dict:
    """Return the figures of the jobs that the user may see; kept for five seconds.

    `counts` by status; `throughput`: how many completed in the last minute and hour;
    `kinds`: percentiles of the seconds that the newest 1,000 jobs waited and ran;
    `workers`: how many there are, and how many are busy.
    """
    jobs = Job.objects.visible_to(user).submitted()
    now = timezone.now()
    counts = dict.fromkeys(Job.Status.values, 0)
    counts.update(jobs.values_list("status").order_by().annotate(Count("pk")))
    done = jobs.filter(status=Job.Status.COMPLETED)
    return {
        "counts": counts,
        "throughput": {
            "last_minute": _count_since(done, now - timedelta(minutes=1)),
            "last_hour": _count_since(done, now - timedelta(hours=1)),
        },
        "kinds": _kinds(jobs),
        "workers": {
            "alive": WorkerNode.objects.alive().aggregate(n=Sum("workers"))["n"] or 0,
            "busy": Job.objects.held().count(),
        },
        "timestamp": now,
    }


def _count_since(jobs, moment) -> int:
    return jobs.filter(completed_at__gte=moment).count()


def _kinds(jobs) -> list[dict]:
    """Return wait and run times by kind; a wait is counted from when it was due."""
    waits, runs = defaultdict(list), defaultdict(list)
    newest = jobs.order_by("-id").values_list(
        "kind", "attempts", "run_at", "started_at", "completed_at"
    )
    for kind, attempts, run_at, started_at, completed_at in newest[:RECENT_JOBS]:
        # Where a job was tried again, its last start says nothing of its first wait.
        if attempts == 1 and started_at and completed_at:
            waits[kind].append(max(0.0, (started_at - run_at).total_seconds()))
            runs[kind].append((completed_at - started_at).total_seconds())
    return [
        {
            "kind": kind,
            "jobs": len(runs[kind]),
            "wait_seconds": percentiles(waits[kind]),
            "run_seconds": percentiles(runs[kind]),
        }
        for kind in sorted(runs)
    ]


def percentiles(values: list[float]) -> dict[str, float]:
    """Return p50, p95 and p99 of at least one value."""
    values = values if len(values) > 1 else list(chain(values, values))
    cuts = quantiles(values, n=100, method="inclusive")
    return {name: round(cuts[rank - 1], 3) for name, rank in PERCENTILES.items()}
