"""The one way out for Chromium: a SOCKS5 proxy whose ways `common.egress` judges.

Chromium looks nothing up itself: each connection of a page, whatever its protocol,
asks here for a host and a port. Reasons and limits: docs/decisions/0006-egress.md.
"""

import asyncio
import errno
import logging
import socket
import struct
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from threading import Thread

from common.egress import AddressRefused, Reach, connect, failure_reason
from files.capture import socks

logger = logging.getLogger(__name__)

# A heavy page is 20 MB; a film or an endless stream is no page.
MAX_RECEIVED_BYTES = 100_000_000
# A page asks, and hardly uploads: this bounds what it can flood others with.
MAX_SENT_BYTES = 10_000_000
# A heavy page opens 100. Bounds scans, and how many hosts are recorded.
MAX_CONNECTIONS = 1000
# Chromium opens at most 32 through a proxy, and 32 WebSockets. Bounds open files.
MAX_OPEN = 128
# As many as Chromium opens at once, so that slow hosts do not hold up the others.
DIALLING_THREADS = 32
CONNECT_SECONDS = 10
# Chromium sends its part at once; what is slower or garbage is something else.
HANDSHAKE_SECONDS = 10
# As long as a page may take to load.
IDLE_SECONDS = 60
# With the kernel's buffers all that a tunnel holds of what its other end is slow at.
CHUNK_BYTES = 64 * 1024

