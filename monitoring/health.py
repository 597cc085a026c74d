"""Looks at every part of the platform and says whether it works."""

import logging
import tempfile
import threading
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.db.models import Count
from django.utils import timezone

from accounts.models import Session, User
from common.rate_limits import redis_error
from common.timestamps import timestamp
from files.capture.sandbox import unavailability
from files.exceptions import StorageUnavailable
from files.models import StoredFile
from jobs import handlers
from jobs.models import Job, WorkerNode
from monitoring.apps import STARTED_AT

logger = logging.getLogger(__name__)

FRESH_SECONDS = 2.0

_lock = threading.Lock()
_last: tuple[float, dict] = (float("-inf"), {})


def health() -> dict:
    """Return the health report, at most two seconds old.

    Unhealthy: the database or the storage does not work, so nothing can be
    promised. Degraded: no worker, or no Chromium that can be confined, so jobs wait
    or some would fail. A missing ANTHROPIC_API_KEY shows in `services` only: it is the
    operator's choice.
    """
    global _last
    if not is_fresh():
        with _lock:
            if not is_fresh():
                report = _report()
                _last = monotonic(), report
    return _last[1]


def is_fresh() -> bool:
    """Tell whether the last report can be shown again."""
    return monotonic() - _last[0] <= FRESH_SECONDS


def _report() -> dict:
    stats = _stats_if_readable()
    database = stats is not None
    storage = _storage_works()
    queue = database and stats.pop("nodes") > 0
    chromium = unavailability() is None
    services = {
        "claudeAI": bool(settings.ANTHROPIC_API_KEY),
        "jobQueue": queue,
        "rateLimiting": settings.RATE_LIMITS_ENABLED and _cache_works(),
        "fileStorage": storage,
        "fileGeneration": {
            "pdf": handlers.is_known("pdf"),
            "docx": handlers.is_known("docx"),
            "csv": handlers.is_known("csv"),
            "screenshot": handlers.is_known("screenshot") and chromium,
        },
        "sessionManagement": database,
        "userManagement": database,
        "analytics": database,
    }
    return {
        "status": _status(works=database and storage, complete=queue and chromium),
        "timestamp": timestamp(timezone.now()),
        "version": settings.VERSION,
        "environment": settings.ENVIRONMENT,
        "uptime": round(monotonic() - STARTED_AT, 1),
        "services": services,
        "stats": stats,
    }


def _status(*, works: bool, complete: bool) -> str:
    if not works:
        return "unhealthy"
    return "healthy" if complete else "degraded"


def _stats_if_readable() -> dict | None:
    """Count what the database has; None where it does not answer."""
    try:
        return _stats()
    except DatabaseError:
        logger.exception("The database does not answer: check DATABASE_URL or the disk")
        return None


def _storage_works() -> bool:
    try:
        settings.FILES_ROOT.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=settings.FILES_ROOT) as file:
            file.write(b"health")
    except OSError:
        logger.exception("STORAGE_PATH cannot be written to: check its disk and owner")
        return False
    return not settings.S3_BUCKET or _bucket_answers()


def _bucket_answers() -> bool:
    try:
        default_storage.names(after="", limit=1)
    except StorageUnavailable:
        logger.exception("The bucket does not answer: check S3_BUCKET and its keys")
        return False
    return True


def _cache_works() -> bool:
    try:
        cache.set("health", 1, timeout=10)
        return cache.get("health") == 1
    except redis_error():
        logger.exception("The cache does not answer: check REDIS_URL")
        return False


def _stats() -> dict:
    counts = Job.objects.submitted().values_list("status").annotate(count=Count("pk"))
    jobs = dict(counts.order_by())
    return {
        "nodes": WorkerNode.objects.alive().count(),
        "totalJobs": sum(jobs.values()),
        "completed": jobs.get(Job.Status.COMPLETED, 0),
        "failed": jobs.get(Job.Status.FAILED, 0),
        "active": jobs.get(Job.Status.ACTIVE, 0),
        "files": {"totalFiles": StoredFile.objects.count()},
        "sessions": {
            "total": Session.objects.count(),
            "active": Session.objects.active().count(),
        },
        "users": {"total": User.objects.count()},
    }
