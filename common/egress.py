"""How the platform connects to addresses that its users name.

A name is resolved once, each answer is judged, and the judged address is the one
that is dialled. Reasons and limits: docs/decisions/0006-egress.md.
"""

import logging
import re
import socket
import time
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from threading import Thread
from urllib.parse import urlsplit

from django.conf import settings

from common.exceptions import ApplicationError

logger = logging.getLogger(__name__)

MAX_URL_LENGTH = 2000
MAX_ATTEMPTS = 3
DEFAULT_PORTS = {"http": 80, "https": 443}
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*")
# Resolvers and browsers take a host for an IPv4 address when its last label is one.
ENDS_IN_NUMBER = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")

# IANA's registry of special-purpose IPv4 addresses, multicast and future use. A list
# of ours, as ipaddress.is_global takes multicast and part of 192.0.0.0/24 for public.
NOT_PUBLIC = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's agent: not in the registry, but inside each VM.
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]


IPV6_REFUSED = (
    "The platform does not connect to IPv6 addresses: name a host, or an IPv4 address."
)


class AddressRefused(ApplicationError):
    """The platform does not connect to this address."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where users of one part of the platform may have it connect to."""

    # Besides public addresses: see parse_allowed_host.
    allowed_hosts: tuple[str, ...] = ()
    ports: frozenset[int] | None = None  # None: all of them.

    def includes(self, host: str, address: IPv4Address) -> bool:
        """Tell whether `host`, in lower case, may be reached at an address of it."""
        if not any(address in network for network in NOT_PUBLIC):
            return True
        allowed = [parse_allowed_host(entry) for entry in self.allowed_hosts]
        return host in allowed or any(
            address in entry for entry in allowed if isinstance(entry, IPv4Network)
        )


def webhook_reach() -> Reach:
    return Reach(allowed_hosts=tuple(settings.WEBHOOK_ALLOWED_HOSTS))


def browser_reach() -> Reach:
    return Reach(
        allowed_hosts=tuple(settings.BROWSER_ALLOWED_HOSTS),
        ports=frozenset(settings.BROWSER_ALLOWED_PORTS),
    )


@dataclass(frozen=True, kw_only=True)
class Target:
    scheme: str  # http or https
    host: str  # A lower-case ASCII name, or an IPv4 address.
    port: int
    path: str  # With the query; never empty.


class Deadline:
    """A moment that all waits of one exchange share."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def seconds_left(self) -> float:
        """Return how long may be waited, more than 0.

        Raises TimeoutError once the moment has passed.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


def check_url(url: str, reach: Reach) -> None:
    """Raise AddressRefused unless `connect` might reach the URL; looks nothing up."""
    parse_url(url, reach)


def parse_url(url: str, reach: Reach) -> Target:
    """Return the parts of a URL, which hold for the dialling as for the checking.

    Raises AddressRefused, whose message says what a URL must be.
    """
    if len(url) > MAX_URL_LENGTH:
        raise AddressRefused(f"The URL must have at most {MAX_URL_LENGTH} characters.")
    if not re.fullmatch(r"[!-~]*", url):
        raise AddressRefused(
            "The URL must be of ASCII characters without spaces: write others "
            "percent-encoded, and an international host name in its xn-- form."
        )
    try:
        parts = urlsplit(url)
    except ValueError:  # For brackets that do not hold an IPv6 address.
        parts = urlsplit("")
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        raise AddressRefused(
            "The URL must begin with http:// or https:// and a host, "
            "as https://example.com/hook does."
        )
    if "@" in parts.netloc:
        raise AddressRefused(
            "The URL must not hold a user name or password: leave out the @ and what "
            "stands before it."
        )
    host, port = _split_port(parts.netloc, DEFAULT_PORTS[parts.scheme])
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        scheme=parts.scheme,
        host=_checked_host(host, reach),
        port=_checked_port(port, reach),
        path=(parts.path or "/") + query,
    )


