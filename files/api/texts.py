"""Fields for what a document says."""

from rest_framework import serializers

from files import names
from files.documents.characters import printable
from files.documents.limits import MAX_TEXT_LENGTH


class TextField(serializers.CharField):
    """Text of a document: not empty, and without control characters."""

    def __init__(self, max_length=MAX_TEXT_LENGTH, **kwargs):
        super().__init__(max_length=max_length, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data):
        text = printable(super().to_internal_value(data))
        if not text.strip():
            self.fail("blank")
        return text


class BoundedListField(serializers.ListField):
    """A list that is counted before its items are looked at."""

    def to_internal_value(self, data):
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    default_error_messages = {
        "max_length": "Must have at most {max_length} items.",
    }


class FileNameField(serializers.CharField):
    """The name that a file is downloaded by, with or without its extension."""

    def __init__(self, **kwargs):
        super().__init__(max_length=names.MAX_LENGTH, required=False, **kwargs)
