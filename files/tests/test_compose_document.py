import base64
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import time_machine
from django.test import SimpleTestCase
from PIL import Image

from files.api.documents import DocumentSerializer
from files.documents import model
from files.documents.composition import compose
from files.documents.inline import plain
from files.documents.model import Picture

TODAY = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("UTC"))
PICTURE = Picture(data=b"", format="png", width=1, height=1)
TEXT = {"type": "paragraph", "text": "The text."}
PARTY = {"name": "Ada *Ltd*", "address": "1 High St\nLondon", "taxId": "GB1"}
FIELDS = {
    "report": {"subtitle": "All of it"},
    "letter": {
        "sender": PARTY,
        "recipient": {"name": "Bob"},
        "subject": "Our offer",
        "salutation": "Dear Bob,",
        "closing": "Yours,",
        "signature": "Ada",
    },
    "memo": {"sender": "Ada", "recipient": "All", "subject": "Lunch"},
    "proposal": {"client": {"name": "Bob"}, "preparedBy": PARTY},
    "invoice": {
        "number": "2026-7",
        "date": "2026-11-01",
        "dueDate": "2026-12-01",
        "seller": PARTY,
        "buyer": {"name": "Bob"},
        "currency": "EUR",
        "items": [{"description": "Work", "unitPrice": 100, "taxRate": 19}],
        "payment": "IBAN DE00",
        "notes": "Thank you.",
    },
}


def data_uri(size=(2, 2)):
    file = BytesIO()
    Image.new("RGB", size).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def composed(**request):
    """Validate and compose as the endpoint and the worker do."""
    form = DocumentSerializer(data=request)
    form.is_valid(raise_exception=True)
    with time_machine.travel(TODAY, tick=False):
        return compose(form.validated_data, lambda source: PICTURE).document


def texts_of(value):
    """Return all the texts in a document, as its reader sees them."""
    if isinstance(value, str):
        return [plain(value)]
    if isinstance(value, tuple | list):
        return [text for one in value for text in texts_of(one)]
    if hasattr(value, "__dataclass_fields__"):
        return texts_of([getattr(value, name) for name in value.__dataclass_fields__])
    return []


