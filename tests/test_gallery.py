"""The gallery's documents, as images and as text."""

import re
from io import BytesIO

import pytest
from django.test import SimpleTestCase
from PIL import Image

from files.tests.office import converted
from files.tests.reading import is_sound, text_of
from tests.gallery import made, pages, samples

pytestmark = pytest.mark.live


def words_of(value):
    """Yield the plain words that a request wants to be read."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("text", "title", "caption", "labels", "items", "content"):
                yield from words_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_of(one)
    elif isinstance(value, str):
        yield from (word for word in value.split() if word.isascii() and word.isalpha())


def running_words(request):
    """Yield the words of the blocks that are read one after the other."""
    for block in request.get("content", []):
        if block["type"] in ("heading", "paragraph", "list", "quote", "callout"):
            yield from words_of([block.get(key) for key in ("title", "text", "items")])


def are_in_order(words, text):
    found = iter(text.split())
    return all(any(word in one for one in found) for word in words)


def share_of_ink(page):
    """Return which share of a page is not white."""
    histogram = Image.open(BytesIO(page)).convert("L").histogram()
    return sum(histogram[:250]) / sum(histogram)


class GalleryTests(SimpleTestCase):
    def assert_shows(self, pdf, request):
        """Each page has something on it, and all words can be read."""
        images = pages(pdf)
        assert images
        assert all(share_of_ink(page) > 0.002 for page in images)
        found = set(re.findall(r"\w+", text_of(pdf)))
        assert [word for word in words_of(request) if word not in found] == []

    def test_sets_every_sample_as_pdf(self):
        for name, request in samples().items():
            with self.subTest(name):
                pdf, warnings = made(request, "pdf")

                self.assert_shows(pdf, request)
                assert are_in_order(running_words(request), text_of(pdf))
                assert warnings == []
                assert is_sound(pdf)

    def test_writes_every_sample_as_docx(self):
        for name, request in samples().items():
            with self.subTest(name):
                docx, warnings = made(request, "docx")

                self.assert_shows(converted(docx, "docx", to="pdf"), request)
                assert warnings == []
