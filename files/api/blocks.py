"""Validates the blocks of a document; errors name the block and the field."""

from functools import cache

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from files.api.images import ImageSourceSerializer
from files.api.texts import BoundedListField, TextField
from files.documents.characters import printable
from files.documents.limits import (
    HIGHEST_LIST_START,
    MAX_COLUMNS,
    MAX_HEADING_LENGTH,
    MAX_LABEL_LENGTH,
    MAX_LANGUAGE_LENGTH,
    MAX_LIST_DEPTH,
)

MAX_ITEMS = 1_000
MAX_ROWS = 20_000
MAX_CELL_LENGTH = 2_000
MAX_CELL_LINES = 100
MAX_KEY_VALUES = 200
MAX_SERIES = 12
MAX_POINTS = 500
MAX_SLICES = 24
LARGEST_CHART_VALUE = 1e15

ALIGNMENTS = ["left", "center", "right", "justify"]


class LabelField(TextField):
    """A short text."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": MAX_LABEL_LENGTH, **kwargs})


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_ROWS,
        "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_COLUMNS,
            "items": {
                "oneOf": [{"type": name} for name in ("string", "number", "boolean")],
                "nullable": True,
            },
        },
    }
)
class RowsField(serializers.Field):
    """Rows of cells: texts, numbers, true or false, or null.

    In one loop, as a field for each cell takes ten times as long.
    """

    default_error_messages = {
        "not_a_list": "Must be a list of rows.",
        "empty": "Must have at least one row.",
        "max_rows": f"Must have at most {MAX_ROWS} rows.",
        "not_a_row": "Must be a list of cells.",
        "empty_row": "Must have at least one cell.",
        "max_columns": f"Must have at most {MAX_COLUMNS} cells.",
        "cell": "Must be a text, a number, true, false or null.",
        "too_long": f"Must have at most {MAX_CELL_LENGTH} characters.",
        "too_many_lines": f"Must have at most {MAX_CELL_LINES} lines.",
    }

    def to_internal_value(self, data):
        if not isinstance(data, list):
            self.fail("not_a_list")
        if not data:
            self.fail("empty")
        if len(data) > MAX_ROWS:
            self.fail("max_rows")
        return [self._row(number, row) for number, row in enumerate(data)]

    def _row(self, number, row):
        if not isinstance(row, list):
            self._refuse("not_a_row", number)
        if not row:
            self._refuse("empty_row", number)
        if len(row) > MAX_COLUMNS:
            self._refuse("max_columns", number)
        return [self._cell(cell, number, column) for column, cell in enumerate(row)]

    def _cell(self, cell, row, column):
        if isinstance(cell, str):
            cell = printable(cell)
            if cell.count("\n") >= MAX_CELL_LINES:
                self._refuse("too_many_lines", row, column)
            if len(cell) > MAX_CELL_LENGTH:
                self._refuse("too_long", row, column)
        elif isinstance(cell, int):
            # The text of a very long number takes long to make.
            if cell.bit_length() > MAX_CELL_LENGTH:
                self._refuse("too_long", row, column)
        elif not (cell is None or isinstance(cell, float)):
            self._refuse("cell", row, column)
        return cell

    def _refuse(self, code, row, column=None):
        detail = [self.error_messages[code]]
        if column is not None:
            detail = {column: detail}
        raise serializers.ValidationError({row: detail})

    def to_representation(self, value):
        return value


class NestedItemSerializer(CamelCaseSerializer):
    """An item with a list of its own; one that is only a text is just that text."""

    text = TextField()
    items = serializers.ListField(required=False)
    ordered = serializers.BooleanField(default=False)

    def get_fields(self):
        # Here, as a class cannot hold a field of its own kind.
        return {**super().get_fields(), "items": items_field(required=False)}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string"},
                    "items": {"type": "array", "items": {}},
                    "ordered": {"type": "boolean"},
                },
            },
        ]
    }
)
class ItemField(TextField):
    """An item of a list: a text, or an object with a text and items below it."""

    def run_validation(self, data=serializers.empty):
        if isinstance(data, dict):
            return _nested_item().run_validation(data)
        return super().run_validation(data)


@cache
def _nested_item() -> NestedItemSerializer:
    return NestedItemSerializer()


def items_field(**kwargs) -> BoundedListField:
    return BoundedListField(
        child=ItemField(), allow_empty=False, max_length=MAX_ITEMS, **kwargs
    )


class Block(CamelCaseSerializer):
    type = serializers.CharField()


class HeadingBlock(Block):
    text = TextField(max_length=MAX_HEADING_LENGTH)
    level = serializers.IntegerField(default=1, min_value=1, max_value=6)


class ParagraphBlock(Block):
    text = TextField(
        help_text="Inline Markdown: **bold**, *italic*, `code`, [link](…)."
    )
    align = serializers.ChoiceField(choices=ALIGNMENTS, required=False)


class ListBlock(Block):
    items = items_field()
    ordered = serializers.BooleanField(default=False)
    start = serializers.IntegerField(
        default=1, min_value=0, max_value=HIGHEST_LIST_START
    )

    def to_internal_value(self, data):
        if _depth(data) > MAX_LIST_DEPTH:
            message = f"Lists may be nested {MAX_LIST_DEPTH} levels deep."
            raise serializers.ValidationError({"items": [message]})
        return super().to_internal_value(data)


class TableBlock(Block):
    rows = RowsField(help_text="The first row is the header.")
    header = serializers.BooleanField(default=True)
    widths = BoundedListField(
        child=serializers.FloatField(min_value=0.1, max_value=1000),
        max_length=MAX_COLUMNS,
        required=False,
        help_text="The columns' shares of the width, in any unit.",
    )
    align = BoundedListField(
        child=serializers.ChoiceField(choices=ALIGNMENTS),
        max_length=MAX_COLUMNS,
        required=False,
    )
    caption = LabelField(required=False)

    def validate(self, attrs):
        columns = max(len(row) for row in attrs["rows"])
        for name in ("widths", "align"):
            if name in attrs and len(attrs[name]) != columns:
                message = f"Must have one for each of the {columns} columns."
                raise serializers.ValidationError({name: [message]})
        return attrs


class QuoteBlock(Block):
    text = TextField()
    by = LabelField(required=False)


class CodeBlock(Block):
    text = TextField()
    language = serializers.CharField(max_length=MAX_LANGUAGE_LENGTH, required=False)


class CalloutBlock(Block):
    text = TextField()
    title = LabelField(required=False)
    style = serializers.ChoiceField(
        choices=["note", "tip", "warning", "danger"], default="note"
    )


class KeyValueSerializer(CamelCaseSerializer):
    key = LabelField()
    value = TextField(max_length=MAX_CELL_LENGTH)


class KeyValuesBlock(Block):
    items = BoundedListField(
        child=KeyValueSerializer(), allow_empty=False, max_length=MAX_KEY_VALUES
    )


class ImageBlock(ImageSourceSerializer, Block):
    width = serializers.FloatField(
        min_value=1, max_value=100, required=False, help_text="Per cent of the text's."
    )
    align = serializers.ChoiceField(choices=ALIGNMENTS[:3], default="center")
    caption = LabelField(required=False)
    alt = LabelField(required=False)


class SeriesSerializer(CamelCaseSerializer):
    name = LabelField()
    values = BoundedListField(
        child=serializers.FloatField(
            allow_null=True,
            min_value=-LARGEST_CHART_VALUE,
            max_value=LARGEST_CHART_VALUE,
        ),
        allow_empty=False,
        max_length=MAX_POINTS,
        help_text="One for each label; null is a gap.",
    )


class ChartBlock(Block):
    chart = serializers.ChoiceField(choices=["bar", "line", "pie"])
    labels = BoundedListField(
        child=LabelField(), allow_empty=False, max_length=MAX_POINTS
    )
    series = BoundedListField(
        child=SeriesSerializer(), allow_empty=False, max_length=MAX_SERIES
    )
    title = LabelField(required=False)
    unit = LabelField(max_length=20, required=False)
    stacked = serializers.BooleanField(default=False)
    height = serializers.FloatField(
        default=70, min_value=30, max_value=150, help_text="In mm."
    )

    def validate(self, attrs):
        for index, series in enumerate(attrs["series"]):
            if len(series["values"]) != len(attrs["labels"]):
                message = f"Must have {len(attrs['labels'])}, one for each label."
                raise serializers.ValidationError(
                    {"series": {index: {"values": [message]}}}
                )
        if attrs["chart"] == "pie":
            _check_pie(attrs)
        return attrs


class PageBreakBlock(Block):
    pass


class DividerBlock(Block):
    pass


class TableOfContentsBlock(Block):
    title = LabelField(required=False)
    levels = serializers.IntegerField(default=3, min_value=1, max_value=6)


BLOCKS = {
    "heading": HeadingBlock,
    "paragraph": ParagraphBlock,
    "list": ListBlock,
    "table": TableBlock,
    "quote": QuoteBlock,
    "code": CodeBlock,
    "callout": CalloutBlock,
    "key-values": KeyValuesBlock,
    "image": ImageBlock,
    "chart": ChartBlock,
    "page-break": PageBreakBlock,
    "divider": DividerBlock,
    "table-of-contents": TableOfContentsBlock,
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


def _depth(block) -> int:
    """Return how deep lists are nested, counted without recursion."""
    depth, level = 0, [block]
    while level:
        depth += 1
        items = [item for data in level for item in _items(data)]
        level = [item for item in items if isinstance(item, dict) and "items" in item]
    return depth


def _items(data) -> list:
    items = data.get("items") if isinstance(data, dict) else None
    return items if isinstance(items, list) else []


def _check_pie(attrs) -> None:
    if len(attrs["series"]) != 1:
        message = "A pie has one series."
        raise serializers.ValidationError({"series": [message]})
    if len(attrs["labels"]) > MAX_SLICES:
        message = f"A pie has at most {MAX_SLICES} slices."
        raise serializers.ValidationError({"labels": [message]})
    values = attrs["series"][0]["values"]
    if any(value is None or value < 0 for value in values) or not any(values):
        message = "A pie's values are not negative, and not all zero."
        raise serializers.ValidationError({"series": {0: {"values": [message]}}})
