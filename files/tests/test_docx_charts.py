import io

import openpyxl
from django.test import SimpleTestCase
from lxml import etree

from files.documents.model import Chart, Series
from files.tests.word import body, make_chart, parts

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
# What stands before what, of all that the charts here have.
ORDERS = {
    "chartSpace": "lang roundedCorners chart spPr txPr externalData",
    "chart": "title autoTitleDeleted plotArea legend plotVisOnly dispBlanksAs",
    "title": "tx layout overlay spPr txPr",
    "legend": "legendPos layout overlay txPr",
    "barChart": "barDir grouping varyColors ser gapWidth overlap axId",
    "lineChart": "grouping varyColors ser marker axId",
    "pieChart": "varyColors ser firstSliceAng",
    "ser": (
        "idx order tx spPr invertIfNegative marker dPt dLbls cat val smooth"
    ),
    "dLbls": (
        "txPr dLblPos showLegendKey showVal showCatName showSerName showPercent "
        "showBubbleSize showLeaderLines"
    ),
    "catAx": (
        "axId scaling delete axPos title numFmt majorTickMark tickLblPos spPr txPr "
        "crossAx crosses auto lblAlgn lblOffset"
    ),
    "valAx": (
        "axId scaling delete axPos majorGridlines title numFmt tickLblPos spPr txPr "
        "crossAx crosses crossBetween"
    ),
}  # fmt: skip
SERIES = (
    Series(name="North", values=(3, None, 4.5)),
    Series(name="South & <East>", values=(-1, 2, 1e6)),
)


def chart_xml(chart):
    files = parts(chart)
    (name,) = (name for name in files if name.startswith("word/charts/chart"))
    return etree.fromstring(files[name])


def vals(xml, path):
    prefixed = "/".join(f"{C}{name}" for name in path.split("/"))
    return [element.get("val") for element in xml.iterfind(f".//{prefixed}")]


def points(element):
    return {
        int(point.get("idx")): point.findtext(f"{C}v")
        for point in element.iter(f"{C}pt")
    }


def series_of(xml):
    return [
        (
            points(series.find(f"{C}tx"))[0],
            points(series.find(f"{C}cat")),
            points(series.find(f"{C}val")),
        )
        for series in xml.iter(f"{C}ser")
    ]


class DocxChartTests(SimpleTestCase):
    def test_draws_the_figures(self):
        labels = {0: "Spring", 1: "Summer", 2: "Autumn"}

        for kind in ("bar", "line"):
            assert series_of(chart_xml(make_chart(kind, series=SERIES))) == [
                ("North", labels, {0: "3", 2: "4.5"}),
                ("South & <East>", labels, {0: "-1", 1: "2", 2: "1000000"}),
            ]

    def test_draws_each_kind(self):
        tags = {"bar": "barChart", "line": "lineChart", "pie": "pieChart"}

        for kind, tag in tags.items():
            assert chart_xml(make_chart(kind)).find(f".//{C}{tag}") is not None

    def test_sets_bars_beside_or_upon_each_other(self):
        for is_stacked, grouping in ((False, "clustered"), (True, "stacked")):
            xml = chart_xml(make_chart(is_stacked=is_stacked))
            assert vals(xml, "barChart/grouping") == [grouping]
            assert vals(xml, "barDir") == ["col"]

    def test_leaves_gaps_where_values_are_missing(self):
        assert vals(chart_xml(make_chart("line")), "dispBlanksAs") == ["gap"]

    def test_shows_axes_and_straight_lines(self):
        xml = chart_xml(make_chart("line"))

        assert vals(xml, "delete") == ["0", "0"]
        assert vals(xml, "smooth") == ["0"]

    def test_shows_the_share_of_each_slice_and_nothing_else(self):
        xml = chart_xml(make_chart("pie"))
        shown = {
            etree.QName(label).localname
            for label in xml.find(f".//{C}dLbls")
            if label.get("val") == "1"
        }

        assert shown == {"showPercent"}

    def test_names_several_series_in_a_legend(self):
        assert chart_xml(make_chart(series=SERIES)).find(f".//{C}legend") is not None
        assert chart_xml(make_chart()).find(f".//{C}legend") is None

    def test_takes_a_title_for_a_text(self):
        for title in ("Sums", "=Data!$A$1", "Well!A1", "<b>&"):
            xml = chart_xml(make_chart(title=title))
            (shown,) = xml.find(f".//{C}title").itertext("{*}t")
            assert shown.replace("\u200b", "") == title

    def test_has_all_elements_in_the_order_of_the_schema(self):
        charts = [
            make_chart(title="T", unit="EUR", series=SERIES, is_stacked=True),
            make_chart("line", title="T", unit="EUR", series=SERIES),
            make_chart("pie", title="T"),
        ]

        for chart in charts:
            for element in chart_xml(chart).iter(*(f"{C}{name}" for name in ORDERS)):
                order = ORDERS[etree.QName(element).localname].split()
                found = [etree.QName(child).localname for child in element]
                assert set(found) <= set(order), (element.tag, found)
                assert found == sorted(found, key=order.index), (element.tag, found)

    def test_is_as_high_as_asked_and_as_wide_as_the_text(self):
        (extent,) = body(make_chart(height=50)).iter("{*}extent")

        assert abs(int(extent.get("cy")) - 50 * 36_000) < 1_000
        assert abs(int(extent.get("cx")) - 166 * 36_000) < 1_000

    def test_needs_no_figures(self):
        empty = Chart(kind="bar", labels=("a",), series=(Series(name="", values=()),))

        assert series_of(chart_xml(empty)) == [("", {0: "a"}, {})]


class ChartWorkbookTests(SimpleTestCase):
    def rows(self, chart):
        files = parts(chart)
        (name,) = (name for name in files if name.endswith(".xlsx"))
        sheet = openpyxl.load_workbook(io.BytesIO(files[name])).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def test_holds_the_figures(self):
        assert self.rows(make_chart(series=SERIES)) == [
            [None, "North", "South & <East>"],
            ["Spring", 3, -1],
            ["Summer", None, 2],
            ["Autumn", 4.5, 1e6],
        ]

    def test_holds_texts_and_no_formulas(self):
        formula = "=1+1"
        chart = make_chart(
            labels=(formula, "http://a.example", "\x01c"),
            series=(Series(name="@SUM(A1)", values=(1, float("inf"), float("nan"))),),
        )

        assert self.rows(chart) == [
            [None, "@SUM(A1)"],
            [formula, 1],
            ["http://a.example", None],
            ["c", None],
        ]

    def test_is_what_the_chart_refers_to(self):
        files = parts(make_chart())
        (chart,) = (name for name in files if name.startswith("word/charts/chart"))
        (book,) = (name for name in files if name.endswith(".xlsx"))
        relations = files[f"word/charts/_rels/{chart.rpartition('/')[2]}.rels"]
        (relation,) = etree.fromstring(relations)
        external = etree.fromstring(files[chart]).find(f"{C}externalData")

        assert relation.get("Target") == f"../{book.removeprefix('word/')}"
        assert set(external.attrib.values()) == {relation.get("Id")}
