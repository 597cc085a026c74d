from django.test import SimpleTestCase
from docx.oxml.ns import qn
from lxml import etree

from files.documents.model import Code, Paragraph, Table, Theme
from files.tests.word import W, body, opened, parts, values

HEBREW = "\u05e9\u05dc\u05d5\u05dd"
ARABIC = "\u0645\u0631\u062d\u0628\u0627"


def runs(paragraph_text, **fields):
    """Return (text, runs from right to left) of each run."""
    element = body(Paragraph(text=paragraph_text), **fields)
    return [
        ("".join(run.itertext(f"{W}t")), run.find(f"{W}rPr/{W}rtl") is not None)
        for run in element.iter(f"{W}r")
    ]


def is_bidi(*blocks, **fields):
    return [p.find(f"{W}pPr/{W}bidi") is not None
            for p in body(*blocks, **fields).iter(f"{W}p")]  # fmt: skip


def defaults(**fields):
    styles = etree.fromstring(parts(**fields)["word/styles.xml"])
    return styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")


class DirectionTests(SimpleTestCase):
    def test_runs_as_the_first_letter_does(self):
        texts = ["abc", HEBREW, ARABIC, f"abc {HEBREW}", f"1. {HEBREW} abc", "12", ""]
        paragraphs = [Paragraph(text=text) for text in texts]

        found = is_bidi(*paragraphs)

        assert found == [False, True, True, False, True, False, False]

    def test_runs_as_the_document_does_without_letters(self):
        paragraphs = [Paragraph(text=text) for text in ("12", "", "abc")]

        assert is_bidi(*paragraphs, direction="rtl") == [True, True, False]

    def test_marks_the_runs_of_the_other_direction(self):
        assert runs(f"see {HEBREW}, {HEBREW} (2)") == [
            ("see ", False),
            (f"{HEBREW}, {HEBREW}", True),
            (" (2)", False),
        ]
        assert runs(f"{HEBREW} the end.") == [
            (f"{HEBREW} ", True),
            ("the end", False),
            (".", True),
        ]

    def test_sets_the_sides_that_are_meant(self):
        blocks = [Paragraph(text=HEBREW, align=side) for side in ("left", "right")]

        # For Word, left is where the lines of a paragraph begin.
        assert values(body(*blocks), "pPr/jc") == ["right", "left"]

    def test_keeps_code_from_left_to_right(self):
        assert is_bidi(Code(text=HEBREW), direction="rtl") == [False]

    def test_mirrors_what_stands_at_the_side(self):
        for direction, side in (("ltr", "left"), ("rtl", "right")):
            style = opened(direction=direction).styles["Callout Note"].element
            widths = {
                line.tag.removeprefix(W): int(line.get(f"{W}sz"))
                for line in style.find(f"{W}pPr/{W}pBdr")
            }
            assert max(widths, key=widths.get) == side

    def test_begins_numbers_with_their_sign(self):
        table = Table(rows=((-5,),), has_header=False)
        element = body(table, direction="rtl")

        assert element.find(f".//{W}tc//{W}bidi") is None
        assert element.find(f".//{W}tc//{W}rtl") is None

    def test_mirrors_tables_and_pages(self):
        element = body(Table(rows=(("a", "b"),)), direction="rtl")

        assert element.find(f".//{W}tblPr/{W}bidiVisual") is not None
        assert element.find(f".//{W}sectPr/{W}bidi") is not None


class LanguageTests(SimpleTestCase):
    def test_states_the_language_with_a_region(self):
        for given, stated in (("de", "de-DE"), ("pt-BR", "pt-BR"), ("xx", "xx")):
            assert defaults(language=given).find(f"{W}lang").get(f"{W}val") == stated

    def test_names_fonts_that_word_has(self):
        def fonts(**fields):
            found = defaults(**fields).find(f"{W}rFonts")
            return [found.get(f"{W}{kind}") for kind in ("ascii", "eastAsia", "cs")]

        assert fonts() == ["Calibri", "Microsoft YaHei", "Arial"]
        assert fonts(language="ja") == ["Calibri", "Yu Gothic", "Arial"]
        assert fonts(language="ko-KR") == ["Calibri", "Malgun Gothic", "Arial"]
        serif = Theme(family="serif")
        assert fonts(theme=serif, language="ja") == ["Cambria", "MS Mincho", "Arial"]


class LookTests(SimpleTestCase):
    def color(self, style, **fields):
        return str(opened(**fields).styles[style].font.color.rgb)

    def test_shows_the_accent(self):
        assert self.color("Heading 1", accent="#b91c1c") == "B91C1C"
        assert self.color("Hyperlink", accent="#b91c1c") == "B91C1C"

    def test_colours_no_headings_where_the_theme_does_not(self):
        theme = Theme(has_coloured_headings=False)

        assert self.color("Heading 1", theme=theme, accent="#b91c1c") == "111827"

    def test_has_the_sizes_of_the_theme(self):
        theme = Theme(
            text_size=11, title_size=30, heading_sizes=(20, 16, 13, 12, 11, 11)
        )
        styles = opened(theme=theme).styles
        default = styles.element.find(".//" + qn("w:rPrDefault") + "//" + qn("w:sz"))

        assert styles["Title"].font.size.pt == 30
        assert styles["Heading 2"].font.size.pt == 16
        assert default.get(qn("w:val")) == "22"
