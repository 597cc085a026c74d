from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job

URL = "/api/files/generate/pdf"
TEXT = {"type": "paragraph", "text": "x"}
TALL_CELL = "a\n" * 100
LONG_CELL = "x" * 2_001

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
}  # fmt: skip
INVALID_BLOCKS = {
    "no object": ("x", {"content[1]"}),
    "null": (None, {"content[1]"}),
    "no type": ({"text": "x"}, {"content[1].type"}),
    "unknown type": ({"type": "video"}, {"content[1].type"}),
    "type is a list": ({"type": ["heading"]}, {"content[1].type"}),
    "missing text": ({"type": "paragraph"}, {"content[1].text"}),
    "empty text": ({"type": "paragraph", "text": ""}, {"content[1].text"}),
    "text is a list": ({"type": "heading", "text": ["x"]}, {"content[1].text"}),
    "text is true": ({"type": "heading", "text": True}, {"content[1].text"}),
    "long text": ({"type": "paragraph", "text": "x" * 20_001}, {"content[1].text"}),
    "long heading": ({"type": "heading", "text": "x" * 501}, {"content[1].text"}),
    "level 0": ({"type": "heading", "text": "x", "level": 0}, {"content[1].level"}),
    "level 7": ({"type": "heading", "text": "x", "level": 7}, {"content[1].level"}),
    "bad align": ({**TEXT, "align": "middle"}, {"content[1].align"}),
    "unknown field": ({**TEXT, "foo": 1}, {"content[1].foo"}),
    "field of another type": ({**TEXT, "level": 1}, {"content[1].level"}),
    "no items": ({"type": "list"}, {"content[1].items"}),
    "empty items": ({"type": "list", "items": []}, {"content[1].items"}),
    "bad item": ({"type": "list", "items": ["a", {}]}, {"content[1].items[1]"}),
    "no rows": ({"type": "table"}, {"content[1].rows"}),
    "empty rows": ({"type": "table", "rows": []}, {"content[1].rows"}),
    "empty row": ({"type": "table", "rows": [["a"], []]}, {"content[1].rows[1]"}),
    "row is a text": ({"type": "table", "rows": [["a"], "b"]}, {"content[1].rows[1]"}),
    "cell is a list": ({"type": "table", "rows": [[[1]]]}, {"content[1].rows[0][0]"}),
    "cell is an object": ({"type": "table", "rows": [[{}]]}, {"content[1].rows[0][0]"}),
    "long cell": ({"type": "table", "rows": [[LONG_CELL]]}, {"content[1].rows[0][0]"}),
    "tall cell": ({"type": "table", "rows": [[TALL_CELL]]}, {"content[1].rows[0][0]"}),
    "nothing to print": ({"type": "heading", "text": "\x01"}, {"content[1].text"}),
    "many columns": ({"type": "table", "rows": [["x"] * 31]}, {"content[1].rows[0]"}),
}  # fmt: skip


class InvalidDocumentTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def assert_is_refused(self, document, fields):
        response = api_client(self.alice).post(URL, document)

        error = response.json()["error"]
        assert response.status_code == 400
        assert error["type"] == "VALIDATION_ERROR"
        assert set(error["details"]) == fields
        assert not Job.objects.exists()

    def test_names_the_field_that_is_wrong(self):
        for name, (document, fields) in INVALID.items():
            with self.subTest(name):
                self.assert_is_refused(document, fields)

    def test_names_the_block_and_its_field(self):
        for name, (block, fields) in INVALID_BLOCKS.items():
            with self.subTest(name):
                self.assert_is_refused({"content": [TEXT, block]}, fields)

    def test_names_all_blocks_that_are_wrong(self):
        blocks = [{"type": "video"}, TEXT, {"type": "heading"}]

        self.assert_is_refused(
            {"content": blocks}, {"content[0].type", "content[2].text"}
        )

    def test_names_all_fields_of_a_block_that_are_wrong(self):
        block = {"type": "heading", "foo": 1}

        self.assert_is_refused(
            {"content": [block]}, {"content[0].foo", "content[0].text"}
        )

    def test_says_which_types_there_are(self):
        response = api_client(self.alice).post(URL, {"content": [{"type": "video"}]})

        [message] = response.json()["error"]["details"]["content[0].type"]
        assert message == "Must be one of: heading, paragraph, list, table."

    def test_refuses_a_body_that_is_no_object(self):
        for body in ([], "x", 1, None):
            with self.subTest(body):
                response = api_client(self.alice).post(URL, body, format="json")

                assert response.status_code == 400
