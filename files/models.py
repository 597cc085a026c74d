from functools import partial
from typing import Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from common.ids import new_id
from jobs.models import Job

# The only types that are served, by the extension of the file's name.
CONTENT_TYPES = {"pdf": "application/pdf"}


class StoredFileQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self if user.is_staff else self.filter(owner=user)


class StoredFile(models.Model):
    """A file in the storage; it is never changed once it is there."""

    id = models.CharField(
        primary_key=True, max_length=40, default=partial(new_id, "file"), editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="files"
    )
    job = models.ForeignKey(
        Job, on_delete=models.SET_NULL, null=True, related_name="files"
    )
    file_name = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=200)
    type = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("owner", "id", name="file_of_owner"),
            models.Index("owner", "type", "id", name="file_of_owner_by_type"),
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

    def open(self):
        """Open the stored bytes; raises FileNotFoundError."""
        return default_storage.open(self.file_name)
