"""Links to files for people who have no account."""

from datetime import datetime

from django.db import transaction

from files.exceptions import FileStateConflict, TooManyLinks
from files.models import FileLink, StoredFile

MAX_LIVE_LINKS = 100


@transaction.atomic
def create_link(stored: StoredFile, *, expires_at: datetime) -> FileLink:
    """Make a link to the file; raises TooManyLinks and FileStateConflict."""
    # Locked, so that two at once cannot both be the last.
    present = StoredFile.objects.present().select_for_update()
    if not present.filter(pk=stored.pk).exists():
        raise FileStateConflict("The file has been deleted meanwhile.")
    if FileLink.objects.live().filter(file=stored).count() >= MAX_LIVE_LINKS:
        raise TooManyLinks(
            f"A file may have {MAX_LIVE_LINKS} links at a time. Revoke some."
        )
    return FileLink.objects.create(file=stored, expires_at=expires_at)
