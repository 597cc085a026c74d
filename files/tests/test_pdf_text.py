"""What a reader finds in a PDF, by Poppler."""

import re
import subprocess

import pytest
from django.test import SimpleTestCase

from conftest import require
from files.tests.hostile import HOSTILE_TEXTS, ODD_TEXTS
from files.tests.test_write_pdf import document_full_of, pdf_of


def run(program, pdf, *arguments):
    done = subprocess.run(
        [program, *arguments], input=pdf, capture_output=True, timeout=30, check=True
    )
    return done.stdout.decode()


def text_of(document):
    return run("pdftotext", pdf_of(document), "-layout", "-", "-")


def squeeze(text):
    """Drop all space: lines break where the page wants it."""
    return re.sub(r"\s", "", text)


def paragraph(text):
    return {"content": [{"type": "paragraph", "text": text}]}


@pytest.mark.live
class PdfTextTests(SimpleTestCase):
    def setUp(self):
        require("pdftotext")

    def test_shows_mark_up_as_it_was_written(self):
        for name, text in HOSTILE_TEXTS.items():
            with self.subTest(name):
                assert squeeze(text) in squeeze(text_of(paragraph(text)))

    def test_shows_what_stands_after_odd_characters(self):
        for name, text in ODD_TEXTS.items():
            if text.endswith("end"):
                with self.subTest(name):
                    assert "end" in text_of(paragraph(text))

    def test_shows_every_letter_of_a_long_word(self):
        text = text_of(paragraph("W" * 5_000))

        assert text.count("W") == 5_000

    def test_drops_control_characters(self):
        text = text_of(paragraph(ODD_TEXTS["controls"]))

        assert "abcdef end" in text

    def test_shows_european_letters(self):
        for words in ("Żółć Ångström ß", "Ελληνικά", "Привет", "25 € “so”"):
            with self.subTest(words):
                assert words in text_of(paragraph(words))

    def test_keeps_line_breaks(self):
        lines = text_of(paragraph("first\nsecond")).splitlines()

        assert [line.strip() for line in lines if "first" in line] == ["first"]

    def test_shows_every_part_of_a_document(self):
        text = text_of(
            {
                "title": "Quarterly report",
                "metadata": {
                    "author": "Ada",
                    "date": "2026-11-23",
                    "version": 2,
                    "description": "What happened.",
                },
                "content": [
                    {"type": "heading", "text": "Sales"},
                    {"type": "list", "items": ["one", "two"], "ordered": True},
                    {"type": "table", "rows": [["Region", "n"], ["North", 12.5]]},
                    {"type": "table", "rows": [["Open"], [True], [None]]},
                ],
            }
        )

        for part in ("Quarterly report", "Ada", "2026-11-23", "Version 2", "Sales"):
            assert part in text
        for part in ("What happened.", "1.", "two", "Region", "North", "12.5", "yes"):
            assert part in text

    def test_names_title_and_author_in_the_properties(self):
        document = {"title": "Q3 Übersicht", "metadata": {"author": "Ada Łoś"}}

        properties = run("pdfinfo", pdf_of(document), "-")

        assert "Q3 Übersicht" in properties
        assert "Ada Łoś" in properties

    def test_is_a_pdf_that_poppler_does_not_complain_of(self):
        for name, text in {**HOSTILE_TEXTS, **ODD_TEXTS}.items():
            with self.subTest(name):
                done = subprocess.run(
                    ["pdftotext", "-", "-"],
                    input=pdf_of(document_full_of(text)),
                    capture_output=True,
                    timeout=30,
                    check=True,
                )

                assert done.stderr == b""
