"""A server inside: what no page may reach, as it can tell by itself."""

import socket
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Thread

from PIL import Image

from files.tests import web

SECRET = "INSIDE-SECRET"
COLOUR = (255, 0, 255)
IP_PKTINFO = 8  # Python has names for neither.
PKTINFO_ADDRESS = slice(8, 12)
ATTENTION_SECONDS = 5

CSS = "html, body { background: #f0f !important }"
HTML = f"<style>{CSS}</style><script src=INSIDE.js></script>{SECRET}"
SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='400'>"
    "<rect id='a' width='400' height='400' fill='#f0f'/></svg>"
)
JS = f"globalThis.leak?.('{SECRET}'); export default '{SECRET}';"
CLASSIC_JS = f"globalThis.leak?.('{SECRET}');"


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (400, 400), COLOUR).save(file, "PNG")
    return file.getvalue()


ANSWERS = {
    ".css": ("text/css", CSS.encode()),
    ".html": ("text/html", HTML.encode()),
    ".js": ("text/javascript", CLASSIC_JS.encode()),
    ".mjs": ("text/javascript", JS.encode()),
    ".png": ("image/png", picture()),
    ".svg": ("image/svg+xml", SVG.encode()),
    ".events": ("text/event-stream", f"data: {SECRET}\n\n".encode()),
    ".vtt": ("text/vtt", f"WEBVTT\n\n00:00.000 --> 00:09.000\n{SECRET}\n".encode()),
}
TEXT = ("text/plain", SECRET.encode())


class Inside:
    """Listens at one port of all of 127.0.0.0/8 and of ::1, by TCP and UDP.

    `connections` counts what was accepted, and `datagrams` what came, by the address
    at which it did; `paths` is what was asked for by HTTP.
    """

    def __init__(self) -> None:
        self.connections: Counter[str] = Counter()
        self.datagrams: Counter[str] = Counter()
        self.paths: list[str] = []

    def __enter__(self) -> "Inside":
        # Bound to the device, so that nothing but loopback can come to any address.
        first = _on_loopback(socket.SOCK_STREAM, 0)
        self.port = first.getsockname()[1]
        self._udp = _on_loopback(socket.SOCK_DGRAM, self.port)
        self._udp.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        second = socket.create_server(("::1", self.port), family=socket.AF_INET6)
        self._servers = [_Server(self, first), _Server(self, second)]
        loops = [server.serve_forever for server in self._servers]
        self._threads = [Thread(target=run) for run in [self._receive, *loops]]
        for thread in self._threads:
            thread.start()
        # Captured pages reach the ports of all sites that run: only hosts decide.
        web.running.append(self)
        return self

    def __exit__(self, *exception) -> None:
        web.running.remove(self)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        for server in self._servers:
            server.shutdown()
        for thread in self._threads:
            thread.join()
        for server in self._servers:
            server.server_close()
        self._udp.close()

    def _receive(self) -> None:
        while True:
            data, [(_, _, information)], _, _ = self._udp.recvmsg(65535, 100)
            if not data:
                return
            self.datagrams[socket.inet_ntoa(information[PKTINFO_ADDRESS])] += 1

    @property
    def was_reached(self) -> bool:
        return bool(self.connections or self.datagrams or self.paths)


def _on_loopback(kind: socket.SocketKind, port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    server.bind(("0.0.0.0", port))
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, inside: Inside, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.inside = inside
        listener.listen(128)

    def verify_request(self, request, client_address) -> bool:
        # All that was accepted comes by here, before a byte of it is read.
        self.inside.connections[request.getsockname()[0]] += 1
        return True

    def handle_error(self, request, client_address) -> None:
        """Pass over clients that go away, or speak something else."""


class _Handler(BaseHTTPRequestHandler):
    timeout = ATTENTION_SECONDS

    def _answer(self) -> None:
        self.server.inside.paths.append(self.path)
        path = self.path.partition("?")[0]
        kind, body = ANSWERS.get(Path(path).suffix, TEXT)
        self.send_response(200)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Access-Control-Allow-Origin": self.headers.get("Origin", "*"),
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "X-Own",
            "Access-Control-Allow-Methods": "PUT, DELETE",
            "Access-Control-Allow-Private-Network": "true",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815

    def log_message(self, *arguments) -> None:
        """Keep the tests' output quiet."""


@contextmanager
def secret_files():
    """Yield a folder that any user can read, of files such as secret.html."""
    folder = Path(mkdtemp(prefix="hs-attacked-"))
    try:
        folder.chmod(0o755)
        for suffix, (_, body) in {**ANSWERS, ".txt": TEXT}.items():
            file = folder / f"secret{suffix}"
            file.write_bytes(body)
            file.chmod(0o644)
        yield folder
    finally:
        rmtree(folder)
