"""The server's half of a SOCKS5 handshake: RFC 1928, CONNECT without authentication."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address

VERSION = 5
NO_AUTHENTICATION = 0
NO_ACCEPTABLE_METHOD = 0xFF
CONNECT = 1
IPV4, NAME, IPV6 = 1, 3, 4  # Types of addresses.

SUCCEEDED = 0
FAILED = 1
REFUSED = 2
HOST_UNREACHABLE = 4
CONNECTION_REFUSED = 5
TIMED_OUT = 6
COMMAND_UNKNOWN = 7
ADDRESS_TYPE_UNKNOWN = 8


class HandshakeFailed(Exception):
    """The client does not speak SOCKS5, or asks for what is not offered."""


async def read_request(client: socket.socket) -> tuple[str, int]:
    """Return the host and port that the client asks for.

    The host is as the client wrote it, in printable ASCII, or an address. Nothing
    beyond the request is read, so that what follows is the tunnel's.

    Raises HandshakeFailed, once the client has its answer if there is one for it,
    and OSError where the client vanishes.
    """
    version, count = await _read(client, 2)
    if version != VERSION:
        raise HandshakeFailed
    if NO_AUTHENTICATION not in await _read(client, count):
        await _send(client, bytes([VERSION, NO_ACCEPTABLE_METHOD]))
        raise HandshakeFailed
    await _send(client, bytes([VERSION, NO_AUTHENTICATION]))
    version, command, _, kind = await _read(client, 4)
    if version != VERSION:
        raise HandshakeFailed
    host = await _read_host(client, kind)
    port = int.from_bytes(await _read(client, 2), "big")
    if command != CONNECT:
        # Not before all is read: closing on unread bytes is a reset, not an answer.
        await reply(client, COMMAND_UNKNOWN)
        raise HandshakeFailed
    return host, port


async def reply(client: socket.socket, code: int) -> None:
    """Answer the request; the address that SOCKS5 has here is nobody's business."""
    await _send(client, bytes([VERSION, code, 0, IPV4]) + bytes(6))


async def _read_host(client: socket.socket, kind: int) -> str:
    if kind == IPV4:
        return str(IPv4Address(await _read(client, 4)))
    if kind == IPV6:
        return str(IPv6Address(await _read(client, 16)))
    if kind != NAME:
        await reply(client, ADDRESS_TYPE_UNKNOWN)
        raise HandshakeFailed
    (length,) = await _read(client, 1)
    # Escaped, as what a page names ends up in logs and results.
    name = (await _read(client, length)).decode("latin-1")
    return name.encode("unicode_escape").decode("ascii")


async def _read(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        received = await asyncio.get_running_loop().sock_recv(client, count - len(data))
        if not received:
            raise HandshakeFailed
        data += received
    return data


async def _send(client: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(client, data)
