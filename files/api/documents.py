"""What a request for a document may hold."""

from rest_framework import serializers

from common.api.serializers import FreeFormField
from files.api.blocks import (
    MAX_BLOCKS,
    MAX_CELLS,
    BlockField,
    BoundedListField,
    printable,
)
from jobs.api.serializers import JobRequestSerializer

MAX_TITLE_LENGTH = 300
MAX_DOCUMENT_LENGTH = 500_000


class DocumentSerializer(JobRequestSerializer):
    """A document of blocks: a title, or content, or both."""

    title = serializers.CharField(max_length=MAX_TITLE_LENGTH, required=False)
    content = BoundedListField(
        child=BlockField(), allow_empty=False, max_length=MAX_BLOCKS, required=False
    )
    metadata = FreeFormField(
        default=dict, help_text="`author`, `date`, `version` and `description` show."
    )

    def validate_title(self, title):
        return printable(title)

    def to_internal_value(self, data):
        _check_tables(data.get("content") if isinstance(data, dict) else None)
        return super().to_internal_value(data)

    def validate(self, attrs):
        if not attrs.get("title") and not attrs.get("content"):
            message = "Send a title, or content, or both."
            raise serializers.ValidationError({"content": [message]})
        if len(str(attrs.get("content", ""))) > MAX_DOCUMENT_LENGTH:
            message = f"Must have at most {MAX_DOCUMENT_LENGTH} characters in all."
            raise serializers.ValidationError({"content": [message]})
        return attrs


def _check_tables(content) -> None:
    """Refuse too many cells before they are looked at, which would take long."""
    cells = 0
    for index, block in enumerate(content if isinstance(content, list) else []):
        rows = block.get("rows") if isinstance(block, dict) else None
        if isinstance(rows, list):
            cells += sum(len(row) for row in rows if isinstance(row, list))
        if cells > MAX_CELLS:
            message = f"The tables may have {MAX_CELLS} cells at most, all together."
            raise serializers.ValidationError({"content": {index: {"rows": [message]}}})