def connect(host: str, port: int, *, timeout: float, reach: Reach) -> socket.socket:
    """Return a TCP connection to an IPv4 address of `host` that is within reach.

    `timeout` is in seconds, for the look-up and all attempts together; each later
    wait on the socket has as long again, unless the caller sets another.

    Raises AddressRefused where any address of the host is out of reach, and OSError
    where the connection fails, which may pass: socket.gaierror where the name
    cannot be looked up, TimeoutError, ConnectionRefusedError and the like.
    """
    deadline = Deadline(timeout)
    host, port = _checked_host(host, reach), _checked_port(port, reach)
    addresses = _look_up(host, deadline)
    for address in addresses:
        if not reach.includes(host, address):
            logger.info("Refused %s, which leads to %s", host, address)
            raise AddressRefused(
                f"{host} leads to an address that is not public: name a host that "
                "the internet can reach."
            )
    connection = _dial(addresses[:MAX_ATTEMPTS], port, deadline)
    connection.settimeout(timeout)
    return connection


def failure_reason(error: OSError) -> str:
    """Return for the public why `connect`, or what came after it, failed."""
    match error:
        case socket.gaierror():
            return "The host name cannot be found."
        case TimeoutError():
            return "The address did not answer in time."
    return "The connection to the address failed."


def parse_allowed_host(entry: str) -> str | IPv4Network:
    """Return an entry of Reach.allowed_hosts: a lower-case host name or a network.

    Raises ValueError for what is neither.
    """
    name = entry.lower()
    if HOST_NAME.fullmatch(name) and not ENDS_IN_NUMBER.search(name):
        return name
    return IPv4Network(entry)


def _split_port(netloc: str, default: int) -> tuple[str, int]:
    if "[" in netloc:
        raise AddressRefused(IPV6_REFUSED)
    host, _, port = netloc.partition(":")
    if not port:
        return host, default
    # What is no number becomes a port that _checked_port refuses.
    return host, int(port) if re.fullmatch(r"[0-9]{1,5}", port) else 0


def _checked_port(port: int, reach: Reach) -> int:
    if not 1 <= port <= 65535:
        raise AddressRefused("The port must be a number from 1 to 65535.")
    if reach.ports is not None and port not in reach.ports:
        *others, last = map(str, sorted(reach.ports))
        ports = f"{', '.join(others)} or {last}" if others else last
        raise AddressRefused(f"The port must be {ports}: {port} is not opened.")
    return port


def _checked_host(host: str, reach: Reach) -> str:
    """Return the host in lower case, unless it is seen to lead out of reach."""
    host = host.lower()
    if ":" in host:
        raise AddressRefused(IPV6_REFUSED)
    if not HOST_NAME.fullmatch(host):
        raise AddressRefused(
            "The host must be a name such as example.com, without a dot at its end, "
            "or an IPv4 address."
        )
    address = _written_address(host)
    if address and not reach.includes(host, address):
        raise AddressRefused(
            f"{host} is not a public address: name a host that the internet can reach."
        )
    return host


def _written_address(host: str) -> IPv4Address | None:
    """Return the address that a host states without any look-up.

    Raises AddressRefused for the spellings of old, as 127.1 or 0x7f000001.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    if not ENDS_IN_NUMBER.search(host):
        return None
    try:
        return IPv4Address(host)
    except ValueError as error:
        raise AddressRefused(
            "Write an IPv4 address as four decimal numbers from 0 to 255 without "
            "leading zeros, as in 192.0.2.1."
        ) from error


def _look_up(host: str, deadline: Deadline) -> list[IPv4Address]:
    """Return all IPv4 addresses of a host, in the resolver's order.

    A look-up takes as long as the system's resolver likes and cannot be broken off,
    so one that is late is left to end in a thread of its own.
    """
    answers = Future()

    def look_up() -> None:
        try:
            answers.set_result(
                socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
            )
        except OSError as error:
            answers.set_exception(error)

    Thread(target=look_up, name="egress-look-up", daemon=True).start()
    found = answers.result(timeout=deadline.seconds_left())
    return [IPv4Address(address) for *_, (address, _) in found]


def _dial(addresses: list[IPv4Address], port: int, deadline: Deadline) -> socket.socket:
    """Return a connection to the first address that takes one."""
    failure = OSError("the host has no address")
    for index, address in enumerate(addresses):
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # A silent address leaves their share of the time to those after it.
            share = deadline.seconds_left() / (len(addresses) - index)
            connection.settimeout(share)
            # An address in numbers is not looked up again.
            connection.connect((str(address), port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure
