"""Charts that Word can edit, with the workbook that holds their figures."""

import math
import re
from io import BytesIO
from zipfile import ZipFile

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree
from xlsxwriter import Workbook

from files.documents.colours import INK, RULE, palette
from files.documents.docx.chart_xml import completed
from files.documents.docx.draft import Draft, Place
from files.documents.docx.elements import (
    EMU_PER_TWIP,
    NAMESPACES,
    TWIPS_PER_MM,
    add,
    one_line,
)
from files.documents.docx.paragraphs import add_paragraph
from files.documents.docx.styles import font_of
from files.documents.model import Chart

_SHEET = "Data"
_LONGEST_TEXT = 250
_CELL = re.compile(r"!(?=\$?[A-Z])")
_NO_DISTANCE = 'distT="0" distB="0" distL="0" distR="0"'
_TYPES = {"bar": "column", "line": "line", "pie": "pie"}
_TEXT_SIZE = 9
_TITLE_SIZE = 11


def add_chart(draft: Draft, place: Place, chart: Chart) -> None:
    name = font_of(draft.document.theme)
    font = {"name": name, "size": _TEXT_SIZE, "color": INK}
    drawn = _drawn(chart, draft.document.accent, font)
    reference = draft.parts.chart(completed(drawn), _workbook(chart))
    height = round(min(chart.height * TWIPS_PER_MM, draft.text_height))
    paragraph = add_paragraph(place, "Picture")
    frame = _frame(next(draft.parts.shapes), reference, place.width, height)
    frame.find(qn("wp:docPr")).set("descr", one_line(chart.title))
    add(add(paragraph, "r"), "drawing").append(frame)


def _workbook(chart: Chart) -> bytes:
    """Return a workbook with the chart's figures: a row a label, a column a series."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        _write_figures(workbook, chart)
    return file.getvalue()


def _drawn(chart: Chart, accent: str, font: dict) -> etree._Element:
    """Return the chart's XML as XlsxWriter has it.

    It comes of a second workbook: the one that Word opens holds no chart of its own.
    """
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        sheet = _write_figures(workbook, chart)
        options = {"type": _TYPES[chart.kind]}
        if chart.kind == "bar" and chart.is_stacked:
            options["subtype"] = "stacked"
        drawing = workbook.add_chart(options)
        _add_series(drawing, chart, accent, font)
        _set_look(drawing, chart, font)
        sheet.insert_chart(0, len(chart.series) + 2, drawing)
    with ZipFile(file) as archive:
        return parse_xml(archive.read("xl/charts/chart1.xml"))


def _write_figures(workbook: Workbook, chart: Chart):
    sheet = workbook.add_worksheet(_SHEET)
    for row, label in enumerate(chart.labels, start=1):
        sheet.write_string(row, 0, _text(label))
    for column, series in enumerate(chart.series, start=1):
        sheet.write_string(0, column, _text(series.name))
        for row, value in enumerate(series.values, start=1):
            if value is not None and math.isfinite(value):
                sheet.write_number(row, column, value)
    return sheet


def _add_series(drawing, chart: Chart, accent: str, font: dict) -> None:
    last = len(chart.labels)
    colours = palette(accent, len(chart.series))
    for column, colour in enumerate(colours, start=1):
        fill = {"color": colour}
        look = {"fill": fill, "gap": 60}
        if chart.kind == "line":
            marker = {"type": "circle", "size": 5, "fill": fill, "border": fill}
            look = {"line": {**fill, "width": 2.25}, "marker": marker}
        elif chart.kind == "pie":
            look = _slices(palette(accent, last), font)
        drawing.add_series(
            {
                "name": [_SHEET, 0, column],
                "categories": [_SHEET, 1, 0, last, 0],
                "values": [_SHEET, 1, column, last, column],
                **look,
            }
        )


def _slices(colours: list[str], font: dict) -> dict:
    edge = {"color": "#ffffff"}
    labels = {"percentage": True, "position": "outside_end", "font": font}
    fills = [{"fill": {"color": colour}, "border": edge} for colour in colours]
    return {"points": fills, "data_labels": labels}


def _set_look(drawing, chart: Chart, font: dict) -> None:
    bold = {**font, "size": _TITLE_SIZE, "bold": True}
    title = {"name": _caption(chart.title), "name_font": bold}
    drawing.set_title(title if chart.title else {"none": True})
    has_legend = len(chart.series) > 1 or chart.kind == "pie"
    legend = {"position": "bottom", "font": font} if has_legend else {"none": True}
    drawing.set_legend(legend)
    drawing.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    if chart.kind == "pie":
        return
    rule = {"color": RULE, "width": 0.75}
    drawing.set_x_axis({"num_font": font, "line": rule, "label_position": "low"})
    drawing.set_y_axis(
        {
            "name": _caption(chart.unit),
            "name_font": {**font, "bold": False},
            "num_font": font,
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": rule},
        }
    )


def _text(text: str) -> str:
    return one_line(text)[:_LONGEST_TEXT]


def _caption(text: str) -> str:
    """Return a text that XlsxWriter takes for one: "Well!A1" is a cell for it."""
    # A space without a width is all that keeps them apart.
    return _CELL.sub("!\u200b", _text(text))


def _frame(number: int, reference: str, width: int, height: int):
    """Return the drawing that shows a chart; sizes in twentieths of a point."""
    size = f'cx="{width * EMU_PER_TWIP}" cy="{height * EMU_PER_TWIP}"'
    return parse_xml(
        f"<wp:inline {nsdecls('wp', 'a', 'c', 'r')} {_NO_DISTANCE}>"
        f"<wp:extent {size}/>"
        f'<wp:docPr id="{number}" name="Chart {number}"/>'
        "<wp:cNvGraphicFramePr/>"
        f'<a:graphic><a:graphicData uri="{NAMESPACES["c"]}">'
        f'<c:chart r:id="{reference}"/>'
        "</a:graphicData></a:graphic></wp:inline>"
    )
