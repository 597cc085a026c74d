"""What a captured page's servers, and its scripts, are told of who asks."""

import pytest
from django.test import SimpleTestCase

from files.capture.preparing import is_own
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

KEEPING = """<title>-</title><script src=/cached.js></script><script>
const seen = [document.cookie, localStorage.seen, sessionStorage.seen];
document.cookie = 'seen=1; max-age=9999';
localStorage.seen = sessionStorage.seen = 'yes';
const asked = indexedDB.databases().then(list => {
  document.title = JSON.stringify([...seen, list.length]);
  return new Promise(done => { indexedDB.open('x').onsuccess = done });
});
</script>"""
TELLING = """<script>
document.title = JSON.stringify([
  navigator.userAgent, navigator.language,
  Intl.DateTimeFormat().resolvedOptions().timeZone,
  new Date(0).getHours(), (1234.5).toLocaleString(),
  matchMedia('(prefers-color-scheme: dark)').matches,
  matchMedia('print').matches, innerWidth, innerHeight, devicePixelRatio,
])</script>"""
LOOKS = """<!doctype html><style>
body { margin: 0; background: white }
@media (prefers-color-scheme: dark) { body { background: navy } }
@media print { body { background: yellow } }
p { margin: 0; width: 100px; height: 100px; background: red }
p.banner b { background: lime; display: block; height: 50px; visibility: visible }
</style><p></p><p class=banner><b>x</b></p>"""


