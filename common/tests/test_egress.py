import socket
import time
from ipaddress import IPv4Address
from threading import Event
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from common.egress import (
    MAX_ATTEMPTS,
    AddressRefused,
    Deadline,
    Reach,
    check_url,
    connect,
    parse_url,
)


def words(text):
    return text.split()


PUBLIC, OTHER_PUBLIC = "8.8.8.8", "1.1.1.1"
PUBLIC_ONLY = Reach()

# First and last of each range that is not the internet, and what is known in it.
NOT_PUBLIC = words("""
    0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.1 100.100.100.200
    100.127.255.255 127.0.0.1 127.255.255.255 168.63.129.16 169.254.0.0
    169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.8 192.0.0.192
    192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.0 192.168.255.255
    192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.255 240.0.0.1 255.255.255.255
""")
NEIGHBOURS = words("""
    1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255
    128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
""")
IPV6 = words("""
    ::1 :: ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:0:127.0.0.1 0:0:0:0:0:0:0:1
    64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: 2002:a9fe:a9fe::1 2001:0:7f00:1::
    fe80::1 fe80::1%25eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 100::1
    ::ffff:8.8.8.8 2606:4700:4700::1111
""")


def spellings(address):
    """Yield the ways in which one or the other program takes an IPv4 address."""
    a, b, c, d = parts = [int(part) for part in address.split(".")]
    number = int(IPv4Address(address))
    yield address
    yield f"{number}"
    yield f"0x{number:08x}"
    yield f"0X{number:X}"
    yield f"0{number:o}"
    yield ".".join(f"0x{part:x}" for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"{part:03d}" for part in parts)
    yield f"{a}.{b}.{c * 256 + d}"
    yield f"{a}.{number % 2**24}"
    yield f"0x{a:x}.{number % 2**24}"
    yield f"{number + 2**32}"
    yield f"{address}."
    yield f"{address}.."
    yield address.replace(".", "。")
    yield address.replace(".", "%2e")
    yield "".join(chr(ord(sign) + 0xFEE0) for sign in address)
    yield "".join(f"%{ord(sign):02x}" for sign in address)
    yield f"[{address}]"
    yield f"[::ffff:{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::]"


HOSTILE_HOSTS = [
    *(spelling for address in NOT_PUBLIC for spelling in spellings(address)),
    *(f"[{address}]" for address in IPV6),
    *IPV6,
    *(
        "localhost",
        "LOCALHOST",
        "a.localhost",
        "localhost.",
        "LocalHost.",
        "loc\u200bal",
    ),
    *("1.2.3", "1.2.3.4.5", "256.1.1.1", "a.1", "a.0x7f", "0x", "1.2.3.0x", "-1"),
    *("", ".", "..", "a..b", ".a", "-a", "a-", "a" * 64, "a." * 126 + "aa"),
    *("faß.de", "ⓛocalhost", "a b", "a\tb", "a\x00b", "a%00b", "a,b", "a;b", "*", "$x"),
]
SOUND = "example.com"
HOSTILE_URLS = [
    *(f"http://{host}/" for host in HOSTILE_HOSTS),
    *(f"HTTPS://{address}:8443/x?y#z" for address in NOT_PUBLIC),
    *(f"hTTp://{host}:80" for host in HOSTILE_HOSTS[:100]),
    *(f"http://{user}@{SOUND}/" for user in ("", "a", "a:", ":b", "a:b", PUBLIC)),
    *(f"http://{SOUND}@{address}/" for address in NOT_PUBLIC),
    *(f"http://{SOUND}\\@{address}/" for address in NOT_PUBLIC),
    *(f"http://{address}\\.{SOUND}/" for address in NOT_PUBLIC),
    *(
        f"http://{SOUND}:{port}/"
        for port in words("0 65536 99999 100000 -1 +1 1.0 80:80")
    ),
    *(
        f"http://{SOUND}:{port}/"
        for port in ("a", "\uff18\uff10", " 80", "0x50", "1_0", "80@")
    ),
    *(f"{scheme}://{SOUND}/" for scheme in words("file ftp gopher ws wss data dict")),
    *(f"{scheme}://{SOUND}/" for scheme in ("htttp", "http+unix", "jar:http", "x", "")),
    *(f"{start}{SOUND}/" for start in ("", "//", "/", "http:", "http:/", "http:///")),
    *(
        f"{start}{SOUND}/"
        for start in ("http:\\\\", "http//", "://", "?", "#", "view:")
    ),
    *(
        f"http://{SOUND}/{sign}"
        for sign in " \t\n\r\0\x0b\x7f\x85\xa0é\u2028\u200b\ud800"
    ),
    *(
        f"{sign}http://{SOUND}/"
        for sign in " \t\n\r\0\x0b\x7f\x85\xa0é\u2028\u200b\ud800"
    ),
    *("", " ", "http", "http:", "http://", "http://?", "http://#", "https://:443/"),
    *("javascript:alert(1)", "mailto:a@b.c", "file:///etc/passwd", "http://[::1"),
    *(
        f"http://[{SOUND}]/",
        f"http://{SOUND}[::1]/",
        f"http://[::1]{SOUND}/",
        "http://]",
    ),
    f"http://{SOUND}/{'x' * 2000}",
]


