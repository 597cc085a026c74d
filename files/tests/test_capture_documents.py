"""HTML that comes with the request: a page without any network."""

import base64

import pytest
from django.test import SimpleTestCase

from files.capture.egress_proxy import OFFLINE
from files.tests.web import Site, captured, colour_at, failure_of, is_about, pictured

DOT = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">'
    b'<rect width="100%" height="100%" fill="red"/></svg>'
).decode()


@pytest.mark.live
class DocumentTests(SimpleTestCase):
    def test_is_shown_with_its_own_images_and_scripts(self):
        html = (
            "<!doctype html><title>Zażółć 漢字 🎉</title><body style='margin: 0'>"
            f"<img src='data:image/svg+xml;base64,{DOT}'>"
            "<script>document.title += ' ' + [isSecureContext, origin].join()</script>"
        )

        image, found = pictured({"html": html})

        assert is_about(colour_at(image, 50, 50), "red")
        assert found.title == "Zażółć 漢字 🎉 true,https://document.invalid"
        assert found.facts["finalUrl"] is None
        assert found.facts["httpStatus"] is None
        assert found.facts["blocked"] == []

    def test_reaches_nothing(self):
        with Site() as site:
            html = (
                f"<title>x</title><img src={site.url('/image.png')}><img src=/own.png>"
                "<link rel=stylesheet href=https://example.com/style.css>"
                f"<iframe src={site.url('/frame')}></iframe><iframe src=/own></iframe>"
                f"<script>fetch('{site.url('/fetch')}', {{mode: 'no-cors'}});"
                f"new WebSocket('{site.url('/socket').replace('http', 'ws')}');"
                "new Worker('/worker.js')</script>"
            )

            _, found = captured({"html": html, "options": {"wait_delay": 300}})

        assert site.log == []
        blocked = {(each["host"], each["port"]) for each in found.facts["blocked"]}
        assert blocked == {
            ("127.0.0.1", site.port),
            ("document.invalid", 443),
            ("example.com", 443),
        }
        assert {each["reason"] for each in found.facts["blocked"]} == {OFFLINE}
        assert found.facts["blockedCount"] == 3

    def test_cannot_lead_elsewhere(self):
        for url in ("https://example.com/", "/again"):
            html = f"<script>location.href = '{url}'</script>"

            assert failure_of({"html": html}) == OFFLINE

    def test_may_be_large(self):
        html = f"<title>Large</title><p hidden>{'word ' * 400_000}</p>end"

        _, found = captured({"html": html})

        assert found.facts["title"] == "Large"

    def test_is_called_a_page_where_it_has_no_title(self):
        html = "<script>history.pushState({}, '', '/view')</script>nameless"

        _, found = captured({"html": html})

        assert found.title == "Page"
        assert found.facts["title"] == ""
        assert found.facts["finalUrl"] is None
