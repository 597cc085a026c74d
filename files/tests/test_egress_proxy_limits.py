import asyncio
import errno
import gc
import random
import socket
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from threading import Event
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from common.egress import Reach
from files.capture import egress_proxy, socks
from files.capture.egress_proxy import EgressProxy
from files.tests.tunnels import (
    GREETING,
    LOOPBACK,
    client_of,
    code_for,
    echo,
    request,
    resolving,
    serving,
    tunnel_to,
)


def limited(**constants):
    return patch.multiple(egress_proxy, **constants)


async def end_of(reader):
    """Return what comes until the connection ends, one way or the other."""
    data = bytearray()
    with suppress(ConnectionResetError):
        async with asyncio.timeout(20):
            while part := await reader.read(65536):
                data += part
    return bytes(data)


async def flood(reader, writer):
    with suppress(ConnectionError):
        for _ in range(4000):
            writer.write(bytes(65536))
            await writer.drain()


def open_sockets():
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # The folder's own.
            links.append(str(entry.readlink()))
    return sum(link.startswith("socket:") for link in links)


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


class ByteLimitTests(SimpleTestCase):
    async def test_lets_pass_what_is_just_allowed(self):
        with limited(MAX_RECEIVED_BYTES=300_000, MAX_SENT_BYTES=300_000):
            async with (
                serving(echo) as port,
                EgressProxy(LOOPBACK) as proxy,
                tunnel_to(port, proxy) as (reader, writer),
            ):
                writer.write(bytes(300_000))
                assert await reader.readexactly(300_000)
                assert not proxy.exceeded.done()

    async def test_cuts_all_tunnels_when_too_much_is_received(self):
        async with (
            serving(flood) as flooding,
            serving(echo) as echoing,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(echoing, proxy) as (idle, _),
            tunnel_to(flooding, proxy) as (flooded, _),
        ):
            passed = len(await end_of(flooded))
            assert await end_of(idle) == b""
            message = await asyncio.wait_for(proxy.exceeded, 20)

        assert message == "The page loaded more than 100 MB."
        assert passed <= egress_proxy.MAX_RECEIVED_BYTES < proxy.received_bytes
        assert proxy.received_bytes < egress_proxy.MAX_RECEIVED_BYTES + 65537

    async def test_cuts_all_tunnels_when_too_much_is_sent(self):
        took = []

        async def take(reader, writer):
            took.append(len(await end_of(reader)))

        async with (
            serving(take) as port,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(port, proxy) as (reader, writer),
        ):
            await flood(reader, writer)
            assert await end_of(reader) == b""
            message = await asyncio.wait_for(proxy.exceeded, 20)
            await until(lambda: took)

        assert message == "The page sent more than 10 MB."
        assert took[0] <= egress_proxy.MAX_SENT_BYTES < proxy.sent_bytes

    async def test_counts_all_tunnels_together(self):
        with limited(MAX_SENT_BYTES=1000):
            async with (
                serving(echo) as port,
                EgressProxy(LOOPBACK) as proxy,
                tunnel_to(port, proxy) as (one, to_one),
                tunnel_to(port, proxy) as (other, to_other),
            ):
                to_one.write(bytes(600))
                await one.readexactly(600)
                to_other.write(bytes(600))

                assert await end_of(other) == b""
                assert proxy.exceeded.done()

    async def test_takes_no_more_connections_after(self):
        with limited(MAX_SENT_BYTES=10):
            async with serving(echo) as port, EgressProxy(LOOPBACK) as proxy:
                async with tunnel_to(port, proxy) as (reader, writer):
                    writer.write(bytes(11))
                    await end_of(reader)

                with pytest.raises(ConnectionRefusedError):
                    await code_for(proxy, "127.0.0.1", port)

    async def test_holds_back_what_the_client_does_not_take(self):
        async with (
            serving(flood) as port,
            EgressProxy(LOOPBACK) as proxy,
            tunnel_to(port, proxy) as (_, writer),
        ):
            writer.transport.pause_reading()
            before = 0
            while before != proxy.received_bytes or not before:
                before = proxy.received_bytes
                await asyncio.sleep(0.3)

            # The rest is in the kernel's buffers, at 6 MB at most each.
            assert 0 < proxy.received_bytes < 40_000_000
            assert not proxy.exceeded.done()


