import io

import pytest
from django.test import SimpleTestCase

from files.documents.model import Heading, Table
from files.documents.pdf import write_pdf
from files.tests.effort import calls_made_by
from files.tests.hostile import HOSTILE_TEXTS
from files.tests.reading import (
    document_of,
    edges_of,
    has_colour,
    image_of,
    is_sound,
    letters_of,
    links_of,
    page_count,
    pdf_of,
    words_of,
)


def table(*rows, **fields):
    return Table(rows=tuple(tuple(row) for row in rows), **fields)


def many(count, *head):
    rows = [[f"Region {n}", n * 120, n / 2, "on plan"] for n in range(count)]
    return table(["Name", "Revenue", "Growth", "State"], *rows)


@pytest.mark.live
class PdfTableTests(SimpleTestCase):
    def test_shows_every_kind_of_value(self):
        pdf = pdf_of(table(["a", "b", "c", "d"], ["x", 12.5, "y", None], [0, -3]))

        assert words_of(pdf) == "a b c d x 12.5 y 0 -3"

    def test_begins_on_the_page_of_its_heading_and_caption(self):
        rows = [["Name"], *([f"row{n}"] for n in range(6))]
        for lines in range(30, 46):
            with self.subTest(lines):
                pdf = pdf_of(
                    "line\n" * lines,
                    Heading(text="The heading"),
                    Table(rows=tuple(map(tuple, rows)), caption="The caption"),
                )

                [page] = [
                    words
                    for number in range(1, page_count(pdf) + 1)
                    if "heading" in (words := words_of(pdf, number))
                ]
                assert "The heading The caption Name row0 row1 row2" in page

    def test_reads_markdown_in_cells(self):
        pdf = pdf_of(table(["**Head**"], ["[link](https://example.com)"]))

        assert words_of(pdf) == "Head link"
        assert links_of(pdf) == ["https://example.com"]

    def test_repeats_the_head_on_each_page(self):
        pdf = pdf_of(many(150))

        pages = page_count(pdf)
        assert pages > 2
        for page in range(1, pages + 1):
            assert words_of(pdf, page).startswith("Name Revenue Growth State Region")

    def test_shows_every_row_once_over_pages(self):
        words = words_of(pdf_of(many(300))).split("Region ")[1:]

        assert [int(row.split()[0]) for row in words] == list(range(300))

    def test_leaves_no_row_alone_on_the_last_page(self):
        for count in range(30, 60):
            pdf = pdf_of(many(count))
            last = words_of(pdf, page_count(pdf))

            assert last.count("Region") > 1

    def test_has_no_head_where_there_is_none(self):
        pdf = pdf_of(table(*[["row", n] for n in range(100)], has_header=False))

        assert page_count(pdf) > 1
        assert words_of(pdf).split().count("0") == 1

    def test_aligns_numbers_at_the_right_of_their_column(self):
        pdf = pdf_of(table(["Name", "Number"], ["a", 1], ["b", 1_000_000]))

        ends = [edges_of(pdf)[word][1] for word in ("Number", "1", "1000000")]
        assert max(ends) - min(ends) < 0.1

    def test_aligns_numbers_at_the_right_among_texts_too(self):
        pdf = pdf_of(table(["Name", "Number"], ["a", 7], ["b", "unknown"], ["c", 42]))

        edges = edges_of(pdf)
        assert abs(edges["7"][1] - edges["42"][1]) < 0.1
        assert edges["42"][0] > edges["Number"][0]

    def test_aligns_columns_as_told(self):
        def left_edge(align):
            rows = table(["Head"], ["x"], align=(align,))
            return edges_of(pdf_of(rows))["x"][0]

        assert left_edge(None) == left_edge("left") < left_edge("center")
        assert left_edge("center") < left_edge("right")

    def test_shares_the_width_as_told(self):
        pdf = pdf_of(table(["a", "b"], ["x", "y"], widths=(9, 1)))

        assert edges_of(pdf)["b"][0] - edges_of(pdf)["a"][0] > 400

    def test_sets_totals_off(self):
        plain, total = (
            image_of(pdf_of(table(["a", "b"], ["x", 1], ["Sum", 1], total_rows=number)))
            for number in (0, 1)
        )

        assert plain.tobytes() != total.tobytes()

    def test_puts_the_caption_first(self):
        pdf = pdf_of(table(["Head"], ["x"], caption="Table *1*"))

        assert words_of(pdf) == "Table 1 Head x"

    def test_rules_in_the_accent_colour(self):
        image = image_of(pdf_of(table(["Head"], ["x"]), accent="#ff00ff"), 1, 150)

        assert has_colour(image, (255, 0, 255))

    def test_renders_rows_of_different_lengths(self):
        pdf = pdf_of(table(["a"], ["b", "c", "d"], [], ["e", "f"]))

        assert words_of(pdf) == "a b c d e f"

    def test_renders_tables_with_next_to_nothing(self):
        for rows in ([], [[]], [[None]], [[""], [""]], [["Head"]], [["a", "b"]]):
            with self.subTest(rows):
                assert is_sound(pdf_of(table(*rows)))

    def test_renders_wide_tables(self):
        for row in (["Head"] * 30, ["x" * 60, *["y"] * 29], ["word " * 40] * 30):
            with self.subTest(row[0][:5]):
                pdf = pdf_of(table(row, row))

                assert letters_of(pdf).count(row[-1].split()[0]) >= 2

    def test_shows_mark_up_as_it_was_written(self):
        for name, text in HOSTILE_TEXTS.items():
            with self.subTest(name):
                assert is_sound(pdf_of(table([text] * 3, [1, None, text])))


@pytest.mark.live
class HighCellTests(SimpleTestCase):
    def test_goes_on_over_pages_in_a_cell(self):
        text = "\n".join(f"line{number}" for number in range(200))

        pdf = pdf_of(table(["Head", "Other"], ["first", "x"], [text, "short"]))

        shown = [word for word in words_of(pdf).split() if word.startswith("line")]
        assert shown == text.split()
        assert page_count(pdf) > 2

    def test_renders_long_cells_in_narrow_columns(self):
        pdf = pdf_of(table(["Head"] * 20, ["word " * 100] * 20))

        assert letters_of(pdf).count("w") >= 2_000

    def test_does_not_repeat_a_head_that_is_longer_than_a_page(self):
        pdf = pdf_of(table(["line\n" * 99], *[["row"]] * 99))

        assert words_of(pdf).split() == ["line"] * 99 + ["row"] * 99


class LargeTableTests(SimpleTestCase):
    def test_takes_ten_times_the_effort_for_ten_times_the_cells(self):
        def calls_for(rows):
            return calls_made_by(
                lambda: write_pdf(document_of(rows), io.BytesIO()), at_most=20_000_000
            )

        for few, many_more in (
            (many(500), many(5_000)),
            (table(*[["cell"] * 50] * 40), table(*[["cell"] * 50] * 400)),
        ):
            with self.subTest(len(few.rows)):
                assert calls_for(many_more) < 12 * calls_for(few)
