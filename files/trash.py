"""Hides files that their owner deleted, and brings them back."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from files.exceptions import FileStateConflict
from files.models import FileLink, StoredFile, StoredFileQuerySet
from files.quota import charge


@transaction.atomic
def put_into_trash(stored: StoredFile) -> None:
    """Hide a file, and end its links; raises FileStateConflict where it is hidden."""
    now = timezone.now()
    rows = StoredFile.objects.filter(pk=stored.pk, trashed_at=None)
    if not rows.update(trashed_at=now):
        raise FileStateConflict("The file is in the trash already.")
    FileLink.objects.filter(file=stored, revoked_at=None).update(revoked_at=now)
    User.objects.changed(stored.owner_id, stored_bytes=-stored.size)
    stored.trashed_at = now


def old_trash() -> StoredFileQuerySet:
    """Return the files that have been in the trash for over FILE_TRASH_DAYS."""
    moment = timezone.now() - timedelta(days=settings.FILE_TRASH_DAYS)
    return StoredFile.objects.filter(trashed_at__lte=moment, removed_at=None)


def restore_from_trash(stored: StoredFile) -> None:
    """Bring a file back from the trash.

    Raises FileStateConflict where it is not there, or its bytes are missing, and
    UserQuotaExceeded.
    """
    if not default_storage.exists(stored.file_name):
        raise FileStateConflict("The file's content is missing from the storage.")
    with transaction.atomic():
        trashed = StoredFile.objects.filter(trashed_at__isnull=False, removed_at=None)
        if not trashed.filter(pk=stored.pk).update(trashed_at=None):
            raise FileStateConflict("The file is not in the trash.")
        charge(stored.owner_id, stored.size)
    stored.trashed_at = None