def resolving_to(*addresses):
    """Patch the resolver; each argument is what one more look-up answers."""
    answers = [
        [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
            for address in answer.split()
        ]
        for answer in addresses
    ]
    return patch("socket.getaddrinfo", autospec=True, side_effect=answers)


def dialling(*outcomes):
    """Patch what would leave this machine; None stands for a connection."""
    return patch("socket.socket.connect", autospec=True, side_effect=outcomes)


def dialled(connect_method):
    return [call.args[1] for call in connect_method.call_args_list]


def refusal_of(url):
    with pytest.raises(AddressRefused) as caught:
        check_url(url, PUBLIC_ONLY)
    return caught.value.message


class CheckUrlTests(SimpleTestCase):
    def test_refuses_hostile_urls(self):
        assert len(set(HOSTILE_URLS)) >= 900
        for url in HOSTILE_URLS:
            with self.subTest(url=url):
                assert refusal_of(url)

    def test_takes_urls_of_the_internet(self):
        for url in (
            "http://example.com",
            "https://example.com/",
            "HTTPS://EXAMPLE.COM/Hook",
            "https://example.com:8443/hook?a=b&c=%20#part",
            "https://example.com:/",
            "http://example.com:1/",
            "http://example.com:65535/",
            "http://xn--bcher-kva.example/",
            "http://a_b.example-1.com/@x:y//z",
            "http://1.example.com/",
            "http://0x7f.example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://8.8.8.8/",
            *(f"http://{address}/" for address in NEIGHBOURS),
            "http://example.com/" + "x" * 1981,
        ):
            with self.subTest(url=url):
                check_url(url, PUBLIC_ONLY)

    def test_looks_nothing_up(self):
        with resolving_to() as resolver:
            check_url("http://example.com/", PUBLIC_ONLY)

        assert not resolver.called

    def test_says_what_would_be_right(self):
        for url, advice in {
            "ftp://example.com/": "begin with http:// or https://",
            "http://me:pw@example.com/": "leave out the @",
            "http://example.com:0/": "from 1 to 65535",
            "http://bücher.example/": "xn-- form",
            "http://[2606:4700::1]/": "not connect to IPv6",
            "http://127.1/": "four decimal numbers",
            "http://example.com./": "without a dot",
            "http://10.0.0.1/": "name a host that the internet can reach",
            "http://example.com/" + "x" * 2000: "at most 2000",
        }.items():
            with self.subTest(url=url):
                assert advice in refusal_of(url)

    @given(st.text("0127.xaf", min_size=1, max_size=20))
    def test_takes_no_number_that_the_system_reads_otherwise(self, host):
        try:
            check_url(f"http://{host}/", PUBLIC_ONLY)
        except AddressRefused:
            return

        try:
            read = socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            return
        assert read == host


class ParseUrlTests(SimpleTestCase):
    def test_tells_what_is_dialled(self):
        target = parse_url("HTTPS://Example.COM/A/%2e?b=C#d", PUBLIC_ONLY)

        assert (target.scheme, target.host, target.port) == (
            "https",
            "example.com",
            443,
        )
        assert target.path == "/A/%2e?b=C"

    def test_completes_the_path(self):
        assert parse_url("http://example.com", PUBLIC_ONLY).path == "/"
        assert parse_url("http://example.com?a", PUBLIC_ONLY).path == "/?a"


class DeadlineTests(SimpleTestCase):
    def test_gives_the_time_that_is_left(self):
        assert 4 < Deadline(5).seconds_left() <= 5

    def test_gives_none_once_it_has_passed(self):
        with pytest.raises(TimeoutError):
            Deadline(0).seconds_left()


