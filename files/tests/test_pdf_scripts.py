import pytest
from django.test import SimpleTestCase

from files.documents.fonts import font_for
from files.documents.model import Heading, List, ListItem, Paragraph, Table
from files.tests.reading import (
    image_of,
    is_sound,
    letters_of,
    pdf_of,
    text_of,
    warnings_of,
    words_of,
)

SENTENCES = {
    "Arabic": "ارتفعت الإيرادات في كل المناطق",
    "Arabic with vowels": "السَّلامُ عَلَيْكُمْ",
    "Hebrew": "שלום עולם",
    "Hebrew with points": "שָׁלוֹם עוֹלָם",
    "Hindi": "क्षत्रिय हिन्दी में एक वाक्य",
    "Thai": "สวัสดีชาวโลก น้ำ กำลัง",
    "Chinese": "报告：这是一个段落。",  # noqa: RUF001
    "Japanese": "日本語の「テキスト」です。",
    "Korean": "한국어 문장",
    "Emoji": "done 🎉 ✓ → ☎",
    "Vietnamese": "Tiếng Việt rất đẹp",
}


def is_shown(text):
    """Whether fonts of this machine have the text; else it cannot be tried."""
    return all(font_for(letter) for letter in text if not letter.isspace())


@pytest.mark.live
class PdfScriptTests(SimpleTestCase):
    def test_gives_the_text_back_of_every_script(self):
        for name, sentence in SENTENCES.items():
            if is_shown(sentence):
                with self.subTest(name):
                    assert sentence in words_of(pdf_of(sentence))

    def test_gives_long_texts_back_that_run_over_lines(self):
        for name, sentence in SENTENCES.items():
            # Poppler mixes up a vowel at the end of a line here and there.
            if is_shown(sentence) and "vowels" not in name:
                with self.subTest(name):
                    found = letters_of(pdf_of(f"{sentence} " * 30))

                    assert found.count("".join(sentence.split())) == 30

    def test_gives_texts_of_two_directions_back(self):
        for text in ("הדוח Report 2026 מוכן לקריאה", "The word שלום means peace"):
            with self.subTest(text[:8]):
                # Poppler takes a space to the wrong side of a word.
                assert "".join(text.split()) in letters_of(pdf_of(text))

    def test_warns_of_nothing_that_it_shows(self):
        sentences = [text for text in SENTENCES.values() if is_shown(text)]

        assert warnings_of(*sentences, "👨‍👩‍👧 ❤️ a\u200bb\u00adc") == []

    def test_begins_lines_at_the_right_where_the_text_does(self):
        english, hebrew = (
            image_of(pdf_of(text)).convert("L").point(lambda dot: 255 * (dot < 200))
            for text in ("word", "מילה")
        )

        assert english.getbbox()[0] < 100
        assert hebrew.getbbox()[2] > 300

    def test_begins_lines_at_the_right_in_a_document_that_does(self):
        image = image_of(pdf_of("12.5", direction="rtl"))

        dark = image.convert("L").point(lambda dot: 255 * (dot < 200))
        assert dark.getbbox()[0] > 300

    def test_turns_the_columns_of_tables_around(self):
        table = Table(rows=(("אחד", "שתיים"), ("1", "2")))

        line = text_of(pdf_of(table, direction="rtl")).strip().splitlines()[-1]

        assert line.split() == ["2", "1"]

    def test_sets_every_block_from_the_right(self):
        blocks = [
            Heading(text="כותרת"),
            List(items=(ListItem(text="פריט"),), is_ordered=True),
            Paragraph(text="טקסט ארוך " * 60, align="justify"),
        ]

        assert is_sound(pdf_of(*blocks, direction="rtl", language="he"))

    def test_does_not_begin_a_chinese_line_with_a_full_stop(self):
        for length in range(30, 60):
            text = text_of(pdf_of(("字" * length + "。") * 3))

            lines = [line.strip() for line in text.splitlines()]
            assert not [line for line in lines if line.startswith("。")]


@pytest.mark.live
class MissingCharacterTests(SimpleTestCase):
    def test_names_characters_that_no_font_shows(self):
        assert warnings_of("a \U0010fffd \ue000\ue000 b \ue000") == [
            "No font here shows U+E000 (3 times), U+10FFFD."
        ]

    def test_names_ten_and_counts_the_others(self):
        text = "".join(chr(0x10FF00 + number) for number in range(25))

        [warning] = warnings_of(text)

        assert warning.count("U+") == 10
        assert warning.endswith(" and 15 more.")

    def test_warns_once_of_all_texts(self):
        assert len(warnings_of("\ue000", "\ue001", header="\ue002")) == 1

    def test_counts_each_time_in_the_same_text(self):
        assert "(4 times)" in warnings_of("\ue000 x", "\ue000 x", "\ue000 \ue000")[0]

    def test_shows_spaces_of_any_width_as_spaces(self):
        assert words_of(pdf_of("1\u202f000\u2009EUR\u2003x")) == "1 000 EUR x"

    def test_does_not_warn_of_characters_without_a_look(self):
        assert warnings_of("a\u200d\u200b\u200e\ufe0f\u2060\u00ad\ufeffb") == []
