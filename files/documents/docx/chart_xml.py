"""Says in a chart's XML what XlsxWriter leaves to the reader's defaults.

Those are Excel's of 2007. By the standard's, which other readers follow, axes would be
hidden, lines smoothed, corners rounded and gaps drawn as zeros.
"""

from docx.oxml.ns import qn
from lxml import etree

from files.documents.docx.elements import NAMESPACES

# (elements, the last of their children that may stand before, child, value)
_MISSING = (
    (".", ("lang",), "roundedCorners", 0),
    (".//c:title", ("layout", "tx"), "overlay", 0),
    (".//c:legend", ("layout", "legendPos"), "overlay", 0),
    (".//c:catAx", ("scaling",), "delete", 0),
    (".//c:valAx", ("scaling",), "delete", 0),
    (".//c:barChart", ("grouping",), "varyColors", 0),
    (".//c:lineChart", ("grouping",), "varyColors", 0),
    (".//c:barChart/c:ser", ("spPr", "tx", "order"), "invertIfNegative", 0),
    (".//c:lineChart/c:ser", ("val",), "smooth", 0),
    (".//c:dLbls", ("showPercent",), "showBubbleSize", 0),
    ("./c:chart", ("plotVisOnly",), "dispBlanksAs", "gap"),
)
# They stand before the percentage, and are not shown.
_LABEL_PARTS = ("showLegendKey", "showVal", "showCatName", "showSerName")


def completed(chart: etree._Element) -> etree._Element:
    """Add what is missing, and a place for the reference to the workbook."""
    for path, before, child, value in _MISSING:
        for element in chart.findall(path, NAMESPACES):
            if element.find(qn(f"c:{child}")) is None:
                _add_after(element, before, child, value)
    for percentage in chart.findall(".//c:dLbls/c:showPercent", NAMESPACES):
        for name in _LABEL_PARTS:
            percentage.addprevious(etree.Element(qn(f"c:{name}"), val="0"))
    settings = chart.find(qn("c:printSettings"))
    data = etree.Element(qn("c:externalData"))
    etree.SubElement(data, qn("c:autoUpdate"), val="0")
    chart.replace(settings, data)
    return chart


def _add_after(element, names: tuple[str, ...], child: str, value: object) -> None:
    before = next(
        found for name in names if (found := element.find(qn(f"c:{name}"))) is not None
    )
    before.addnext(etree.Element(qn(f"c:{child}"), val=str(value)))
