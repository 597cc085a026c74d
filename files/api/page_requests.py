"""What a request may say of how a page of the web is asked for."""

import re
from urllib.parse import urlsplit, urlunsplit

from django.utils import timezone
from django.utils.encoding import iri_to_uri
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from common.egress import HOST_NAME

MAX_HEADERS = 50
MAX_HEADER_BYTES = 8_192
END_OF_TIME = 253_402_300_799  # The last second of the year 9999.
NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # What RFC 9110 calls a token.
COOKIE_OCTET = r"[!#-+\--:<-\[\]-~]"  # RFC 6265, 4.1.1.

# These would become another host under the newer IDNA of browsers.
_DEVIATIONS = re.compile("[\u00df\u1e9e\u03c2\u200c\u200d]")

_CONNECTION = "Leave it out: the browser sends what the connection needs."
FORBIDDEN_HEADERS = {
    "host": "Leave it out: the url names the host.",
    "cookie": "Use options.cookies.",
    "user-agent": "Use options.userAgent.",
    **dict.fromkeys(
        [
            "connection",
            "content-length",
            "expect",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ],
        _CONNECTION,
    ),
}
FORBIDDEN_PREFIXES = ("proxy-", "sec-")


def ascii_url(url: str) -> str:
    """Return a URL as it is sent: its host as xn--, the rest percent-encoded.

    What is no URL comes back somehow, for whoever checks it to refuse. Raises
    ValidationError for a host that cannot be told in ASCII without doubt.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # For brackets that do not hold an IPv6 address.
        return url
    netloc = parts.netloc if parts.netloc.isascii() else _ascii_host(parts.netloc)
    return iri_to_uri(urlunsplit(parts._replace(netloc=netloc)))


def _ascii_host(netloc: str) -> str:
    # A codec of Python's own, as the package idna takes 3 MB in each process.
    try:
        if not _DEVIATIONS.search(netloc):
            return netloc.encode("idna").decode()
    except UnicodeError:
        pass
    raise serializers.ValidationError(
        "Write the host in ASCII, beginning with xn--: its name can be read in more "
        "than one way, or in none."
    )


class CookieSerializer(CamelCaseSerializer):
    """A cookie as RFC 6265 has it, for the page's host where no domain is named."""

    name = serializers.RegexField(
        rf"\A{NAME}\Z",
        max_length=4096,
        trim_whitespace=False,
        error_messages={
            # Django fills values into this message by their names.
            "invalid": "Must be letters, digits and !#$%%&'*+.^_`|~- without spaces."
        },
    )
    value = serializers.RegexField(
        rf"\A(?:{COOKIE_OCTET}+|\"{COOKIE_OCTET}*\")\Z",
        max_length=4096,
        allow_blank=True,
        trim_whitespace=False,
        error_messages={
            "invalid": "Must be ASCII without spaces, quotes, commas, semicolons and "
            "backslashes: percent-encode them."
        },
    )
    domain = serializers.CharField(required=False, max_length=254)
    path = serializers.RegexField(
        r"\A/[ -:<-~]*\Z",
        default="/",
        max_length=1024,
        error_messages={"invalid": "Must begin with / and be ASCII without ;."},
    )
    expires = serializers.FloatField(
        required=False,
        max_value=END_OF_TIME,
        help_text="Unix time in seconds, in the future.",
    )
    secure = serializers.BooleanField(default=False)
    http_only = serializers.BooleanField(default=False)
    same_site = serializers.ChoiceField(
        choices=["Strict", "Lax", "None"], required=False
    )

    def validate_domain(self, domain):
        host = domain.lower().removeprefix(".")
        if not HOST_NAME.fullmatch(host):
            message = "Must be a host name such as example.com."
            raise serializers.ValidationError(message)
        return host

    def validate_expires(self, expires):
        if expires <= timezone.now().timestamp():
            message = "Must be a Unix time in seconds, in the future."
            raise serializers.ValidationError(message)
        return expires

    def validate(self, attrs):
        name = attrs["name"].lower()
        is_host_only = name.startswith("__host-")
        needs_secure = attrs.get("same_site") == "None" or is_host_only
        if not attrs["secure"] and (needs_secure or name.startswith("__secure-")):
            message = "Must be true for sameSite None, and for __Host- and __Secure-."
            raise serializers.ValidationError({"secure": [message]})
        if is_host_only and ("domain" in attrs or attrs["path"] != "/"):
            message = "A cookie named __Host- has no domain, and / as its path."
            raise serializers.ValidationError({"name": [message]})
        return attrs


class HeadersField(serializers.DictField):
    """Headers by their names, without those that are the browser's own affair."""

    child = serializers.CharField(allow_blank=True)
    default_error_messages = {
        "too_many": "Must have at most {limit} headers.",
        "too_large": "Must have at most {limit} bytes in all.",
    }

    def to_internal_value(self, data):
        if isinstance(data, dict) and len(data) > MAX_HEADERS:
            self.fail("too_many", limit=MAX_HEADERS)
        headers = super().to_internal_value(data)
        size = sum(len(f"{name}{value}".encode()) for name, value in headers.items())
        if size > MAX_HEADER_BYTES:
            self.fail("too_large", limit=MAX_HEADER_BYTES)
        errors, seen = {}, set()
        for name, value in headers.items():
            if message := _error_of_header(name.lower(), value, seen):
                errors[name] = [message]
            seen.add(name.lower())
        if errors:
            raise serializers.ValidationError(errors)
        return headers


def _error_of_header(name: str, value: str, seen: set[str]) -> str | None:
    if not re.fullmatch(NAME, name):
        return "A header's name must be letters, digits and !#$%&'*+.^_`|~-."
    if name in FORBIDDEN_HEADERS:
        return FORBIDDEN_HEADERS[name]
    if name.startswith(FORBIDDEN_PREFIXES):
        return "Leave it out: the browser itself sets headers of this kind."
    if name in seen:
        return "Send each header once: upper and lower case make no difference."
    if not re.fullmatch(r"[\t -~]*", value):
        return "Must be printable ASCII on one line."
    return None
