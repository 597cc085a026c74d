import socket
from contextlib import closing
from unittest.mock import patch

import pytest
from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings

from common.egress import (
    AddressRefused,
    Reach,
    browser_reach,
    check_url,
    connect,
    parse_allowed_host,
    webhook_reach,
)

WEB = Reach(ports=frozenset({80, 443}))


def resolving_to(*addresses):
    answer = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
        for address in addresses
    ]
    return patch("socket.getaddrinfo", autospec=True, return_value=answer)


def refusal_of(url, reach):
    with pytest.raises(AddressRefused) as caught:
        check_url(url, reach)
    return caught.value.message


class AllowedHostsTests(SimpleTestCase):
    def setUp(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        self.port = self.server.getsockname()[1]

    def peer(self, host, *allowed_hosts):
        reach = Reach(allowed_hosts=allowed_hosts)
        with closing(connect(host, self.port, timeout=5, reach=reach)) as connection:
            return connection.getpeername()

    def test_are_none_by_default(self):
        for host in ("127.0.0.1", "localhost"):
            with self.subTest(host=host), pytest.raises(AddressRefused):
                self.peer(host)

    def test_are_reached_by_address_or_network(self):
        for entry in ("127.0.0.1", "127.0.0.0/8", "127.0.0.0/255.0.0.0"):
            with self.subTest(entry=entry):
                assert self.peer("127.0.0.1", entry) == ("127.0.0.1", self.port)
                assert self.peer("LocalHost", entry) == ("127.0.0.1", self.port)

    def test_are_reached_by_name(self):
        with resolving_to("127.0.0.1"):
            peer = self.peer("hooks.INTERNAL", "other.internal", "Hooks.Internal")

        assert peer == ("127.0.0.1", self.port)

    def test_do_not_open_their_addresses_to_other_names(self):
        for name in ("other.internal", "a.hooks.internal", "internal"):
            answer = resolving_to("127.0.0.1")
            with self.subTest(name=name), answer, pytest.raises(AddressRefused):
                self.peer(name, "hooks.internal")

    def test_do_not_open_a_name_that_also_leads_elsewhere_inside(self):
        answer = resolving_to("127.0.0.1", "10.0.0.1")
        with answer, pytest.raises(AddressRefused):
            self.peer("mixed.example", "127.0.0.1")

    def test_come_as_sockets_with_the_timeout(self):
        reach = Reach(allowed_hosts=("127.0.0.1",))
        with closing(
            connect("127.0.0.1", self.port, timeout=7, reach=reach)
        ) as connection:
            assert connection.gettimeout() == 7
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    def test_may_be_named_in_urls(self):
        reach = Reach(allowed_hosts=("10.0.0.0/8", "127.0.0.1"))
        for host in ("10.0.0.1", "10.255.255.255", "127.0.0.1", "localhost"):
            with self.subTest(host=host):
                check_url(f"http://{host}/", reach)

    def test_open_no_others_in_urls(self):
        reach = Reach(allowed_hosts=("10.0.0.0/8", "127.0.0.1"))
        for host in ("127.0.0.2", "167772161", "[::ffff:10.0.0.1]", "11.0.0.1.", "::1"):
            with self.subTest(host=host):
                assert refusal_of(f"http://{host}/", reach)

    def test_are_names_addresses_or_networks(self):
        for entry in (
            "",
            " ",
            "*",
            "a..b",
            "::1",
            "127.1",
            "10.1.2.3/8",
            "a:80",
            "1.2",
        ):
            with self.subTest(entry=entry), pytest.raises(ValueError):  # noqa: PT011
                parse_allowed_host(entry)


class PortsTests(SimpleTestCase):
    def test_are_all_by_default(self):
        for port in (1, 22, 80, 8080, 65535):
            with self.subTest(port=port):
                check_url(f"http://example.com:{port}/", Reach())

    def test_may_be_named_where_they_are_opened(self):
        for url in (
            "http://example.com/",
            "https://example.com/",
            "http://example.com:443/",
            "https://example.com:80/",
            "https://example.com:0443/",
        ):
            with self.subTest(url=url):
                check_url(url, WEB)

    def test_are_refused_where_they_are_not_opened(self):
        for port in ("1", "22", "79", "81", "442", "8080", "8443", "65535", "08080"):
            with self.subTest(port=port):
                assert refusal_of(f"http://example.com:{port}/", WEB)

    def test_are_refused_where_the_scheme_s_own_is_not_opened(self):
        reach = Reach(ports=frozenset({443}))

        assert refusal_of("http://example.com/", reach)
        check_url("https://example.com/", reach)

    def test_are_told_in_the_refusal(self):
        for ports, told in {
            (443,): "The port must be 443: 22 is not opened.",
            (443, 80): "The port must be 80 or 443: 22 is not opened.",
            (80, 443, 8080): "The port must be 80, 443 or 8080: 22 is not opened.",
        }.items():
            with self.subTest(ports=ports):
                reach = Reach(ports=frozenset(ports))
                assert refusal_of("http://example.com:22/", reach) == told

    def test_are_judged_before_anything_is_looked_up(self):
        with resolving_to("8.8.8.8") as resolver, pytest.raises(AddressRefused):
            connect("example.com", 22, timeout=5, reach=WEB)

        assert not resolver.called

    def test_hold_for_allowed_hosts_too(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            reach = Reach(allowed_hosts=("127.0.0.1",), ports=frozenset({443}))

            with pytest.raises(AddressRefused):
                connect("127.0.0.1", port, timeout=5, reach=reach)

    def test_that_are_opened_open_no_host(self):
        with pytest.raises(AddressRefused):
            connect("127.0.0.1", 80, timeout=5, reach=WEB)


class ReachOfEachPartTests(SimpleTestCase):
    @override_settings(WEBHOOK_ALLOWED_HOSTS=["a.internal"], BROWSER_ALLOWED_HOSTS=[])
    def test_is_all_ports_of_the_webhooks_hosts(self):
        assert webhook_reach() == Reach(allowed_hosts=("a.internal",), ports=None)
        assert browser_reach().allowed_hosts == ()

    @override_settings(
        WEBHOOK_ALLOWED_HOSTS=[],
        BROWSER_ALLOWED_HOSTS=["b.internal"],
        BROWSER_ALLOWED_PORTS=[443, 8443],
    )
    def test_is_the_browser_s_ports_of_its_hosts(self):
        assert browser_reach() == Reach(
            allowed_hosts=("b.internal",), ports=frozenset({443, 8443})
        )
        assert webhook_reach().allowed_hosts == ()

    def test_is_the_web_by_default(self):
        assert browser_reach() == WEB
        assert webhook_reach() == Reach()


class AllowedHostsCheckTests(SimpleTestCase):
    def errors(self):
        return [error for error in run_checks() if error.id == "platform.E002"]

    def test_names_the_entry_that_is_wrong(self):
        for name in ("WEBHOOK_ALLOWED_HOSTS", "BROWSER_ALLOWED_HOSTS"):
            entries = {name: ["a.internal", "10.1.2.3/8", "10.0.0.1"]}
            with self.subTest(name=name), override_settings(**entries):
                (error,) = self.errors()

                assert f"{name} has '10.1.2.3/8'" in error.msg
                assert "10.2.0.0/16" in error.hint

    @override_settings(
        WEBHOOK_ALLOWED_HOSTS=["a.internal", "10.0.0.0/8"],
        BROWSER_ALLOWED_HOSTS=["10.0.0.1"],
    )
    def test_is_content_with_names_addresses_and_networks(self):
        assert self.errors() == []
