"""Queues tables whose rows come in a body that is too large for the queue."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from files.models import StoredFile
from files.removal import remove
from files.tables.exceptions import BadRow
from files.tables.generation import DEFAULT_NAME
from files.uploads import store_upload
from jobs.models import Job
from jobs.submission import submit_job

# How long the rows of a job that has not completed are there, for it to be retried.
KEPT_FOR = timedelta(days=1)


def submit_with_rows(
    chunks: Iterable[bytes],
    *,
    owner: User,
    payload: dict,
    run_at: datetime | None,
    delay: timedelta | None,
    request_digest: str,
    digest: Callable[[str], str],
    **fields,
) -> Job:
    """Store the rows and queue the job that reads them, or keep neither.

    `digest` turns the sha256 of the rows into what takes the place of a
    `request_digest`. Raises what storing and submitting raise, and BadRow where
    there are none.
    """
    begins_at = run_at or timezone.now() + (delay or timedelta())
    source = store_upload(
        owner=owner,
        chunks=chunks,
        extension="ndjson",
        title=payload.get("file_name", DEFAULT_NAME),
        expires_at=begins_at + KEPT_FOR,
    )
    is_used = False
    try:
        if not source.size:
            raise BadRow("Send a row in each line after the first.")
        job = submit_job(
            owner=owner,
            payload={**payload, "rows_from": source.file_name},
            run_at=run_at,
            delay=delay,
            request_digest=request_digest and digest(source.sha256),
            **fields,
        )
        is_used = not getattr(job, "is_replayed", False)
    finally:
        if not is_used:
            remove(StoredFile.objects.filter(pk=source.pk))
    return job
