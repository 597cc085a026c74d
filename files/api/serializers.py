from django.urls import reverse
from rest_framework import serializers

from common.api.serializers import (
    CamelCaseModelSerializer,
    CamelCaseSerializer,
    FreeFormField,
)
from files.api.blocks import MAX_BLOCKS, BlockField, printable
from files.models import StoredFile
from jobs.api.serializers import JobOptionsSerializer

MAX_TITLE_LENGTH = 300
MAX_DOCUMENT_LENGTH = 500_000


class DocumentSerializer(CamelCaseSerializer):
    """A document of blocks: a title, or content, or both."""

    title = serializers.CharField(max_length=MAX_TITLE_LENGTH, required=False)
    content = serializers.ListField(
        child=BlockField(), allow_empty=False, max_length=MAX_BLOCKS, required=False
    )
    metadata = FreeFormField(
        default=dict, help_text="`author`, `date`, `version` and `description` show."
    )
    options = JobOptionsSerializer(required=False)

    def validate_title(self, title):
        return printable(title)

    def validate(self, attrs):
        if not attrs.get("title") and not attrs.get("content"):
            message = "Send a title, or content, or both."
            raise serializers.ValidationError({"content": [message]})
        if len(str(attrs.get("content", ""))) > MAX_DOCUMENT_LENGTH:
            message = f"Must have at most {MAX_DOCUMENT_LENGTH} characters in all."
            raise serializers.ValidationError({"content": [message]})
        return attrs


class StoredFileSerializer(CamelCaseModelSerializer):
    url = serializers.SerializerMethodField()
    job_id = serializers.CharField(allow_null=True)

    class Meta:
        model = StoredFile
        fields = [
            "file_name",
            "display_name",
            "url",
            "type",
            "size",
            "created_at",
            "modified_at",
            "job_id",
        ]

    def get_url(self, stored) -> str:
        return reverse("file-detail", args=[stored.file_name])
