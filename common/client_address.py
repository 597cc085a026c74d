"""Which address a request came from, behind as many proxies as are trusted."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

IPV6_SITE_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the caller's address as a string; "unknown" where there is none.

    Each of the TRUSTED_PROXIES appends the address that it saw to
    X-Forwarded-For, so the caller's is that many from the right. What stands left
    of it anyone could have written. A list that is too short, or an entry that is
    no address, is not believed at all.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    hops = settings.TRUSTED_PROXIES
    if hops:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= hops and (address := _parse(forwarded[-hops])):
            return str(address)
    return str(_parse(peer) or "unknown")


def client_network(request: HttpRequest) -> str:
    """Return what a limit counts by: an IPv4 address, or an IPv6 /64.

    One household or server owns a whole /64, so a limit for each address of it
    would be none.
    """
    address = _parse(client_address(request))
    if isinstance(address, ipaddress.IPv6Address):
        network = ipaddress.ip_network((address, IPV6_SITE_PREFIX), strict=False)
        return str(network)
    return str(address or "unknown")


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
