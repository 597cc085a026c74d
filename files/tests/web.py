"""A little web on loopback, and captures of its pages by a real Chromium."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image, ImageColor

from conftest import require
from files.capture.apart import run_apart
from files.capture.capture import capture
from files.capture.failures import CaptureFailed
from files.capture.generation import Captured, page_pdf, screenshot
from files.tests.certificates import Certificate

LOOPBACK = ("127.0.0.0/8", "localhost")
TAKES = {"screenshot": screenshot, "page-pdf": page_pdf}
PAPER = {"page_size": "A4", "orientation": "portrait"}
ATTENTION_SECONDS = 20

running: list["Site"] = []


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came to a site."""

    method: str
    path: str  # With the query.
    headers: dict[str, str]  # By names in lower case.
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What a site answers; `delay` is in seconds, before it does."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0


# A page's HTML, a whole reply, or what makes one of the request. A function with the
# attribute `is_raw` gets the open connection instead, and may do with it what it likes.
Route = str | Reply | Callable


def redirect(url: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": url})


def raw(serve: Callable) -> Callable:
    """Mark `serve(handler)`, which answers a request by itself, or does not."""
    serve.is_raw = True
    return serve


class Site:
    """Serves routes, by path, while entered; `log` is what was asked of it, in order.

    What no route has gets a 404. Routes may be added while it runs.
    """

    def __init__(
        self,
        routes: dict[str, Route] | None = None,
        *,
        address: str = "127.0.0.1",
        certificate: Certificate | None = None,
    ) -> None:
        self.routes = dict(routes or {})
        self.address = address
        self.certificate = certificate
        self.log: list[Asked] = []
        self.closing = Event()

    def __enter__(self) -> "Site":
        self._server = _Server((self.address, 0), partial(_Handler, self))
        if self.certificate:
            context = self.certificate.context()
            self._server.socket = context.wrap_socket(
                # The handshake is left to the thread that reads first.
                self._server.socket,
                server_side=True,
                do_handshake_on_connect=False,
            )
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        running.append(self)
        return self

    def __exit__(self, *exception) -> None:
        running.remove(self)
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str = "/", host: str | None = None) -> str:
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{host or self.address}:{self.port}{path}"

    def asked(self, path: str) -> list[Asked]:
        """Return the requests for a path, whatever their query."""
        return [each for each in self.log if each.path.partition("?")[0] == path]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # Closing waits for those that still answer.
    request_queue_size = 64

    def handle_error(self, request, client_address) -> None:
        """Pass over clients that go away, which captured pages do all the time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = ATTENTION_SECONDS

    def __init__(self, site: Site, *arguments) -> None:
        self.site = site
        super().__init__(*arguments)

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        asked = Asked(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(size),
        )
        self.site.log.append(asked)
        route = self.site.routes.get(self.path.partition("?")[0], Reply(status=404))
        if getattr(route, "is_raw", False):
            self.close_connection = True
            route(self)
            return
        answer = route(asked) if callable(route) else route
        self._send(answer if isinstance(answer, Reply) else Reply(body=answer))

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = _answer  # noqa: N815

    def _send(self, reply: Reply) -> None:
        self.site.closing.wait(reply.delay)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Type": "text/html; charset=utf-8", **reply.headers}
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Keep the tests' output quiet."""


def captured(
    request: dict, kind: str = "screenshot", *, hosts: tuple[str, ...] = LOOPBACK
) -> tuple[bytes, Captured]:
    """Return the file and the facts of a capture, as a worker's job makes them.

    Its pages reach `hosts` at the ports of all sites that run. Raises what a job does.
    """
    options = request.get("options", {})
    if kind == "page-pdf":
        options = {**PAPER, **options}
    file = BytesIO()

    def work(call: Callable):
        return capture(
            {**request, "options": options},
            name=uuid4().hex,
            take=lambda page: TAKES[kind](
                page, lambda data: call(partial(file.write, data))
            ),
            report=lambda percent, message: None,
        )

    require(settings.CHROMIUM_PATH)
    with reaching(*hosts):
        facts = run_apart(work)
    return file.getvalue(), facts


@contextmanager
def reaching(*hosts: str):
    """Open hosts to pages that are captured, at the ports of all sites that run."""
    ports = [80, 443, *(site.port for site in running)]
    with override_settings(BROWSER_ALLOWED_HOSTS=hosts, BROWSER_ALLOWED_PORTS=ports):
        yield


def pictured(request: dict, **reach) -> tuple[Image.Image, Captured]:
    """Return the picture and the facts of a screenshot."""
    data, facts = captured(request, **reach)
    with Image.open(BytesIO(data)) as image:
        image.load()
    assert image.size == (facts.facts["width"], facts.facts["height"])
    return image, facts


def failure_of(request: dict, kind: str = "screenshot", **reach) -> str:
    """Return the public message with which a capture fails."""
    with pytest.raises(CaptureFailed) as caught:
        captured(request, kind, **reach)
    return caught.value.message


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    return image.convert("RGB").getpixel((int(x), int(y)))


def is_about(colour: tuple[int, ...], wanted: str, tolerance: int = 12) -> bool:
    """Tell whether a colour is one that CSS would name so."""
    pairs = zip(colour, ImageColor.getrgb(wanted), strict=True)
    return all(abs(a - b) <= tolerance for a, b in pairs)


def dot(colour: str = "red", size: int = 100) -> Reply:
    """Return an image of one colour."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
    body = f'{svg}<rect width="100%" height="100%" fill="{colour}"/></svg>'
    return Reply(body=body, headers={"Content-Type": "image/svg+xml"})