class ConnectTests(SimpleTestCase):
    def test_dials_the_address_that_was_checked(self):
        with resolving_to(PUBLIC, "127.0.0.1") as resolver, dialling(None) as dial:
            connect("rebinding.example", 443, timeout=5, reach=PUBLIC_ONLY).close()

        assert resolver.call_count == 1
        assert dialled(dial) == [(PUBLIC, 443)]

    def test_refuses_addresses_that_are_not_public(self):
        for address in NOT_PUBLIC:
            with self.subTest(address=address), dialling() as dial:
                with resolving_to(address), pytest.raises(AddressRefused):
                    connect("inside.example", 80, timeout=5, reach=PUBLIC_ONLY)
                assert not dial.called

    def test_refuses_a_name_with_one_address_that_is_not_public(self):
        for answer in (f"{PUBLIC} 10.0.0.1", f"10.0.0.1 {PUBLIC}"):
            with self.subTest(answer=answer), dialling() as dial:
                with resolving_to(answer), pytest.raises(AddressRefused):
                    connect("mixed.example", 80, timeout=5, reach=PUBLIC_ONLY)
                assert not dial.called

    def test_does_not_tell_the_address_of_a_name(self):
        with resolving_to("10.11.12.13"), pytest.raises(AddressRefused) as caught:
            connect("inside.example", 80, timeout=5, reach=PUBLIC_ONLY)

        assert "inside.example leads to an address that is not public" in str(
            caught.value
        )
        assert "10.11" not in caught.value.message
        assert caught.value.details is None

    def test_tells_the_operator(self):
        with (
            self.assertLogs("common.egress", "INFO") as logs,
            resolving_to("10.0.0.7"),
            pytest.raises(AddressRefused),
        ):
            connect("inside.example", 80, timeout=5, reach=PUBLIC_ONLY)

        assert "inside.example, which leads to 10.0.0.7" in logs.output[0]

    def test_refuses_hostile_hosts_without_looking_them_up(self):
        for host in HOSTILE_HOSTS:
            with self.subTest(host=host), resolving_to() as resolver:
                with pytest.raises(AddressRefused):
                    connect(host, 80, timeout=5, reach=PUBLIC_ONLY)
                assert not resolver.called

    def test_refuses_ports_that_are_none(self):
        for port in (-1, 0, 65536):
            with self.subTest(port=port), pytest.raises(AddressRefused):
                connect("example.com", port, timeout=5, reach=PUBLIC_ONLY)

    def test_asks_for_ipv4_only(self):
        with resolving_to(PUBLIC) as resolver, dialling(None):
            connect("example.com", 80, timeout=5, reach=PUBLIC_ONLY).close()

        assert resolver.call_args.args[2] == socket.AF_INET

    def test_tries_the_next_address(self):
        answer = resolving_to(f"{PUBLIC} {OTHER_PUBLIC}")
        with answer, dialling(ConnectionRefusedError(), None) as dial:
            connect("example.com", 80, timeout=5, reach=PUBLIC_ONLY).close()

        assert dialled(dial) == [(PUBLIC, 80), (OTHER_PUBLIC, 80)]

    def test_raises_what_the_last_address_said(self):
        failures = [ConnectionRefusedError(), TimeoutError("late")]
        with (
            resolving_to(f"{PUBLIC} {OTHER_PUBLIC}"),
            dialling(*failures),
            pytest.raises(TimeoutError, match="late"),
        ):
            connect("example.com", 80, timeout=5, reach=PUBLIC_ONLY)

    def test_does_not_try_addresses_without_end(self):
        answer = " ".join(f"8.8.8.{number}" for number in range(1, 200))
        with (
            resolving_to(answer),
            dialling(*[ConnectionRefusedError()] * 200) as dial,
            pytest.raises(ConnectionRefusedError),
        ):
            connect("example.com", 80, timeout=5, reach=PUBLIC_ONLY)

        assert dial.call_count == MAX_ATTEMPTS

    def test_shares_the_time_among_addresses(self):
        given_seconds = []

        def note(connection, address):
            given_seconds.append(connection.gettimeout())
            raise TimeoutError

        with resolving_to(f"{PUBLIC} {OTHER_PUBLIC}"), dialling() as dial:
            dial.side_effect = note
            with pytest.raises(TimeoutError):
                connect("example.com", 80, timeout=8, reach=PUBLIC_ONLY)

        assert 3.5 < given_seconds[0] <= 4
        assert 7 < given_seconds[1] <= 8

    def test_raises_an_os_error_for_a_name_that_cannot_be_found(self):
        with (
            patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "unknown")),
            pytest.raises(socket.gaierror),
        ):
            connect("nowhere.example", 80, timeout=5, reach=PUBLIC_ONLY)

    def test_does_not_wait_for_a_slow_resolver(self):
        released = Event()
        self.addCleanup(released.set)
        start = time.monotonic()

        with (
            patch("socket.getaddrinfo", side_effect=lambda *_: released.wait(20)),
            pytest.raises(TimeoutError),
        ):
            connect("slow.example", 80, timeout=0.2, reach=PUBLIC_ONLY)

        assert time.monotonic() - start < 5