OFFLINE = "The page is rendered offline: nothing is loaded from elsewhere."
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
OUT_OF_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class EgressProxy:
    """Tunnels to what is within reach: an async context manager, for one capture.

    While entered it listens at `port` of loopback. Without a reach it is offline and
    refuses all. `refused` and `failed` hold public reasons by host and port, in order
    of their first time. `exceeded` gets a public message once a limit is passed; all
    tunnels are cut then, and no more are opened.
    """

    port: int
    exceeded: "asyncio.Future[str]"

    def __init__(self, reach: Reach | None) -> None:
        self._reach = reach
        self.refused: dict[tuple[str, int], str] = {}
        self.failed: dict[tuple[str, int], str] = {}
        self.received_bytes = 0
        self.sent_bytes = 0
        self._connections = 0
        self._tasks: set[asyncio.Task] = set()

    async def __aenter__(self) -> "EgressProxy":
        self._loop = asyncio.get_running_loop()
        self.exceeded = self._loop.create_future()
        self._dialling = asyncio.Semaphore(DIALLING_THREADS)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=MAX_OPEN)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._loop.add_reader(self._listener, self._accept)
        return self

    async def __aexit__(self, *exception) -> None:
        self._cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError as error:
            if error.errno in OUT_OF_ROOM:
                # The client would go on waiting, and the loop calling.
                self._exceed("The machine has no room for the page's connections.")
            return
        self._connections += 1
        if self._connections > MAX_CONNECTIONS:
            client.close()
            self._exceed(f"The page opened more than {MAX_CONNECTIONS:,} connections.")
        elif len(self._tasks) >= MAX_OPEN:
            client.close()
        else:
            client.setblocking(False)
            task = self._loop.create_task(self._serve(client))
            self._tasks.add(task)
            task.add_done_callback(partial(self._forget, client))

    def _forget(self, client: socket.socket, task: asyncio.Task) -> None:
        # Here, as a task that is cancelled before its first step runs no `finally`.
        client.close()
        self._tasks.discard(task)

    def _exceed(self, message: str) -> None:
        if not self.exceeded.done():
            self.exceeded.set_result(message)
        self._cut()

    def _cut(self) -> None:
        if self._listener.fileno() != -1:
            self._loop.remove_reader(self._listener)
            self._listener.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, client: socket.socket) -> None:
        # OSError, and so TimeoutError: the client vanished, or was slow.
        with suppress(OSError, socks.HandshakeFailed):
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                host, port = await socks.read_request(client)
            upstream = await self._dial(client, host, port)
            if upstream is not None:
                with upstream:
                    upstream.setblocking(False)
                    await socks.reply(client, socks.SUCCEEDED)
                    await self._tunnel(client, upstream)

    async def _dial(
        self, client: socket.socket, host: str, port: int
    ) -> socket.socket | None:
        """Return a connection; None once the client was told why there is none."""
        try:
            return await self._connect(host, port)
        except AddressRefused as error:
            if (host, port) not in self.refused:
                logger.info("Refused a page %s:%s: %s", host, port, error)
            self.refused.setdefault((host, port), error.message)
            is_ipv6 = ":" in host
            code = socks.ADDRESS_TYPE_UNKNOWN if is_ipv6 else socks.REFUSED
        except OSError as error:
            self.failed.setdefault((host, port), failure_reason(error))
            code = _reply_code(error)
        await socks.reply(client, code)
        return None

    async def _connect(self, host: str, port: int) -> socket.socket:
        if self._reach is None:
            raise AddressRefused(OFFLINE)
        async with self._dialling:
            dialling = Future()
            # Not of a pool: those Python waits for when the worker ends.
            Thread(
                target=_dial_into,
                args=(dialling, host, port, self._reach),
                name="egress-proxy",
                daemon=True,
            ).start()
            try:
                return await asyncio.wrap_future(dialling)
            except asyncio.CancelledError:
                # The thread goes on, and nobody takes what it brings.
                dialling.add_done_callback(_close_unused)
                raise
            finally:
                # Its exception knows this frame, and the frame would know it.
                del dialling

    async def _tunnel(self, client: socket.socket, upstream: socket.socket) -> None:
        """Pass bytes both ways until both ends have ended, or nothing passes."""
        try:
            async with (
                asyncio.timeout(IDLE_SECONDS) as idle,
                asyncio.TaskGroup() as both,
            ):
                both.create_task(self._pump(client, upstream, idle, self._count_sent))
                both.create_task(
                    self._pump(upstream, client, idle, self._count_received)
                )
        except* OSError:
            # An answer that broke off must not look as if it were complete.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    async def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        idle: asyncio.Timeout,
        count: Callable[[int], None],
    ) -> None:
        while data := await self._loop.sock_recv(source, CHUNK_BYTES):
            if not idle.expired():
                idle.reschedule(self._loop.time() + IDLE_SECONDS)
            count(len(data))
            if self.exceeded.done():
                return
            await self._loop.sock_sendall(sink, data)
        # The other way may have more to say.
        sink.shutdown(socket.SHUT_WR)

    def _count_received(self, count: int) -> None:
        self.received_bytes += count
        if self.received_bytes > MAX_RECEIVED_BYTES:
            megabytes = MAX_RECEIVED_BYTES // 1_000_000
            self._exceed(f"The page loaded more than {megabytes} MB.")

    def _count_sent(self, count: int) -> None:
        self.sent_bytes += count
        if self.sent_bytes > MAX_SENT_BYTES:
            megabytes = MAX_SENT_BYTES // 1_000_000
            self._exceed(f"The page sent more than {megabytes} MB.")


def _reply_code(error: OSError) -> int:
    match error:
        case socket.gaierror():
            return socks.HOST_UNREACHABLE
        case TimeoutError():
            return socks.TIMED_OUT
        case ConnectionRefusedError():
            return socks.CONNECTION_REFUSED
    return socks.FAILED


def _dial_into(
    dialling: "Future[socket.socket]", host: str, port: int, reach: Reach
) -> None:
    """Set the result to a connection, or to what there was instead."""
    if not dialling.set_running_or_notify_cancel():
        return
    try:
        connection = connect(host, port, timeout=CONNECT_SECONDS, reach=reach)
    except Exception as error:
        dialling.set_exception(error)
    else:
        dialling.set_result(connection)


def _close_unused(dialling: "Future[socket.socket]") -> None:
    if not dialling.cancelled() and dialling.exception() is None:
        dialling.result().close()
