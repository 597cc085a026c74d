from django.test import SimpleTestCase
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm

from files.documents.model import (
    Callout,
    Code,
    Columns,
    Divider,
    Heading,
    Image,
    KeyValues,
    ListItem,
    Opening,
    Page,
    PageBreak,
    Paragraph,
    Quote,
    Space,
    Theme,
)
from files.tests.word import W, body, make_list, make_picture, opened, texts, values


def styled(*blocks, **fields):
    """Return (style, text) of each paragraph."""
    return [(p.style.name, p.text) for p in opened(*blocks, **fields).paragraphs]


class TextTests(SimpleTestCase):
    def test_gives_headings_the_styles_of_word(self):
        document = opened(*(Heading(text=f"H{n}", level=n) for n in range(1, 7)))

        for level, paragraph in enumerate(document.paragraphs, 1):
            assert paragraph.style.name == f"Heading {level}"
            outline = paragraph.style.element.find(".//" + qn("w:outlineLvl"))
            assert outline.get(qn("w:val")) == str(level - 1)

    def test_gives_each_kind_of_paragraph_its_style(self):
        found = styled(
            Paragraph(text="a"),
            Paragraph(text="b", style="lead"),
            Paragraph(text="c", style="small"),
            Quote(text="d", by="e"),
            Code(text="f"),
            Callout(text="g", title="h", style="tip"),
        )

        assert found == [
            ("Normal", "a"),
            ("Lead", "b"),
            ("Small", "c"),
            ("Quote", "d"),
            ("Quote Source", "\u2014 e"),
            ("Code", "f"),
            ("Callout Tip Title", "h"),
            ("Callout Tip", "g"),
        ]

    def test_aligns_paragraphs(self):
        sides = ["left", "center", "right", "justify", None]
        document = opened(*(Paragraph(text="a", align=side) for side in sides))

        assert [p.alignment for p in document.paragraphs] == [
            WD_ALIGN_PARAGRAPH.LEFT,
            WD_ALIGN_PARAGRAPH.CENTER,
            WD_ALIGN_PARAGRAPH.RIGHT,
            WD_ALIGN_PARAGRAPH.JUSTIFY,
            None,
        ]

    def test_marks_runs(self):
        text = "**bold** *italic* ~~struck~~ `code` plain"
        runs = opened(Paragraph(text=text)).paragraphs[0].runs
        found = {run.text: run for run in runs if run.text.strip()}

        assert found["bold"].bold
        assert found["italic"].italic
        assert found["struck"].font.strike
        assert found["code"].style.name == "Inline Code"
        assert found[" plain"].bold is None

    def test_links_to_where_links_lead(self):
        paragraph = opened(Paragraph(text="[**to**](https://example.com/?a=b&c)"))
        (link,) = paragraph.paragraphs[0].hyperlinks

        assert link.address == "https://example.com/?a=b&c"
        assert link.text == "to"
        assert link.runs[0].style.name == "Hyperlink"
        assert link.runs[0].bold

    def test_shows_a_link_that_word_would_refuse_as_text(self):
        long = "https://example.com/" + "a" * 2_100
        for address in (long, "http://[::1", "http://a:b/", "http://", "https://%00/"):
            paragraph = opened(Paragraph(text=f"[to](<{address}>)")).paragraphs[0]
            assert (paragraph.text, paragraph.hyperlinks) == ("to", [])

    def test_keeps_line_breaks(self):
        paragraph = opened(Paragraph(text="first\nsecond")).paragraphs[0]

        assert paragraph.text == "first\nsecond"

    def test_keeps_the_spaces_of_code(self):
        code = "if x:\n    return  1\n\n  # end"
        paragraph = opened(Code(text=code + "\n")).paragraphs[0]

        assert paragraph.text == code

    def test_shows_mark_up_in_code_as_it_is(self):
        assert styled(Code(text="**a** [b](c)")) == [("Code", "**a** [b](c)")]

    def test_keeps_equal_boxes_apart(self):
        found = styled(*[Callout(text="a")] * 2, *[Code(text="b")] * 2)

        assert [style for style, _ in found] == [
            "Callout Note", "Gap", "Callout Note", "Code", "Gap", "Code",
        ]  # fmt: skip

    def test_opens_with_the_title_over_a_rule(self):
        opening = Opening(title="*T*", subtitle="S", facts="F", kicker="K")

        assert styled(opening) == [
            ("Kicker", "K"),
            ("Title", "*T*"),
            ("Subtitle", "S"),
            ("Facts", "F"),
            ("Title Rule", ""),
        ]

    def test_has_no_rule_where_the_theme_has_none(self):
        found = styled(Opening(title="T"), theme=Theme(has_title_rule=False))

        assert found == [("Title", "T"), ("Gap", "")]

    def test_breaks_the_page(self):
        (line_break,) = body(PageBreak()).iter(f"{W}br")

        assert line_break.get(f"{W}type") == "page"

    def test_draws_a_divider_by_its_style(self):
        style = opened(Divider()).paragraphs[0].style

        assert style.name == "Divider"
        assert style.element.find(".//" + qn("w:bottom")) is not None

    def test_leaves_room(self):
        (paragraph,) = opened(Space(height=20)).paragraphs

        assert abs(paragraph.paragraph_format.line_spacing - Mm(20)) < Mm(0.1)