@pytest.mark.live
class RequestTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.enterClassContext(Site())
        cls.other = cls.enterClassContext(Site(address="127.0.0.2"))
        cls.site.routes |= {
            "/": "<title>Home</title>home",
            "/keeping": KEEPING,
            "/cached.js": Reply(
                headers={
                    "Content-Type": "text/javascript",
                    "Cache-Control": "max-age=9999",
                    "Set-Cookie": "served=1",
                }
            ),
            "/telling": TELLING,
            "/looks": LOOKS,
            "/cookies": "<script>document.title = document.cookie</script>",
            "/resources": (
                f"<img src=/own.png><img src={cls.other.url('/other.png')}>"
                f"<iframe src={cls.other.url('/frame')}></iframe>"
                f"<script>fetch('/fetched'); fetch('{cls.other.url('/fetched')}',"
                "{mode: 'no-cors'})</script>"
            ),
            "/inside": redirect("/"),
            "/away": redirect(cls.other.url("/landed")),
        }
        cls.other.routes |= {
            "/landed": "<title>Landed</title>",
            "/frame": f"<img src={cls.site.url('/framed.png')}>",
        }

    def setUp(self):
        self.site.log.clear()
        self.other.log.clear()

    def facts(self, path, **options):
        options = {"wait_until": "networkidle0", **options}
        return captured({"url": self.site.url(path), "options": options})[1].facts

    def test_keep_nothing_for_the_next_capture(self):
        for _ in range(2):
            facts = self.facts("/keeping")

            # The script that is in the page's head may set its cookie before.
            assert facts["title"] in ('["served=1",null,null,0]', '["",null,null,0]')
        assert len(self.site.asked("/keeping")) == 2
        assert len(self.site.asked("/cached.js")) == 2
        assert all("cookie" not in asked.headers for asked in self.site.log[::2])

    def test_carry_cookies_for_the_page_alone(self):
        cookies = [
            {"name": "plain", "value": "1", "path": "/"},
            {"name": "hidden", "value": "2", "path": "/", "http_only": True},
            {"name": "named", "value": "3", "domain": "127.0.0.1"},
            {"name": "elsewhere", "value": "4", "path": "/else"},
        ]

        facts = self.facts("/cookies", cookies=cookies)
        self.facts("/resources", cookies=cookies)

        assert set(facts["title"].split("; ")) == {"plain=1", "named=3"}
        sent = self.site.asked("/cookies")[0].headers["cookie"]
        assert set(sent.split("; ")) == {"plain=1", "hidden=2", "named=3"}
        assert "plain=1" in self.site.asked("/fetched")[0].headers["cookie"]
        assert {asked.path for asked in self.other.log} >= {"/frame", "/other.png"}
        assert all("cookie" not in asked.headers for asked in self.other.log)

    def test_cannot_carry_a_cookie_that_no_browser_takes(self):
        for cookie in (
            {"name": "__Host-a", "value": "1", "secure": True, "path": "/x"},
            {"name": "a", "value": "1" * 5000},
        ):
            message = failure_of(
                {"url": self.site.url(), "options": {"cookies": [cookie]}}
            )

            assert message.startswith(
                f"The browser does not take the cookie {cookie['name']!r}"
            )
        assert self.site.log == []

    def test_carry_headers_to_the_own_host_alone(self):
        headers = {"X-Secret": "sesame", "accept-language": "tlh"}

        self.facts("/resources", extra_http_headers=headers)

        paths = {asked.path for asked in self.site.log}
        assert paths >= {"/resources", "/own.png", "/fetched", "/framed.png"}
        for asked in self.site.log:
            assert asked.headers["x-secret"] == "sesame", asked.path
            assert asked.headers["accept-language"] == "tlh"
        paths = {asked.path for asked in self.other.log}
        assert paths >= {"/other.png", "/frame", "/fetched"}
        for asked in self.other.log:
            assert "x-secret" not in asked.headers, asked.path
            assert asked.headers.get("accept-language") != "tlh"

    def test_carry_headers_through_redirects_that_stay(self):
        headers = {"X-Secret": "sesame"}

        self.facts("/inside", extra_http_headers=headers)
        facts = self.facts("/away", extra_http_headers=headers)

        assert self.site.asked("/inside")[0].headers["x-secret"] == "sesame"
        assert self.site.asked("/")[0].headers["x-secret"] == "sesame"
        assert facts["title"] == "Landed"
        assert facts["finalUrl"] == self.other.url("/landed")
        assert "x-secret" not in self.other.asked("/landed")[0].headers

    def test_tell_what_the_caller_wants_to_be(self):
        facts = self.facts(
            "/telling",
            user_agent="Tester/1.0",
            locale="de-DE",
            timezone="Asia/Tokyo",
            dark_mode=True,
            emulated_media="print",
            device_scale_factor=2,
        )

        assert facts["title"] == (
            '["Tester/1.0","de-DE","Asia/Tokyo",9,"1.234,5",true,true,1280,800,2]'
        )
        headers = self.site.asked("/telling")[0].headers
        assert headers["user-agent"] == "Tester/1.0"
        assert headers["accept-language"].startswith("de-DE")

    def test_tell_what_chromium_is_where_nothing_is_wanted(self):
        facts = self.facts("/telling")

        assert "Chrome/" in facts["title"]
        assert facts["title"].endswith(",false,false,1280,800,1]")

    def test_say_what_the_browser_does_not_know(self):
        for option, value in (("timezone", "Mars/Olympus"), ("locale", "x!")):
            request = {"url": self.site.url(), "options": {option: value}}

            assert failure_of(request) == f"The browser does not know this {option}."

    def test_look_as_wanted(self):
        for options, colour in (
            ({}, "white"),
            ({"dark_mode": True}, "navy"),
            ({"emulated_media": "print"}, "yellow"),
            ({"emulated_media": "screen", "dark_mode": True}, "navy"),
        ):
            image, _ = pictured({"url": self.site.url("/looks"), "options": options})

            assert is_about(colour_at(image, 300, 300), colour)
            assert is_about(colour_at(image, 50, 50), "red")

    def test_hide_what_is_unwanted_and_leave_its_room(self):
        options = {"hide_selectors": [".nowhere", "p:first-child", ".banner"]}

        image, _ = pictured({"url": self.site.url("/looks"), "options": options})

        assert image.convert("RGB").getcolors() == [(1280 * 800, (255, 255, 255))]

    def test_say_which_selector_to_hide_is_none(self):
        options = {"hide_selectors": ["p", "<p>"]}

        message = failure_of({"url": self.site.url(), "options": options})

        assert message == "hideSelectors[1] is not a valid CSS selector: '<p>'."


class OwnTests(SimpleTestCase):
    def test_is_of_one_host_and_port(self):
        for url, page in (
            ("https://a.example/x?y#z", "https://a.example/"),
            ("http://a.example:8080/", "http://a.example:8080/x"),
            ("HTTPS://A.EXAMPLE/", "https://a.example/"),
            ("https://a.example/", "http://a.example/"),
            ("http://a.example/", "http://a.example:80/"),
            ("https://a.example/", "https://a.example:443/"),
            ("https://a.example/", "http://a.example:80/"),
        ):
            assert is_own(url, page)

    def test_is_of_no_other(self):
        for url, page in (
            ("https://b.example/", "https://a.example/"),
            ("https://a.example.b.example/", "https://a.example/"),
            ("https://x.a.example/", "https://a.example/"),
            ("https://a.example:8443/", "https://a.example/"),
            ("http://a.example/", "https://a.example/"),
            ("https://a.example:8443/", "http://a.example/"),
            ("https://a.example/", "http://a.example:8080/"),
            ("https://a.example@b.example/", "https://a.example/"),
            ("data:text/html,x", "https://a.example/"),
            ("ws://a.example/", "http://a.example/"),
        ):
            assert not is_own(url, page)
