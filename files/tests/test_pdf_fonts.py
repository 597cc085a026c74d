import io
import os
import re
import subprocess
from io import StringIO
from unittest import mock

import pytest
from django.core.management import call_command
from django.test import SimpleTestCase

from files.documents import fonts
from files.documents.fonts import (
    Coverage,
    base_font,
    fallback_font,
    font_for,
    installed_fonts,
)
from files.documents.model import Chart, Heading, Series
from files.documents.pdf import write_pdf
from files.documents.pdf.faces import base_face
from files.tests.reading import (
    document_of,
    is_sound,
    pdf_of,
    run,
    warnings_of,
    words_of,
)

CACHES = (
    installed_fonts,
    fonts._fonts_for_symbols,
    fonts._fonts_for,
    base_font,
    fallback_font,
    base_face,
)
LISTED = "\t".join(
    ["{path}", "0", "{family}", "Regular", "80", "0", "100", "{kind}", "False", "20-7e"]
)


def listed(family, kind="TrueType"):
    return LISTED.format(path=f"/{family}.ttf", family=family, kind=kind)


def forget_fonts():
    for cached in CACHES:
        cached.cache_clear()


class OtherFontsTestCase(SimpleTestCase):
    """Fonts are looked for anew by each test, and after it."""

    def setUp(self):
        forget_fonts()
        self.addCleanup(forget_fonts)

    def have_fc_list_say(self, *lines):
        output = "\n".join(lines).encode()
        done = subprocess.CompletedProcess([], 0, output, b"")
        patch = mock.patch.object(
            fonts.subprocess, "run", autospec=True, return_value=done
        )
        self.addCleanup(patch.stop)
        return patch.start()


class FindFontsTests(OtherFontsTestCase):
    def test_takes_fonts_with_truetype_outlines_only(self):
        self.have_fc_list_say(
            listed("Liberation Sans"), listed("Noto Sans CJK", kind="CFF"), "broken"
        )

        assert [font.family for font in installed_fonts()] == ["Liberation Sans"]

    def test_asks_once(self):
        run = self.have_fc_list_say(listed("Liberation Sans"))

        installed_fonts()
        installed_fonts()

        assert run.call_count == 1
        assert run.call_args.kwargs["timeout"] == fonts.TIMEOUT_SECONDS

    def test_says_what_to_install_where_fc_list_is_missing(self):
        with (
            mock.patch.dict(os.environ, {"PATH": "/nowhere"}),
            self.assertLogs("files.documents.fonts", "WARNING") as logs,
        ):
            assert installed_fonts() == ()

        assert "fonts-liberation" in logs.output[0]

    def test_says_so_where_fc_list_hangs(self):
        run = self.have_fc_list_say()
        run.side_effect = subprocess.TimeoutExpired("fc-list", 10)

        with self.assertLogs("files.documents.fonts", "WARNING") as logs:
            assert installed_fonts() == ()

        assert "TimeoutExpired" in logs.output[0]

    def test_says_so_where_liberation_is_missing(self):
        self.have_fc_list_say(listed("DejaVu Sans"))

        with self.assertLogs("files.documents.fonts", "WARNING") as logs:
            installed_fonts()

        assert "Liberation" in logs.output[0]


@pytest.mark.live
class NoFontsTests(OtherFontsTestCase):
    def setUp(self):
        super().setUp()
        with (
            mock.patch.object(fonts.shutil, "which", autospec=True, return_value=None),
            self.assertLogs("files.documents.fonts", "WARNING"),
        ):
            installed_fonts()

    def test_sets_western_letters_all_the_same(self):
        chart = Chart(kind="pie", labels=("a",), series=(Series(name="", values=(1,)),))

        pdf = pdf_of("Zürich **25 €** `code`", Heading(text="Title"), chart)

        assert is_sound(pdf)
        assert words_of(pdf) == "Zürich 25 € code Title 100% a 1 (100%)"

    def test_warns_of_the_others(self):
        assert "U+017B" in warnings_of("Żółć")[0]
        assert "U+5B57" in warnings_of("字 שלום")[0]

    def test_says_so_when_asked(self):
        out = StringIO()

        call_command("fonts", stdout=out)
        call_command("fonts", "A", stdout=out)

        assert "No fonts were found" in out.getvalue()
        assert "no font" in out.getvalue()


class ChooseFontTests(SimpleTestCase):
    def test_knows_ranges_of_characters(self):
        coverage = Coverage("20-7e a0 1f600-1f64f")

        assert coverage.has_all("Az\xa0\U0001f64f")
        assert not any(letter in coverage for letter in "\x1f\x7f\xa1\U0001f650")
        assert len(coverage) == 95 + 1 + 80

    def test_prefers_the_base_font(self):
        assert font_for("A").family == "Liberation Sans"
        assert font_for("A", "serif").family == "Liberation Serif"

    def test_finds_the_font_of_a_script(self):
        for letter, script in {"ש": "Hebrew", "ع": "Arabic", "न": "Devanagari"}.items():
            with self.subTest(script):
                assert font_for(letter).family == f"Noto Sans {script}"

    def test_finds_a_font_like_the_base_font(self):
        assert fallback_font("ש", "serif").family == "Noto Serif Hebrew"
        assert fallback_font("ש", is_bold=True).is_bold
        assert not fallback_font("🎉", is_bold=True).is_bold

    def test_finds_no_font_where_there_is_none(self):
        assert font_for("\U0010fffd") is None


class FontsCommandTests(SimpleTestCase):
    def test_lists_the_fonts_with_what_they_are_for(self):
        out = StringIO()

        call_command("fonts", stdout=out)

        lines = [line.split() for line in out.getvalue().splitlines()]
        [sans] = [line for line in lines if line[:2] == ["Liberation", "Sans"]]
        assert sans[3] == "sans"
        assert sans[-1].endswith(".ttf")

    def test_says_which_font_shows_each_character(self):
        out = StringIO()

        call_command("fonts", "AAש\n", "\U0010fffd", stdout=out)

        assert out.getvalue().splitlines() == [
            "U+0041  A  Liberation Sans",
            "U+05E9  ש  Noto Sans Hebrew",
            "U+000A     no font",
            "U+10FFFD     no font",
        ]


@pytest.mark.live
class EmbeddingTests(SimpleTestCase):
    def test_holds_only_the_glyphs_that_are_shown(self):
        file = io.BytesIO()

        write_pdf(document_of(Heading(text="报告 שלום Report")), file)

        assert len(file.getvalue()) < 30_000

    def test_embeds_every_font(self):
        pdf = pdf_of("text **bold** `code` שלום", watermark="x", footer="{page}")

        lines = run("pdffonts", "-", pdf=pdf).splitlines()[2:]

        assert len(lines) == 4
        assert all(re.search(r"yes yes yes +\d+ +0$", line) for line in lines)
