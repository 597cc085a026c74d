import asyncio
import random
import socket
from collections import Counter
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

import pytest
from django.test import SimpleTestCase

from common.egress import Reach
from common.tests.test_egress import HOSTILE_HOSTS, IPV6, NOT_PUBLIC
from files.capture import socks
from files.capture.egress_proxy import OFFLINE, RESET_ON_CLOSE, EgressProxy
from files.tests.tunnels import (
    LOOPBACK,
    ask,
    client_of,
    code_for,
    echo,
    name_server,
    request,
    resolving,
    serving,
    tunnel_to,
)

WEB = Reach(ports=frozenset({80, 443}))


def must_not_look_up(host):
    raise AssertionError(f"{host} was looked up")


def not_found(host):
    raise socket.gaierror(-2, "secret")


def to_loopback(host):
    return ["127.0.0.1"]


async def say_who(reader, writer):
    writer.write(b"open")
    await writer.drain()


class TunnelTests(SimpleTestCase):
    async def test_passes_all_bytes_both_ways(self):
        data = random.Random(1).randbytes(8_000_000)
        async with (
            serving(echo) as port,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(port, proxy) as (reader, writer),
        ):
            receiving = asyncio.create_task(reader.readexactly(len(data)))
            writer.write(data)
            received = await receiving

        assert received == data
        assert (proxy.sent_bytes, proxy.received_bytes) == (len(data), len(data))
        assert (proxy.refused, proxy.failed) == ({}, {})
        assert not proxy.exceeded.done()

    async def test_lets_a_client_end_its_part_first(self):
        async def count(reader, writer):
            writer.write(b"%d" % len(await reader.read()))
            await writer.drain()

        async with (
            serving(count) as port,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(port, proxy) as (reader, writer),
        ):
            writer.write(b"x" * 300_000)
            writer.write_eof()

            assert await reader.read() == b"300000"

    async def test_lets_a_server_end_its_part_first(self):
        got = asyncio.get_running_loop().create_future()

        async def hang_up(reader, writer):
            writer.write(b"bye")
            writer.write_eof()
            got.set_result(await reader.read())

        async with (
            serving(hang_up) as port,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(port, proxy) as (reader, writer),
        ):
            assert await reader.read() == b"bye"
            writer.write(b"x" * 300_000)
            writer.write_eof()
            assert await got == b"x" * 300_000

    async def test_shows_a_connection_that_broke_as_broken(self):
        async def reset(reader, writer):
            writer.write(b"half of it")
            await reader.read(1)
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

        async with (
            serving(reset) as port,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(port, proxy) as (reader, writer),
        ):
            assert await reader.readexactly(10) == b"half of it"
            writer.write(b"x")
            with pytest.raises(ConnectionResetError):
                await reader.read()

    async def test_passes_what_comes_with_the_request(self):
        async with (
            serving(echo) as port,
            EgressProxy(LOOPBACK) as proxy,
            client_of(proxy) as (reader, writer),
        ):
            writer.write(b"\5\1\0" + request("127.0.0.1", port) + b"early")

            assert (await reader.readexactly(12))[3] == socks.SUCCEEDED
            assert await reader.readexactly(5) == b"early"

    async def test_takes_addresses_in_bytes(self):
        address = IPv4Address("127.0.0.1").packed
        async with serving(echo) as port, EgressProxy(LOOPBACK) as proxy:
            code = await code_for(proxy, address, port, kind=socks.IPV4)

        assert code == socks.SUCCEEDED

    async def test_takes_names_in_any_case(self):
        async with serving(echo) as port, EgressProxy(LOOPBACK) as proxy:
            with resolving(to_loopback):
                assert await code_for(proxy, "PAGE.Example", port) == socks.SUCCEEDED

    async def test_carries_many_at_once(self):
        async def exchange(number):
            data = random.Random(number).randbytes(50_000)
            async with tunnel_to(port, proxy) as (reader, writer):
                writer.write(data)
                assert await reader.readexactly(len(data)) == data

        async with serving(echo) as port, EgressProxy(LOOPBACK) as proxy:
            await asyncio.gather(*(exchange(number) for number in range(64)))

        assert proxy.received_bytes == 64 * 50_000


