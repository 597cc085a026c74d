"""Validates the blocks of a document; errors name the block and the field."""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer

MAX_BLOCKS = 2_000
MAX_TEXT_LENGTH = 20_000
MAX_ITEMS = 1_000
MAX_ROWS = 5_000
MAX_COLUMNS = 50
MAX_CELLS = 20_000
MAX_CELL_LENGTH = 2_000

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
del _CONTROLS[ord("\n")]
_CONTROLS[ord("\t")] = "    "


class TextField(serializers.CharField):
    """Text of a document: not empty, and without control characters."""

    def __init__(self, **kwargs):
        super().__init__(max_length=MAX_TEXT_LENGTH, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data):
        return printable(super().to_internal_value(data))


def printable(text: str) -> str:
    """Return the text without the characters that no document can show."""
    return text.translate(_CONTROLS)


@extend_schema_field(
    {"oneOf": [{"type": name} for name in ("string", "number", "boolean")]}
)
class CellField(serializers.Field):
    """One cell of a table: text, a number, true or false, or null."""

    default_error_messages = {
        "invalid": "Must be a text, a number, true, false or null.",
        "too_long": "Must have at most {limit} characters.",
    }

    def to_internal_value(self, data):
        if isinstance(data, str):
            data = printable(data)
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
    text = TextField()
    level = serializers.IntegerField(default=1, min_value=1, max_value=6)


class ParagraphBlock(Block):
    text = TextField()
    align = serializers.ChoiceField(
        choices=["left", "center", "right", "justify"], default="left"
    )


class ListBlock(Block):
    items = serializers.ListField(
        child=TextField(), allow_empty=False, max_length=MAX_ITEMS
    )
    ordered = serializers.BooleanField(default=False)


class TableBlock(Block):
    rows = serializers.ListField(
        help_text="Lists of cells; the first row is the header.",
        child=serializers.ListField(
            child=CellField(allow_null=True), allow_empty=False, max_length=MAX_COLUMNS
        ),
        allow_empty=False,
        max_length=MAX_ROWS,
    )

    def to_internal_value(self, data):
        # Counted before the cells are looked at, as looking at many takes long.
        rows = data.get("rows")
        if isinstance(rows, list):
            cells = sum(len(row) for row in rows[:MAX_ROWS] if isinstance(row, list))
            if len(rows) > MAX_ROWS or cells > MAX_CELLS:
                message = (
                    f"A table may have {MAX_ROWS} rows and {MAX_CELLS} cells at most."
                )
                raise serializers.ValidationError({"rows": [message]})
        return super().to_internal_value(data)


BLOCKS = {
    "heading": HeadingBlock,
    "paragraph": ParagraphBlock,
    "list": ListBlock,
    "table": TableBlock,
}


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
        block = BLOCKS[kind](data=data, context=self.context)
        block.is_valid(raise_exception=True)
        return block.validated_data

    def to_representation(self, value):
        return value
