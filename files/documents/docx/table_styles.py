"""The styles of tables: two for data, and two that only set things side by side."""

from files.documents.docx.colours import Colours
from files.documents.docx.elements import add, add_border

REPORT_TABLE = "ReportTable"
DENSE_TABLE = "DenseTable"  # With many columns.
KEY_VALUES = "KeyValues"
LAYOUT = "Layout"
_SIDES = ("top", "left", "bottom", "right")


def add_table_styles(styles, colours: Colours) -> None:
    normal = add(styles, "style", type="table", default=1, styleId="TableNormal")
    add(normal, "name", val="Normal Table")
    add(normal, "uiPriority", val=99)
    add(normal, "semiHidden")
    properties = add(normal, "tblPr")
    add(properties, "tblInd", w=0, type="dxa")
    _add_margins(properties, (0, 108, 0, 108))
    _add_data_table(styles, REPORT_TABLE, "Report Table", (60, 100), colours)
    _add_data_table(styles, DENSE_TABLE, "Dense Table", (40, 20), colours)
    _add_margins(_add_style(styles, KEY_VALUES, "Key Values"), (30, 0, 30, 160))
    _add_margins(_add_style(styles, LAYOUT, "Layout"), (0, 0, 0, 0))


def _add_data_table(
    styles, identity: str, name: str, margins: tuple[int, int], colours: Colours
) -> None:
    properties = _add_style(styles, identity, name)
    borders = add(properties, "tblBorders")
    add_border(borders, "bottom", colours.rule, width=6)
    add_border(borders, "insideH", colours.rule)
    _add_margins(properties, margins * 2)
    head = add(properties.getparent(), "tblStylePr", type="firstRow")
    cell = add(head, "tcPr")
    add_border(add(cell, "tcBorders"), "bottom", colours.accent, width=8)
    add(cell, "shd", val="clear", color="auto", fill=colours.tint)


def _add_style(styles, identity: str, name: str):
    style = add(styles, "style", type="table", customStyle=1, styleId=identity)
    add(style, "name", val=name)
    add(style, "basedOn", val="TableNormal")
    add(style, "qFormat")
    return add(style, "tblPr")


def _add_margins(properties, margins: tuple[int, int, int, int]) -> None:
    element = add(properties, "tblCellMar")
    for side, width in zip(_SIDES, margins, strict=True):
        add(element, side, w=width, type="dxa")
