from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from files.tests.effort import calls_made_by
from jobs.models import Job

URL = "/api/files/generate/pdf"
LINE = "A line of a report that is long. "


# A few calls for each byte of the largest body that is taken; an effort that grows
# with the square of a body would need a million times as many.
MOST_CALLS = 10_000_000


def answer_to(user, document):
    """Post a document, and fail where that takes more than a bounded effort."""
    answers = []
    calls_made_by(
        lambda: answers.append(api_client(user).post(URL, document)),
        at_most=MOST_CALLS,
    )
    return answers[0]


class DocumentLimitTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def assert_is_refused(self, document, field):
        response = answer_to(self.alice, document)

        assert response.status_code == 400
        assert list(response.json()["error"]["details"]) == [field]
        assert len(response.content) < 10_000
        assert not Job.objects.exists()

    def test_refuses_a_title_of_a_megabyte(self):
        self.assert_is_refused({"title": "x" * 1_000_000}, "title")

    def test_refuses_a_text_of_a_megabyte(self):
        block = {"type": "paragraph", "text": "x" * 1_000_000}

        self.assert_is_refused({"content": [block]}, "content[0].text")

    def test_refuses_a_text_of_five_megabytes(self):
        block = {"type": "paragraph", "text": "x" * 4_900_000}

        self.assert_is_refused({"content": [block]}, "content[0].text")

    def test_refuses_lists_nested_deeper_than_a_page_shows(self):
        block = {"type": "list", "items": ["x"]}
        for _ in range(8):
            block = {**block, "items": [{"text": "x", "items": block["items"]}]}

        self.assert_is_refused({"content": [block]}, "content[0].items")

    def test_refuses_a_body_of_200_nested_lists(self):
        items = ["x"]
        for _ in range(200):
            items = [{"text": "x", "items": items}]
        block = {"type": "list", "items": items}

        response = answer_to(self.alice, {"content": [block]})

        assert response.status_code == 400
        assert "32 levels deep" in response.json()["error"]["message"]

    def test_refuses_100_000_rows(self):
        block = {"type": "table", "rows": [["a", 1]] * 100_000}

        self.assert_is_refused({"content": [block]}, "content[0]")

    def test_refuses_too_many_cells(self):
        block = {"type": "table", "rows": [[1] * 30] * 2_000}

        self.assert_is_refused({"content": [block]}, "content[0]")

    def test_refuses_a_row_of_400_000_cells(self):
        block = {"type": "table", "rows": [[1] * 400_000]}

        self.assert_is_refused({"content": [block]}, "content[0]")

    def test_refuses_400_000_items(self):
        block = {"type": "list", "items": [1] * 400_000}

        self.assert_is_refused({"content": [block]}, "content[0]")

    def test_refuses_100_000_blocks(self):
        block = {"type": "paragraph", "text": "x"}

        self.assert_is_refused({"content": [block] * 100_000}, "content")

    def test_refuses_very_many_tables_of_contents(self):
        content = [{"type": "table-of-contents"}] * 11

        self.assert_is_refused({"content": content}, "content")

    def test_refuses_many_large_tables(self):
        block = {"type": "table", "rows": [[1] * 30] * 1_500}

        self.assert_is_refused({"content": [block] * 10}, "content[1]")

    def test_refuses_more_than_500_000_characters(self):
        block = {"type": "paragraph", "text": LINE * 500}

        self.assert_is_refused({"content": [block] * 31}, "content")

    def test_refuses_100_000_unknown_fields_in_a_short_answer(self):
        block = {"type": "paragraph", "text": "x"}
        block.update({f"f{n}": 1 for n in range(100_000)})

        response = answer_to(self.alice, {"content": [block]})

        assert response.status_code == 400
        assert len(response.content) < 100_000

    def test_refuses_a_body_above_the_limit(self):
        response = api_client(self.alice).post(URL, {"title": "x" * 5_000_000})

        assert response.status_code == 413
        assert response.json()["error"]["type"] == "PAYLOAD_TOO_LARGE"

    def test_takes_a_large_document(self):
        blocks = [{"type": "paragraph", "text": LINE * 100}] * 100
        rows = [["Region", n, n / 2, None] for n in range(2_000)]

        content = [*blocks, {"type": "table", "rows": rows}]
        response = answer_to(self.alice, {"content": content})

        assert response.status_code == 202
