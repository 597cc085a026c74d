from contextlib import contextmanager
from time import process_time

from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job

URL = "/api/files/generate/pdf"
LINE = "A line of a report that is long. "


@contextmanager
def quickly():
    """Fail where it takes a second of this process's own time."""
    started_at = process_time()
    yield
    assert process_time() - started_at < 1


class DocumentLimitTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def assert_is_refused_quickly(self, document, field):
        with quickly():
            response = api_client(self.alice).post(URL, document)

        assert response.status_code == 400
        assert list(response.json()["error"]["details"]) == [field]
        assert len(response.content) < 10_000
        assert not Job.objects.exists()

    def test_refuses_a_title_of_a_megabyte(self):
        self.assert_is_refused_quickly({"title": "x" * 1_000_000}, "title")

    def test_refuses_a_text_of_a_megabyte(self):
        block = {"type": "paragraph", "text": "x" * 1_000_000}

        self.assert_is_refused_quickly({"content": [block]}, "content[0].text")

    def test_refuses_a_text_of_five_megabytes(self):
        block = {"type": "paragraph", "text": "x" * 4_900_000}

        self.assert_is_refused_quickly({"content": [block]}, "content[0].text")

    def test_refuses_lists_nested_deeper_than_a_page_shows(self):
        block = {"type": "list", "items": ["x"]}
        for _ in range(8):
            block = {**block, "items": [{"text": "x", "items": block["items"]}]}

        self.assert_is_refused_quickly({"content": [block]}, "content[0].items")

    def test_refuses_a_body_of_200_nested_lists(self):
        items = ["x"]
        for _ in range(200):
            items = [{"text": "x", "items": items}]
        block = {"type": "list", "items": items}

        with quickly():
            response = api_client(self.alice).post(URL, {"content": [block]})

        assert response.status_code == 400
        assert "32 levels deep" in response.json()["error"]["message"]

    def test_refuses_100_000_rows(self):
        block = {"type": "table", "rows": [["a", 1]] * 100_000}

        self.assert_is_refused_quickly({"content": [block]}, "content[0]")

    def test_refuses_too_many_cells(self):
        block = {"type": "table", "rows": [[1] * 30] * 2_000}

        self.assert_is_refused_quickly({"content": [block]}, "content[0]")

    def test_refuses_a_row_of_400_000_cells(self):
        block = {"type": "table", "rows": [[1] * 400_000]}

        self.assert_is_refused_quickly({"content": [block]}, "content[0]")

    def test_refuses_400_000_items(self):
        block = {"type": "list", "items": [1] * 400_000}

        self.assert_is_refused_quickly({"content": [block]}, "content[0]")

    def test_refuses_100_000_blocks(self):
        block = {"type": "paragraph", "text": "x"}

        self.assert_is_refused_quickly({"content": [block] * 100_000}, "content")

    def test_refuses_very_many_tables_of_contents(self):
        content = [{"type": "table-of-contents"}] * 11

        self.assert_is_refused_quickly({"content": content}, "content")

    def test_refuses_many_large_tables(self):
        block = {"type": "table", "rows": [[1] * 30] * 1_500}

        self.assert_is_refused_quickly({"content": [block] * 10}, "content[1]")

    def test_refuses_more_than_500_000_characters(self):
        block = {"type": "paragraph", "text": LINE * 500}

        self.assert_is_refused_quickly({"content": [block] * 31}, "content")

    def test_refuses_100_000_unknown_fields_in_a_short_answer(self):
        block = {"type": "paragraph", "text": "x"}
        block.update({f"f{n}": 1 for n in range(100_000)})

        with quickly():
            response = api_client(self.alice).post(URL, {"content": [block]})

        assert response.status_code == 400
        assert len(response.content) < 100_000

    def test_refuses_a_body_above_the_limit(self):
        response = api_client(self.alice).post(URL, {"title": "x" * 5_000_000})

        assert response.status_code == 413
        assert response.json()["error"]["type"] == "PAYLOAD_TOO_LARGE"

    def test_takes_a_large_document_quickly(self):
        blocks = [{"type": "paragraph", "text": LINE * 100}] * 100
        rows = [["Region", n, n / 2, None] for n in range(2_000)]

        with quickly():
            response = api_client(self.alice).post(
                URL, {"content": [*blocks, {"type": "table", "rows": rows}]}
            )

        assert response.status_code == 202
