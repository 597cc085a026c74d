import io

import pytest
from django.test import SimpleTestCase

from files.documents.model import Code, Heading, List, ListItem, Paragraph, Quote
from files.documents.pdf import write_pdf
from files.tests.effort import calls_made_by
from files.tests.hostile import HOSTILE_TEXTS, ODD_TEXTS
from files.tests.reading import (
    document_of,
    image_of,
    is_sound,
    letters_of,
    links_of,
    page_count,
    pdf_of,
    text_of,
    words_of,
)


def calls_for(*blocks):
    return calls_made_by(
        lambda: write_pdf(document_of(*blocks), io.BytesIO()), at_most=20_000_000
    )


@pytest.mark.live
class PdfTextTests(SimpleTestCase):
    def test_shows_every_word_in_order(self):
        words = " ".join(f"word{number}" for number in range(3_000))

        assert words_of(pdf_of(words)) == words

    def test_shows_european_letters(self):
        for words in ("Żółć Ångström ß", "Ελληνικά Привет ёж", "25 € “so” Ωμέγα"):
            with self.subTest(words):
                assert words in words_of(pdf_of(words))

    def test_tells_letters_apart_that_look_the_same(self):
        words = "Axis Αxis Аxis"  # noqa: RUF001

        assert words_of(pdf_of(words)) == words

    def test_keeps_line_breaks(self):
        lines = text_of(pdf_of("first\nsecond")).splitlines()

        assert [line.strip() for line in lines if "first" in line] == ["first"]

    def test_takes_a_word_apart_that_is_longer_than_a_line(self):
        assert text_of(pdf_of("W" * 5_000)).count("W") == 5_000

    def test_sets_emphasis_in_fonts_of_its_own(self):
        pdf = pdf_of("plain **bold** *italic* ***both*** `code`")

        for font in (b"Bold", b"Italic", b"BoldItalic", b"LiberationMono"):
            assert font in pdf
        assert words_of(pdf) == "plain bold italic both code"

    def test_leads_to_web_and_mail_addresses(self):
        pdf = pdf_of("[web](https://example.com/a_(b)?c=ü) [mail](mailto:a@b.example)")

        assert [link[:22] for link in links_of(pdf)] == [
            "https://example.com/a_",
            "mailto:a@b.example",
        ]

    def test_justifies_lines_but_the_last(self):
        text = "These are words of a sentence that goes on for a while. " * 8
        plain, spread = (
            image_of(pdf_of(Paragraph(text=text, align=align)))
            for align in ("left", "justify")
        )

        assert plain.tobytes() != spread.tobytes()

    def test_aligns_texts(self):
        def left_edge(align):
            image = image_of(pdf_of(Paragraph(text="word", align=align)))
            return image.convert("L").point(lambda dot: 255 * (dot < 200)).getbbox()[0]

        edges = [left_edge(align) for align in (None, "left", "center", "right")]

        assert edges[0] == edges[1] < edges[2] < edges[3]

    def test_leaves_no_heading_alone_at_the_end_of_a_page(self):
        for lines in range(30, 60):
            pdf = pdf_of("line\n" * lines, Heading(text="Heading"), "text")
            page = 1 + ("Heading" not in text_of(pdf, page=1))
            after = text_of(pdf, page=page).split("Heading")[1]

            assert "text" in after


@pytest.mark.live
class HostileTextTests(SimpleTestCase):
    def test_shows_mark_up_as_it_was_written(self):
        for name, text in HOSTILE_TEXTS.items():
            with self.subTest(name):
                pdf = pdf_of(Code(text=text))

                assert "".join(text.split()) in letters_of(pdf)

    def test_does_not_run_any_text(self):
        texts = "".join(HOSTILE_TEXTS.values())
        blocks = [texts, Heading(text=texts), Quote(text=texts, by=texts)]

        pdf = pdf_of(*blocks, header=texts, footer=texts, watermark=texts)

        assert links_of(pdf) == []
        assert b"/Subtype /Image" not in pdf
        assert "root:" not in text_of(pdf)

    def test_shows_what_stands_after_odd_characters(self):
        for name, text in ODD_TEXTS.items():
            with self.subTest(name):
                pdf = pdf_of(text)

                assert is_sound(pdf)
                assert "end" in text_of(pdf) or not text.endswith("end")

    def test_leaves_no_tower_of_marks_on_a_letter(self):
        assert words_of(pdf_of(ODD_TEXTS["Zalgo"])).count("\u0301") <= 6

    def test_drops_control_characters(self):
        assert "abcdef end" in words_of(pdf_of(ODD_TEXTS["controls"]))

    def test_does_not_turn_texts_around_for_overrides(self):
        text = "\u202eabc\u202c \u2067def ghi"

        assert "abc def ghi" in words_of(pdf_of(text, "next line"))

    def test_sets_an_empty_document(self):
        assert page_count(pdf_of()) == 1

    def test_sets_texts_without_letters(self):
        for text in ("", " ", "\n", "\u200b", "\u200d", "****", "\ufe0f"):
            with self.subTest(text):
                items = List(items=(ListItem(text=text),))
                assert is_sound(pdf_of(text, Heading(text=text), items))


class LongTextTests(SimpleTestCase):
    def test_takes_a_bounded_effort(self):
        for text in (
            "word " * 4_000,
            "W" * 20_000,
            "line\n" * 4_000,
            "*a* `b` " * 2_500,
            "مرحبا بالعالم " * 1_400,
            "报告" * 10_000,
            "สวัสดี" * 3_000,
        ):
            with self.subTest(text[:8]):
                assert calls_for(Paragraph(text=text)) < 2_000_000

    def test_takes_twice_the_effort_for_twice_the_text(self):
        short, long = (
            calls_for(Paragraph(text="Wa" * length)) for length in (10_000, 20_000)
        )

        assert long < 3 * short

    def test_takes_twice_the_effort_for_twice_the_headings(self):
        few, many = (
            calls_for(
                *[Heading(text="Chapter " * 8, level=1 + n % 6) for n in range(count)]
            )
            for count in (200, 400)
        )

        assert many < 3 * few

    def test_takes_five_times_the_effort_for_five_times_the_paragraphs(self):
        text = " ".join(f"w{number}" for number in range(3_000))
        few, many = (calls_for(*[Paragraph(text=text)] * count) for count in (5, 25))

        assert many < 6 * few
