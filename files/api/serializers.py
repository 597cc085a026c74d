from datetime import timedelta

from django.utils import timezone
from rest_framework import serializers

from common.api.serializers import (
    CamelCaseModelSerializer,
    CamelCaseSerializer,
    TimestampField,
)
from common.timestamps import timestamp
from files.models import FileLink, StoredFile
from jobs.api.serializers import JobOptionsSerializer

LONGEST_LIFE = timedelta(days=3650)
SHORTEST_LINK = timedelta(minutes=1)
LONGEST_LINK = timedelta(days=30)
DEFAULT_LINK_SECONDS = 3600
MAX_ARCHIVED = 100


class StoredFileSerializer(CamelCaseModelSerializer):
    url = serializers.CharField()
    job_id = serializers.CharField(allow_null=True)

    class Meta:
        model = StoredFile
        fields = [
            "file_name",
            "display_name",
            "url",
            "type",
            "origin",
            "size",
            "sha256",
            "created_at",
            "modified_at",
            "expires_at",
            "trashed_at",
            "job_id",
        ]


class FileAnswerSerializer(serializers.Serializer):
    file = StoredFileSerializer()


class FileOptionsSerializer(JobOptionsSerializer):
    """What every request that has a file made may say about it in `options`."""

    expires_at = TimestampField(
        required=False,
        help_text="When the file is to vanish; at most 10 years ahead.",
    )

    def validate_expiresAt(self, expires_at):  # noqa: N802  DRF's name for it.
        _check_moment(expires_at, earliest=timedelta(), latest=LONGEST_LIFE)
        return timestamp(expires_at)  # A job's payload is JSON.


class TrashedSerializer(CamelCaseSerializer):
    message = serializers.CharField()
    restore_until = TimestampField(allow_null=True)


class DeletionSerializer(CamelCaseSerializer):
    """The query of a deletion."""

    permanent = serializers.BooleanField(
        default=False, help_text="Remove it at once, also from the trash."
    )


class FileLinkSerializer(CamelCaseModelSerializer):
    url = serializers.CharField()

    class Meta:
        model = FileLink
        fields = ["id", "url", "expires_at", "created_at", "revoked_at", "downloads"]


class LinkAnswerSerializer(serializers.Serializer):
    link = FileLinkSerializer()


class NewLinkSerializer(CamelCaseSerializer):
    expires_in_seconds = serializers.IntegerField(
        required=False,
        min_value=int(SHORTEST_LINK.total_seconds()),
        max_value=int(LONGEST_LINK.total_seconds()),
        help_text=f"{DEFAULT_LINK_SECONDS} where nothing is said.",
    )
    expires_at = TimestampField(
        required=False, help_text="1 minute to 30 days ahead, instead."
    )

    def validate_expiresAt(self, expires_at):  # noqa: N802  DRF's name for it.
        _check_moment(expires_at, earliest=SHORTEST_LINK, latest=LONGEST_LINK)
        return expires_at

    def validate(self, attrs):
        if "expires_at" not in attrs:
            seconds = attrs.get("expires_in_seconds", DEFAULT_LINK_SECONDS)
            return {"expires_at": timezone.now() + timedelta(seconds=seconds)}
        if "expires_in_seconds" in attrs:
            message = "Send either expiresAt or expiresInSeconds."
            raise serializers.ValidationError({"expiresAt": [message]})
        return attrs


class ArchiveSerializer(CamelCaseSerializer):
    """The query of an archive."""

    file_names = serializers.CharField(
        max_length=10_000, help_text=f"Up to {MAX_ARCHIVED} names, separated by commas."
    )

    def validate_fileNames(self, text):  # noqa: N802  DRF's name for it.
        names = [name.strip() for name in text.split(",") if name.strip()]
        if not 1 <= len(names) <= MAX_ARCHIVED:
            message = f"Must be 1 to {MAX_ARCHIVED} names."
            raise serializers.ValidationError(message)
        return names


def _check_moment(moment, *, earliest: timedelta, latest: timedelta) -> None:
    """Raise a ValidationError where it is not so far ahead."""
    now = timezone.now()
    # A client's clock may be a second behind, and it takes a moment to get here.
    if moment <= now or moment < now + earliest - timedelta(seconds=5):
        raise serializers.ValidationError("Must be further ahead.")
    if moment > now + latest:
        message = f"Must be at most {latest.days} days ahead."
        raise serializers.ValidationError(message)
