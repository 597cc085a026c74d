"""What a request for a table may hold."""

import re
from operator import itemgetter

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from files.api.ndjson import FirstLine
from files.api.serializers import FileOptionsSerializer
from files.api.texts import BoundedListField, FileNameField
from files.tables.csv_writer import DELIMITERS, ENCODINGS, QUOTING
from files.tables.xlsx_writer import FORBIDDEN_IN_SHEET_NAMES, MAX_SHEET_NAME_LENGTH
from jobs.api.serializers import JobRequestSerializer

MAX_COLUMNS = 1_000
MAX_TITLE_LENGTH = 500
# Rows may leave out most columns, and would fill the memory with what is not there.
MAX_CELLS = 1_000_000


class HeaderSerializer(CamelCaseSerializer):
    id = serializers.CharField(
        max_length=MAX_TITLE_LENGTH,
        trim_whitespace=False,
        help_text="The key of the column's values in each row.",
    )
    title = serializers.CharField(
        max_length=MAX_TITLE_LENGTH,
        trim_whitespace=False,
        allow_blank=True,
        required=False,
        help_text="What the file says; the id where it is left out.",
    )

    def validate(self, attrs):
        return {"title": attrs["id"], **attrs}


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "additionalProperties": True},
    }
)
class RowsField(serializers.Field):
    """Objects with whatever values; they are looked at in one go, as they are many."""

    default_error_messages = {
        "not_a_list": "Must be a list of objects.",
        "empty": "Must have at least one row.",
        "not_an_object": "Must be an object.",
    }

    def to_internal_value(self, data):
        if not isinstance(data, list):
            self.fail("not_a_list")
        if not data:
            self.fail("empty")
        for index, row in enumerate(data):
            if type(row) is not dict:
                message = self.error_messages["not_an_object"]
                raise serializers.ValidationError({index: [message]})
        return data


class CsvOptionsSerializer(FileOptionsSerializer):
    delimiter = serializers.ChoiceField(choices=DELIMITERS, required=False)
    quoting = serializers.ChoiceField(
        choices=list(QUOTING), required=False, help_text="`minimal` where not said."
    )
    encoding = serializers.ChoiceField(
        choices=ENCODINGS,
        required=False,
        help_text="`utf-8` where not said; `utf-16` has a byte order mark.",
    )
    bom = serializers.BooleanField(
        required=False,
        help_text="Begin UTF-8 with a byte order mark, for which Excel asks.",
    )
    line_ending = serializers.ChoiceField(choices=["crlf", "lf"], required=False)
    escape_formulas = serializers.BooleanField(
        required=False,
        help_text="Put an apostrophe before texts that spreadsheets would run; true "
        "where not said.",
    )

    def validate(self, attrs):
        if attrs.get("bom") and attrs.get("encoding", "utf-8") != "utf-8":
            message = "Only utf-8 goes with or without one."
            raise serializers.ValidationError({"bom": [message]})
        return super().validate(attrs)


class XlsxOptionsSerializer(FileOptionsSerializer):
    sheet_name = serializers.CharField(max_length=MAX_SHEET_NAME_LENGTH, required=False)

    def validate_sheetName(self, name):  # noqa: N802  DRF's name for it.
        if len(name.encode("utf-16-le")) > 2 * MAX_SHEET_NAME_LENGTH:
            message = f"Must have at most {MAX_SHEET_NAME_LENGTH} characters, "
            message += "and an emoji counts as two."
            raise serializers.ValidationError(message)
        if set(name) & set(FORBIDDEN_IN_SHEET_NAMES) or not name.isprintable():
            message = f"Must not have any of {FORBIDDEN_IN_SHEET_NAMES}."
            raise serializers.ValidationError(message)
        if name.startswith("'") or name.endswith("'") or name.lower() == "history":
            message = "Must not be History, nor begin or end with an apostrophe."
            raise serializers.ValidationError(message)
        return name


class TableSerializer(JobRequestSerializer):
    """Rows by the ids of their columns; in NDJSON the rows follow in the body.

    Validates to `columns` and to `rows` as lists in their order, which take half the
    room that objects would, with `left_out` values whose keys no column has.
    """

    headers = BoundedListField(
        child=HeaderSerializer(),
        allow_empty=False,
        max_length=MAX_COLUMNS,
        required=False,
        help_text="The columns in order; without them, the keys of the rows.",
    )
    rows = RowsField(
        required=False,
        help_text="Required in JSON. In NDJSON each line after the first is a row.",
    )
    file_name = FileNameField(help_text="What the file is saved as.")

    def validate_fileName(self, name):  # noqa: N802  DRF's name for it.
        return re.sub(r"[/\\]", "-", re.sub(r"\.(csv|xlsx)$", "", name, flags=re.I))

    def validate_headers(self, headers):
        seen = set()
        for index, header in enumerate(headers):
            if header["id"] in seen:
                message = "Another header has this id."
                raise serializers.ValidationError({index: {"id": [message]}})
            seen.add(header["id"])
        return headers

    def validate(self, attrs):
        columns = attrs.pop("headers", None)
        if isinstance(self.initial_data, FirstLine):
            if "rows" in attrs:
                message = "In NDJSON the rows are the lines after the first."
                raise serializers.ValidationError({"rows": [message]})
            return {**attrs, "columns": columns} if columns else attrs
        if "rows" not in attrs:
            raise serializers.ValidationError({"rows": ["This field is required."]})
        columns = columns or _columns_of(attrs["rows"])
        if len(columns) * len(attrs["rows"]) > MAX_CELLS:
            message = f"The table has more than {MAX_CELLS} cells. Send it as NDJSON."
            raise serializers.ValidationError({"rows": [message]})
        ids = [column["id"] for column in columns]
        return {
            **attrs,
            "columns": columns,
            "left_out": _count_others(attrs["rows"], ids),
            "rows": _as_lists(attrs["rows"], ids),
        }


class CsvSerializer(TableSerializer):
    options = CsvOptionsSerializer(required=False)


class XlsxSerializer(TableSerializer):
    options = XlsxOptionsSerializer(required=False)


def _columns_of(rows: list[dict]) -> list[dict]:
    """Name the columns after the keys of all rows, in the order of their coming."""
    keys: dict[str, None] = {}
    for index, row in enumerate(rows):
        if not row.keys() <= keys.keys():
            keys |= dict.fromkeys(row)
        if len(keys) > MAX_COLUMNS:
            message = f"The rows have more than {MAX_COLUMNS} keys, all together."
            raise serializers.ValidationError({"rows": {index: [message]}})
    if not keys:
        message = "Must have a key, or send headers."
        raise serializers.ValidationError({"rows": {0: [message]}})
    return [{"id": key, "title": key} for key in keys]


def _count_others(rows: list[dict], ids: list[str]) -> int:
    known = set(ids)
    return sum(len(row.keys() - known) for row in rows if not row.keys() <= known)


def _as_lists(rows: list[dict], ids: list[str]) -> list[list]:
    if len(ids) > 1:
        in_order = itemgetter(*ids)
        try:
            return [list(in_order(row)) for row in rows]
        except KeyError:
            pass  # Some row leaves a value out.
    return [list(map(row.get, ids)) for row in rows]
