"""camelCase outside, snake_case inside, and no field that nobody declared."""

import re

from django.db import models
from rest_framework import serializers

from common.merging import MAX_FREE_FORM_BYTES, json_size
from common.timestamps import timestamp

MAX_UNKNOWN_FIELDS = 20  # An answer names no more of them.
_UNDERSCORE = re.compile(r"_([a-z0-9])")


def camel_case(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


class TimestampField(serializers.DateTimeField):
    """ISO 8601, UTC, milliseconds: `2026-11-23T09:30:00.000Z`."""

    def to_representation(self, value):
        return None if value is None else timestamp(value)


class FreeFormField(serializers.JSONField):
    """An object of the client's own: its keys go in and out as they were sent."""

    default_error_messages = {
        "not_an_object": "Must be an object.",
        "too_large": "Must be at most {limit} bytes as JSON.",
    }

    def to_internal_value(self, data):
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            self.fail("not_an_object")
        if json_size(value) > MAX_FREE_FORM_BYTES:
            self.fail("too_large", limit=MAX_FREE_FORM_BYTES)
        return value


class CamelCaseMixin:
    """Renames declared fields only, so what is inside a free-form object stays."""

    def get_fields(self):
        renamed = {}
        for name, field in super().get_fields().items():
            public = camel_case(name)
            if public != name and field.source is None:
                field.source = name
            renamed[public] = field
        return renamed

    def to_internal_value(self, data):
        unknown = self._unknown_fields(data) if isinstance(data, dict) else {}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def _unknown_fields(self, data: dict) -> dict[str, list[str]]:
        writable = {name for name, field in self.fields.items() if not field.read_only}
        message = f"Unknown field. Known fields: {', '.join(sorted(writable))}."
        unknown = sorted(data.keys() - writable)[:MAX_UNKNOWN_FIELDS]
        return {name: [message] for name in unknown}


class CamelCaseSerializer(CamelCaseMixin, serializers.Serializer):
    pass


class CamelCaseModelSerializer(CamelCaseMixin, serializers.ModelSerializer):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: TimestampField,
    }
