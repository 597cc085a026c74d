"""Makes a file for a job and registers it with the job's completion."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from common.timestamps import timestamp
from files.models import CONTENT_TYPES, StoredFile
from files.names import display_name
from files.quota import register_file
from files.storage import discard_new_file, new_file
from jobs.handlers import Outcome
from jobs.models import Job


def generate_file(
    job: Job,
    *,
    extension: str,
    title: Callable[[], str],
    write: Callable[[BinaryIO], list[str]],
) -> Outcome:
    """Have `write` make the file, and store it for the job's owner.

    What `write` returns are warnings for the owner, in the job's result. `title` is
    asked once the file is written. The file expires when the payload's
    `options.expires_at` says, or FILE_RETENTION_DAYS if that is earlier. Raises
    UserQuotaExceeded or StorageFull where the file does not fit.
    """
    stored = StoredFile(
        owner_id=job.owner_id,
        job=job,
        file_name=f"{claim_stem(job)}.{extension}",
        type=extension,
        expires_at=_expires_at(job),
    )
    with new_file(claim_stem(job), owner_id=job.owner_id) as file:
        warnings = write(file)
        stored.display_name = display_name(title(), extension)
        job.report_progress(90, "Storing the file")
        stored.size, stored.sha256 = file.save_as(stored.file_name)
    return Outcome(
        result=_result(stored, warnings),
        totals={"total_files_generated": 1},
        register=lambda: register_file(stored),
    )


def claim_stem(job: Job) -> str:
    """Return a name for the file of this claim: 160 bits that cannot be guessed.

    From the claim's token, so that whoever takes the job over can find what a dead
    worker has left, and no two claims ever write to the same file.
    """
    return hashlib.sha256(job.token.encode()).hexdigest()[:40]


def discard_files(job: Job) -> None:
    """Remove what a claim that ended without a result may have written."""
    stem = claim_stem(job)
    discard_new_file(stem)
    for extension in CONTENT_TYPES:
        default_storage.delete(f"{stem}.{extension}")


def _expires_at(job: Job) -> datetime | None:
    wanted = job.payload.get("options", {}).get("expires_at")
    moments = [parse_datetime(wanted)] if wanted else []
    if settings.FILE_RETENTION_DAYS:
        kept = timedelta(days=settings.FILE_RETENTION_DAYS)
        moments.append(timezone.now() + kept)
    return min(moments, default=None)


def _result(stored: StoredFile, warnings: list[str]) -> dict:
    return {
        "file": {
            "fileName": stored.file_name,
            "url": stored.url,
            "type": stored.type,
            "size": stored.size,
        },
        "generatedAt": timestamp(timezone.now()),
        "type": stored.type,
        **({"warnings": warnings} if warnings else {}),
    }
