"""Removes files for good.

Bytes go before their row, so that none are ever forgotten. Before that the row is
marked as removed: of a restore and a removal at the same moment, one wins.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from files.models import StoredFile, StoredFileQuerySet

logger = logging.getLogger(__name__)

BATCH = 50
# Time for another process that removes the same files to end, or to be known dead.
REMOVAL_TIMEOUT = timedelta(minutes=10)


@dataclass(kw_only=True)
class Removed:
    """How many files were removed, and how many bytes they had."""

    count: int = 0
    size: int = 0

    def add(self, sizes: list[int]) -> None:
        self.count += len(sizes)
        self.size += sum(sizes)


def half_removed() -> StoredFileQuerySet:
    """Return the files whose removal somebody began long ago."""
    moment = timezone.now() - REMOVAL_TIMEOUT
    return StoredFile.objects.filter(removed_at__lte=moment)


def remove(files: StoredFileQuerySet) -> Removed:
    """Remove the files for good."""
    removed = Removed()
    for sizes in remove_in_batches(files):
        removed.add(sizes)
    return removed


def remove_in_batches(files: StoredFileQuerySet) -> Iterator[list[int]]:
    """Remove the files for good, some at a time; yields the sizes of each batch.

    In small batches: while one is marked, nobody else writes.
    """
    last = ""
    while batch := _mark(files.filter(pk__gt=last)):
        last = batch[-1].pk
        gone = [stored for stored in batch if _remove_bytes(stored)]
        StoredFile.objects.filter(pk__in=[stored.pk for stored in gone]).delete()
        yield [stored.size for stored in gone]


def remove_expired(files: StoredFileQuerySet) -> Removed:
    return remove(files.expired())


def remove_for_room(size: int) -> None:
    """Remove what nobody can read any more until so many bytes are free.

    What has expired, then the trash, that which was trashed first before the rest.
    """
    freed = remove_expired(StoredFile.objects.all()).size
    trash = StoredFile.objects.filter(trashed_at__isnull=False, removed_at=None)
    while freed < size and (oldest := list(trash.order_by("trashed_at")[:BATCH])):
        for stored in oldest:
            if freed < size:
                freed += remove(trash.filter(pk=stored.pk)).size


@transaction.atomic
def _mark(files: StoredFileQuerySet) -> list[StoredFile]:
    """Note of the first of the files that nothing brings them back."""
    now = timezone.now()
    batch = list(files.select_for_update().order_by("pk")[:BATCH])
    freed = Counter()
    for stored in batch:
        freed[stored.owner_id] += 0 if stored.trashed_at else stored.size
    StoredFile.objects.filter(pk__in=[stored.pk for stored in batch]).update(
        removed_at=now, trashed_at=Coalesce("trashed_at", now)
    )
    for owner_id, size in sorted(freed.items()):
        User.objects.changed(owner_id, stored_bytes=-size)
    return batch


def _remove_bytes(stored: StoredFile) -> bool:
    """Tell whether the bytes are gone; where they are not, the row must stay."""
    try:
        default_storage.delete(stored.file_name)
    except OSError:
        logger.exception("%s cannot be removed from the storage", stored)
        return False
    return True