class ConnectionLimitTests(SimpleTestCase):
    async def test_cuts_all_tunnels_when_too_many_were_opened(self):
        with limited(MAX_CONNECTIONS=5):
            async with (
                serving(echo) as port,
                EgressProxy(LOOPBACK) as proxy,
                tunnel_to(port, proxy) as (reader, _),
            ):
                for _ in range(4):
                    assert await code_for(proxy, "10.0.0.1") == socks.REFUSED
                assert not proxy.exceeded.done()

                async with client_of(proxy) as (another, _):
                    assert await end_of(another) == b""
                assert await end_of(reader) == b""

        assert proxy.exceeded.result() == "The page opened more than 5 connections."

    async def test_closes_what_is_more_than_may_be_open(self):
        with limited(MAX_OPEN=2):
            async with EgressProxy(LOOPBACK) as proxy, AsyncExitStack() as stack:
                for _ in range(2):
                    reader, writer = await stack.enter_async_context(client_of(proxy))
                    writer.write(GREETING)
                    await reader.readexactly(2)
                async with client_of(proxy) as (third, _):
                    assert await end_of(third) == b""

                # Those that are open go on.
                writer.write(request("10.0.0.1", 80))
                assert await reader.readexactly(10)
        assert not proxy.exceeded.done()

    async def test_ends_where_the_machine_has_no_room(self):
        full = OSError(errno.EMFILE, "Too many open files")
        async with EgressProxy(LOOPBACK) as proxy:
            accept = patch("socket.socket.accept", autospec=True, side_effect=full)
            with accept as accepting, suppress(ConnectionResetError):
                async with client_of(proxy):
                    await until(proxy.exceeded.done)
            assert "no room" in proxy.exceeded.result()

        assert accepting.call_count == 1

    async def test_outlives_a_client_that_was_gone_too_soon(self):
        gone = OSError(errno.ECONNABORTED, "Software caused connection abort")
        async with EgressProxy(LOOPBACK) as proxy:
            accept = patch("socket.socket.accept", autospec=True, side_effect=gone)
            with accept as accepting:
                async with client_of(proxy):
                    await until(lambda: accepting.called)

            assert await code_for(proxy, "10.0.0.1") == socks.REFUSED


class PatienceTests(SimpleTestCase):
    async def test_ends_with_a_slow_handshake(self):
        beginnings = (b"", b"\5", GREETING, GREETING + request("a.example", 80)[:-1])
        with limited(HANDSHAKE_SECONDS=0.1):
            async with EgressProxy(LOOPBACK) as proxy:
                for data in beginnings:
                    with self.subTest(data=data):
                        async with client_of(proxy) as (reader, writer):
                            writer.write(data)
                            assert await end_of(reader) in (b"", b"\5\0")

    async def test_ends_with_an_idle_tunnel(self):
        with limited(IDLE_SECONDS=0.2):
            async with (
                serving(echo) as port,
                EgressProxy(LOOPBACK) as proxy,
                tunnel_to(port, proxy) as (reader, _),
            ):
                assert await end_of(reader) == b""
        assert not proxy.exceeded.done()

    async def test_lasts_while_bytes_pass_one_way(self):
        async def drip(reader, writer):
            for _ in range(8):
                writer.write(b"x")
                await asyncio.sleep(0.25)

        with limited(IDLE_SECONDS=1.5):
            async with (
                serving(drip) as port,
                EgressProxy(LOOPBACK) as proxy,
                tunnel_to(port, proxy) as (reader, _),
            ):
                assert await reader.read(8) == b"x"
                assert await end_of(reader) == b"x" * 7

    async def test_does_not_let_slow_hosts_hold_up_the_others(self):
        released = Event()

        def look_up(host):
            if host.startswith("slow"):
                released.wait(30)
            return ["127.0.0.1"]

        with resolving(look_up):
            async with serving(echo) as port, EgressProxy(LOOPBACK) as proxy:
                slow = [
                    asyncio.create_task(code_for(proxy, f"slow{number}.example", port))
                    for number in range(31)
                ]
                try:
                    assert await code_for(proxy, "quick.example", port) == 0
                    assert not any(task.done() for task in slow)
                finally:
                    released.set()
                assert set(await asyncio.gather(*slow)) == {socks.SUCCEEDED}

    async def test_ends_with_a_slow_look_up(self):
        released = Event()
        self.addCleanup(released.set)

        def look_up(host):
            released.wait(30)
            return ["127.0.0.1"]

        with resolving(look_up), limited(CONNECT_SECONDS=0.2):
            async with EgressProxy(Reach()) as proxy:
                assert await code_for(proxy, "slow.example") == socks.TIMED_OUT

        assert proxy.failed == {
            ("slow.example", 80): "The address did not answer in time."
        }


