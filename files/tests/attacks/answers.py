"""What a server's answer makes the browser do: redirects and other headers."""

from files.tests.attacks.ways import Way
from files.tests.web import Reply

GO = Reply(status=302, headers={"Location": "INSIDE.html"})
PICTURE_GO = Reply(status=302, headers={"Location": "INSIDE.png"})
SOCKET_GO = Reply(status=302, headers={"Location": "ws://HOST:PORT/SLUG"})

LOCATIONS = {
    "to a host alone": "http://HOST:PORT",
    "without a scheme": "//HOST:PORT/SLUG.html",
    "with backslashes": r"\\HOST:PORT\SLUG.html",
    "with a user": "http://127.0.0.3@HOST:PORT/SLUG.html",
    "in upper case": "HTTP://HOST:PORT/SLUG.html",
    "with a fragment": "INSIDE.html#@127.0.0.3",
    "with spaces": " \t INSIDE.html \t",
    "by https": "https://HOST:PORT/SLUG.html",
    "to data": "data:text/html,<img src=INSIDE.png>",
    "to javascript": "javascript:fetch('INSIDE')",
    "to a file": "file:///etc/passwd",
    "to view-source": "view-source:INSIDE.html",
    "to a blob": "blob:INSIDE",
    "to filesystem": "filesystem:INSIDE/temporary/a",
    "to ftp": "ftp://HOST:PORT/SLUG",
    "to ws": "ws://HOST:PORT/SLUG",
}

LINKS = {
    "preload": "<INSIDE.png>; rel=preload; as=image",
    "preload style": "<INSIDE.css>; rel=preload; as=style",
    "modulepreload": "<INSIDE.mjs>; rel=modulepreload",
    "preconnect": "<http://HOST:PORT>; rel=preconnect",
    "dns-prefetch": "<http://HOST:PORT>; rel=dns-prefetch",
    "prefetch": "<INSIDE.html>; rel=prefetch",
    "prerender": "<INSIDE.html>; rel=prerender",
    "stylesheet": "<INSIDE.css>; rel=stylesheet",
    "manifest": "<INSIDE.json>; rel=manifest",
}

VIOLATION = "<img src=http://127.9.9.9/a.png><script>eval('1')</script>"
REPORTS = '{"group":"a","max_age":99,"endpoints":[{"url":"INSIDE"}]}'
OTHERS = {
    "Refresh header": {"Refresh": "0; url=INSIDE.html"},
    "Refresh header without url": {"Refresh": "0; INSIDE.html"},
    "Content-Location": {"Content-Location": "INSIDE.html"},
    "CSP report-uri": {
        "Content-Security-Policy": "default-src 'none'; report-uri INSIDE"
    },
    "CSP report only": {
        "Content-Security-Policy-Report-Only": "default-src 'none'; report-uri INSIDE"
    },
    "CSP report-to": {
        "Content-Security-Policy": "default-src 'none'; report-to a",
        "Reporting-Endpoints": 'a="INSIDE"',
        "Report-To": REPORTS,
    },
    "NEL": {
        "NEL": '{"report_to":"a","max_age":99,"success_fraction":1.0}',
        "Report-To": REPORTS,
    },
    "COEP report": {
        "Cross-Origin-Embedder-Policy": 'require-corp; report-to="a"',
        "Reporting-Endpoints": 'a="INSIDE"',
    },
    "permissions report": {
        "Permissions-Policy": "geolocation=();report-to=a",
        "Reporting-Endpoints": 'a="INSIDE"',
    },
    "Alt-Svc by HTTP/2": {"Alt-Svc": 'h2="HOST:PORT"; ma=99'},
    "Alt-Svc by HTTP/3": {"Alt-Svc": 'h3="HOST:PORT"; ma=99'},
    "Alt-Svc by HTTP/3 of old": {"Alt-Svc": 'h3-29="HOST:PORT",quic="HOST:PORT"'},
    "Alt-Svc upgrade": {"Alt-Svc": 'http/1.1="HOST:PORT"; ma=99'},
    "SourceMap": {"SourceMap": "INSIDE.map"},
    "Speculation-Rules": {"Speculation-Rules": '"OWN.rules"'},
    "No-Vary-Search": {"No-Vary-Search": "params", "Link": "<INSIDE>; rel=prefetch"},
    "Use-As-Dictionary": {"Use-As-Dictionary": 'match="INSIDE"'},
    "Service-Worker-Allowed": {"Service-Worker-Allowed": "http://HOST:PORT/"},
    "Set-Cookie of another host": {"Set-Cookie": "a=b; Domain=HOST"},
    "HSTS": {"Strict-Transport-Security": "max-age=99; includeSubDomains"},
    "Proxy-Authenticate": {"Proxy-Authenticate": "Basic realm=INSIDE"},
    "X-Accel-Redirect": {"X-Accel-Redirect": "INSIDE"},
    "attribution header": {
        "Attribution-Reporting-Register-Source": '{"destination":"https://HOST"}'
    },
}
RULES = Reply(
    body='{"prefetch":[{"urls":["INSIDE.html"],"eagerness":"immediate"}]}',
    headers={"Content-Type": "application/speculationrules+json"},
)

