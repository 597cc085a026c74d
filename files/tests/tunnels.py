"""What the tests of the egress proxy need: clients, servers and a name server."""

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from unittest.mock import patch

from common.egress import Reach
from files.capture import socks

LOOPBACK = Reach(allowed_hosts=("127.0.0.1",))
GREETING = bytes([5, 1, 0])


def request(host, port, *, command=socks.CONNECT, kind=socks.NAME):
    """Return what a client sends once it is greeted; `host` may be bytes."""
    address = host.encode() if isinstance(host, str) else host
    if kind == socks.NAME:
        address = bytes([len(address)]) + address
    return bytes([5, command, 0, kind]) + address + port.to_bytes(2, "big")


@asynccontextmanager
async def client_of(proxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def ask(reader, writer, data):
    """Greet, send the request and return the code of the reply."""
    writer.write(GREETING)
    assert await reader.readexactly(2) == bytes([5, 0])
    writer.write(data)
    reply = await reader.readexactly(10)
    assert (reply[0], reply[2:]) == (5, bytes([0, 1, 0, 0, 0, 0, 0, 0]))
    return reply[1]


async def code_for(proxy, host, port=80, **options):
    async with client_of(proxy) as (reader, writer):
        code = await ask(reader, writer, request(host, port, **options))
        if code:
            assert await reader.read() == b""
        return code


@asynccontextmanager
async def tunnel_to(port, proxy, host="127.0.0.1"):
    async with client_of(proxy) as (reader, writer):
        assert await ask(reader, writer, request(host, port)) == socks.SUCCEEDED
        yield reader, writer


@asynccontextmanager
async def serving(handle, host="127.0.0.1", port=0):
    """Serve on loopback; yields the port. All that is served has ended at the end."""
    running = set()

    async def handled(reader, writer):
        running.add(asyncio.current_task())
        try:
            await handle(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handled, host, port)
    async with server:
        yield server.sockets[0].getsockname()[1]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()
    await reader.read()


def resolving(look_up):
    """Patch the resolver; `look_up` returns the addresses of a name."""

    def getaddrinfo(host, port, family=0, kind=0, proto=0, flags=0):
        assert family == socket.AF_INET
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
            for address in look_up(host)
        ]

    return patch("socket.getaddrinfo", getaddrinfo)


class NameServer:
    """Answers over UDP on loopback: one query after the other as it is told."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.queries = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.thread = Thread(target=self.serve)

    def serve(self):
        while True:
            query, caller = self.socket.recvfrom(512)
            if not query:
                return
            self.socket.sendto(self.answer(query), caller)

    def answer(self, query):
        addresses = self.answers[self.queries % len(self.answers)]
        self.queries += 1
        # The question is repeated; the answers point back to its name.
        records = b"".join(
            b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(address)
            for address in addresses
        )
        counts = bytes([0, 1, 0, len(addresses), 0, 0, 0, 0])
        return query[:2] + b"\x81\x80" + counts + query[12:] + records

    def look_up(self, host):
        labels = b"".join(
            bytes([len(label)]) + label for label in host.encode().split(b".")
        )
        query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.settimeout(10)
            caller.sendto(query, self.socket.getsockname())
            answer = caller.recv(512)
        assert answer[:2] == query[:2]
        records = answer[len(query) :]
        return [
            socket.inet_ntoa(records[start + 12 : start + 16])
            for start in range(0, len(records), 16)
        ]


@contextmanager
def name_server(*answers):
    """Run a name server that the system's resolver asks, as it were."""
    server = NameServer(*answers)
    server.thread.start()
    try:
        with resolving(server.look_up):
            yield server
    finally:
        server.socket.sendto(b"", server.socket.getsockname())
        server.thread.join(10)
        server.socket.close()