class JunkTests(SimpleTestCase):
    async def test_ends_with_junk(self):
        refused = patch.object(
            egress_proxy, "connect", side_effect=ConnectionRefusedError
        )
        with refused:
            async with EgressProxy(LOOPBACK) as proxy:
                for seed in range(600):
                    with self.subTest(seed=seed):
                        await self.throw_junk(proxy, random.Random(seed))

                assert await code_for(proxy, "a.example") == socks.CONNECTION_REFUSED
                assert not proxy.exceeded.done()

    async def throw_junk(self, proxy, chance):
        start = chance.choice((b"", b"\5", GREETING, GREETING + b"\5\1\0"))
        async with client_of(proxy) as (reader, writer):
            writer.write(start + chance.randbytes(chance.randrange(400)))
            writer.write_eof()
            answer = await end_of(reader)
        assert answer[:2] in (b"", b"\5\0", b"\5\xff")
        assert answer[2:3] in (b"", b"\5")
        assert len(answer) in (0, 2, 12)

    async def test_outlives_clients_that_vanish(self):
        async with serving(echo) as port, EgressProxy(LOOPBACK) as proxy:
            whole = GREETING + request("127.0.0.1", port) + b"x" * 100_000
            for length in (0, 1, 3, 5, 10, len(whole) - 100_000, len(whole)):
                with self.subTest(length=length):
                    async with client_of(proxy) as (_, writer):
                        writer.write(whole[:length])
                    await until(lambda: len(asyncio.all_tasks()) == 1)

            assert await code_for(proxy, "127.0.0.1", port) == socks.SUCCEEDED


class ExitTests(SimpleTestCase):
    async def test_closes_open_tunnels(self):
        served = []

        async def note(reader, writer):
            served.append(await end_of(reader))

        async with serving(note) as port:
            async with AsyncExitStack() as stack:
                async with EgressProxy(LOOPBACK) as proxy:
                    tunnels = [
                        await stack.enter_async_context(tunnel_to(port, proxy))
                        for _ in range(10)
                    ]
                assert [await end_of(reader) for reader, _ in tunnels] == [b""] * 10
            await until(lambda: len(served) == 10)

    async def test_stops_listening(self):
        async with EgressProxy(LOOPBACK) as proxy:
            pass

        with pytest.raises(ConnectionRefusedError):
            await code_for(proxy, "127.0.0.1")

    async def test_leaves_no_task(self):
        async with serving(flood) as port, AsyncExitStack() as stack:
            async with EgressProxy(LOOPBACK) as proxy:
                for _ in range(5):
                    await stack.enter_async_context(tunnel_to(port, proxy))
                await until(lambda: len(asyncio.all_tasks()) >= 1 + 5 * 4)
            # Of each tunnel, only what the test's own server does is left.
            assert len(asyncio.all_tasks()) == 1 + 5

    async def test_closes_connections_at_every_step(self):
        for steps in range(12):
            with self.subTest(steps=steps), socket.socket() as client:
                async with EgressProxy(LOOPBACK) as proxy:
                    client.connect(("127.0.0.1", proxy.port))
                    client.sendall(GREETING + request("10.0.0.1", 80))
                    for _ in range(steps):
                        await asyncio.sleep(0)
                client.settimeout(10)
                with suppress(ConnectionResetError):
                    while client.recv(100):
                        pass

    async def test_closes_what_a_thread_brings_too_late(self):
        released, begun = Event(), Event()
        ours, late = socket.socketpair()

        def connect(*args, **kwargs):
            begun.set()
            released.wait(30)
            return late

        with ours, patch.object(egress_proxy, "connect", connect):
            async with EgressProxy(LOOPBACK) as proxy, AsyncExitStack() as stack:
                _, writer = await stack.enter_async_context(client_of(proxy))
                writer.write(GREETING + request("a.example", 80))
                await until(begun.is_set)
            # No one waited for the thread.
            assert not released.is_set()
            released.set()
            ours.settimeout(10)
            assert ours.recv(1) == b""

    async def test_does_not_leave_sockets_to_the_garbage_collector(self):
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        before = open_sockets()

        async with (
            serving(echo) as port,
            AsyncExitStack() as stack,
            EgressProxy(LOOPBACK) as proxy,
        ):
            await stack.enter_async_context(tunnel_to(port, proxy))
            await stack.enter_async_context(client_of(proxy))
            await code_for(proxy, "10.0.0.1")

        await until(lambda: open_sockets() == before)
