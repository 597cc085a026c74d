import io
from dataclasses import fields, is_dataclass, replace

import docx
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from files.documents.characters import printable
from files.documents.docx import write_docx
from files.documents.model import Code, ListItem, Picture
from files.tests.hostile import HOSTILE_TEXTS, ODD_TEXTS
from files.tests.test_docx_package import disorder
from files.tests.word import (
    EVERY_BLOCK,
    EVERYTHING,
    W,
    body,
    make_document,
    make_list,
    parts,
    texts,
)

MORE = {
    "fields": "{page} {pages} {0} {page.__class__} %s",
    "broken surrogate": "a\ud800b",
    "null": "a\x00b",
    "long": "word " * 2_000,
}
TEXTS = {**HOSTILE_TEXTS, **ODD_TEXTS, **MORE}
# What names something, and so is no free text.
NAMES = {
    "style", "align", "kind", "format", "family", "accent", "direction", "language",
}  # fmt: skip


def filled(value, text, name=""):
    """Return the same with each of its texts replaced."""
    if isinstance(value, Picture) or name in NAMES:
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(filled(item, text, name) for item in value)
    if is_dataclass(value):
        changes = {f.name: filled(getattr(value, f.name), text, f.name)
                   for f in fields(value)}  # fmt: skip
        return replace(value, **changes)
    return value


class HostileTextTests(SimpleTestCase):
    def test_writes_a_good_file_whatever_the_texts_say(self):
        for name, text in TEXTS.items():
            document = filled(make_document(*EVERY_BLOCK, **EVERYTHING), text)
            with self.subTest(name):
                file = io.BytesIO()
                write_docx(document, file)
                assert docx.Document(file).paragraphs

    def test_has_all_elements_in_order_whatever_the_texts_say(self):
        document = filled(make_document(*EVERY_BLOCK, **EVERYTHING), "*a*\n<b>{page}")
        options = {f.name: getattr(document, f.name) for f in fields(document)}
        blocks = options.pop("blocks")

        for name, content in parts(*blocks, **options).items():
            if name.startswith("word/") and name.endswith(".xml"):
                assert disorder(content) == []

    def test_shows_texts_as_they_are(self):
        for name, text in TEXTS.items():
            with self.subTest(name):
                (run,) = body(Code(text=text)).iter(f"{W}r")
                shown = [run_text(element) for element in run]
                assert "".join(shown) == printable(text).rstrip("\n")

    def test_turns_no_text_around(self):
        text = ODD_TEXTS["RTL override"]
        document = filled(make_document(*EVERY_BLOCK, **EVERYTHING), text)
        file = io.BytesIO()
        write_docx(document, file)

        assert "\u202e" not in "".join(texts(docx.Document(file).element))

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=60))
    def test_takes_any_text(self, text):
        document = filled(make_document(*EVERY_BLOCK[:-9], **EVERYTHING), text)
        file = io.BytesIO()

        write_docx(document, file)

        assert docx.Document(file).paragraphs


def run_text(element):
    return {f"{W}t": element.text, f"{W}br": "\n"}.get(element.tag, "")


class HostileShapeTests(SimpleTestCase):
    def test_nests_lists_deeply(self):
        nested = make_list("end")
        for _ in range(60):
            nested = make_list(ListItem(text="a", blocks=(nested,)), is_ordered=True)

        assert texts(body(nested)) == ["a"] * 60 + ["end"]
