"""When a page counts as there: its events, selectors, expressions and delays."""

from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from files.tests.web import (
    Reply,
    Site,
    captured,
    colour_at,
    failure_of,
    is_about,
    pictured,
    redirect,
)

APPLICATION = """<!doctype html><title>Loading</title><body style="margin: 0">
<script>
setTimeout(async () => {
  const data = await (await fetch('/data.json')).json();
  history.pushState({}, '', '/application/view?id=' + data.id);
  document.title = 'View ' + data.id;
  document.body.innerHTML =
    '<p class=never style="display: none">x</p>' +
    '<div class=view style="width: 100px; height: 100px; background: red"></div>';
  window.isReady = true;
}, 100);
</script>"""


def script(code: str) -> str:
    return f"<!doctype html><title>First</title>first<script>{code}</script>"


@pytest.mark.live
class WaitingTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        routes = {
            "/": "<!doctype html><title>Home</title>home",
            "/application": APPLICATION,
            "/data.json": Reply('{"id": 7}', delay=0.2),
            "/slow": Reply("<title>Slow</title>slow", delay=0.5),
            "/slower": Reply("<title>Slower</title>", delay=1.5),
            "/stalled": Reply(delay=15),
            "/stalling": "<title>There</title><img src=/stalled>",
            "/polling": script("setInterval(() => fetch('/slow'), 400)"),
            "/redirect": redirect("/again", 301),
            "/again": redirect("/?from=again#part", 307),
            "/at-once": script("location.href = '/slow'"),
            "/on-load": script("onload = () => location.replace('/')"),
            "/refresh": '<meta http-equiv=refresh content="0; url=/slower">first',
            "/much-later": '<title>First</title><meta http-equiv=refresh content="9">',
            "/hash": script("location.hash = 'there'"),
            "/no-more": script("onload = () => location.href = '/empty'"),
            "/empty": Reply(status=204),
            "/blank": script("location.href = 'about:blank'"),
            "/around": script("location.href = '/around?' + Math.random()"),
            "/around-later": script(
                "onload = () => setTimeout(() => location.reload(), 1)"
            ),
            "/missing-later": script("location.href = '/missing'"),
            "/long": script("history.pushState(0, '', '/' + 'x'.repeat(100000))"),
        }
        cls.site = cls.enterClassContext(Site(routes))

    def request(self, path="/application", **options):
        options = {"timeout_seconds": 10, **options}
        return {"url": self.site.url(path), "options": options}

    def facts(self, path, **options):
        _, found = captured(self.request(path, **options))
        return found.facts

    def fails(self, path="/application", seconds=2, **options):
        options = {**options, "timeout_seconds": seconds}
        return failure_of(self.request(path, **options))

    def test_is_there_with_its_events(self):
        assert self.facts("/application")["title"] == "Loading"
        assert self.facts("/application", wait_until="networkidle0")["title"] == (
            "View 7"
        )
        assert self.facts("/polling", wait_until="networkidle2")["title"] == "First"
        facts = self.facts("/stalling", wait_until="domcontentloaded")
        assert facts["title"] == "There"

    def test_says_which_event_never_came(self):
        assert self.fails("/stalling") == (
            "The page answered, but never came to 'load' (waitUntil) within 2 seconds."
        )
        assert "'networkidle0'" in self.fails("/polling", wait_until="networkidle0")

    def test_waits_for_a_selector(self):
        request = self.request(wait_for_selector=".view")

        image, found = pictured(request)

        assert is_about(colour_at(image, 50, 50), "red")
        assert found.title == "View 7"
        assert found.facts["finalUrl"] == self.site.url("/application/view?id=7")
        assert found.facts["httpStatus"] == 200

    def test_says_which_selector_never_matched(self):
        for selector in (".nowhere", ".never"):
            message = self.fails(wait_for_selector=selector)

            assert message == (
                f"Nothing visible matched waitForSelector {selector!r} "
                "within 2 seconds."
            )

    def test_says_where_a_selector_is_none(self):
        message = self.fails(wait_for_selector="p >> 3")

        assert message == "waitForSelector is not a valid CSS selector: 'p >> 3'."

    def test_waits_for_an_expression(self):
        for expression in (
            "window.isReady",
            "new Promise(done => setTimeout(() => done(window.isReady), 20))",
        ):
            facts = self.facts("/application", wait_for_expression=expression)

            assert facts["title"] == "View 7"

    def test_takes_for_true_what_the_page_does(self):
        true = ("document.body", "[]", "() => 1", "1/0", "10n", "Symbol()", "window")
        false = ("null", "undefined", "false", "0", "-0", "NaN", "0n", "''", "no")
        found = {}

        async def take(page, write):
            await page.tab.is_true("var no = false")
            for expression in (*true, *false):
                found[expression] = await page.tab.is_true(expression)

        with patch.dict("files.tests.web.TAKES", {"asks": take}):
            captured(self.request(), "asks")

        assert found == dict.fromkeys(true, True) | dict.fromkeys(false, False)

    def test_says_what_an_expression_throws(self):
        for expression, reason in (
            ("no.such.thing", "ReferenceError: no is not defined"),
            ("1 +", "SyntaxError: Unexpected end of input"),
            ("Promise.reject(new Error('no way'))", "Error: no way"),
            ("(() => { throw 'a text' })()", "a text"),
        ):
            message = self.fails(wait_for_expression=expression)

            assert message == f"waitForExpression cannot be evaluated: {reason}"

    def test_says_where_an_expression_stays_false(self):
        for expression in ("0", "new Promise(() => 0)", "(() => { while (1); })()"):
            message = self.fails(wait_for_expression=expression)

            assert message == "waitForExpression did not become true within 2 seconds."

    def test_waits_as_long_as_it_is_told_to(self):
        assert self.facts("/application", wait_delay=1000)["title"] == "View 7"

    def test_follows_redirects(self):
        facts = self.facts("/redirect")

        assert facts["finalUrl"] == self.site.url("/?from=again#part")
        assert facts["httpStatus"] == 200

    def test_follows_scripts_and_refreshes(self):
        for path, title in (
            ("/at-once", "Slow"),
            ("/refresh", "Slower"),
            ("/on-load", "Home"),
        ):
            facts = self.facts(path)

            assert facts["title"] == title
            wanted = {"Slow": "/slow", "Slower": "/slower", "Home": "/"}[title]
            assert facts["finalUrl"] == self.site.url(wanted)

    def test_stays_where_a_page_leads_on_much_later_or_nowhere(self):
        for path in ("/much-later", "/no-more"):
            facts = self.facts(path)

            assert facts["title"] == "First"
            assert facts["finalUrl"] == self.site.url(path)
            assert facts["httpStatus"] == 200

    def test_tells_of_a_change_within_the_page(self):
        assert self.facts("/hash")["finalUrl"] == self.site.url("/hash#there")

    def test_tells_a_long_address_in_part(self):
        _, found = captured(self.request("/long"))

        assert len(found.facts["finalUrl"]) == 2000
        assert found.warnings[0].startswith("finalUrl is cut: it has 100,0")

    def test_takes_the_status_of_the_last_page(self):
        assert self.facts("/missing-later")["httpStatus"] == 404
        message = self.fails("/missing-later", fail_on_http_status=True)
        assert message == "The page answers with the HTTP status 404."

    def test_does_not_follow_to_what_is_not_of_the_web(self):
        message = self.fails("/blank")

        assert message == "The page led to an address that is not of the web."

    def test_does_not_go_round_for_ever(self):
        for path in ("/around", "/around-later"):
            message = self.fails(path)

            assert "again and again" in message or "never came to 'load'" in message
