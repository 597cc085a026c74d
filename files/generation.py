"""Makes a document for a job and registers it with the job's completion."""

import errno
import hashlib
from collections.abc import Callable
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.utils import timezone

from common.timestamps import timestamp
from files.exceptions import DiskFull
from files.models import CONTENT_TYPES, StoredFile
from files.storage import discard_new_file, new_file
from jobs.handlers import Outcome
from jobs.models import Job


def generate_file(
    job: Job, *, extension: str, title: str, write: Callable[[BinaryIO], list[str]]
) -> Outcome:
    """Have `write` make the file, and store it for the job's owner.

    What `write` returns are warnings for the owner, in the job's result. Raises
    DiskFull where the file does not fit.
    """
    stored = StoredFile(
        owner_id=job.owner_id,
        job=job,
        file_name=f"{_stem(job)}.{extension}",
        display_name=f"{title[:150]}.{extension}",
        type=extension,
    )
    try:
        with new_file(_stem(job)) as file:
            warnings = write(file)
            job.report_progress(90, "Storing the file")
            stored.size, stored.sha256 = file.save_as(stored.file_name)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    return Outcome(
        result=_result(stored, warnings),
        totals={"total_files_generated": 1},
        register=lambda: stored.save(force_insert=True),
    )


def discard_files(job: Job) -> None:
    """Remove what a claim that ended without a result may have written."""
    stem = _stem(job)
    discard_new_file(stem)
    for extension in CONTENT_TYPES:
        default_storage.delete(f"{stem}.{extension}")


def _stem(job: Job) -> str:
    """Return a name for the file of this claim: 160 bits that cannot be guessed.

    From the claim's token, so that whoever takes the job over can find what a dead
    worker has left, and no two claims ever write to the same file.
    """
    return hashlib.sha256(job.token.encode()).hexdigest()[:40]


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
