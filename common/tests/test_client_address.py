from django.test import RequestFactory, SimpleTestCase, override_settings

from common.client_address import client_address, client_network

PROXY = "10.0.0.1"


def request_from(peer, forwarded_for=None):
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for is not None else {}
    return RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)


class WithoutProxiesTests(SimpleTestCase):
    def test_is_the_peer(self):
        assert client_address(request_from("203.0.113.7")) == "203.0.113.7"

    def test_does_not_believe_a_header(self):
        request = request_from("203.0.113.7", "198.51.100.1")

        assert client_address(request) == "203.0.113.7"

    def test_is_unknown_for_a_peer_without_an_address(self):
        for peer in ("", "unix:", "not-an-address"):
            with self.subTest(peer=peer):
                assert client_address(request_from(peer)) == "unknown"
                assert client_network(request_from(peer)) == "unknown"


@override_settings(TRUSTED_PROXIES=1)
class BehindOneProxyTests(SimpleTestCase):
    def test_is_what_the_proxy_saw(self):
        assert client_address(request_from(PROXY, "203.0.113.7")) == "203.0.113.7"

    def test_does_not_believe_what_stands_left_of_it(self):
        request = request_from(PROXY, "198.51.100.1, 198.51.100.2, 203.0.113.7")

        assert client_address(request) == "203.0.113.7"

    def test_is_the_peer_without_a_list(self):
        assert client_address(request_from(PROXY)) == PROXY
        assert client_address(request_from(PROXY, "")) == PROXY

    def test_is_the_peer_where_the_entry_is_no_address(self):
        for entry in (
            "junk",
            "203.0.113.7:4711",
            "[2001:db8::1]:443",
            "203.0.113.7/8",
            "unknown",
            "1",
            "203.0.113.007",
            "198.51.100.1,",
            "' OR 1=1",
        ):
            with self.subTest(entry=entry):
                assert client_address(request_from(PROXY, entry)) == PROXY

    def test_writes_an_ipv6_address_in_one_way(self):
        request = request_from(PROXY, "2001:DB8:0:0:0:0:0:1")

        assert client_address(request) == "2001:db8::1"


@override_settings(TRUSTED_PROXIES=2)
class BehindTwoProxiesTests(SimpleTestCase):
    def test_is_what_the_outer_proxy_saw(self):
        request = request_from(PROXY, "203.0.113.7, 10.0.0.2")

        assert client_address(request) == "203.0.113.7"

    def test_does_not_believe_what_stands_left_of_it(self):
        request = request_from(PROXY, "198.51.100.1,203.0.113.7,10.0.0.2")

        assert client_address(request) == "203.0.113.7"

    def test_is_the_peer_where_the_list_is_too_short(self):
        assert client_address(request_from(PROXY, "203.0.113.7")) == PROXY


class ClientNetworkTests(SimpleTestCase):
    def test_is_a_single_ipv4_address(self):
        assert client_network(request_from("203.0.113.7")) == "203.0.113.7"

    def test_is_the_64_of_an_ipv6_address(self):
        for peer in ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"):
            with self.subTest(peer=peer):
                assert client_network(request_from(peer)) == "2001:db8:1:2::/64"

    def test_tells_neighbouring_networks_apart(self):
        assert client_network(request_from("2001:db8:1:3::1")) == "2001:db8:1:3::/64"

    def test_is_the_ipv4_address_that_is_mapped_into_ipv6(self):
        assert client_network(request_from("::ffff:203.0.113.7")) == "203.0.113.7"

    def test_takes_an_address_with_a_zone(self):
        assert client_network(request_from("fe80::1%eth0")) == "fe80::/64"
