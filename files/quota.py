"""How much may be stored: by a user, and by all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from cachetools import TTLCache, cached
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from accounts.models import User
from files.exceptions import StorageFull, UserQuotaExceeded
from files.models import StoredFile
from files.removal import remove_expired, remove_for_room

MB = 1024 * 1024


def check_room(owner_id: str, size: int = 0, *, written: int = 0) -> None:
    """Refuse to store `size` more bytes, of which so many are on the disk already.

    Without a size it must only not be full. Expired files and the trash make room
    first. Not for transactions, as it looks at the disk. Raises UserQuotaExceeded
    or StorageFull.
    """
    _check_user(owner_id, size)
    check_storage(max(1, size - written))


def check_storage(size: int) -> None:
    """Refuse to write `size` more bytes, whoever's they are; as `check_room` does."""
    if _storage_left() >= size:
        return
    _make_room(size)
    if _storage_left() < size:
        raise StorageFull(
            f"The platform's storage is full ({settings.STORAGE_QUOTA_MB} MB, "
            f"{settings.STORAGE_RESERVE_MB} MB of them in reserve). Delete files for "
            f"good, or ask the operator to make room."
        )


def charge(owner_id: str, size: int) -> None:
    """Count `size` bytes for the owner; raises UserQuotaExceeded.

    In the transaction that stores the row. One UPDATE, so that of several files at
    once only those are stored that fit.
    """
    fits = User.objects.filter(pk=owner_id, stored_bytes__lte=_user_quota() - size)
    if not fits.update(
        stored_bytes=F("stored_bytes") + size, data_version=F("data_version") + 1
    ):
        raise _user_quota_exceeded(owner_id, size)


@transaction.atomic
def register_file(stored: StoredFile) -> None:
    """Store the row of a file whose bytes are in the storage; raises
    UserQuotaExceeded."""
    charge(stored.owner_id, stored.size)
    stored.save(force_insert=True)


def _storage_left() -> int:
    """Return how many bytes may still be stored; below zero where it is too full."""
    # A node that has its database elsewhere may have had no use for it so far.
    settings.STORAGE_PATH.mkdir(parents=True, exist_ok=True, mode=0o700)
    return min(_quota_left(), _disk_left())


def _make_room(size: int) -> None:
    # What is removed from a bucket frees nothing on the disk.
    left = _quota_left() if settings.S3_BUCKET else _storage_left()
    if left < size:
        remove_for_room(size - left)
        used_bytes.cache_clear()


def _quota_left() -> int:
    quota = settings.STORAGE_QUOTA_MB - settings.STORAGE_RESERVE_MB
    return quota * MB - used_bytes()


def _disk_left() -> int:
    free = shutil.disk_usage(settings.STORAGE_PATH).free
    return free - settings.STORAGE_RESERVE_MB * MB


@cached(TTLCache(maxsize=1, ttl=5), lock=Lock())
def used_bytes() -> int:
    """Return what all files and the rest of STORAGE_PATH take, as of seconds ago."""
    files = StoredFile.objects.aggregate(size=Sum("size"))["size"] or 0
    return files + sum(_sizes(settings.STORAGE_PATH))


def _sizes(folder: Path) -> Iterator[int]:
    """Yield the sizes of the files under a folder, but not of those with rows."""
    for entry in os.scandir(folder):
        try:
            if not entry.is_dir(follow_symlinks=False):
                yield entry.stat(follow_symlinks=False).st_size
            elif Path(entry.path) != settings.FILES_ROOT:
                yield from _sizes(Path(entry.path))
        except FileNotFoundError:
            continue  # It was a temporary one.


def _check_user(owner_id: str, size: int) -> None:
    if _user_left(owner_id) >= max(1, size):
        return
    remove_expired(StoredFile.objects.filter(owner_id=owner_id))
    if _user_left(owner_id) < max(1, size):
        raise _user_quota_exceeded(owner_id, size)


def _user_quota() -> int:
    return settings.USER_QUOTA_MB * MB


def _user_left(owner_id: str) -> int:
    users = User.objects.filter(pk=owner_id)
    return _user_quota() - (users.values_list("stored_bytes", flat=True).first() or 0)


def _user_quota_exceeded(owner_id: str, size: int) -> UserQuotaExceeded:
    used = _user_quota() - _user_left(owner_id)
    needs = f", and this takes {size / MB:.1f} MB" if size else ""
    return UserQuotaExceeded(
        f"Your files take {used / MB:.1f} of {settings.USER_QUOTA_MB} MB{needs}. "
        f"Delete some, and try again."
    )
