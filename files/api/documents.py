"""What a request for a document may hold."""

from functools import cache

from rest_framework import serializers

from common.api.serializers import FreeFormField
from files.api.blocks import BlockField
from files.api.images import check_stored_images
from files.api.options import DocumentOptionsSerializer
from files.api.templates import FIELDS
from files.api.texts import BoundedListField, FileNameField
from files.documents.characters import printable
from files.documents.limits import MAX_IMAGES, MAX_TABLES_OF_CONTENTS
from jobs.api.serializers import JobRequestSerializer

MAX_TITLE_LENGTH = 300
MAX_BLOCKS = 2_000
MAX_MARKDOWN_LENGTH = 200_000
MAX_DOCUMENT_LENGTH = 500_000
# Items, cells, values of charts, all together.
MAX_PARTS = 60_000

NEEDS_TEXT = {"letter", "memo", "proposal"}


class DocumentSerializer(JobRequestSerializer):
    """A document: a title, or its text, or both; the text as blocks or as Markdown."""

    title = serializers.CharField(max_length=MAX_TITLE_LENGTH, required=False)
    content = BoundedListField(
        child=BlockField(), allow_empty=False, max_length=MAX_BLOCKS, required=False
    )
    markdown = serializers.CharField(
        max_length=MAX_MARKDOWN_LENGTH,
        trim_whitespace=False,
        required=False,
        help_text="CommonMark with tables, instead of `content`.",
    )
    metadata = FreeFormField(
        default=dict,
        help_text="`author`, `date`, `version` and `description` show; `subject` and "
        "`keywords` are properties of the file.",
    )
    fields = serializers.DictField(
        required=False, help_text="What the template needs, such as an invoice's items."
    )
    file_name = FileNameField(help_text="What the file is saved as; its title if none.")
    options = DocumentOptionsSerializer(required=False)

    def validate_title(self, title):
        return printable(title)

    def to_internal_value(self, data):
        _check_parts(data.get("content") if isinstance(data, dict) else None)
        return super().to_internal_value(data)

    def validate(self, attrs):
        template = attrs.get("options", {}).get("template", "report")
        _check_presence(attrs, template)
        _check_length(attrs.get("content"))
        attrs["fields"] = _fields(template, attrs.get("fields", {}))
        _check_tables_of_contents(attrs.get("content", []))
        images = list(_images(attrs))
        if len(images) > MAX_IMAGES:
            message = f"Must have at most {MAX_IMAGES} images."
            raise serializers.ValidationError({"content": [message]})
        names = {path: one["file_name"] for path, one in images if "file_name" in one}
        if names:
            check_stored_images(names, self.context["request"].user)
        return attrs


def _check_presence(attrs: dict, template: str) -> None:
    if "content" in attrs and "markdown" in attrs:
        message = "Send either content or markdown."
        raise serializers.ValidationError({"markdown": [message]})
    has_text = "content" in attrs or "markdown" in attrs
    if template in NEEDS_TEXT and not has_text:
        message = f"A {template} needs content or markdown."
        raise serializers.ValidationError({"content": [message]})
    if template == "report" and not has_text and not attrs.get("title"):
        message = "Send a title, or content or markdown, or both."
        raise serializers.ValidationError({"content": [message]})


def _fields(template: str, data: dict) -> dict:
    try:
        return _fields_serializer(template).run_validation(data)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"fields": error.detail}) from None


@cache
def _fields_serializer(template: str) -> serializers.Serializer:
    return FIELDS[template]()


def _check_tables_of_contents(content: list[dict]) -> None:
    """Refuse very many: each has a line for each heading."""
    kinds = [block["type"] for block in content]
    if kinds.count("table-of-contents") > MAX_TABLES_OF_CONTENTS:
        message = f"Must have at most {MAX_TABLES_OF_CONTENTS} tables of contents."
        raise serializers.ValidationError({"content": [message]})


def _images(attrs: dict):
    """Yield (field, source) of each image that the document names."""
    for index, block in enumerate(attrs.get("content", [])):
        if block["type"] == "image":
            yield f"content[{index}].fileName", block
    if logo := attrs.get("options", {}).get("logo"):
        yield "options.logo.fileName", logo


def _check_parts(content) -> None:
    """Refuse too many values before they are looked at, which would take long."""
    parts = 0
    for index, block in enumerate(content if isinstance(content, list) else []):
        parts += sum(len(value) for value in _inside(block) if isinstance(value, list))
        if parts > MAX_PARTS:
            message = f"The document may have {MAX_PARTS} cells, items and values."
            raise serializers.ValidationError({"content": {index: [message]}})


def _check_length(content) -> None:
    length = sum(len(value) for value in _inside(content) if isinstance(value, str))
    if length > MAX_DOCUMENT_LENGTH:
        message = f"Must have at most {MAX_DOCUMENT_LENGTH} characters in all."
        raise serializers.ValidationError({"content": [message]})


def _inside(value):
    """Yield a value and all that is in it, without recursion."""
    values = [value]
    while values:
        value = values.pop()
        yield value
        if isinstance(value, dict):
            # An image's bytes are no text; they have limits of their own.
            values.extend(one for key, one in value.items() if key != "data")
        elif isinstance(value, list):
            values.extend(value)
