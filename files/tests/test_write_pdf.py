import io
import string
from datetime import timedelta
from time import process_time

from django.test import SimpleTestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.api.documents import DocumentSerializer
from files.pdf import write_pdf
from files.tests.hostile import HOSTILE_TEXTS, ODD_TEXTS

FACTS = ["author", "date", "version", "description"]
SNIPPETS = [text[:200] for text in (*HOSTILE_TEXTS.values(), *ODD_TEXTS.values())]
texts = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(string.printable, min_size=1, max_size=60),
    st.sampled_from(SNIPPETS),
)
cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.just(""), texts
)
blocks = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("heading"), "text": texts},
        optional={"level": st.integers(1, 6)},
    ),
    st.fixed_dictionaries(
        {"type": st.just("paragraph"), "text": texts},
        optional={"align": st.sampled_from(["left", "center", "right", "justify"])},
    ),
    st.fixed_dictionaries(
        {"type": st.just("list"), "items": st.lists(texts, min_size=1, max_size=5)},
        optional={"ordered": st.booleans()},
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("table"),
            "rows": st.lists(
                st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=5
            ),
        }
    ),
)
json_values = st.one_of(texts, st.integers(), st.lists(texts, max_size=2), st.none())
facts = st.fixed_dictionaries({}, optional=dict.fromkeys(FACTS, json_values))
documents = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "content": st.lists(blocks, min_size=1, max_size=5),
        "metadata": facts,
    },
)


def pdf_of(document):
    """Render what the serializer makes of a document; None where it is refused."""
    form = DocumentSerializer(data=document)
    if not form.is_valid():
        return None
    file = io.BytesIO()
    write_pdf(form.validated_data, file)
    return file.getvalue()


class WritePdfTests(SimpleTestCase):
    @settings(
        max_examples=40,
        deadline=timedelta(seconds=10),
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(documents)
    def test_renders_any_document_that_is_valid(self, document):
        pdf = pdf_of(document)

        assert pdf is None or is_whole(pdf)

    def test_renders_hostile_and_odd_texts_everywhere(self):
        for name, text in {**HOSTILE_TEXTS, **ODD_TEXTS}.items():
            with self.subTest(name):
                pdf = pdf_of(document_full_of(text))

                assert is_whole(pdf)

    def test_renders_a_title_alone(self):
        assert is_whole(pdf_of({"title": "Report"}))

    def test_renders_content_alone(self):
        content = [{"type": "paragraph", "text": "Text"}]

        assert is_whole(pdf_of({"content": content}))

    def test_renders_many_headings_in_a_row(self):
        content = [{"type": "heading", "text": "Chapter " * 60}] * 200

        assert is_whole(pdf_of({"content": content}))

    def test_renders_items_of_many_lines(self):
        items = ["line\n" * 10, "line\n" * 500, "x"]

        assert is_whole(pdf_of({"content": [{"type": "list", "items": items}]}))

    def test_renders_long_texts(self):
        paragraph = {"type": "paragraph", "text": "word " * 4_000}

        assert is_whole(pdf_of({"content": [paragraph] * 3}))

    def test_renders_an_item_of_many_pages(self):
        items = ["line\n" * 1_000]

        assert is_whole(pdf_of({"content": [{"type": "list", "items": items}]}))

    def test_renders_many_lines_in_a_second(self):
        text = "line\n" * 4_000
        started_at = process_time()

        pdf_of({"content": [{"type": "paragraph", "text": text}]})

        assert process_time() - started_at < 1

    def test_does_not_run_its_texts(self):
        texts = "".join(HOSTILE_TEXTS.values())

        pdf = pdf_of({"title": "x", "content": [{"type": "paragraph", "text": texts}]})

        assert b"/URI" not in pdf
        assert b"/Subtype /Image" not in pdf
        assert b"root:" not in pdf


def is_whole(pdf):
    return pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF")


def document_full_of(text):
    return {
        "title": text[:300].strip() or "Title",
        "metadata": dict.fromkeys(FACTS, text[:2000]),
        "content": [
            {"type": "heading", "text": text[:500], "level": 2},
            {"type": "paragraph", "text": text, "align": "justify"},
            {"type": "list", "items": [text, text], "ordered": True},
            {"type": "table", "rows": [[text[:300]] * 3, [1, None, text[:300]]]},
        ],
    }
