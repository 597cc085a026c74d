from accounts.tests.factories import api_client
from files.tests.refusals import RefusalTestCase

TEXT = {"type": "paragraph", "text": "x"}
TALL_CELL = "a\n" * 100
LONG_CELL = "x" * 2_001
CHART = {
    "type": "chart",
    "chart": "bar",
    "labels": ["a", "b"],
    "series": [{"name": "s", "values": [1, 2]}],
}
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
TEXT = {"type": "paragraph", "text": "x"}
TALL_CELL = "a\n" * 100
LONG_CELL = "x" * 2_001

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
    "bad item": ({"type": "list", "items": ["a", {}]}, {"content[1].items[1].text"}),
    "no rows": ({"type": "table"}, {"content[1].rows"}),
    "empty rows": ({"type": "table", "rows": []}, {"content[1].rows"}),
    "empty row": ({"type": "table", "rows": [["a"], []]}, {"content[1].rows[1]"}),
    "row is a text": ({"type": "table", "rows": [["a"], "b"]}, {"content[1].rows[1]"}),
    "cell is a list": ({"type": "table", "rows": [[[1]]]}, {"content[1].rows[0][0]"}),
    "cell is an object": ({"type": "table", "rows": [[{}]]}, {"content[1].rows[0][0]"}),
    "long cell": ({"type": "table", "rows": [[LONG_CELL]]}, {"content[1].rows[0][0]"}),
    "tall cell": ({"type": "table", "rows": [[TALL_CELL]]}, {"content[1].rows[0][0]"}),
    "nothing to print": ({"type": "heading", "text": "\x01"}, {"content[1].text"}),
    "blank text": ({"type": "paragraph", "text": " \n "}, {"content[1].text"}),
    "bad nested item": (
        {"type": "list", "items": [{"text": "a", "items": ["b", {"items": ["c"]}]}]},
        {"content[1].items[0].items[1].text"},
    ),
    "unknown field of an item": (
        {"type": "list", "items": [{"text": "a", "colour": "red"}]},
        {"content[1].items[0].colour"},
    ),
    "widths of no column": (
        {"type": "table", "rows": [["a", "b"]], "widths": [1]},
        {"content[1].widths"},
    ),
    "alignment of no column": (
        {"type": "table", "rows": [["a"]], "align": ["left", "left"]},
        {"content[1].align"},
    ),
    "callout of no kind": (
        {"type": "callout", "text": "x", "style": "joke"},
        {"content[1].style"},
    ),
    "no key": (
        {"type": "key-values", "items": [{"value": "x"}]},
        {"content[1].items[0].key"},
    ),
    "image of nothing": ({"type": "image"}, {"content[1].data"}),
    "image of both": (
        {"type": "image", "data": PIXEL, "fileName": "a.png"},
        {"content[1].data"},
    ),
    "image from the web": (
        {"type": "image", "data": "https://example.com/a.png"},
        {"content[1].data"},
    ),
    "image that is none": (
        {"type": "image", "data": "data:image/png;base64,AAAA"},
        {"content[1].data"},
    ),
    "image of nobody": (
        {"type": "image", "fileName": "../../etc/passwd"},
        {"content[1].fileName"},
    ),
    "image too wide": (
        {"type": "image", "data": PIXEL, "width": 101},
        {"content[1].width"},
    ),
    "chart of no kind": ({**CHART, "chart": "radar"}, {"content[1].chart"}),
    "chart of no value": ({**CHART, "series": []}, {"content[1].series"}),
    "value for no label": (
        {**CHART, "series": [{"name": "s", "values": [1, 2, 3]}]},
        {"content[1].series[0].values"},
    ),
    "value that is text": (
        {**CHART, "series": [{"name": "s", "values": ["a", 1]}]},
        {"content[1].series[0].values[0]"},
    ),
    "value out of bounds": (
        {**CHART, "series": [{"name": "s", "values": [1e300, 1]}]},
        {"content[1].series[0].values[0]"},
    ),
    "negative slice": (
        {**CHART, "chart": "pie", "series": [{"name": "s", "values": [-1, 2]}]},
        {"content[1].series[0].values"},
    ),
    "empty pie": (
        {**CHART, "chart": "pie", "series": [{"name": "s", "values": [0, 0]}]},
        {"content[1].series[0].values"},
    ),
    "two pies": (
        {**CHART, "chart": "pie", "series": CHART["series"] * 2},
        {"content[1].series"},
    ),
    "many columns": ({"type": "table", "rows": [["x"] * 31]}, {"content[1].rows[0]"}),
}


class InvalidBlockTests(RefusalTestCase):
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
        response = api_client(self.alice).post(
            self.url, {"content": [{"type": "video"}]}
        )

        [message] = response.json()["error"]["details"]["content[0].type"]
        assert message.startswith("Must be one of: heading, paragraph, list, table, ")
