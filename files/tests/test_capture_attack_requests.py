"""What else is tried: options, templates, name servers, and the browser's own ports."""

import socket
from contextlib import contextmanager, suppress
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase
from pyppeteer.errors import NetworkError

from common.egress import Reach
from files.capture.failures import CaptureFailed
from files.tests.attacks.campaign import CLOSED, OPEN, campaign, shows_inside, value_of
from files.tests.attacks.requests import SCREENSHOTS, TEMPLATES
from files.tests.attacks.ways import PAGE_HOST, Way
from files.tests.reading import has_colour, image_of
from files.tests.test_capture_attacks import assert_nothing_came
from files.tests.tunnels import name_server, resolving

ROUNDS = 50


def filled(attempt, value):
    match value:
        case str():
            return attempt.fill(value)
        case list():
            return [filled(attempt, each) for each in value]
        case dict():
            return {
                attempt.fill(name): filled(attempt, each)
                for name, each in value.items()
            }
    return value


@pytest.mark.live
class OptionTests(SimpleTestCase):
    def test_leads_nowhere(self):
        with campaign(CLOSED) as attacked:
            attacked.site.routes["/"] = "<a class=a>Words</a>"
            ways = [Way(name=name) for name in SCREENSHOTS]
            for attempt in attacked.attempts(ways):
                options = filled(attempt, SCREENSHOTS[attempt.way.name])
                options = {"timeout_seconds": 1, "wait_delay": 100, **options}
                # Most of them break something: only where they lead to is asked here.
                with suppress(CaptureFailed, NetworkError):
                    attacked.shoot({"url": attacked.site.url(), "options": options})

        assert_nothing_came(attacked)
        assert not any(map(shows_inside, attacked.captures))
        tried = {host for proxy in attacked.proxies for host, _ in proxy.refused}
        assert len(tried) >= 4
        assert len(attacked.site.log) > 10


def crashes(attempt):
    """Tell of a template whether Chromium's tab may die of it: it has no loader."""
    return attempt.way.name.startswith(("link", "style", "svg fill"))


@pytest.mark.live
class TemplateTests(SimpleTestCase):
    def test_loads_nothing_at_all(self):
        """Not even from hosts that are allowed."""
        with campaign(OPEN) as attacked:
            attacked.site.routes["/"] = "Words"
            attempts = attacked.attempts(
                [Way(name=name, body=body) for name, body in TEMPLATES.items()]
            )
            quiet = [each for each in attempts if not crashes(each)]
            self.print_with(attacked, "header_template", quiet)
            self.print_with(attacked, "footer_template", quiet)
            for rule in ("link", "style"):
                ways = [each for each in attempts if each.way.name.startswith(rule)]
                with suppress(CaptureFailed):
                    self.print_with(attacked, "header_template", ways)

        assert_nothing_came(attacked)
        assert len(quiet) > 70
        assert len(attacked.captures) >= 2
        for pdf in attacked.captures:
            assert not has_colour(image_of(pdf), (255, 0, 255))

    def print_with(self, attacked, option, attempts):
        template = "".join(each.fill(each.way.body) for each in attempts)
        margins = {"top": 100, "bottom": 100}
        options = {"margins": margins, option: template}
        attacked.shoot({"url": attacked.site.url(), "options": options}, "page-pdf")


FETCH = """
Promise.all(Array.from({length: ROUNDS}, (_, number) =>
  fetch('http://HOST:PORT/' + number).then(answer => answer.text(), () => '')
)).then(() => true)
"""


