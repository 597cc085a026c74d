"""Validates the blocks of a document; errors name the block and the field."""

from functools import cache

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer

MAX_BLOCKS = 2_000
MAX_TEXT_LENGTH = 20_000
MAX_HEADING_LENGTH = 500
MAX_ITEMS = 1_000
MAX_ROWS = 5_000
MAX_COLUMNS = 30
MAX_CELLS = 20_000
MAX_CELL_LENGTH = 2_000
MAX_CELL_LINES = 100

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
del _CONTROLS[ord("\n")]
_CONTROLS[ord("\t")] = "    "


class TextField(serializers.CharField):
    """Text of a document: not empty, and without control characters."""

    def __init__(self, max_length=MAX_TEXT_LENGTH, **kwargs):
        super().__init__(max_length=max_length, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data):
        text = printable(super().to_internal_value(data))
        if not text:
            self.fail("blank")
        return text


def printable(text: str) -> str:
    """Return the text without the characters that no document can show."""
    return text.translate(_CONTROLS)


class BoundedListField(serializers.ListField):
    """A list that is counted before its items are looked at."""

    def to_internal_value(self, data):
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    default_error_messages = {
        "max_length": "Must have at most {max_length} items.",
    }


@extend_schema_field(
    {"oneOf": [{"type": name} for name in ("string", "number", "boolean")]}
)
class CellField(serializers.Field):
    """One cell of a table: text, a number, true or false, or null."""

    default_error_messages = {
        "invalid": "Must be a text, a number, true, false or null.",
        "too_long": "Must have at most {limit} characters.",
        "too_many_lines": "Must have at most {limit} lines.",
    }

    def to_internal_value(self, data):
        if isinstance(data, str):
            data = printable(data)
            if data.count("\n") >= MAX_CELL_LINES:
                self.fail("too_many_lines", limit=MAX_CELL_LINES)
        elif not isinstance(data, int | float):
            self.fail("invalid")
        if len(str(data)) > MAX_CELL_LENGTH:
            self.fail("too_long", limit=MAX_CELL_LENGTH)
        return data

    def to_representation(self, value):
        return value


class Block(CamelCaseSerializer):
    type = serializers.CharField()


class HeadingBlock(Block):
    text = TextField(max_length=MAX_HEADING_LENGTH)
    level = serializers.IntegerField(default=1, min_value=1, max_value=6)


class ParagraphBlock(Block):
    text = TextField()
    align = serializers.ChoiceField(
        choices=["left", "center", "right", "justify"], default="left"
    )


class ListBlock(Block):
    items = BoundedListField(child=TextField(), allow_empty=False, max_length=MAX_ITEMS)
    ordered = serializers.BooleanField(default=False)


class TableBlock(Block):
    rows = BoundedListField(
        help_text="Lists of cells; the first row is the header.",
        child=BoundedListField(
            child=CellField(allow_null=True), allow_empty=False, max_length=MAX_COLUMNS
        ),
        allow_empty=False,
        max_length=MAX_ROWS,
    )


BLOCKS = {
    "heading": HeadingBlock,
    "paragraph": ParagraphBlock,
    "list": ListBlock,
    "table": TableBlock,
}


@cache
def _serializer(kind: str) -> Block:
    """Return the one serializer of its kind: making one costs more than using it."""
    return BLOCKS[kind]()


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Block", serializers=BLOCKS, resource_type_field_name="type"
    )
)
class BlockField(serializers.Field):
    """One block, validated by the serializer of its `type`."""

    default_error_messages = {
        "not_an_object": "Must be an object with a type.",
        "unknown": "Must be one of: {types}.",
    }

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            self.fail("not_an_object")
        kind = data.get("type")
        if not isinstance(kind, str) or kind not in BLOCKS:
            types = ", ".join(BLOCKS)
            message = self.error_messages["unknown"].format(types=types)
            raise serializers.ValidationError({"type": [message]})
        return _serializer(kind).run_validation(data)

    def to_representation(self, value):
        return value
