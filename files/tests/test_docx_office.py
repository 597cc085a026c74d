"""LibreOffice reads what was written, as people's programs will."""

import subprocess

import pytest
from django.test import SimpleTestCase
from lxml import html

from conftest import require
from files.documents.model import Paragraph, Table
from files.tests.hostile import HOSTILE_TEXTS
from files.tests.office import converted
from files.tests.word import EVERY_BLOCK, EVERYTHING, written

WORDS = """
Cover Below Label Fact Kicker Title Subtitle Facts Contents Heading 1 Heading 2
Heading 1 Heading 2 Heading 3 Heading 4 Heading 5 Heading 6
Body with bold, italic, code, struck and a link Lead Small print
bullet outer inner inside in a list one two A table Name Number first 1 second 2.5
Sum 3.5 yes Quoted \u2014 Ada if x: return 1
Titled A note Titled A tip Titled A warning Titled A danger Key Value A picture left x
"""
HOSTILE = tuple(HOSTILE_TEXTS.values())


def squeeze(text):
    return "".join(text.split())


@pytest.mark.live
class DocxInLibreOfficeTests(SimpleTestCase):
    def test_gives_back_words_and_tables(self):
        rows = (("Name", "Number"), *((text, str(n)) for n, text in enumerate(HOSTILE)))
        cells = tuple((f"`{text}`" if n else text, number)
                      for n, (text, number) in enumerate(rows))  # fmt: skip
        content = written(*EVERY_BLOCK, Table(rows=cells), **EVERYTHING)

        page = html.fromstring(converted(content, "docx", to="html"))

        words = iter(page.text_content().split())
        assert [word for word in WORDS.split() if word not in words] == []
        table = page.findall(".//table")[-1]
        found = [[squeeze(cell.text_content()) for cell in row]
                 for row in table.iter("tr")]  # fmt: skip
        assert found == [[squeeze(text), number] for text, number in rows]

    def test_sets_pages_with_headers_and_charts(self):
        program = require("pdftotext")
        content = written(*EVERY_BLOCK, Paragraph(text="The end"), **EVERYTHING)

        document = converted(content, "docx", to="pdf")

        result = subprocess.run(
            [program, "-layout", "-", "-"],
            input=document,
            capture_output=True,
            check=True,
        )
        pages = result.stdout.decode().split("\f")[:-1]
        assert "Page" not in pages[0]
        assert "Cover" in pages[0]
        for number, page in enumerate(pages[1:], 2):
            assert f"Page {number} of {len(pages)}" in page
        assert "Header" not in pages[1]  # It begins with the opening.
        assert all(f"Header {n}" in page for n, page in enumerate(pages[2:], 3))
        assert "Summer" in "".join(pages)  # A chart's label.
        assert "The end" in pages[-1]
