import pytest
from babel import Locale
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from files.documents import model
from files.documents.inline import spans
from files.documents.labels import labels_for
from files.documents.limits import MAX_LIST_DEPTH
from files.documents.markdown import blocks_of_markdown
from files.documents.model import Picture
from files.exceptions import InvalidDocument

PICTURE = Picture(data=b"", format="png", width=1, height=1)
ENGLISH = Locale("en")
FILE_NAME = "0" * 40 + ".png"


def read(text, warnings=None):
    sources = []

    def load(source):
        sources.append(source)
        return PICTURE

    blocks = blocks_of_markdown(
        text, load, labels_for(ENGLISH), [] if warnings is None else warnings
    )
    return blocks, sources


def depth_of(block):
    if not isinstance(block, model.List):
        return 0
    return 1 + max(
        (depth_of(inner) for item in block.items for inner in item.blocks), default=0
    )


class MarkdownDocumentTests(SimpleTestCase):
    def test_has_headings_of_all_levels(self):
        blocks, _ = read("# a\n\n###### b\n\nc\n===")

        assert blocks == (
            model.Heading(text="a", level=1),
            model.Heading(text="b", level=6),
            model.Heading(text="c", level=1),
        )

    def test_keeps_the_marks_of_a_paragraph(self):
        assert read("so **bold**\nand on")[0] == (
            model.Paragraph(text="so **bold**\nand on"),
        )

    def test_nests_lists(self):
        [outer], _ = read("- a\n  1. b\n  2. c\n- d")

        [inner] = outer.items[0].blocks
        assert [item.text for item in outer.items] == ["a", "d"]
        assert inner.is_ordered
        assert [item.text for item in inner.items] == ["b", "c"]

    def test_numbers_from_where_the_list_starts(self):
        [numbered], _ = read("7. a\n8. b")

        assert numbered.start == 7

    def test_bounds_the_depth_of_lists_and_loses_nothing(self):
        text = "\n".join(f"{'  ' * n}- item{n}" for n in range(15))

        blocks, _ = read(text)

        assert max(map(depth_of, blocks)) == MAX_LIST_DEPTH
        assert all(f"'item{n}'" in str(blocks) for n in range(15))

    def test_has_tables_with_their_alignment(self):
        [table], _ = read("| a | b | c |\n|---|:-:|--:|\n| 1 | **2** | 3 |")

        assert table.rows == (("a", "b", "c"), ("1", "**2**", "3"))
        assert table.align == (None, "center", "right")

    def test_has_code_with_its_language(self):
        assert read("```python x\nif a:\n    b\n```")[0] == (
            model.Code(text="if a:\n    b", language="python"),
        )

    def test_has_quotes(self):
        blocks, _ = read("> one\n>\n> two\n> - item")

        assert blocks[0] == model.Quote(text="one\ntwo")
        assert isinstance(blocks[1], model.List)

    def test_has_alerts_as_callouts(self):
        blocks, _ = read("> [!CAUTION]\n> Do *not*.")

        assert blocks == (
            model.Callout(text="Do *not*.", title="Danger", style="danger"),
        )

    def test_has_dividers(self):
        assert read("a\n\n---\n\nb")[0][1] == model.Divider()

    def test_resolves_references(self):
        blocks, _ = read("See [the *site*][1].\n\n[1]: https://example.com/ 'x'")

        links = {span.text: span.link for span in spans(blocks[0].text)}
        assert links["site"] == "https://example.com/"

    def test_shows_html_as_text(self):
        blocks, _ = read("<div>\n<script>x</script>\n</div>")

        assert "<script>x</script>" in blocks[0].text

    def test_takes_images_from_data_and_from_files(self):
        uri = "data:image/png;base64,AAAA"

        blocks, sources = read(f"![one]({uri})\n![two](/api/files/{FILE_NAME})")

        assert sources == [{"data": uri}, {"file_name": FILE_NAME}]
        assert [block.caption for block in blocks] == ["one", "two"]

    def test_fetches_no_image_and_says_so(self):
        for address in ("https://example.com/a.png", "/etc/passwd", "a.png"):
            with self.subTest(address):
                warnings = []

                blocks, sources = read(f"![a picture]({address})", warnings)

                assert not sources
                assert blocks == (model.Paragraph(text="a picture"),)
                assert address in warnings[0]

    def test_refuses_too_many_images(self):
        with pytest.raises(InvalidDocument):
            read(f"![x]({FILE_NAME})\n\n" * 51)

    def test_refuses_headings_longer_than_those_of_blocks(self):
        with pytest.raises(InvalidDocument, match="heading"):
            read("x" * 501 + "\n===\n")

    def test_refuses_tables_of_too_many_columns(self):
        row = "|" + "a|" * 31

        with pytest.raises(InvalidDocument):
            read(f"{row}\n|{'-|' * 31}\n{row}")

    def test_refuses_what_is_nested_without_measure(self):
        for marks in (">" * 1000, "- " * 1000):
            with self.subTest(marks[:4]), pytest.raises(InvalidDocument):
                read(f"{marks} lost")

    @given(st.text("ab1 *_`[]()\\~<>&!#-|:>\n\t.", max_size=200))
    def test_reads_whatever_is_written(self, text):
        blocks, _ = read(text)

        assert isinstance(blocks, tuple)
