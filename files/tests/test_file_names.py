from unittest import TestCase

from files.names import display_name, stem_of


class DisplayNameTests(TestCase):
    def test_keeps_every_alphabet(self):
        for title in ("Übersicht", "Отчёт", "دليل", "報告", "दस्तावेज़"):
            assert display_name(title, "pdf") == f"{title}.pdf"

    def test_is_one_line(self):
        assert display_name("One\r\n\tTwo  Three\x85", "pdf") == "One Two Three.pdf"

    def test_has_no_control_characters(self):
        assert display_name("a\x00b\x1bc\x7fd\ud800e", "pdf") == "abcde.pdf"

    def test_cannot_turn_its_extension_around(self):
        tricks = (
            "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )

        for trick in tricks:
            assert display_name(f"invoice{trick}fdp", "exe") == "invoicefdp.exe"

    def test_fits_its_column_with_its_extension(self):
        name = display_name("x" * 500, "xlsx")

        assert len(name) == 200
        assert name.endswith("x.xlsx")

    def test_has_its_extension_once(self):
        for title in ("Report", "Report.pdf", "Report.PDF"):
            assert display_name(title, "pdf") == "Report.pdf"
        assert display_name("Report.pdf", "docx") == "Report.pdf.docx"

    def test_is_never_empty(self):
        for title in ("", "  ", "\n", "\u202e\x00"):
            assert display_name(title, "pdf") == "File.pdf"


class StemTests(TestCase):
    def test_is_without_folders_and_extension(self):
        for name, stem in (
            ("logo.png", "logo"),
            ("../../etc/passwd", "passwd"),
            (r"C:\pictures\logo.tar.gz", "logo.tar"),
            ("logo", "logo"),
            (".png", ""),
            ("", ""),
        ):
            assert stem_of(name) == stem