LED_ON = {
    "img": ("<img src=OWN.go>", PICTURE_GO),
    "stylesheet": (
        "<link rel=stylesheet href=OWN.go>",
        Reply(status=301, headers={"Location": "INSIDE.css"}),
    ),
    "script": (
        "<script src=OWN.go></script>",
        Reply(status=307, headers={"Location": "INSIDE.js"}),
    ),
    "iframe": ("<iframe src=OWN.go></iframe>", GO),
    "object": ("<object data=OWN.go></object>", GO),
    "embed": ("<embed src=OWN.go>", GO),
    "video": ("<video autoplay muted src=OWN.go></video>", PICTURE_GO),
    "fetch": ("<script>fetch('OWN.go')</script>", GO),
    "XHR": (
        "<script>let x = new XMLHttpRequest(); x.open('GET', 'OWN.go'); x.send()"
        "</script>",
        GO,
    ),
    "sendBeacon": ("<script>navigator.sendBeacon('OWN.go', 'a')</script>", GO),
    "EventSource": ("<script>new EventSource('OWN.go')</script>", GO),
    "WebSocket": ("<script>new WebSocket('OWN.go')</script>", SOCKET_GO),
    "worker": ("<script>new Worker('OWN.go')</script>", GO),
    "service worker": (
        "<script>navigator.serviceWorker.register('OWN.go')</script>",
        GO,
    ),
    "module": ("<script type=module src=OWN.go></script>", GO),
    "form": (
        "<form method=post action=OWN.go></form>"
        "<script>document.forms[0].submit()</script>",
        Reply(status=307, headers={"Location": "INSIDE.html"}),
    ),
    "font": (
        "<style>@font-face { font-family: a; src: url(OWN.go) } "
        "* { font-family: a }</style>a",
        GO,
    ),
    "prefetch": ("<link rel=prefetch href=OWN.go>", GO),
    "manifest": ("<link rel=manifest href=OWN.go>", GO),
    "icon": ("<link rel=icon href=OWN.go>", PICTURE_GO),
}

WAYS = [
    *(
        Way(name=f"redirect {status}", status=status, headers=GO.headers)
        for status in (300, 301, 302, 303, 304, 305, 306, 307, 308)
    ),
    *(
        Way(name=f"redirect {name}", status=302, headers={"Location": location})
        for name, location in LOCATIONS.items()
    ),
    Way(
        name="redirect of a redirect",
        status=301,
        headers={"Location": "OWN.2"},
        files={
            ".2": Reply(status=308, headers={"Location": "OWN.3"}),
            ".3": Reply(status=303, headers={"Location": "OWN.4"}),
            ".4": GO,
        },
    ),
    *(
        Way(name=f"Link header: {name}", headers={"Link": text})
        for name, text in LINKS.items()
    ),
    Way(
        name="early hints",
        status=103,
        headers={"Link": "<INSIDE.css>; rel=preload; as=style"},
    ),
    *(
        Way(name=name, body=VIOLATION, headers=headers, files={".rules": RULES})
        for name, headers in OTHERS.items()
    ),
    *(
        Way(name=f"{name} that is led on", body=body, files={".go": go})
        for name, (body, go) in LED_ON.items()
    ),
]