@pytest.mark.live
class NameServerTests(SimpleTestCase):
    """127.0.0.3 stands for the public address that an attacker has as well."""

    @contextmanager
    def answering(self, *answers):
        with name_server(*answers) as server:

            def look_up(host):
                return [host] if host == PAGE_HOST else server.look_up(host)

            with resolving(look_up):
                yield server

    def connections(self, attacked, host):
        attacked.site.routes["/"] = "Words"
        code = FETCH.replace("ROUNDS", str(ROUNDS)).replace("HOST", host)
        code = code.replace("PORT", str(attacked.inside.port))
        attacked.shoot(
            {"url": attacked.site.url(), "options": {"wait_for_expression": code}}
        )
        return attacked.inside.connections

    def assert_stays_outside(self, *answers):
        with self.answering(*answers) as server, campaign(CLOSED) as attacked:
            connections = self.connections(attacked, "rebinding.example")

        (proxy,) = attacked.proxies
        assert set(connections) <= {PAGE_HOST}
        assert ("rebinding.example", attacked.inside.port) in proxy.refused
        return server, connections

    def test_reaches_nothing_inside_by_turns(self):
        server, connections = self.assert_stays_outside([PAGE_HOST], ["127.0.0.1"])

        assert connections[PAGE_HOST] > 0
        # Chromium keeps no answer, and asks again for each connection.
        assert server.queries >= ROUNDS

    def test_reaches_nothing_inside_by_a_late_change(self):
        answers = [[PAGE_HOST]] * 5 + [["127.0.0.1"]] * (10 * ROUNDS)
        _, connections = self.assert_stays_outside(*answers)

        assert connections == {PAGE_HOST: 5}

    def test_reaches_nothing_inside_by_both_at_once(self):
        _, connections = self.assert_stays_outside(
            [PAGE_HOST, "127.0.0.1"], ["127.0.0.1", PAGE_HOST]
        )

        assert connections == {}

    def test_reaches_the_inside_where_that_is_allowed(self):
        with (
            self.answering([PAGE_HOST], ["127.0.0.1"]),
            campaign(OPEN) as attacked,
        ):
            connections = self.connections(attacked, "rebinding.example")

        assert set(connections) == {PAGE_HOST, "127.0.0.1"}

    def test_reaches_nothing_by_a_name_of_ipv6_alone(self):
        def look_up(host):
            if host == PAGE_HOST:
                return [host]
            raise socket.gaierror(socket.EAI_NODATA, "no address of this family")

        with resolving(look_up), campaign(CLOSED) as attacked:
            assert self.connections(attacked, "six.example") == {}

        (proxy,) = attacked.proxies
        assert [host for host, _ in proxy.failed] == ["six.example"]


OWN_PORTS = """
Promise.all([
  ...['127.0.0.1', 'localhost', '127.0.0.2', '127.1', '[::1]'].flatMap(host => [
    fetch(`http://${host}:PORT/json/version`, {mode: 'no-cors'}),
    fetch(`http://${host}:PORT/json/new?about:blank`, {method: 'PUT'}),
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${host}:PORT/PATH`);
      socket.onopen = () => resolve('open');
      socket.onerror = reject;
    }),
  ].map(way => way.then(() => host, () => null))),
]).then(reached => reached.filter(host => host))
"""


@pytest.mark.live
class OwnPortTests(SimpleTestCase):
    """The ports of the capture itself: what steers the browser, and its proxy."""

    def reached(self, *hosts):
        found = {}

        async def take(page, write):
            # Nothing that a page could find out.
            endpoint = page.tab._session._connection.url
            _, _, place = endpoint.partition("://")
            address, _, path = place.partition("/")
            for name, port in (
                ("browser", address.partition(":")[2]),
                ("proxy", str(page.proxy.port)),
            ):
                code = OWN_PORTS.replace("PORT", port).replace("PATH", path)
                found[name] = set(await value_of(page, code))
            found["refused"] = {host for host, _ in page.proxy.refused}

        reach = Reach(allowed_hosts=hosts, ports=None)
        # All ports, as the host alone is to keep it out.
        with (
            patch("files.capture.capture.browser_reach", lambda: reach),
            campaign(hosts) as attacked,
        ):
            attacked.explore(take)
        return found

    def test_shows_that_the_ways_work_where_the_host_is_allowed(self):
        found = self.reached(PAGE_HOST, "127.0.0.1")

        assert found["browser"] == {"127.0.0.1", "localhost", "127.1"}

    def test_reaches_neither(self):
        found = self.reached(PAGE_HOST)

        assert (found["browser"], found["proxy"]) == (set(), set())
        assert found["refused"] == {"127.0.0.1", "localhost", "127.0.0.2", "::1"}
