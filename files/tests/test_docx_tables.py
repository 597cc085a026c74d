from django.test import SimpleTestCase
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from files.documents.model import ListItem, Paragraph, Table
from files.tests.effort import calls_made_by
from files.tests.word import W, body, make_list, opened, values, written

RIGHT = WD_ALIGN_PARAGRAPH.RIGHT


def make_table(*rows, **fields):
    return Table(rows=rows, **fields)


def table_of(*rows, **fields):
    return opened(make_table(*rows, **fields)).tables[0]


def cells(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def sides(table):
    return [[cell.paragraphs[0].alignment for cell in row.cells] for row in table.rows]


class DocxTableTests(SimpleTestCase):
    def test_shows_every_kind_of_cell(self):
        table = table_of(("a", 1), (-2.5, None))

        assert cells(table) == [["a", "1"], ["-2.5", ""]]

    def test_fills_up_short_rows(self):
        assert cells(table_of(("a",), ("b", "c"))) == [["a", ""], ["b", "c"]]

    def test_reads_markdown_in_cells(self):
        cell = table_of(("x",), ("**bold** text",)).rows[1].cells[0]

        assert cell.text == "bold text"
        assert cell.paragraphs[0].runs[0].bold

    def test_repeats_the_header_on_every_page(self):
        rows = table_of(("a",), ("b",)).rows
        repeated = [row._tr.find(".//" + qn("w:tblHeader")) is not None for row in rows]

        assert repeated == [True, False]
        assert rows[0].cells[0].paragraphs[0].style.name == "Table Heading"

    def test_has_no_header_unless_asked(self):
        table = table_of(("a",), ("b",), has_header=False)

        assert table._tbl.find(".//" + qn("w:tblHeader")) is None
        assert table.rows[0].cells[0].paragraphs[0].style.name == "Table Text"

    def test_splits_no_row(self):
        table = table_of(("a",), ("b",))

        assert len(list(table._tbl.iter(qn("w:cantSplit")))) == 2

    def test_splits_rows_that_may_be_higher_than_a_page(self):
        for long in ("line\n" * 90, "word " * 2_000):
            table = table_of(("a",), ("b",), (long,))
            whole = [row._tr.find(".//" + qn("w:cantSplit")) is not None
                     for row in table.rows]  # fmt: skip
            assert whole == [True, True, False]

    def test_repeats_no_header_that_may_fill_the_page(self):
        table = table_of(("line\n" * 90,), ("b",))

        assert table._tbl.find(".//" + qn("w:tblHeader")) is None

    def test_sets_numbers_right_with_their_header(self):
        table = table_of(("Name", "Sum", "Mixed"), ("a", 1, "x"), ("b", 2, 3))

        assert sides(table) == [
            [None, RIGHT, None],
            [None, RIGHT, None],
            [None, RIGHT, RIGHT],
        ]

    def test_aligns_columns_as_asked(self):
        table = table_of(("a", "b"), ("c", 1), align=("right", "left"))

        assert sides(table) == [[RIGHT, WD_ALIGN_PARAGRAPH.LEFT]] * 2

    def test_gives_columns_the_asked_widths(self):
        table = table_of(("a", "b"), ("c", "d"), widths=(1, 3))
        widths = [column.width for column in table.columns]

        assert abs(widths[1] - 3 * widths[0]) < 10_000
        assert [cell.width for cell in table.rows[0].cells] == widths
        assert not table.autofit

    def test_gives_longer_texts_wider_columns(self):
        short, long = table_of(("a", "b"), ("c", "a longer text " * 9)).columns

        assert long.width > 3 * short.width

    def test_leaves_no_room_unused(self):
        document = opened(make_table(("a", "b", "c"), (1, 2, 3)))
        section = document.sections[0]
        width = section.page_width - section.left_margin - section.right_margin

        total = sum(column.width for column in document.tables[0].columns)

        assert abs(total - width) < 5_000

    def test_sets_many_columns_densely(self):
        table = table_of(*[tuple(f"{n}" for n in range(30))] * 2)

        assert table.style.name == "Dense Table"
        assert table.rows[1].cells[0].paragraphs[0].style.name == "Table Text Dense"

    def test_sets_totals_off(self):
        table = table_of(("a",), ("b",), ("c",), ("d",), total_rows=2)
        styles = [row.cells[0].paragraphs[0].style.name for row in table.rows]
        lines = [row._tr.find(".//" + qn("w:tcBorders")) is not None
                 for row in table.rows]  # fmt: skip

        assert styles[1:] == ["Table Text", "Table Total", "Table Total"]
        assert lines == [False, False, True, False]

    def test_keeps_the_caption_with_the_table(self):
        caption = opened(make_table(("a",), caption="*Sums*")).paragraphs[0]

        assert (caption.style.name, caption.text) == ("Caption", "Sums")
        assert caption.paragraph_format.keep_with_next

    def test_writes_nothing_of_a_table_without_cells(self):
        assert opened(make_table(caption="none"), make_table(())).tables == []

    def test_indents_a_table_in_a_list(self):
        item = ListItem(text="a", blocks=(make_table(("b",)),))
        (indent,) = body(make_list(item)).iter(f"{W}tblInd")

        assert int(indent.get(f"{W}w")) > 0

    def test_has_a_style_that_can_be_changed(self):
        document = opened(make_table(("a",)))

        assert document.tables[0].style.name == "Report Table"
        assert values(body(make_table(("a",))), "tblPr/tblStyle") == ["ReportTable"]

    def test_takes_ten_times_the_effort_for_ten_times_the_rows(self):
        def calls_for(count):
            rows = tuple((f"row {n}", n, n * 1.5) for n in range(count))
            table = make_table(("a", "b", "c"), *rows)
            return calls_made_by(
                lambda: written(table, Paragraph(text="end")), at_most=20_000_000
            )

        calls_for(10)

        assert calls_for(2_000) < 12 * calls_for(200)
