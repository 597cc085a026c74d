from accounts.tests.factories import api_client
from files.tests.refusals import RefusalTestCase

TEXT = {"type": "paragraph", "text": "x"}


def with_option(name, value):
    return {"title": "x", "options": {name: value}}


INVALID = {
    "nothing": ({}, {"content"}),
    "neither": ({"metadata": {"author": "Ada"}}, {"content"}),
    "empty title": ({"title": ""}, {"title"}),
    "blank title": ({"title": "   "}, {"title"}),
    "title of controls": ({"title": "\x07"}, {"content"}),
    "title is a list": ({"title": ["x"]}, {"title"}),
    "title is null": ({"title": None}, {"title"}),
    "long title": ({"title": "x" * 301}, {"title"}),
    "empty content": ({"title": "x", "content": []}, {"content"}),
    "content is a text": ({"content": "x"}, {"content"}),
    "content is an object": ({"content": {"0": TEXT}}, {"content"}),
    "content is null": ({"title": "x", "content": None}, {"content"}),
    "metadata is a list": ({"title": "x", "metadata": []}, {"metadata"}),
    "metadata too large": ({"metadata": {"a": "x" * 17_000}}, {"metadata"}),
    "options is a text": ({"title": "x", "options": "fast"}, {"options"}),
    "unknown field": ({"title": "x", "colour": "red"}, {"colour"}),
    "unknown option": ({"title": "x", "options": {"foo": 1}}, {"options.foo"}),
    "both": ({"content": [TEXT], "markdown": "x"}, {"markdown"}),
    "empty markdown": ({"markdown": ""}, {"markdown"}),
    "long markdown": ({"markdown": "x" * 200_001}, {"markdown"}),
    "bad template": (
        {"title": "x", "options": {"template": "x"}},
        {"options.template"},
    ),
    "bad page size": (
        {"title": "x", "options": {"pageSize": "B5"}},
        {"options.pageSize"},
    ),
    "bad margin": (
        {"title": "x", "options": {"margins": {"left": 1, "up": 9}}},
        {"options.margins.left", "options.margins.up"},
    ),
    "margins that leave no room": (
        {
            "title": "x",
            "options": {"pageSize": "A5", "margins": {"left": 50, "right": 50}},
        },
        {"options.margins"},
    ),
    "bad colour": (
        {"title": "x", "options": {"accentColor": "red"}},
        {"options.accentColor"},
    ),
    "bad language": (
        {"title": "x", "options": {"language": "xx"}},
        {"options.language"},
    ),
    "not a language": (
        {"title": "x", "options": {"language": "../e"}},
        {"options.language"},
    ),
    "two lines": (with_option("header", "a\nb"), {"options.header"}),
    "long watermark": (
        {"title": "x", "options": {"watermark": "x" * 41}},
        {"options.watermark"},
    ),
    "logo from the web": (
        {"title": "x", "options": {"logo": {"data": "https://example.com/a.png"}}},
        {"options.logo.data"},
    ),
    "logo of nowhere": ({"title": "x", "options": {"logo": {}}}, {"options.logo.data"}),
    "unknown logo": (
        {"title": "x", "options": {"logo": {"fileName": "0" * 40 + ".png"}}},
        {"options.logo.fileName"},
    ),
    "letter without a text": (
        {"title": "x", "options": {"template": "letter"}},
        {"content"},
    ),
    "letter without parties": (
        {"markdown": "x", "options": {"template": "letter"}},
        {"fields.sender", "fields.recipient"},
    ),
    "fields of another template": (
        {"title": "x", "fields": {"number": "1"}},
        {"fields.number"},
    ),
    "bad invoice": (
        {
            "options": {"template": "invoice"},
            "fields": {
                "number": "1",
                "date": "1.1.2026",
                "currency": "EURO",
                "seller": {},
                "buyer": {"name": "x"},
                "items": [{"description": "x", "unitPrice": "much"}],
            },
        },
        {
            "fields.date",
            "fields.currency",
            "fields.seller.name",
            "fields.items[0].unitPrice",
        },
    ),
}


class InvalidDocumentTests(RefusalTestCase):
    def test_names_the_field_that_is_wrong(self):
        for name, (document, fields) in INVALID.items():
            with self.subTest(name):
                self.assert_is_refused(document, fields)

    def test_refuses_a_body_that_is_no_object(self):
        for body in ([], "x", 1, None):
            with self.subTest(body):
                response = api_client(self.alice).post(self.url, body, format="json")

                assert response.status_code == 400
