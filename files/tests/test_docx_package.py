import posixpath
from collections import Counter
from datetime import UTC, datetime

import time_machine
from django.test import SimpleTestCase
from lxml import etree

from files.documents.model import Image, Paragraph, Properties
from files.tests.word import EVERY_BLOCK, EVERYTHING, W, make_picture, opened, parts

# The order of children that the schema asks for, and that Word insists on.
ORDERS = {
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr "
        "suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap "
        "overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
        "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc "
        "textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr "
        "sectPr pPrChange"
    ),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow "
        "emboss imprint noProof snapToGrid vanish webHidden color spacing w kern "
        "position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
        "lang eastAsianLayout specVanish oMath"
    ),
    "tblPr": (
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize "
        "tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout "
        "tblCellMar tblLook tblCaption tblDescription"
    ),
    "tcPr": (
        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar "
        "textDirection tcFitText vAlign hideMark"
    ),
    "sectPr": (
        "headerReference footerReference footnotePr endnotePr type pgSz pgMar "
        "paperSrc pgBorders lnNumType pgNumType cols formProt vAlign noEndnote "
        "titlePg textDirection bidi rtlGutter docGrid"
    ),
    "pBdr": "top left bottom right between bar",
    "tcBorders": "top left bottom right insideH insideV",
    "tblBorders": "top left bottom right insideH insideV",
    "tblCellMar": "top left bottom right",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "numbering": "abstractNum num",
    "styles": "docDefaults latentStyles style",
    "style": (
        "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden "
        "unhideWhenUsed qFormat locked pPr rPr tblPr trPr tcPr tblStylePr"
    ),
    "settings": (
        "zoom defaultTabStop characterSpacingControl compat decimalSymbol listSeparator"
    ),
}


def disorder(xml: bytes) -> list[str]:
    """Return what stands where the schema does not have it."""
    found = []
    for element in etree.fromstring(xml).iter(*(f"{W}{name}" for name in ORDERS)):
        name = etree.QName(element).localname
        order = ORDERS[name].split()
        children = [etree.QName(child).localname for child in element]
        unknown = set(children) - set(order)
        if unknown or children != sorted(children, key=order.index):
            found.append(f"{name}: {children}")
    return found


def targets(name: str, xml: bytes) -> list[str]:
    """Return the names of the parts that a file of relationships leads to."""
    folder = posixpath.dirname(posixpath.dirname(name))
    return [
        posixpath.normpath(posixpath.join(folder, relation.get("Target")))
        for relation in etree.fromstring(xml)
        if relation.get("TargetMode") != "External"
    ]


class DocxPackageTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts = parts(*EVERY_BLOCK, **EVERYTHING)
        cls.mirrored = parts(*EVERY_BLOCK, **EVERYTHING, direction="rtl")
        cls.xml = {
            name: etree.fromstring(content)
            for name, content in cls.parts.items()
            if name.endswith(".xml")
        }

    def ids(self, tag, attribute, namespace=""):
        return [
            element.get(f"{namespace}{attribute}")
            for root in self.xml.values()
            for element in root.iter(tag)
        ]

    def test_has_all_elements_in_the_order_of_the_schema(self):
        for parts_of_file in (self.parts, self.mirrored):
            for name, content in parts_of_file.items():
                if name.startswith("word/") and name.endswith(".xml"):
                    with self.subTest(name):
                        assert disorder(content) == []

    def test_numbers_drawings_uniquely(self):
        ids = self.ids("{*}docPr", "id")

        assert len(ids) == 7  # Two pictures, four charts, and the logo.
        assert len(ids) == len(set(ids))

    def test_names_bookmarks_uniquely(self):
        for attribute in ("id", "name"):
            found = self.ids(f"{W}bookmarkStart", attribute, W)
            assert len(found) == 6
            assert len(found) == len(set(found))

    def test_ends_every_bookmark_that_it_starts(self):
        starts = self.ids(f"{W}bookmarkStart", "id", W)

        assert self.ids(f"{W}bookmarkEnd", "id", W) == starts

    def test_has_every_part_that_is_referred_to(self):
        for name, content in self.parts.items():
            if name.endswith(".rels"):
                missing = [t for t in targets(name, content) if t not in self.parts]
                assert missing == [], name

    def test_refers_to_no_id_that_is_not_there(self):
        for name, root in self.xml.items():
            used = {
                value
                for element in root.iter()
                for key, value in element.attrib.items()
                if "relationships}" in key
            }
            folder, _, file = name.rpartition("/")
            relations = self.parts.get(f"{folder}/_rels/{file}.rels", b"<none/>")
            known = {relation.get("Id") for relation in etree.fromstring(relations)}
            assert used <= known, name

    def test_states_the_content_type_of_every_part(self):
        types = self.xml["[Content_Types].xml"]
        endings = {d.get("Extension") for d in types.iterfind("{*}Default")}
        names = {o.get("PartName") for o in types.iterfind("{*}Override")}

        for name in self.parts:
            if name != "[Content_Types].xml":
                assert f"/{name}" in names or name.rpartition(".")[2] in endings

    def test_defines_every_style_that_it_uses(self):
        defined = set(self.ids(f"{W}style", "styleId", W))
        tags = ("pStyle", "rStyle", "tblStyle", "basedOn", "next")

        used = {style for tag in tags for style in self.ids(f"{W}{tag}", "val", W)}

        assert used <= defined

    def test_ends_every_cell_with_a_paragraph(self):
        cells = list(self.xml["word/document.xml"].iter(f"{W}tc"))

        assert {cell[-1].tag for cell in cells} == {f"{W}p"}

    def test_parts_tables_with_a_paragraph(self):
        for table in self.xml["word/document.xml"].iter(f"{W}tbl"):
            assert table.getnext().tag == f"{W}p"

    def test_begins_and_ends_every_field(self):
        for name, root in self.xml.items():
            kinds = Counter(
                mark.get(f"{W}fldCharType") for mark in root.iter(f"{W}fldChar")
            )
            assert kinds["begin"] == kinds["separate"] == kinds["end"], name

    def test_is_no_file_of_an_old_word(self):
        settings = self.xml["word/settings.xml"]
        modes = [s.get(f"{W}val") for s in settings.iter(f"{W}compatSetting")
                 if s.get(f"{W}name") == "compatibilityMode"]  # fmt: skip

        assert modes == ["15"]

    def test_stores_a_picture_once(self):
        images = [Image(picture=make_picture()), Image(picture=make_picture())]
        names = parts(*images, logo=make_picture())

        assert len([name for name in names if "/media/" in name]) == 1


class DocxPropertiesTests(SimpleTestCase):
    def test_states_what_the_document_is(self):
        given = Properties(
            title="Plan", author="Ada", subject="Engines", keywords=("a", "b")
        )
        read = opened(properties=given, language="de").core_properties

        assert (read.title, read.author, read.subject) == ("Plan", "Ada", "Engines")
        assert (read.keywords, read.language) == ("a, b", "de")

    @time_machine.travel(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), tick=False)
    def test_states_when_it_was_made(self):
        read = opened().core_properties

        assert read.created == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        assert read.modified == read.created

    def test_cuts_long_properties(self):
        long = Properties(title="t" * 300, author="a" * 300, keywords=("k" * 300,))
        read = opened(properties=long).core_properties

        assert len(read.title) == len(read.author) == len(read.keywords) == 255

    def test_needs_no_text_at_all(self):
        assert [p.text for p in opened().paragraphs] == []
        assert [p.text for p in opened(Paragraph(text="")).paragraphs] == [""]
