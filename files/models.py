from datetime import timedelta
from functools import partial
from typing import Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.ids import new_id
from files.reading import Slice
from jobs.models import Job

# The only types that are served, by the extension of the file's name.
CONTENT_TYPES = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
    "ndjson": "application/x-ndjson",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class StoredFileQuerySet(models.QuerySet):
    def of(self, user) -> Self:
        """The files that are the user's, wherever they are; an operator's are all."""
        return self if user.is_staff else self.filter(owner=user)

    def visible_to(self, user) -> Self:
        return self.of(user).present()

    def present(self) -> Self:
        return self.filter(trashed_at=None).unexpired()

    def in_trash(self) -> Self:
        """Those that can be restored."""
        return self.filter(trashed_at__isnull=False).kept()

    def kept(self) -> Self:
        """Those that can be read or restored."""
        return self.filter(removed_at=None).unexpired()

    def unexpired(self) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now(), removed_at=None)


class StoredFile(models.Model):
    """A file in the storage; its bytes are never changed once they are there.

    `trashed_at`: its owner deleted it, and may restore it. `removed_at`: its bytes
    are being removed, and nothing brings it back (trash.py).
    """

    class Origin(models.TextChoices):
        GENERATED = "generated"
        UPLOAD = "upload"

    id = models.CharField(
        primary_key=True, max_length=40, default=partial(new_id, "file"), editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="files",
        db_index=False,  # The indexes below begin with it.
    )
    job = models.ForeignKey(
        Job, on_delete=models.SET_NULL, null=True, related_name="files"
    )
    origin = models.CharField(
        max_length=10, choices=Origin.choices, default=Origin.GENERATED
    )
    file_name = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=200)
    type = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        indexes = [
            # With the moments, counting needs no rows.
            models.Index(
                "owner", "trashed_at", "id", "expires_at", name="file_of_owner"
            ),
            models.Index(
                "owner",
                "type",
                "trashed_at",
                "id",
                "expires_at",
                name="file_of_owner_by_type",
            ),
            models.Index(
                "owner",
                "expires_at",
                name="file_expiry_of_owner",
                condition=Q(expires_at__isnull=False),
            ),
            models.Index(
                "trashed_at",
                name="file_in_trash",
                condition=Q(trashed_at__isnull=False),
            ),
            models.Index(
                "expires_at", name="file_expiry", condition=Q(expires_at__isnull=False)
            ),
            models.Index(
                "removed_at", name="file_removed", condition=Q(removed_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(trashed_at__isnull=False),
                name="file_is_removed_from_the_trash",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def url(self) -> str:
        # reverse() would load the URLconf, and with it all views, into each worker.
        return f"/api/files/{self.file_name}"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.type]

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'

    @property
    def restore_until(self):
        """Until when it can be brought back from the trash."""
        return self.trashed_at + timedelta(days=settings.FILE_TRASH_DAYS)

    def read(self, start: int = 0, end: int | None = None) -> Slice:
        """Return the stored bytes from `start` up to `end`, to be read in chunks.

        Raises FileNotFoundError; and StorageUnavailable.
        """
        return default_storage.read(
            self.file_name, start, self.size if end is None else end
        )


class FileLinkQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def for_token(self, token: str) -> "FileLink | None":
        """Return the live link of `token` with its file; None for whatever else."""
        try:
            pk = _signer().unsign(token)
        except BadSignature:
            return None
        readable = StoredFile.objects.filter(owner__is_active=True).present()
        live = self.live().filter(pk=pk, file__in=readable)
        return live.select_related("file").first()


class FileLink(models.Model):
    """Lets whoever has its address read a file, until it expires or is revoked.

    The address has the id and its signature, so nothing secret is stored.
    """

    id = models.CharField(
        primary_key=True, max_length=40, default=partial(new_id, "link"), editable=False
    )
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="links")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)

    objects = FileLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("file", "id", name="link_of_file")]

    def __str__(self) -> str:
        return self.pk

    @property
    def url(self) -> str:
        return f"/api/links/{_signer().sign(self.pk)}"

    def revoke(self) -> None:
        """End the link; its address stops working at once."""
        now = timezone.now()
        FileLink.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
        self.refresh_from_db()

    def count_download(self) -> None:
        FileLink.objects.filter(pk=self.pk).update(downloads=F("downloads") + 1)


def _signer() -> Signer:
    return Signer(salt="files.links")
