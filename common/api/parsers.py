"""Reads a JSON body within bounds: size, depth, and what every database can store."""

import json
import re
from math import isfinite

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from common.api.exceptions import PayloadTooLarge

MAX_DEPTH = 32
# A value takes a hundred times the memory of the two bytes that it may be sent in.
MAX_VALUES = 500_000
# The only way for a NUL, or half a surrogate pair, to get through JSON and UTF-8.
_ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class StrictJSONParser(JSONParser):
    """Parses an object of JSON as RFC 8259 has it.

    Raises PayloadTooLarge over the view's `max_body_bytes` or MAX_BODY_BYTES, and
    ParseError for anything that is not UTF-8 JSON, for NaN and Infinity, for more
    than 32 levels or 500,000 values, and for NUL characters and lone surrogates,
    which PostgreSQL cannot store.
    """

    def parse(self, stream, media_type=None, parser_context=None):
        view = (parser_context or {}).get("view")
        limit = getattr(view, "max_body_bytes", None) or settings.MAX_BODY_BYTES
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise PayloadTooLarge(f"The request body is larger than {limit} bytes.")
        if body.count(b",") + body.count(b"{") + body.count(b"[") > MAX_VALUES:
            raise ParseError(f"The body has more than {MAX_VALUES} values.")
        try:
            data = json.loads(body.decode(), parse_constant=_refuse_constant)
        except RecursionError:
            raise ParseError(_too_deep()) from None
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {_reason(error)}.") from None
        _check_values(data, may_have_odd_text=bool(_ODD_ESCAPE.search(body)))
        return data


def _refuse_constant(name: str):
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error).partition(":")[0]


def _too_deep() -> str:
    return f"The body is nested more than {MAX_DEPTH} levels deep."


def _check_values(data, *, may_have_odd_text: bool) -> None:
    """Walk level by level, so that depth costs no stack."""
    level, depth = [data], 0
    while level:
        if may_have_odd_text:
            _check_texts(level)
        if depth == MAX_DEPTH and any(isinstance(v, dict | list) for v in level):
            raise ParseError(_too_deep())
        level, depth = _values_in(level), depth + 1


def _values_in(level: list) -> list:
    """Return the values in the objects and lists of a level."""
    deeper = []
    for value in level:
        kind = type(value)
        if kind is dict:
            deeper.extend(value.values())
        elif kind is list:
            deeper.extend(value)
        elif kind is float and not isfinite(value):
            raise ParseError("The body has a number that is too large.")
    return deeper


def _check_texts(level: list) -> None:
    for value in level:
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            for key in value:
                _check_text(key)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("The body has a NUL character in a text.")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ParseError("The body has half a surrogate pair in a text.")
