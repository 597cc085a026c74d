import pytest
from django.test import SimpleTestCase

from files.exceptions import DoesNotFitPage
from files.tests.test_write_pdf import is_whole, pdf_of


def table(*rows):
    return {"title": "Table", "content": [{"type": "table", "rows": list(rows)}]}


class PdfTableTests(SimpleTestCase):
    def test_renders_rows_of_different_lengths(self):
        assert is_whole(pdf_of(table(["a"], ["b", "c", "d"], ["e", "f"])))

    def test_renders_a_header_alone(self):
        assert is_whole(pdf_of(table(["Region", "Revenue"])))

    def test_goes_on_over_pages(self):
        rows = [["Region", n, n / 2, True, None] for n in range(500)]

        assert is_whole(pdf_of(table(["Name", "a", "b", "c", "d"], *rows)))

    def test_renders_the_widest_table(self):
        assert is_whole(pdf_of(table(["Head"] * 30, ["cell"] * 30)))

    def test_renders_a_wide_table_with_one_long_column(self):
        assert is_whole(pdf_of(table(["x" * 60, *["y"] * 29])))

    def test_renders_an_empty_column_between_full_ones(self):
        row = [*["x" * 40] * 5, ""]

        assert is_whole(pdf_of(table(row, row)))

    def test_renders_the_longest_cell(self):
        assert is_whole(pdf_of(table(["Head", "Head"], ["a", "word " * 399])))

    def test_renders_a_cell_that_is_longer_than_a_page(self):
        assert is_whole(pdf_of(table(["Head"], ["line\n" * 99])))

    def test_renders_long_cells_in_narrow_columns(self):
        assert is_whole(pdf_of(table(["Head"] * 20, ["word " * 100] * 20)))

    def test_refuses_a_head_that_is_longer_than_a_page(self):
        with pytest.raises(DoesNotFitPage, match="table's head"):
            pdf_of(table(["line\n" * 99], ["a"]))
