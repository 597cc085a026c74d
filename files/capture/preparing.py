"""Has a tab ask for a page in the way that the request wants."""

import asyncio
import base64
from collections.abc import Callable
from urllib.parse import urlsplit

from pyppeteer.errors import NetworkError

from common.egress import DEFAULT_PORTS
from files.capture.failures import CaptureFailed
from files.capture.tab import Tab

# Where a document is shown that came with the request; no such host can exist
# (RFC 2606). https, so that scripts have what browsers keep for secure pages.
DOCUMENT_URL = "https://document.invalid/"
# Of cookies, by their names in options.
PROTOCOL_NAMES = {"http_only": "httpOnly", "same_site": "sameSite"}


async def prepare(tab: Tab, request: dict) -> None:
    """Set up an empty tab for a validated request.

    Raises CaptureFailed where Chromium does not take an option.
    """
    options = request.get("options", {})
    await asyncio.gather(
        _set_size(tab, request.get("viewport", {}), options),
        _set_media(tab, options),
        _set_place(tab, options),
        _set_cookies(tab, request, options),
    )
    await _intercept(tab, request, options.get("extra_http_headers"))


async def _set_size(tab: Tab, viewport: dict, options: dict) -> None:
    await tab.send(
        "Emulation.setDeviceMetricsOverride",
        width=viewport.get("width", 1280),
        height=viewport.get("height", 800),
        deviceScaleFactor=options.get("device_scale_factor", 1),
        mobile=False,
    )


async def _set_media(tab: Tab, options: dict) -> None:
    scheme = "dark" if options.get("dark_mode") else "light"
    await tab.send(
        "Emulation.setEmulatedMedia",
        media=options.get("emulated_media", ""),
        features=[{"name": "prefers-color-scheme", "value": scheme}],
    )


async def _set_place(tab: Tab, options: dict) -> None:
    """Have the browser look as if it stood where the caller wants it to stand."""
    locale, agent = (options.get(name) for name in ("locale", "user_agent"))
    if timezone := options.get("timezone"):
        await _set(tab, "timezone", "setTimezoneOverride", timezoneId=timezone)
    if locale:
        await _set(tab, "locale", "setLocaleOverride", locale=locale)
    if locale or agent:
        await _set(
            tab,
            "userAgent",
            "setUserAgentOverride",
            userAgent=agent or await tab.ask("() => navigator.userAgent"),
            **({"acceptLanguage": locale} if locale else {}),
        )


async def _set(tab: Tab, option: str, method: str, **parameters: str) -> None:
    try:
        await tab.send(f"Emulation.{method}", **parameters)
    except NetworkError:
        raise CaptureFailed(f"The browser does not know this {option}.") from None


async def _set_cookies(tab: Tab, request: dict, options: dict) -> None:
    for cookie in options.get("cookies", []):
        fields = {PROTOCOL_NAMES.get(name, name): cookie[name] for name in cookie}
        if "domain" not in fields:
            fields["url"] = request["url"]
        try:
            await tab.send("Network.setCookie", **fields)
        except NetworkError:
            raise CaptureFailed(
                f"The browser does not take the cookie {cookie['name']!r}: it is "
                "too large, or its prefix and attributes do not fit each other."
            ) from None


async def _intercept(tab: Tab, request: dict, headers: dict | None) -> None:
    """See to requests before they are sent, where there is something to add."""
    if "html" in request:
        answer, pattern = _document_server(tab, request["html"]), DOCUMENT_URL
    elif headers:
        answer, pattern = _header_adder(tab, request["url"], headers), "*"
    else:
        return
    tab.on("Fetch.requestPaused", answer)
    await tab.send("Fetch.enable", patterns=[{"urlPattern": pattern}])


def _document_server(tab: Tab, html: str) -> Callable[[dict], None]:
    parameters = {
        "responseCode": 200,
        "responseHeaders": [
            {"name": "Content-Type", "value": "text/html; charset=utf-8"}
        ],
        "body": base64.b64encode(html.encode()).decode(),
    }

    def answer(event: dict) -> None:
        request_id = event["requestId"]
        if event["resourceType"] == "Document" and event["frameId"] == tab.frame:
            tab.send_away("Fetch.fulfillRequest", requestId=request_id, **parameters)
        else:
            # The proxy refuses it, and tells.
            tab.send_away("Fetch.continueRequest", requestId=request_id)

    return answer


def _header_adder(tab: Tab, page: str, extra: dict) -> Callable[[dict], None]:
    """Return what adds the caller's headers to what goes to the page's own host.

    Chromium does not keep them across a redirect, where this is asked again.
    """
    replaced = {name.lower() for name in extra}

    def answer(event: dict) -> None:
        parameters = {"requestId": event["requestId"]}
        if is_own(event["request"]["url"], page):
            own = event["request"]["headers"].items()
            kept = {name: value for name, value in own if name.lower() not in replaced}
            parameters["headers"] = [
                {"name": name, "value": value}
                for name, value in {**kept, **extra}.items()
            ]
        tab.send_away("Fetch.continueRequest", **parameters)

    return answer


def is_own(url: str, page: str) -> bool:
    """Tell whether a URL is of the page's own host and port, or of the host's https."""
    wanted, own = _place(url), _place(page)
    host, port = own
    return wanted in (own, (host, 443) if port == 80 else own)


def _place(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)
