"""What a way is: one thing that a page can do to reach the server inside."""

import html
from dataclasses import dataclass, field

from files.tests.web import Asked, Reply, Site

PAGE_HOST = "127.0.0.3"
LEAK = (
    "<meta charset=utf-8><script>"
    "globalThis.leak = text => navigator.sendBeacon('PAGE/leak', 'SLUG ' + text);"
    "</script>"
)


@dataclass(frozen=True, kw_only=True)
class Way:
    """A document of the allowed site, and what else it has there.

    In all texts these words are replaced: INSIDE is the way's own URL inside, by
    host, port and path; HOST and PORT are of it, SLUG is its path, PAGE the allowed
    site's origin, OWN the way's own URL there without a suffix, FILES a folder.
    """

    name: str
    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    files: dict[str, Reply] = field(default_factory=dict)  # By suffixes of OWN.


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A way with an address inside that is its own."""

    way: Way
    number: int
    port: int
    site: Site
    folder: str

    @property
    def slug(self) -> str:
        return f"way{self.number:04d}"

    @property
    def host(self) -> str:
        return f"127.1.{self.number // 200}.{self.number % 200 + 1}"

    @property
    def path(self) -> str:
        return f"/{self.slug}"

    def fill(self, text: str) -> str:
        for word, value in (
            ("INSIDE", f"http://{self.host}:{self.port}/{self.slug}"),
            ("HOST", self.host),
            ("PORT", str(self.port)),
            ("OWN", self.site.url(self.path)),
            ("PAGE", self.site.url("")),
            ("SLUG", self.slug),
            ("FILES", self.folder),
        ):
            text = text.replace(word, value)
        return text

    def add_routes(self) -> None:
        way = self.way
        # Only HTML takes a script in front of it.
        body = way.body if "Content-Type" in way.headers else LEAK + way.body
        document = Reply(body=body, status=way.status, headers=way.headers)
        for suffix, reply in {"": document, **way.files}.items():
            self.site.routes[self.path + suffix] = self._filled(reply)

    def _filled(self, reply: Reply) -> Reply:
        return Reply(
            body=self.fill(reply.body),
            status=reply.status,
            headers={name: self.fill(text) for name, text in reply.headers.items()},
        )

    def as_frame(self) -> str:
        return f"<iframe width=90 height=60 src='{self.path}'></iframe>"

    def as_document(self) -> str:
        """The same without any server: what a client can send as HTML."""
        document = html.escape(self.fill(LEAK + self.way.body), quote=True)
        return f'<iframe width=90 height=60 srcdoc="{document}"></iframe>'


def leaks(site: Site) -> list[str]:
    """Return what pages told the allowed site of what they had read."""
    return [_body(asked) for asked in site.asked("/leak")]


def _body(asked: Asked) -> str:
    return asked.body.decode(errors="replace")
