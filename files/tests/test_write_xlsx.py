import io
from unittest.mock import patch

import pandas
import pytest
from django.test import TestCase

from files.exceptions import StorageFull
from files.tables.exceptions import BadRow, TableTooLarge
from files.tests.factories import unfinished_names
from files.tests.tables import workbook_of, xlsx_bytes, xlsx_rows


@patch("files.storage.check_room")
class WriteXlsxTests(TestCase):
    def test_reads_back_equal(self, check_room):
        rows = [
            ["x", 1, 1.5, True, False, None],
            ["Zürich 日本 😀", -1, 0.1, False, True, None],
            [' " <&> ', 10**14, 1e300, True, True, "two\nlines"],
        ]

        assert xlsx_rows(list("abcdef"), rows) == [list("abcdef"), *rows]

    def test_has_one_sheet_of_that_name(self, check_room):
        book = workbook_of(["a"], [[1]], sheet_name="Übersicht 2026")

        assert book.sheetnames == ["Übersicht 2026"]

    def test_is_fit_to_be_read(self, check_room):
        rows = [["x" * 30, 1], ["y", 2], ["z" * 100, 3]]

        sheet = workbook_of(["name", "n"], rows).active

        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:B4"
        assert sheet["A1"].font.bold
        assert not sheet["A2"].font.bold
        widths = [sheet.column_dimensions[name].width for name in "AB"]
        assert widths == [pytest.approx(60, abs=1), pytest.approx(8, abs=1)]

    def test_has_properties(self, check_room):
        content, _ = xlsx_bytes(["a"], [[1]], name="Sales \x00 2026")

        frame = pandas.ExcelFile(io.BytesIO(content))
        assert frame.book.properties.title == "Sales  2026"

    def test_keeps_the_digits_of_long_numbers_as_text(self, check_room):
        rows = [[999_999_999_999_999], [1_000_000_000_000_000], [-(10**20)]]

        found = xlsx_rows(["n"], rows)

        assert found[1:] == [
            [999_999_999_999_999],
            ["1000000000000000"],
            ["-100000000000000000000"],
        ]

    def test_leaves_dates_as_they_were_written(self, check_room):
        rows = [["2026-11-23"], ["1/2"], ["1e5"], ["007"]]

        assert xlsx_rows(["d"], rows)[1:] == rows

    def test_writes_nested_values_as_json(self, check_room):
        found = xlsx_rows(["v"], [[[1, "é"]], [{"a": None}]])

        assert found[1:] == [['[1,"é"]'], ['{"a":null}']]

    def test_leaves_out_what_xml_has_not(self, check_room):
        found = xlsx_rows(
            ["a\x00b"], [["a\x01\x0b\x1fb"], ["\ud800c\uffff"], ["d\r\ne"]]
        )

        assert found == [["ab"], ["ab"], ["c"], ["d\ne"]]

    def test_cuts_texts_that_excel_cannot_hold(self, check_room):
        content, warnings = xlsx_bytes(["a"], [["x" * 32_768], ["y" * 32_767]])

        sheet = pandas.read_excel(io.BytesIO(content))
        assert [len(text) for text in sheet["a"]] == [32_767, 32_767]
        assert warnings == [
            "1 texts were cut at 32,767 characters, which is as long as a cell may be."
        ]

    def test_reads_back_equal_with_pandas(self, check_room):
        rows = [["x", 1, 2.5], ["y z", -2, 0.5]]

        content, _ = xlsx_bytes(["a", "b", "c"], rows)

        frame = pandas.read_excel(io.BytesIO(content))
        assert frame.values.tolist() == rows
        assert list(frame.columns) == ["a", "b", "c"]

    def test_refuses_more_rows_than_excel_has(self, check_room):
        with (
            patch("files.tables.xlsx_writer.MAX_ROWS", 3),
            pytest.raises(TableTooLarge, match="3 rows at most"),
        ):
            xlsx_bytes(["a"], [[1]] * 3)

    def test_refuses_more_columns_than_excel_has(self, check_room):
        with pytest.raises(TableTooLarge, match="16,384 columns at most"):
            xlsx_bytes(["a"] * 16_385, [])

    def test_refuses_more_cells_than_a_workbook_may_have(self, check_room):
        with (
            patch("files.tables.xlsx_writer.MAX_CELLS", 3),
            pytest.raises(TableTooLarge, match="3 cells at most"),
        ):
            xlsx_bytes(["a", "b"], [[1, 2]] * 2)

    def test_refuses_a_number_that_is_infinite(self, check_room):
        with pytest.raises(BadRow, match="Row 1 has a number"):
            xlsx_bytes(["x"], [[float("inf")]])

    def test_leaves_no_temporary_files(self, check_room):
        xlsx_bytes(["a"], [[1]])
        check_room.side_effect = StorageFull
        with patch("files.storage.CHECK_BYTES", 0), pytest.raises(StorageFull):
            xlsx_bytes(["a"], [[1]])

        assert unfinished_names() == set()

    def test_stops_where_the_disk_is_too_full_to_compress(self, check_room):
        with (
            patch("files.tables.xlsx_writer.ROWS_PER_CHECK", 1),
            patch("files.quota._storage_left", return_value=0),
            pytest.raises(StorageFull),
        ):
            xlsx_bytes(["a"], [[1]] * 1000)

        assert unfinished_names() == set()
