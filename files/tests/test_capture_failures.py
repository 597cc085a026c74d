"""What goes wrong between a captured page and its server, and how it is told."""

import socket
from struct import pack
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from files.capture.browser import FLAGS
from files.capture.failures import DOWNLOAD, explain
from files.tests.certificates import self_signed
from files.tests.web import Reply, Site, captured, failure_of, raw, redirect

HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
RESET_ON_CLOSE = pack("ii", 1, 0)


def sending(data: bytes, *, until_closed: bytes = b""):
    """Return a route that sends this, and then drips until the site closes."""

    @raw
    def serve(handler):
        handler.wfile.write(data)
        while until_closed and not handler.site.closing.wait(0.05):
            handler.wfile.write(until_closed)

    return serve


@raw
def reset(handler):
    linger = (socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    handler.connection.setsockopt(*linger)
    handler.connection.close()


ROUTES = {
    "/": "<title>Home</title>home",
    "/missing": Reply("<title>Missing</title>no", 404),
    "/guarded": Reply("no", 401, {"WWW-Authenticate": 'Basic realm="x"'}),
    "/silent": sending(b"", until_closed=b""),
    "/never": Reply(delay=15),
    "/dripping-head": sending(b"HTTP/1.1 200 OK\r\n", until_closed=b"X-A: 1\r\n"),
    "/dripping": sending(
        HTML + b"Content-Length: 99999\r\n\r\n<p>x", until_closed=b"."
    ),
    "/reset": reset,
    "/garbage": sending(b"\0\1\2 not HTTP at all\r\n\r\n" * 9),
    "/short": sending(HTML + b"Content-Length: 999\r\n\r\n<title>x</title>half"),
    "/chunked": sending(HTML + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n"),
    "/empty": Reply(status=204),
    "/not-modified": Reply(status=304),
    "/circle": redirect("/circle"),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-data": redirect("data:text/html,x"),
    "/to-script": redirect("javascript:alert(1)"),
    "/to-inside": redirect("http://10.0.0.1/"),
    "/to-closed": redirect("http://127.0.0.1:8089/"),
    "/archive": Reply("PK", headers={"Content-Type": "application/zip"}),
    "/attached": Reply("x", headers={"Content-Disposition": "attachment"}),
    "/to-archive": "<title>x</title><script>location.href = '/archive'</script>",
    "/script-inside": "<script>location.href = 'http://10.0.0.1/'</script>",
    "/text": Reply("plain", headers={"Content-Type": "text/plain"}),
}
CLOSED = "The server closed the connection without an answer."
NOT_WEB = "The page leads to an address that is not of the web."
NO_PAGE = "The server answered without a page."
BAD_HTTP = "The server does not speak HTTP as it should."
NOT_PUBLIC = "10.0.0.1 is not a public address"


@pytest.mark.live
class FailureTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.enterClassContext(Site(ROUTES))

    def message(self, path, **options):
        return failure_of({"url": self.site.url(path), "options": options})

    def test_is_told_for_each_way_of_not_answering(self):
        for path, message in {
            "/silent": CLOSED,
            "/reset": "The server broke the connection off.",
            "/garbage": BAD_HTTP,
            "/chunked": BAD_HTTP,
            "/short": "The server sent less than it had announced.",
            "/empty": NO_PAGE,
            "/not-modified": NO_PAGE,
        }.items():
            assert self.message(path) == message, path

    def test_is_told_for_each_way_of_leading_nowhere(self):
        for path, message in {
            "/circle": "The page redirects in circles: more than 20 times.",
            "/to-file": NOT_WEB,
            "/to-data": NOT_WEB,
            "/to-script": NO_PAGE,
            "/to-closed": "The port must be",
            "/to-inside": NOT_PUBLIC,
            "/script-inside": NOT_PUBLIC,
        }.items():
            assert self.message(path).startswith(message), path

    def test_is_told_for_downloads(self):
        for path in ("/archive", "/attached", "/to-archive"):
            assert self.message(path) == DOWNLOAD, path

    def test_is_told_once_the_time_is_over(self):
        no_answer = "The address did not answer within 2 seconds."
        for path, message in {
            "/never": no_answer,
            "/dripping-head": no_answer,
            "/dripping": "The page answered, but never came to 'load' (waitUntil) "
            "within 2 seconds.",
        }.items():
            assert self.message(path, timeout_seconds=2) == message, path

    def test_is_told_for_a_host_that_is_not_there(self):
        with Site() as gone:
            url = gone.url()
            with patch("files.tests.web.running", [gone]):
                gone._server.socket.close()
                assert failure_of({"url": url}) == (
                    "The connection to the address failed."
                )

    def test_is_no_page_with_an_error_unless_that_is_wanted(self):
        for path, status in (("/missing", 404), ("/guarded", 401)):
            _, found = captured({"url": self.site.url(path)})

            assert found.facts["httpStatus"] == status
            message = self.message(path, fail_on_http_status=True)
            assert message == f"The page answers with the HTTP status {status}."

    def test_is_no_page_that_is_no_html(self):
        _, found = captured({"url": self.site.url("/text")})

        assert found.title == "127.0.0.1"
        assert found.facts["title"] == ""


@pytest.mark.live
class CertificateTests(SimpleTestCase):
    def test_are_refused_where_nobody_issued_them(self):
        with Site(ROUTES, certificate=self_signed()) as site:
            message = failure_of({"url": site.url()})

        assert message == (
            "The certificate of the server is not valid: it was not issued by "
            "anybody whom browsers trust."
        )
        assert site.log == []

    def test_are_refused_once_they_have_expired(self):
        with Site(ROUTES, certificate=self_signed(days=-1)) as site:
            message = failure_of({"url": site.url()})

        assert "The certificate of the server is not valid" in message
        assert site.log == []

    def test_are_taken_from_those_who_are_trusted(self):
        certificate = self_signed()
        pins = f"--ignore-certificate-errors-spki-list={certificate.pin}"
        trusting = patch("files.capture.browser.FLAGS", (*FLAGS, pins))
        with trusting, Site(ROUTES, certificate=certificate) as site:
            _, found = captured({"url": site.url()})

        assert found.facts["title"] == "Home"
        assert found.facts["finalUrl"] == site.url()

    def test_are_no_help_to_a_server_without_tls(self):
        with Site(ROUTES) as site:
            message = failure_of({"url": site.url().replace("http:", "https:")})

        assert message == (
            "The server does not speak TLS as it should (ERR_SSL_PROTOCOL_ERROR)."
        )


class ExplainTests(SimpleTestCase):
    def test_tells_what_chromium_means(self):
        for code, message in (
            ("net::ERR_NAME_NOT_RESOLVED", "The host name cannot be found."),
            ("net::ERR_ABORTED", NO_PAGE),
            (
                "net::ERR_CERT_DATE_INVALID",
                "The certificate of the server is not valid: it has expired, or is "
                "not valid yet.",
            ),
            (
                "net::ERR_CERT_NEW_TROUBLE",
                "The certificate of the server is not valid (ERR_CERT_NEW_TROUBLE).",
            ),
            (
                "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
                "The server does not speak TLS as it should "
                "(ERR_SSL_VERSION_OR_CIPHER_MISMATCH).",
            ),
            ("net::ERR_NEW", "The page cannot be loaded (ERR_NEW)."),
        ):
            assert explain(code) == message