class ListenerTests(SimpleTestCase):
    async def test_is_at_one_address_of_loopback(self):
        async with EgressProxy(LOOPBACK) as proxy:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.2", proxy.port)


class RefusalTests(SimpleTestCase):
    async def test_meets_every_disguise(self):
        hosts = {
            host.encode("utf-8", "surrogatepass")
            for host in (*HOSTILE_HOSTS, *(f"{name}.localhost" for name in "abc"))
        }
        hosts = sorted(host for host in hosts if len(host) < 256)
        assert len(hosts) > 600

        with resolving(must_not_look_up):
            async with EgressProxy(WEB) as proxy:
                for host in hosts:
                    expected = (
                        socks.ADDRESS_TYPE_UNKNOWN if b":" in host else socks.REFUSED
                    )
                    with self.subTest(host=host):
                        assert await code_for(proxy, host) == expected

        assert len(proxy.refused) == len(hosts)
        assert all(host.isascii() and host.isprintable() for host, _ in proxy.refused)

    async def test_meets_addresses_in_bytes(self):
        async with EgressProxy(WEB) as proxy:
            for address in NOT_PUBLIC:
                packed = IPv4Address(address).packed
                with self.subTest(address=address):
                    code = await code_for(proxy, packed, kind=socks.IPV4)
                    assert code == socks.REFUSED
                    assert "not a public address" in proxy.refused[address, 80]

    async def test_meets_ipv6_in_bytes(self):
        addresses = {IPv6Address(address.partition("%")[0]) for address in IPV6}
        async with EgressProxy(WEB) as proxy:
            for address in addresses:
                with self.subTest(address=address):
                    code = await code_for(proxy, address.packed, kind=socks.IPV6)
                    assert code == socks.ADDRESS_TYPE_UNKNOWN
                    assert "IPv6" in proxy.refused[str(address), 80]

    async def test_meets_names_that_lead_inside(self):
        for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254"):
            answer = resolving(lambda host, address=address: ["8.8.8.8", address])
            with self.subTest(address=address), answer:
                async with EgressProxy(WEB) as proxy:
                    assert await code_for(proxy, "a.example", 443) == socks.REFUSED

                reason = proxy.refused["a.example", 443]
                assert "leads to an address that is not public" in reason
                assert address not in reason

    async def test_meets_ports_that_are_not_opened(self):
        with resolving(must_not_look_up):
            async with EgressProxy(WEB) as proxy:
                for port in (0, 22, 8080, 65535):
                    with self.subTest(port=port):
                        assert await code_for(proxy, "a.example", port) == socks.REFUSED

        assert "80 or 443" in proxy.refused["a.example", 22]

    async def test_is_told_once_and_in_order(self):
        with self.assertLogs("files.capture.egress_proxy", "INFO") as logs:
            async with EgressProxy(WEB) as proxy:
                for host in ("127.0.0.1", "10.0.0.1", "127.0.0.1"):
                    await code_for(proxy, host)

        assert list(proxy.refused) == [("127.0.0.1", 80), ("10.0.0.1", 80)]
        assert len(logs.output) == 2
        assert "127.0.0.1:80" in logs.output[0]

    async def test_meets_what_is_no_connect(self):
        async with EgressProxy(LOOPBACK) as proxy:
            for command in (0, 2, 3, 4, 255):
                with self.subTest(command=command):
                    code = await code_for(proxy, "127.0.0.1", command=command)
                    assert code == socks.COMMAND_UNKNOWN

    async def test_meets_other_types_of_addresses(self):
        async with EgressProxy(LOOPBACK) as proxy:
            for kind in (0, 2, 5, 255):
                with self.subTest(kind=kind):
                    async with client_of(proxy) as (reader, writer):
                        code = await ask(reader, writer, request(b"", 80, kind=kind))
                    assert code == socks.ADDRESS_TYPE_UNKNOWN

    async def test_meets_clients_that_must_authenticate(self):
        async with EgressProxy(LOOPBACK) as proxy:
            for methods in (b"", b"\2", b"\1\2\3"):
                with self.subTest(methods=methods):
                    async with client_of(proxy) as (reader, writer):
                        writer.write(bytes([5, len(methods)]) + methods)
                        assert await reader.read() == b"\5\xff"


