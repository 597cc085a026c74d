from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from files.documents.inline import Span, escaped, plain, spans


class InlineMarkdownTests(SimpleTestCase):
    def test_leaves_a_text_without_marks_as_it_is(self):
        assert spans("2 > 1, 50 % of 3.5") == (Span(text="2 > 1, 50 % of 3.5"),)

    def test_has_bold_italic_struck_and_code(self):
        text = "**b** *i* ~~s~~ `c`"

        assert spans(text) == (
            Span(text="b", is_bold=True),
            Span(text=" "),
            Span(text="i", is_italic=True),
            Span(text=" "),
            Span(text="s", is_struck=True),
            Span(text=" "),
            Span(text="c", is_code=True),
        )

    def test_nests_emphasis(self):
        inner = Span(text="c", is_bold=True, is_italic=True)

        assert inner in spans("**b *c* d**")
        assert Span(text=" d", is_bold=True) in spans("**b *c* d**")

    def test_keeps_line_breaks(self):
        assert spans("one\ntwo") == (
            Span(text="one"),
            Span(text="\n"),
            Span(text="two"),
        )
        assert Span(text="\n") in spans("*one*\ntwo")

    def test_keeps_a_star_that_marks_nothing(self):
        assert plain("2 * 3 * 4 and snake_case_names") == (
            "2 * 3 * 4 and snake_case_names"
        )

    def test_links_to_the_web_and_to_mail(self):
        for address in ("https://example.com/a?b=1", "mailto:ada@example.com"):
            with self.subTest(address):
                assert spans(f"[x]({address})") == (Span(text="x", link=address),)

    def test_has_no_other_links(self):
        addresses = (
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "file:///etc/passwd",
            "data:text/html;base64,PHNjcmlwdD4=",
            "vbscript:x",
            "/etc/passwd",
            "ftp://example.com/",
            "#top",
        )
        for address in addresses:
            with self.subTest(address):
                assert not any(span.link for span in spans(f"[x]({address})"))

    def test_shows_html_as_text(self):
        assert plain('<img src="/etc/passwd"> <b>x</b>') == (
            '<img src="/etc/passwd"> <b>x</b>'
        )

    def test_has_the_words_of_an_image_and_not_its_address(self):
        assert plain("see ![the *logo*](https://example.com/a.png)") == "see the logo"

    @given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
    def test_shows_an_escaped_text_as_it_is(self, text):
        assert "".join(span.text for span in spans(escaped(text))) == text

    @given(st.text("ab *_`[]()\\~<>&!#1\n", max_size=40))
    def test_reads_whatever_is_written(self, text):
        for span in spans(text):
            assert span.text
