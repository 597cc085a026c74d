import io
from unittest import TestCase

import pandas
import pytest

from files.tables.csv_writer import DELIMITERS, ENCODINGS, QUOTING
from files.tables.exceptions import BadRow, NotInEncoding
from files.tests.tables import csv_bytes, csv_rows

HARD_TEXTS = [
    "plain",
    "Zürich",
    "a,b;c\td|e",
    'say "hi"',
    '"',
    "two\nlines",
    "two\r\nlines",
    "two\rlines",
    " spaces ",
    "",
    "''",
]


class WriteCsvTests(TestCase):
    def test_is_rfc_4180_by_default(self):
        content, warnings = csv_bytes(["a", "b"], [["x,y", 'q"q'], ["l\nl", 1]])

        assert content == b'a,b\r\n"x,y","q""q"\r\n"l\nl",1\r\n'
        assert warnings == []

    def test_writes_each_kind_of_value(self):
        values = [1, -1, 1.5, 0.1, 1e300, True, False, None, "x", [1, "é"], {"a": None}]

        content, _ = csv_bytes(["v"], [[value] for value in values])

        assert content.decode().split("\r\n")[1:-1] == [
            "1",
            "-1",
            "1.5",
            "0.1",
            "1e+300",
            "true",
            "false",
            '""',
            "x",
            '"[1,""é""]"',
            '"{""a"":null}"',
        ]

    def test_keeps_all_digits(self):
        found = csv_rows(["n"], [[12345678901234567890], [0.30000000000000004]])

        assert found[1:] == [["12345678901234567890"], ["0.30000000000000004"]]

    def test_reads_back_equal_with_each_option(self):
        rows = [[text, text] for text in HARD_TEXTS]
        for delimiter in DELIMITERS:
            for quoting in QUOTING:
                for line_ending in ("crlf", "lf"):
                    options = {
                        "delimiter": delimiter,
                        "quoting": quoting,
                        "line_ending": line_ending,
                    }
                    with self.subTest(**options):
                        found = csv_rows(["a", "b"], rows, **options)

                        assert found == [["a", "b"], *rows]

    def test_ends_lines_as_told(self):
        content, _ = csv_bytes(["a"], [["x\ry"], ["z"]], line_ending="lf")

        assert content == b'a\n"x\ry"\nz\n'

    def test_quotes_as_told(self):
        for quoting, expected in (
            ("minimal", "a,b\r\nx,1\r\n"),
            ("all", '"a","b"\r\n"x","1"\r\n'),
            ("nonnumeric", '"a","b"\r\n"x",1\r\n'),
        ):
            with self.subTest(quoting):
                content, _ = csv_bytes(["a", "b"], [["x", 1]], quoting=quoting)

                assert content.decode() == expected

    def test_reads_back_equal_in_each_encoding(self):
        texts = {"windows-1251": "Привет", "windows-1250": "Łódź", "utf-16": "日本 😀"}
        for encoding in ENCODINGS:
            rows = [[texts.get(encoding, "Zürich")]]
            with self.subTest(encoding):
                found = csv_rows(["a"], rows, encoding=encoding)

                assert found == [["a"], *rows]

    def test_begins_with_a_byte_order_mark_as_told(self):
        for options, start in (
            ({}, b"a"),
            ({"bom": True}, b"\xef\xbb\xbfa"),
            ({"encoding": "utf-16"}, b"\xff\xfea"),
        ):
            with self.subTest(**options):
                content, _ = csv_bytes(["a"], [], **options)

                assert content.startswith(start)

    def test_names_the_cell_that_the_encoding_lacks(self):
        rows = [["a", "b"], ["c", "d€日"]]
        for encoding, character in (("windows-1252", "65E5"), ("iso-8859-1", "20AC")):
            with self.subTest(encoding), pytest.raises(NotInEncoding) as caught:
                csv_bytes(["x", "y"], rows, encoding=encoding)

            assert caught.value.message == (
                f"Row 2, column 2, has the character U+{character}, which {encoding} "
                f"does not have."
            )

    def test_names_the_header_that_the_encoding_lacks(self):
        with pytest.raises(NotInEncoding, match="The header, column 2, has"):
            csv_bytes(["x", "日"], [], encoding="windows-1252")

    def test_names_half_a_character(self):
        with pytest.raises(NotInEncoding, match=r"Row 1, column 1, .* U\+D800"):
            csv_bytes(["x"], [["\ud800"]])

    def test_refuses_a_number_that_is_infinite(self):
        with pytest.raises(BadRow, match="Row 1 has a number"):
            csv_bytes(["x"], [[float("inf")]])

    def test_reads_back_equal_with_pandas(self):
        rows = [[text, index] for index, text in enumerate(HARD_TEXTS)]

        content, _ = csv_bytes(["a", "b"], rows)

        frame = pandas.read_csv(io.BytesIO(content), keep_default_na=False)
        assert frame.values.tolist() == rows