class OtherVersionTests(SimpleTestCase):
    async def test_get_no_answer(self):
        version_4 = b"\4" + request("10.0.0.1", 80)[1:]
        async with EgressProxy(LOOPBACK) as proxy:
            for data, answer in {
                b"\4\1\0": b"",
                b"\5\1\0" + version_4: b"\5\0",
            }.items():
                with self.subTest(data=data):
                    async with client_of(proxy) as (reader, writer):
                        writer.write(data)
                        writer.write_eof()
                        received = b""
                        with suppress(ConnectionResetError):
                            while part := await reader.read(100):
                                received += part
                    assert received == answer
        assert proxy.refused == {}


class OfflineTests(SimpleTestCase):
    async def test_refuses_all(self):
        with resolving(must_not_look_up):
            async with serving(echo) as port, EgressProxy(None) as proxy:
                for host in ("8.8.8.8", "a.example", "127.0.0.1"):
                    assert await code_for(proxy, host, port) == socks.REFUSED

        assert set(proxy.refused.values()) == {OFFLINE}
        assert next(iter(proxy.refused)) == ("8.8.8.8", port)


class FailureTests(SimpleTestCase):
    async def test_is_told_for_a_name_that_is_not_found(self):
        with resolving(not_found):
            async with EgressProxy(WEB) as proxy:
                assert await code_for(proxy, "a.example") == socks.HOST_UNREACHABLE

        assert proxy.failed == {("a.example", 80): "The host name cannot be found."}
        assert proxy.refused == {}

    async def test_is_told_for_a_port_that_nobody_listens_at(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        async with EgressProxy(LOOPBACK) as proxy:
            code = await code_for(proxy, "127.0.0.1", port)

        assert code == socks.CONNECTION_REFUSED
        assert proxy.failed == {
            ("127.0.0.1", port): "The connection to the address failed."
        }


class RebindingTests(SimpleTestCase):
    """127.0.0.1 stands for a public address, and 127.0.0.2 for one inside."""

    async def codes(self, *answers, connections=20):
        """Return how often which code came; nothing may ever come inside."""
        inside = Counter()

        async def note(reader, writer):
            inside["connections"] += 1

        async with serving(say_who) as port, serving(note, "127.0.0.2", port):
            with name_server(*answers) as server:
                async with EgressProxy(LOOPBACK) as proxy:
                    codes = await asyncio.gather(
                        *(self.code(proxy, port) for _ in range(connections))
                    )
        assert inside == {}
        # Judged and dialled by one answer: a second might be another.
        assert server.queries == connections
        return Counter(codes)

    async def code(self, proxy, port):
        async with client_of(proxy) as (reader, writer):
            code = await ask(reader, writer, request("rebinding.example", port))
            assert await reader.read() == (b"" if code else b"open")
            return code

    async def test_reaches_nothing_inside_by_turns(self):
        codes = await self.codes(["127.0.0.1"], ["127.0.0.2"])

        assert codes == {socks.SUCCEEDED: 10, socks.REFUSED: 10}

    async def test_reaches_nothing_inside_by_a_late_change(self):
        codes = await self.codes(*[["127.0.0.1"]] * 5, *[["127.0.0.2"]] * 15)

        assert codes == {socks.SUCCEEDED: 5, socks.REFUSED: 15}

    async def test_reaches_nothing_inside_by_mixed_answers(self):
        codes = await self.codes(["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"])

        assert codes == {socks.REFUSED: 20}
