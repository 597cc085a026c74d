from io import BytesIO

import pytest
from django.conf import settings
from django.test import SimpleTestCase, override_settings
from rest_framework.exceptions import ParseError

from common.api.errors import PayloadTooLarge
from common.api.parsers import StrictJSONParser


def parse(body):
    return StrictJSONParser().parse(BytesIO(body))


def nested(levels):
    return b'{"a":' * levels + b"1" + b"}" * levels


class StrictJSONParserTests(SimpleTestCase):
    def assert_refused(self, body, reason):
        with pytest.raises(ParseError) as caught:
            parse(body)
        assert reason in str(caught.value.detail)

    def test_reads_json(self):
        assert parse(b'{"a": [1, 2.5, null, true, "x"]}') == {
            "a": [1, 2.5, None, True, "x"]
        }

    def test_reads_every_text_that_a_database_can_store(self):
        for text in ("Z\u00fcrich", "\U0001f600", "\u2028", "\uffff", ""):
            with self.subTest(text=text):
                assert parse(f'["{text}"]'.encode()) == [text]

    def test_reads_an_escaped_surrogate_pair(self):
        assert parse(rb'["\ud83d\ude00"]') == ["\U0001f600"]

    def test_refuses_broken_json_and_says_where(self):
        self.assert_refused(b'{"a": 1,\n "b" 2}', "line 2, column 6")

    def test_refuses_what_is_not_json(self):
        for body in (b"", b" ", b"{", b"a=1", b"{'a': 1}", b'{"a": 1} x', b"[1,]"):
            with self.subTest(body=body):
                self.assert_refused(body, "not valid JSON")

    def test_refuses_nan_and_infinity(self):
        for name in (b"NaN", b"Infinity", b"-Infinity"):
            with self.subTest(name=name):
                self.assert_refused(b'{"a": %b}' % name, "not valid JSON")

    def test_refuses_numbers_that_no_float_can_hold(self):
        for number in (b"1e999", b"-1e999"):
            with self.subTest(number=number):
                self.assert_refused(b'{"a": [%b]}' % number, "too large")

    def test_refuses_whole_numbers_of_too_many_digits(self):
        self.assert_refused(b"9" * 5_000, "not valid JSON")

    def test_reads_32_levels(self):
        assert parse(nested(32))

    def test_refuses_33_levels(self):
        self.assert_refused(nested(33), "32 levels")
        self.assert_refused(b"[" * 33 + b"]" * 33, "32 levels")

    def test_refuses_100_000_brackets(self):
        self.assert_refused(b"[" * 100_000, "32 levels")
        self.assert_refused(b"[" * 100_000 + b"]" * 100_000, "32 levels")

    def test_refuses_nul_characters(self):
        for body in (rb'{"a": "x\u0000"}', rb'{"a\u0000": 1}', rb'[["\u0000"]]'):
            with self.subTest(body=body):
                self.assert_refused(body, "NUL")

    def test_refuses_half_a_surrogate_pair(self):
        for body in (rb'{"a": "\ud800"}', rb'{"\udfff": 1}', b'["\xed\xa0\x80"]'):
            with self.subTest(body=body):
                self.assert_refused(body, "")

    def test_refuses_what_is_not_utf_8(self):
        for body in (b'{"a": "\xff"}', '{"a": "\u00fc"}'.encode("latin-1")):
            with self.subTest(body=body):
                self.assert_refused(body, "not UTF-8")

    def test_refuses_utf_16_and_utf_32(self):
        for encoding in ("utf-16", "utf-16-le", "utf-32"):
            with self.subTest(encoding=encoding):
                self.assert_refused('{"a": 1}'.encode(encoding), "")

    @override_settings(MAX_BODY_BYTES=20)
    def test_refuses_one_byte_too_many(self):
        with pytest.raises(PayloadTooLarge):
            parse(b'{"a": "123456789012"}')

    @override_settings(MAX_BODY_BYTES=20)
    def test_reads_as_many_bytes_as_are_allowed(self):
        assert parse(b'{"a": "12345678901"}')

    def test_reads_no_more_than_it_needs_to_refuse(self):
        stream = BytesIO(b" " * (settings.MAX_BODY_BYTES + 1_000))

        with pytest.raises(PayloadTooLarge):
            StrictJSONParser().parse(stream)

        assert stream.tell() == settings.MAX_BODY_BYTES + 1


class ManyValuesTests(SimpleTestCase):
    def test_are_refused_before_they_take_memory(self):
        body = b"[" + b"1," * 500_001 + b"1]"

        with pytest.raises(ParseError) as caught:
            parse(body)

        assert "more than 500000 values" in str(caught.value.detail)
