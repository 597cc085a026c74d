"""Whatever a client may ask for, a document comes of it, in both formats."""

import json
from io import BytesIO
from zipfile import ZipFile

from django.test import SimpleTestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.api.documents import DocumentSerializer
from files.api.templates import FIELDS
from files.documents.characters import printable
from files.documents.docx import write_docx
from files.documents.pdf import write_pdf
from files.rendering import render
from files.tests.test_compose_document import FIELDS as EXAMPLES
from files.tests.test_compose_document import data_uri

SCRIPTS = (
    "aZé ß\n*_`[]()<>&\\~ αЖ אב،عربي 中文日本語한 हिंद ไทย 😀❤️ "
    "\u200d\u0301\ufffd\U0010fffd"
)


def is_shown(text):
    return printable(text).strip()


TEXT = st.one_of(
    st.text(SCRIPTS, min_size=1, max_size=80),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.sampled_from(["x" * 3_000, "word " * 600, "a\n" * 90, "* " * 50, "שלום " * 200]),
).filter(is_shown)
LABEL = st.text(SCRIPTS.replace("\n", ""), min_size=1, max_size=30).filter(is_shown)
NUMBER = st.one_of(
    st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15), st.sampled_from([0, -1, 1])
)
SHORT_TEXT = TEXT.map(lambda text: text[:2_000])
CELL = st.one_of(SHORT_TEXT, NUMBER, st.booleans(), st.none())
ALIGN = st.sampled_from(["left", "center", "right"])


def block(kind, optional=None, **fields):
    return st.fixed_dictionaries(
        {"type": st.just(kind), **fields}, optional=optional or {}
    )


def tables():
    return st.integers(1, 30).flatmap(
        lambda columns: block(
            "table",
            rows=st.lists(
                st.lists(CELL, min_size=1, max_size=columns), min_size=1, max_size=8
            ),
            optional={"header": st.booleans(), "caption": LABEL},
        )
    )


def charts():
    def chart(labels, values, **fields):
        series = st.lists(
            st.fixed_dictionaries(
                {
                    "name": LABEL,
                    "values": st.lists(values, min_size=labels, max_size=labels),
                }
            ),
            min_size=1,
            max_size=fields.pop("most"),
        )
        texts = st.lists(LABEL, min_size=labels, max_size=labels)
        return block(
            "chart",
            labels=texts,
            series=series,
            optional={
                "title": LABEL,
                "unit": LABEL.map(lambda text: text[:20]).filter(is_shown),
                "stacked": st.booleans(),
                "height": st.floats(30, 150),
            },
            **fields,
        )

    several = st.sampled_from([1, 2, 5, 40]).flatmap(
        lambda labels: chart(
            labels,
            st.one_of(NUMBER, st.none()),
            chart=st.sampled_from(["bar", "line"]),
            most=5,
        )
    )
    pie = st.integers(1, 9).flatmap(
        lambda labels: chart(labels, st.floats(0.1, 1e9), chart=st.just("pie"), most=1)
    )
    return st.one_of(several, pie)


ITEM = st.recursive(
    TEXT,
    lambda item: st.fixed_dictionaries(
        {"text": TEXT, "items": st.lists(item, min_size=1, max_size=3)},
        optional={"ordered": st.booleans()},
    ),
    max_leaves=6,
)
BLOCK = st.one_of(
    block("heading", text=LABEL, level=st.integers(1, 6)),
    block("paragraph", text=TEXT, optional={"align": ALIGN}),
    block(
        "list",
        items=st.lists(ITEM, min_size=1, max_size=4),
        optional={"ordered": st.booleans(), "start": st.integers(0, 1_000_000)},
    ),
    tables(),
    block("quote", text=TEXT, optional={"by": LABEL}),
    block("code", text=TEXT),
    block(
        "callout",
        text=TEXT,
        optional={
            "title": LABEL,
            "style": st.sampled_from(["note", "tip", "warning", "danger"]),
        },
    ),
    block(
        "key-values",
        items=st.lists(
            st.fixed_dictionaries({"key": LABEL, "value": SHORT_TEXT.filter(is_shown)}),
            min_size=1,
            max_size=3,
        ),
    ),
    block(
        "image",
        data=st.sampled_from([data_uri(), data_uri((900, 3)), data_uri((3, 900))]),
        optional={"width": st.floats(1, 100), "caption": LABEL, "alt": LABEL},
    ),
    charts(),
    block("page-break"),
    block("divider"),
    block("table-of-contents", levels=st.integers(1, 6)),
)
LINE = st.one_of(
    LABEL, st.sampled_from(["", "{page}", "{pages} {page.__class__}", "x" * 200])
)
OPTIONS = st.fixed_dictionaries(
    {"template": st.sampled_from(list(FIELDS))},
    optional={
        "pageSize": st.sampled_from(["A3", "A5", "Letter"]),
        "orientation": st.sampled_from(["portrait", "landscape"]),
        "margins": st.fixed_dictionaries(
            {}, optional={side: st.floats(5, 49) for side in ("left", "top", "right")}
        ),
        "language": st.sampled_from(["en", "de", "ar", "he", "ja", "zh-Hant", "sw"]),
        "coverPage": st.booleans(),
        "tableOfContents": st.booleans(),
        "header": LINE,
        "footer": LINE,
        "watermark": LABEL,
        "logo": st.just({"data": data_uri((40, 10))}),
    },
)
REQUEST = st.fixed_dictionaries(
    {"content": st.lists(BLOCK, min_size=1, max_size=5), "options": OPTIONS},
    optional={
        "title": LABEL,
        "metadata": st.dictionaries(
            st.sampled_from(["author", "date", "version", "description", "keywords"]),
            TEXT,
        ),
    },
)


def validated(request):
    form = DocumentSerializer(data=request)
    form.is_valid(raise_exception=True)
    return json.loads(json.dumps(form.validated_data))


class AnyDocumentTests(SimpleTestCase):
    def assert_renders(self, request):
        payload = validated(request)
        pdf, docx = BytesIO(), BytesIO()

        render(payload, pdf, owner_id="", write=write_pdf)
        render(payload, docx, owner_id="", write=write_docx)

        assert pdf.getvalue().startswith(b"%PDF-")
        assert pdf.getvalue().rstrip().endswith(b"%%EOF")
        assert ZipFile(docx).testzip() is None

    @settings(
        deadline=None,
        max_examples=60,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(REQUEST)
    def test_renders_whatever_is_valid(self, request):
        template = request["options"]["template"]

        self.assert_renders({**request, "fields": EXAMPLES[template]})

    @settings(deadline=None, max_examples=40)
    @given(st.text(SCRIPTS + "#-|:>1.!\t", min_size=1, max_size=300).filter(is_shown))
    def test_renders_whatever_markdown_there_is(self, markdown):
        self.assert_renders({"markdown": markdown})