class ListTests(SimpleTestCase):
    def numbering(self, *blocks):
        """Return (level, numbering, text) of each item."""
        return [
            (*values(p, "numPr/ilvl"), *values(p, "numPr/numId"), *texts(p))
            for p in body(*blocks).iter(f"{W}p")
            if values(p, "numPr/numId")
        ]

    def test_gives_items_the_styles_of_word(self):
        found = styled(make_list("a"), make_list("b", is_ordered=True))

        assert found == [("List Bullet", "a"), ("List Number", "b")]

    def test_nests_lists(self):
        inner = make_list("b", ListItem(text="c", blocks=(make_list("d"),)))
        found = self.numbering(make_list(ListItem(text="a", blocks=(inner,)), "e"))

        assert [(level, text) for level, _, text in found] == [
            ("0", "a"), ("1", "b"), ("1", "c"), ("2", "d"), ("0", "e"),
        ]  # fmt: skip

    def test_nests_no_deeper_than_word(self):
        nested = make_list("end")
        for _ in range(20):
            nested = make_list(ListItem(text="", blocks=(nested,)))

        assert {int(level) for level, *_ in self.numbering(nested)} == set(range(9))

    def test_numbers_each_ordered_list_anew(self):
        lists = [make_list("a", "b", is_ordered=True) for _ in range(3)]
        ids = [number for _, number, _ in self.numbering(*lists)]

        assert len(set(ids)) == 3
        assert ids[0] == ids[1]

    def test_starts_where_it_should(self):
        document = opened(
            make_list("five", is_ordered=True, start=5),
            make_list("one", is_ordered=True),
        )
        numbering = document.part.numbering_part.element
        starts = {
            number.numId: values(number, "lvlOverride/startOverride")
            for number in numbering.num_lst
        }
        ids = [int(*values(p._p, "numPr/numId")) for p in document.paragraphs]

        assert [starts[number] for number in ids] == [["5"], ["1"]]

    def test_indents_what_belongs_to_an_item(self):
        item = ListItem(text="a", blocks=(Paragraph(text="b"), Code(text="c")))
        paragraphs = opened(make_list(item), Paragraph(text="d")).paragraphs
        indents = [p.paragraph_format.left_indent for p in paragraphs]

        assert indents[0] is None  # The numbering's own.
        assert indents[1] > 0
        assert indents[2] > indents[1]  # What its style indents comes on top.
        assert indents[3] is None


class SideBySideTests(SimpleTestCase):
    def test_sets_keys_beside_values(self):
        document = opened(KeyValues(items=(("*Key*", "*value*"), ("b", "c\nd"))))
        cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]

        assert cells == [["*Key*", "value"], ["b", "c\nd"]]
        assert document.tables[0].style.name == "Key Values"

    def test_writes_nothing_where_nothing_is(self):
        document = opened(KeyValues(items=()), make_list(), make_list(is_ordered=True))

        assert (document.tables, document.paragraphs) == ([], [])

    def test_sets_columns_side_by_side(self):
        columns = Columns(
            columns=((Paragraph(text="left"), Paragraph(text="more")), ()),
            shares=(3, 1),
        )
        table = opened(columns).tables[0]
        left, right = table.rows[0].cells

        assert [p.text for p in left.paragraphs] == ["left", "more"]
        assert right.text == ""
        assert abs(left.width - 3 * right.width) < Mm(0.2)


class PictureTests(SimpleTestCase):
    def size(self, image, **fields):
        (shape,) = opened(image, **fields).inline_shapes
        return round(shape.width / Mm(1)), round(shape.height / Mm(1))

    def test_sets_96_pixels_to_an_inch(self):
        assert self.size(Image(picture=make_picture(192, 96))) == (51, 25)

    def test_sets_a_share_of_the_width(self):
        page = Page(width=210, left=30, right=30)
        image = Image(picture=make_picture(192, 96), width=50)

        assert self.size(image, page=page) == (75, 38)

    def test_fits_the_text(self):
        wide = self.size(Image(picture=make_picture(5_000, 100)))
        high = self.size(Image(picture=make_picture(100, 5_000)))

        assert wide[0] == 166
        assert 180 < high[1] < 251

    def test_describes_the_picture(self):
        (shape,) = opened(Image(picture=make_picture(), alt='"A" <b>')).inline_shapes

        assert shape._inline.docPr.get("descr") == '"A" <b>'

    def test_keeps_the_caption_on_the_page(self):
        document = opened(Image(picture=make_picture(), caption="*Blue*"))
        picture, caption = document.paragraphs

        assert picture.paragraph_format.keep_with_next
        assert (caption.style.name, caption.text) == ("Caption", "Blue")

    def test_stores_the_picture_as_it_came(self):
        picture = make_picture(kind="jpeg")
        document = opened(Image(picture=picture))
        (shape,) = document.inline_shapes
        reference = shape._inline.graphic.graphicData.pic.blipFill.blip.embed

        assert document.part.related_parts[reference].blob == picture.data