class ComposeDocumentTests(SimpleTestCase):
    def test_has_every_kind_of_block(self):
        inner = model.List(items=(model.ListItem(text="c"),))
        blocks = [
            {"type": "heading", "text": "H", "level": 2},
            {"type": "paragraph", "text": "P", "align": "center"},
            {"type": "list", "items": ["a", {"text": "b", "items": ["c"]}]},
            {"type": "table", "rows": [["a", "b"], [1, None]], "widths": [1, 2]},
            {"type": "quote", "text": "Q", "by": "Ada"},
            {"type": "code", "text": "x = 1", "language": "python"},
            {"type": "callout", "text": "C", "style": "tip"},
            {"type": "key-values", "items": [{"key": "k", "value": "v"}]},
            {"type": "image", "data": data_uri(), "width": 50, "caption": "A dot"},
            {
                "type": "chart",
                "chart": "line",
                "labels": ["a", "b"],
                "series": [{"name": "s", "values": [1, None]}],
            },
            {"type": "page-break"},
            {"type": "divider"},
            {"type": "table-of-contents", "levels": 2},
        ]

        assert composed(content=blocks).blocks == (
            model.Heading(text="H", level=2),
            model.Paragraph(text="P", align="center"),
            model.List(
                items=(
                    model.ListItem(text="a"),
                    model.ListItem(text="b", blocks=(inner,)),
                )
            ),
            model.Table(rows=(("a", "b"), (1, None)), widths=(1, 2)),
            model.Quote(text="Q", by="Ada"),
            model.Code(text="x = 1", language="python"),
            model.Callout(text="C", style="tip"),
            model.KeyValues(items=(("k", "v"),)),
            model.Image(picture=PICTURE, width=50, caption="A dot"),
            model.Chart(
                kind="line",
                labels=("a", "b"),
                series=(model.Series(name="s", values=(1, None)),),
            ),
            model.PageBreak(),
            model.Divider(),
            model.TableOfContents(levels=2),
        )

    def test_opens_with_the_title_and_what_belongs_to_it(self):
        metadata = {"author": "Ada", "version": 2, "description": "About us"}

        [opening] = composed(title="Report", metadata=metadata).blocks

        assert opening.title == "Report"
        assert opening.subtitle == "About us"
        assert opening.facts == "Ada  ·  Version 2"

    def test_puts_the_title_on_the_cover_and_nowhere_else(self):
        document = composed(title="Report", content=[TEXT], options={"coverPage": True})

        assert document.cover.title == "Report"
        assert document.blocks == (model.Paragraph(text="The text."),)

    def test_puts_the_contents_behind_the_title(self):
        document = composed(
            title="Report", content=[TEXT], options={"tableOfContents": True}
        )

        assert [type(block).__name__ for block in document.blocks] == [
            "Opening",
            "TableOfContents",
            "PageBreak",
            "Paragraph",
        ]

    def test_has_the_properties_of_the_metadata(self):
        metadata = {
            "author": "Ada",
            "subject": "Money",
            "keywords": ["a", " b ", ""],
            "date": {"not": "text"},
        }

        properties = composed(title="x" * 300, metadata=metadata).properties

        assert properties.author == "Ada"
        assert properties.subject == "Money"
        assert properties.keywords == ("a", "b")
        assert len(properties.title) == 255

    def test_is_called_after_what_its_template_names(self):
        for template, name in (("invoice", "Rechnung 2026-7"), ("memo", "Lunch")):
            with self.subTest(template):
                document = composed(
                    content=[TEXT],
                    fields=FIELDS[template],
                    options={"template": template, "language": "de"},
                )

                assert document.properties.title == name

    def test_has_the_page_that_was_asked_for(self):
        options = {
            "pageSize": "Letter",
            "orientation": "landscape",
            "margins": {"left": 10},
        }

        page = composed(title="x", options=options).page

        assert (page.width, page.height) == (279.4, 215.9)
        assert page.left == 10
        assert page.right == model.Page().right

    def test_fills_in_the_header_and_footer(self):
        options = {"header": "{title} of {date}", "footer": "{page}/{pages} {x}"}

        document = composed(title="Report", options=options)

        assert document.header == "Report of November 23, 2026"
        assert document.footer == "{page}/{pages} {x}"

    def test_has_no_footer_where_it_is_empty(self):
        assert composed(title="Report", options={"footer": ""}).footer == ""

    def test_speaks_the_language_of_the_document(self):
        document = composed(title="Bericht", options={"language": "de-AT"})

        assert document.footer == "Seite {page} von {pages}"
        assert document.language == "de-AT"
        assert document.direction == "ltr"

    def test_runs_from_right_to_left_where_the_language_does(self):
        for language in ("ar", "he", "fa-IR"):
            with self.subTest(language):
                document = composed(title="x", options={"language": language})

                assert document.direction == "rtl"

    def test_answers_a_table_of_booleans_in_its_language(self):
        rows = [["Ja?", "Zahl"], [True, 1], [False, None]]
        table = {"type": "table", "rows": rows}

        [block] = composed(content=[table], options={"language": "de"}).blocks

        assert block.rows[1:] == (("ja", 1), ("nein", None))

    def test_has_a_logo_and_a_watermark(self):
        options = {"logo": {"data": data_uri()}, "watermark": "DRAFT"}

        document = composed(title="x", options=options)

        assert document.logo == PICTURE
        assert document.watermark == "DRAFT"

    def test_takes_markdown_instead_of_content(self):
        assert composed(markdown="# H\n\nText").blocks == (
            model.Heading(text="H"),
            model.Paragraph(text="Text"),
        )


class TemplateTests(SimpleTestCase):
    def test_shows_all_that_its_fields_say(self):
        for template, fields in FIELDS.items():
            with self.subTest(template):
                document = composed(
                    title="The title",
                    content=[TEXT],
                    fields=fields,
                    options={"template": template, "coverPage": False},
                )

                shown = " | ".join(texts_of(document))
                missing = [text for text in _shown(fields) if text not in shown]
                assert not missing
                assert "The text." in shown

    def test_shows_names_as_they_are(self):
        document = composed(
            content=[TEXT], fields=FIELDS["letter"], options={"template": "letter"}
        )

        assert any("Ada *Ltd*" in text for text in texts_of(document))

    def test_dates_a_letter_today_where_it_has_no_date(self):
        document = composed(
            content=[TEXT],
            fields=FIELDS["letter"],
            options={"template": "letter", "language": "de"},
        )

        assert "23. November 2026" in texts_of(document)

    def test_has_a_cover_for_a_proposal(self):
        document = composed(
            title="Growth",
            content=[TEXT],
            fields=FIELDS["proposal"],
            options={"template": "proposal"},
        )

        assert document.cover.title == "Growth"
        assert ("Prepared for", "Bob") in document.cover.facts


def _shown(fields):
    """The texts of fields; dates and amounts are written in the language's way."""
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _shown(value)
        elif isinstance(value, str) and key not in ("date", "dueDate", "currency"):
            yield " ".join(value.split())
