"""What a request for a picture or a PDF of a page of the web may hold."""

import zoneinfo
from functools import cache

from rest_framework import serializers
from rest_framework.fields import empty

from common.api.serializers import CamelCaseSerializer
from common.egress import MAX_URL_LENGTH, AddressRefused, browser_reach, check_url
from common.merging import json_size
from files.api.options import LanguageField
from files.api.page_requests import CookieSerializer, HeadersField, ascii_url
from files.api.serializers import FileOptionsSerializer
from files.api.texts import BoundedListField, FileNameField
from jobs.api.serializers import JobRequestSerializer

MAX_HTML_LENGTH = 2_000_000
MAX_SELECTOR_LENGTH = 1_000
MAX_EXPRESSION_LENGTH = 10_000
MAX_COOKIES = 50
MAX_COOKIE_BYTES = 16_384
MAX_HIDDEN = 50
MAX_HIDDEN_LENGTH = 500
MAX_USER_AGENT_LENGTH = 500
MILLISECONDS = 1_000


class FilledSerializer(CamelCaseSerializer):
    """An object that has a value for each field: what is left out is its default."""

    def run_validation(self, data=empty):
        return super().run_validation({} if data is empty else data)


class ViewportSerializer(FilledSerializer):
    width = serializers.IntegerField(default=1280, min_value=16, max_value=3840)
    height = serializers.IntegerField(default=800, min_value=16, max_value=4320)


class SelectorField(serializers.CharField):
    """A CSS selector; only the browser can tell whether it is one."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": MAX_SELECTOR_LENGTH, **kwargs})


class CaptureOptionsSerializer(FilledSerializer, FileOptionsSerializer):
    wait_until = serializers.ChoiceField(
        choices=["load", "domcontentloaded", "networkidle0", "networkidle2"],
        default="load",
        help_text="`networkidle0`: no requests for half a second; `networkidle2`: two "
        "at most.",
    )
    wait_for_selector = SelectorField(
        required=False, help_text="Wait until something that matches is to be seen."
    )
    wait_for_expression = serializers.CharField(
        required=False,
        max_length=MAX_EXPRESSION_LENGTH,
        help_text="Wait until this JavaScript, or what it promises, is true.",
    )
    wait_delay = serializers.IntegerField(
        default=0, min_value=0, max_value=30_000, help_text="Milliseconds, at the end."
    )
    timeout_seconds = serializers.IntegerField(
        default=30,
        min_value=1,
        max_value=60,
        help_text="For loading and waiting, without waitDelay.",
    )
    emulated_media = serializers.ChoiceField(
        choices=["screen", "print"], required=False
    )
    dark_mode = serializers.BooleanField(default=False)
    locale = LanguageField(required=False)
    timezone = serializers.CharField(
        required=False, max_length=100, help_text="Such as `Europe/Berlin`."
    )
    user_agent = serializers.RegexField(
        r"\A[ -~]+\Z",
        required=False,
        max_length=MAX_USER_AGENT_LENGTH,
        error_messages={"invalid": "Must be printable ASCII."},
    )
    cookies = BoundedListField(
        child=CookieSerializer(), max_length=MAX_COOKIES, required=False
    )
    extra_http_headers = HeadersField(
        required=False, help_text="Sent to the page's own host and port only."
    )
    hide_selectors = BoundedListField(
        child=SelectorField(max_length=MAX_HIDDEN_LENGTH),
        max_length=MAX_HIDDEN,
        required=False,
    )
    fail_on_http_status = serializers.BooleanField(
        default=False, help_text="Fail where the page's status is 400 or above."
    )
    dismiss_dialogs = serializers.BooleanField(
        default=False, help_text="Go on where the page opens a dialog."
    )

    def validate_timezone(self, name):
        if name not in _timezones():
            message = "Must be a zone of the IANA's list, such as Europe/Berlin."
            raise serializers.ValidationError(message)
        return name

    def validate_cookies(self, cookies):
        if json_size(cookies) > MAX_COOKIE_BYTES:
            message = f"Must be at most {MAX_COOKIE_BYTES} bytes as JSON."
            raise serializers.ValidationError(message)
        return cookies

    def validate(self, attrs):
        if attrs["wait_delay"] > attrs["timeout_seconds"] * MILLISECONDS:
            message = "Must be at most timeoutSeconds, which is 30 where not said."
            raise serializers.ValidationError({"waitDelay": [message]})
        return super().validate(attrs)


class CaptureSerializer(JobRequestSerializer):
    """A page of the web by its address, or one that is sent as HTML.

    Validates to `url` or `html`, and to `viewport` and `options` with all defaults.
    """

    url = serializers.CharField(
        required=False,
        max_length=MAX_URL_LENGTH,
        help_text="An http or https address that the internet can reach.",
    )
    html = serializers.CharField(
        required=False,
        max_length=MAX_HTML_LENGTH,
        trim_whitespace=False,
        help_text="Instead of `url`: a page that is rendered without any network.",
    )
    viewport = ViewportSerializer(required=False)
    file_name = FileNameField(
        help_text="What the file is saved as; the page's title if none."
    )

    def validate_url(self, url):
        address = ascii_url(url)
        try:
            check_url(address, browser_reach())
        except AddressRefused as error:
            raise serializers.ValidationError(error.message) from None
        return address

    def validate(self, attrs):
        _check_source(attrs)
        return super().validate(attrs)


def _check_source(attrs: dict) -> None:
    if "url" not in attrs and "html" not in attrs:
        raise serializers.ValidationError({"url": ["Send url or html."]})
    if "html" not in attrs:
        return
    if "url" in attrs:
        raise serializers.ValidationError({"html": ["Send either url or html."]})
    message = "Goes with url only: html is rendered without any network."
    if wrong := {
        public: [message]
        for name, public in (
            ("cookies", "cookies"),
            ("extra_http_headers", "extraHttpHeaders"),
        )
        if attrs["options"].get(name)
    }:
        raise serializers.ValidationError({"options": wrong})


@cache
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})
