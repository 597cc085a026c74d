"""How clients and pages spell what is inside, to have it taken for something else."""

import html
import ipaddress

import pytest
from django.test import SimpleTestCase, TestCase
from pyppeteer.errors import NetworkError

from accounts.tests.factories import api_client, make_user
from files.capture.failures import CaptureFailed
from files.tests.attacks.addresses import LOOPBACK, NAMES, URLS, schemes, urls
from files.tests.attacks.campaign import CLOSED, OPEN, campaign, shows_inside
from files.tests.attacks.inside import SECRET
from files.tests.attacks.silence import SILENT_SPELLINGS
from files.tests.attacks.ways import Way
from files.tests.capturing import browser
from files.tests.test_capture_attacks import assert_nothing_came
from files.tests.tunnels import resolving

BATCH = 75
STAY_SECONDS = 0.05
BODY = (
    "<img src='ADDRESS'><iframe src='ADDRESS'></iframe>"
    "<script>fetch('CODE').then(a => a.text()).then(leak)</script>"
)
# Schemes of which Chromium loads something.
LOADED = [
    *("file", "file in upper case", "file of a host", "file with a tab"),
    *("file of a picture", "file of accounts", "file of an environment", "folder"),
    *("view-source of a file", "chrome", "devtools", "data with a file"),
]
# What would end a string in a script, or the script itself.
ENDS_STRING = "\\'<>\n\r\t\0"
# These have a host that reads like any other: only its look-up shows where it leads.
NEEDING_LOOK_UP = {*(f"host {name}" for name in NAMES), "URL with scheme twice"}
REFUSED = {
    *("127.0.0.1", "localhost", "169.254.169.254"),
    *("metadata.google.internal", "127.0.0.1.nip.io", "upper.example"),
}
OF_LOOPBACK = {
    *(f"host {host}" for host in [*LOOPBACK, *NAMES]),
    *(f"URL with {name}" for name in URLS),
}


def lead_inside(host):
    """What the worst of name servers answers."""
    try:
        return [str(ipaddress.IPv4Address(host))]
    except ValueError:
        return ["127.0.0.1"]


def ways(table):
    return [Way(name=name, body=_body(url)) for name, url in table.items()]


def _body(url):
    in_script = "".join(
        f"\\x{ord(sign):02x}" if sign in ENDS_STRING else sign for sign in url
    )
    return BODY.replace("ADDRESS", html.escape(url)).replace("CODE", in_script)


def is_heard(attempt):
    return attempt.way.name in OF_LOOPBACK - SILENT_SPELLINGS


class RequestTests(TestCase):
    def test_refuses_all_that_need_no_look_up(self):
        client = api_client(make_user())
        accepted = set()
        for name, url in {**urls(), **schemes()}.items():
            for word, value in (("PORT", "80"), ("SLUG", "a"), ("FILES", "/tmp")):
                url = url.replace(word, value)
            with browser():
                answer = client.post("/api/files/generate/screenshot", {"url": url})
            if answer.status_code != 400:
                accepted.add(name)

        assert accepted == NEEDING_LOOK_UP


@pytest.mark.live
class SpellingTests(SimpleTestCase):
    """Past the check of the API: what the proxy alone makes of them."""

    def embedded(self, hosts, table, is_awaited):
        with resolving(lead_inside), campaign(hosts) as attacked:
            attempts = attacked.attempts(ways(table))
            for start in range(0, len(attempts), BATCH):
                batch = attempts[start : start + BATCH]
                attacked.embed(batch, is_awaited, "screenshot")
        return attacked, attempts

    def test_shows_that_they_work_where_the_inside_is_allowed(self):
        table = {name: url for name, url in urls().items() if name in OF_LOOPBACK}
        hosts = (*OPEN, *(name.lower() for name in NAMES))
        attacked, attempts = self.embedded(hosts, table, is_heard)

        heard = list(filter(is_heard, attempts))
        assert len(heard) > 80
        assert all(map(attacked.has_reached, heard))

    def test_lets_no_page_inside(self):
        # Ports are tried by clients, below: here each way takes three connections.
        hosts = {k: url for k, url in urls().items() if not k.startswith("port")}
        table = {**hosts, **schemes()}
        attacked, _ = self.embedded(CLOSED, table, lambda attempt: False)

        assert_nothing_came(attacked)
        assert not any(map(shows_inside, attacked.captures))
        refused = {host for proxy in attacked.proxies for host, _ in proxy.refused}
        assert refused >= REFUSED

    def test_lets_no_client_inside(self):
        table = {**urls(), **schemes()}
        with resolving(lead_inside), campaign(CLOSED) as attacked:
            attempts = attacked.attempts(ways(table))
            attacked.visit(
                attempt.fill(table[attempt.way.name]) for attempt in attempts
            )

        assert_nothing_came(attacked)
        (proxy,) = attacked.proxies
        refused = {host for host, _ in proxy.refused}
        assert refused >= REFUSED
        assert sum(":" in host for host in refused) > 20


@pytest.mark.live
class SchemeTests(SimpleTestCase):
    """What is not of the web, as the URL of a request that nobody has checked."""

    def test_shows_that_the_browser_could_read_the_files(self):
        with campaign(CLOSED) as attacked:
            url = f"file://{attacked.folder}/secret.html"
            text = attacked.read(url)

        assert text == SECRET

    def test_gives_a_client_no_file(self):
        table = {f"scheme {name}": schemes()[f"scheme {name}"] for name in LOADED}
        with campaign(CLOSED) as attacked:
            for attempt in attacked.attempts(ways(table)):
                url = attempt.fill(table[attempt.way.name])
                refusal = pytest.raises((CaptureFailed, NetworkError))
                with self.subTest(url=url), refusal:
                    attacked.shoot({"url": url})

        assert attacked.captures == []
        assert_nothing_came(attacked)
