from files.tests.capturing import browser
from files.tests.refusals import RefusalTestCase
from files.tests.test_invalid_captures import (
    PAGE,
    with_cookie,
    with_header,
    with_options,
)

REFUSED_ADDRESSES = (
    "",
    "example.com",
    "//example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "data:text/html,x",
    "view-source:https://example.com/",
    "javascript:alert(1)",
    "https://",
    "https://[::1]/",
    "https://[",
    "http://127.0.0.1/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://127。0。0。1/",
    "http://0x7f.1/",
    "http://localhost/",
    "http://169.254.169.254/latest/meta-data/",
    "https://user:password@example.com/",
    "https://ü@example.com/",
    "https://example.com:22/",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example..com/",
    "https://ü..com/",
    "https://faß.example/",
    "https://FAẞ.example/",
    "https://ü\u200d.example/",
    "https://" + "ü" * 64 + ".example/",
    "https://example.com/" + "x" * 2000,
    "https://example.com/" + "ü" * 1000,
)
BAD_NAMES = ("", " ", "a b", "a=b", "a;b", "a\n", "ü", "a,b", '"a"', "a\x7f")
BAD_VALUES = ("a b", "a;b", "a,b", 'a"b', '"a', "a\\b", "a\r\nb", "ü", "x" * 4097)
FORBIDDEN = (
    "Host",
    "Cookie",
    "User-Agent",
    "content-length",
    "CONNECTION",
    "Transfer-Encoding",
    "Upgrade",
    "TE",
    "Trailer",
    "Expect",
    "Keep-Alive",
    "Proxy-Authorization",
    "Sec-Fetch-Mode",
)

COOKIES = {
    "is an object": (with_options(cookies={"a": "b"}), {"options.cookies"}),
    "too many": (
        with_options(cookies=[{"name": "a", "value": "b"}] * 51),
        {"options.cookies"},
    ),
    "too large": (
        with_options(cookies=[{"name": "a", "value": "x" * 4000}] * 5),
        {"options.cookies"},
    ),
    "nothing of it": (
        with_options(cookies=[{}]),
        {"options.cookies[0].name", "options.cookies[0].value"},
    ),
    "unknown field": (with_cookie(priority="High"), {"options.cookies[0].priority"}),
    "bad domain": (with_cookie(domain="a b"), {"options.cookies[0].domain"}),
    "domain is an address": (
        with_cookie(domain="https://example.com"),
        {"options.cookies[0].domain"},
    ),
    "relative path": (with_cookie(path="app"), {"options.cookies[0].path"}),
    "path with a semicolon": (with_cookie(path="/;"), {"options.cookies[0].path"}),
    "past": (with_cookie(expires=1_600_000_000), {"options.cookies[0].expires"}),
    "of this session": (with_cookie(expires=-1), {"options.cookies[0].expires"}),
    "in milliseconds": (
        with_cookie(expires=4_000_000_000_000),
        {"options.cookies[0].expires"},
    ),
    "expires at a time": (
        with_cookie(expires="2030-01-01T00:00:00Z"),
        {"options.cookies[0].expires"},
    ),
    "bad sameSite": (with_cookie(sameSite="lax"), {"options.cookies[0].sameSite"}),
    "insecure everywhere": (
        with_cookie(sameSite="None"),
        {"options.cookies[0].secure"},
    ),
    "insecure by its name": (
        with_cookie(name="__Secure-a"),
        {"options.cookies[0].secure"},
    ),
    "insecure for its host": (
        with_cookie(name="__Host-a"),
        {"options.cookies[0].secure"},
    ),
    "of a host and a domain": (
        with_cookie(name="__Host-a", secure=True, domain="example.com"),
        {"options.cookies[0].name"},
    ),
    "of a host and a path": (
        with_cookie(name="__Host-a", secure=True, path="/app"),
        {"options.cookies[0].name"},
    ),
}

HEADERS = {
    "is a list": (with_options(extraHttpHeaders=["a"]), {"options.extraHttpHeaders"}),
    "too many": (
        with_options(extraHttpHeaders={f"x-{n}": "" for n in range(51)}),
        {"options.extraHttpHeaders"},
    ),
    "too large": (with_header("a", "x" * 8192), {"options.extraHttpHeaders"}),
    "empty name": (with_header(""), {"options.extraHttpHeaders."}),
    "name with a space": (with_header("a b"), {"options.extraHttpHeaders.a b"}),
    "name with a colon": (with_header(":path"), {"options.extraHttpHeaders.:path"}),
    "value of two lines": (with_header("a", "b\r\nc"), {"options.extraHttpHeaders.a"}),
    "value beyond ASCII": (with_header("a", "ü"), {"options.extraHttpHeaders.a"}),
    "value is null": (with_header("a", None), {"options.extraHttpHeaders.a"}),
    "value is a list": (with_header("a", ["b"]), {"options.extraHttpHeaders.a"}),
    "twice": (
        with_options(extraHttpHeaders={"X-a": "1", "x-A": "2"}),
        {"options.extraHttpHeaders.x-A"},
    ),
}


class InvalidPageRequestTests(RefusalTestCase):
    url = "/api/files/generate/screenshot"

    def setUp(self):
        self.enterContext(browser())

    def test_names_the_field_that_is_wrong(self):
        for name, (request, fields) in {**COOKIES, **HEADERS}.items():
            with self.subTest(name):
                self.assert_is_refused(request, fields)

    def test_refuses_addresses_that_are_not_of_the_public_web(self):
        for address in REFUSED_ADDRESSES:
            with self.subTest(address):
                self.assert_is_refused({"url": address}, {"url"})

    def test_refuses_names_of_cookies_that_are_no_tokens(self):
        for name in BAD_NAMES:
            with self.subTest(name):
                self.assert_is_refused(
                    with_cookie(name=name), {"options.cookies[0].name"}
                )

    def test_refuses_values_of_cookies_that_would_be_read_otherwise(self):
        for value in BAD_VALUES:
            with self.subTest(value):
                self.assert_is_refused(
                    with_cookie(value=value), {"options.cookies[0].value"}
                )

    def test_refuses_headers_that_are_the_browser_s_own(self):
        for name in FORBIDDEN:
            with self.subTest(name):
                self.assert_is_refused(
                    with_header(name), {f"options.extraHttpHeaders.{name}"}
                )

    def test_says_what_to_use_instead(self):
        request = with_header("Cookie", "a=b")

        details = self.details_of({**request, "url": PAGE})

        assert details == {"options.extraHttpHeaders.Cookie": ["Use options.cookies."]}
