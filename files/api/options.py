"""What a request may say of how its document looks."""

import re

from babel import Locale, UnknownLocaleError
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from files.api.images import ImageSourceSerializer
from files.api.serializers import FileOptionsSerializer
from files.api.texts import TextField
from files.documents.composition import PAGE_SIZES, page_of
from files.documents.model import Page
from files.documents.templates import TEMPLATES

MAX_LINE_LENGTH = 200
MAX_WATERMARK_LENGTH = 40
LEAST_ROOM = 50  # In mm: for the text, between the margins.


class LineField(TextField):
    """A text on one line; nothing at all stands for none."""

    def __init__(self, **kwargs):
        limits = {"max_length": MAX_LINE_LENGTH, "allow_blank": True}
        super().__init__(**{**limits, **kwargs})

    def to_internal_value(self, data):
        if data == "":
            return data
        text = super().to_internal_value(data)
        if "\n" in text:
            raise serializers.ValidationError("Must be one line.")
        return text


class LanguageField(serializers.CharField):
    """A language by its BCP 47 tag: `en`, `de-CH`, `ar`."""

    default_error_messages = {
        "unknown": "Must be a language's tag, such as en or de-CH."
    }

    def to_internal_value(self, data):
        tag = super().to_internal_value(data)
        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", tag):
            self.fail("unknown")
        try:
            Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            self.fail("unknown")
        return tag


class MarginsSerializer(CamelCaseSerializer):
    """In mm; what is not named stays as the template has it."""

    def get_fields(self):
        return {
            side: serializers.FloatField(min_value=5, max_value=80, required=False)
            for side in ("top", "right", "bottom", "left")
        }


class DocumentOptionsSerializer(FileOptionsSerializer):
    template = serializers.ChoiceField(choices=list(TEMPLATES), default="report")
    page_size = serializers.ChoiceField(choices=list(PAGE_SIZES), default="A4")
    orientation = serializers.ChoiceField(
        choices=["portrait", "landscape"], default="portrait"
    )
    margins = MarginsSerializer(required=False)
    language = LanguageField(default="en")
    accent_color = serializers.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        required=False,
        error_messages={"invalid": "Must be a colour such as #1d4ed8."},
    )
    cover_page = serializers.BooleanField(required=False)
    table_of_contents = serializers.BooleanField(required=False)
    header = LineField(
        required=False,
        help_text="`{page}`, `{pages}`, `{title}` and `{date}` are filled in.",
    )
    footer = LineField(required=False, help_text="As `header`.")
    watermark = LineField(required=False, max_length=MAX_WATERMARK_LENGTH)
    logo = ImageSourceSerializer(required=False)

    def validate(self, attrs):
        page = page_of(Page(), attrs)
        if min(page.text_width, page.text_height) < LEAST_ROOM:
            message = f"Must leave {LEAST_ROOM} mm of the page for the text, both ways."
            raise serializers.ValidationError({"margins": [message]})
        return super().validate(attrs)
