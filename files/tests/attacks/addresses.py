"""How the inside can be spelled, by whoever names a page or by the page itself.

PORT is the server's inside, and SLUG a path of its own for each spelling.
"""

from urllib.parse import quote

ALLOWED = "127.0.0.3"


def _shifted(text: str, distance: int) -> str:
    return "".join(chr(ord(sign) + distance) for sign in text)


# Names for 127.0.0.1 and ::1, the same host for one program or the other.
LOOPBACK = [
    *("127.0.0.1", "127.0.0.2", "127.0.1.1", "127.1.1.1", "127.255.255.254"),
    *("127.1", "127.0.1", "127.00.00.01", "127.000.000.001", "127.0.000000.1"),
    *("2130706433", "017700000001", "0x7f000001", "0X7F000001"),
    *("0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0x7f.1", "0177.0.0.1", "0177.0.0.01"),
    *("0177.1", "127.0x1", "127.0.0x1", "0x7F.0.1", "0177.0x0.0.1", "0x7f.0.01"),
    *("00000177.00.00.1", "0x00000000007f000001", "4294967296", "4294967297"),
    *("127.0.0.1.", "127.0.0.1..", "127.1.", "2130706433.", "0x7f000001."),
    *("0", "0.0.0.0", "0x0", "00", "0.0", "0.0.0", "0x", "000.000.000.000"),
    *("localhost", "LocaLHosT", "LocalHost", "localhost.", "a.localhost"),
    *("a.b.localhost", "127.0.0.1.localhost"),
    _shifted("127", 0xFEE0) + ".0.0.1",
    _shifted("127.0.0.1", 0xFEE0),
    _shifted("localhost", 0xFEE0),
    _shifted("127", 0x1D7CE - 0x30) + ".0.0.1",
    "\u2460\u2461\u2466.0.0.1",  # Enclosed: 1, 2, 7.
    "127.0.0.\u00b9",
    "127\u30020\u30020\u30021",
    "127\uff0e0\uff0e0\uff0e1",
    "127\uff610\uff610\uff611",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "loc\u00adalhost",
    "loc\u200balhost",
    "local\u200dhost",
    "127.0.0.1\u200b",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "%256c%256fcalhost",
    "127.0.0.1%00.example.com",
    "127.0.0.1%20",
    "127.0.0.1%09",
    "127.0.0.1%2f.example.com",
    "localhost%2e",
]

IPV6 = [
    *("::1", "0:0:0:0:0:0:0:1", "0000::0001", "::", "0::0", "::0:1", "::127.0.0.1"),
    *("::7f00:1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1", "::ffff:7f00:1"),
    *("0:0:0:0:0:ffff:127.0.0.1", "::ffff:0:127.0.0.1", "::ffff:0:7f00:1"),
    *(
        "::ffff:0.0.0.0",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::ffff:10.0.0.1",
    ),
    *("64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1"),
    *("2002:7f00:1::", "2002:7f00:0001::1", "2002:a9fe:a9fe::", "2002:0a00:1::"),
    *("2001:0:7f00:1::", "2001:0:0:0:0:0:80ff:fffe", "2001:db8::1"),
    *("fc00::1", "fd00::1", "fd00:ec2::254", "fe80::1", "fe80::1%25lo", "fe80::1%lo"),
    *("::1%25lo", "::1%lo", "fe80::a9fe:a9fe%251", "fec0::1", "ff02::1", "ff01::1"),
    *("::ffff:127.1", "::ffff:0x7f.0.0.1", "::ffff:2130706433", "v1.127.0.0.1"),
    *("::1.", "0:0:0:0:0:0:0:1:0", "::%31", "1::127.0.0.1::", "127.0.0.1", "localhost"),
]

# Of clouds and of private networks, by number and by name.
NETWORKS = [
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"),
    *("169.254.43518", "169.16689662", "0xa9.0xfe.0xa9.0xfe", "169.254.169.254."),
    "metadata.google.internal.",
    *("169.254.170.2", "169.254.170.23", "169.254.169.253", "169.254.169.123"),
    *("100.100.100.200", "0x646464c8", "168.63.129.16", "192.0.0.192", "192.0.0.8"),
    *("10.0.0.1", "10.255.255.255", "167772161", "012.0.0.1", "172.16.0.1"),
    *("172.17.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.254", "0xc0a80001"),
    *("100.64.0.1", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1"),
    *("192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
]

# Names that only a look-up shows to lead inside, as the tests' resolver does.
NAMES = [
    *("localhost.localdomain", "localhost6", "ip6-localhost", "loopback", "local"),
    *("a.local", "xn--localhost", "metadata", "metadata.google.internal"),
    *("metadata.goog", "instance-data", "instance-data.ec2.internal"),
    *("kubernetes.default.svc", "host.docker.internal", "gateway.docker.internal"),
    *("127.0.0.1.nip.io", "127-0-0-1.nip.io", "7f000001.nip.io", "127.0.0.1.sslip.io"),
    *("localtest.me", "a.localtest.me", "lvh.me", "vcap.me", "lacolhost.com"),
    *("127.0.0.1.xip.io", "spoofed.burpcollaborator.net", "inside.example"),
    *("UPPER.Example", "in_side.example", "xn--inside-9ta.example"),
]

# Whole URLs, whose host one parser reads differently from another.
URLS = {
    "user that looks like a host": f"http://{ALLOWED}@127.0.0.1:PORT/SLUG",
    "user and port": f"http://{ALLOWED}:80@127.0.0.1:PORT/SLUG",
    "empty user": "http://@127.0.0.1:PORT/SLUG",
    "empty user and password": "http://:@127.0.0.1:PORT/SLUG",
    "two users": f"http://a@{ALLOWED}@127.0.0.1:PORT/SLUG",
    "user encoded": f"http://{ALLOWED}%40127.0.0.1:PORT/SLUG",
    "user with a slash": f"http://{ALLOWED}%2f@127.0.0.1:PORT/SLUG",
    "user with a hash": f"http://{ALLOWED}%23@127.0.0.1:PORT/SLUG",
    "backslash and user": f"http://{ALLOWED}\\@127.0.0.1:PORT/SLUG",
    "backslash before a user": f"http://127.0.0.1:PORT\\@{ALLOWED}/SLUG",
    "backslash in the host": f"http://127.0.0.1:PORT\\.{ALLOWED}/SLUG",
    "hash and user": f"http://127.0.0.1:PORT#@{ALLOWED}/SLUG",
    "question and user": f"http://127.0.0.1:PORT?@{ALLOWED}/SLUG",
    "semicolon": f"http://127.0.0.1;{ALLOWED}:PORT/SLUG",
    "space": f"http://127.0.0.1 {ALLOWED}:PORT/SLUG",
    "tab in the host": "http://127.0.\t0.1:PORT/SLUG",
    "newline in the host": "http://127.0.0\n.1:PORT/SLUG",
    "tab in the scheme": "ht\ttp://127.0.0.1:PORT/SLUG",
    "newlines around": "\n\r http://127.0.0.1:PORT/SLUG \n",
    "control in front": "\x01http://127.0.0.1:PORT/SLUG",
    "NUL in the host": f"http://127.0.0.1\x00.{ALLOWED}:PORT/SLUG",
    "CRLF in the path": "http://127.0.0.1:PORT/SLUG\r\nHost: a\r\n\r\n",
    "CRLF encoded in the host": "http://127.0.0.1%0d%0aHost:PORT/SLUG",
    "backslashes for slashes": "http:\\\\127.0.0.1:PORT\\SLUG",
    "one backslash": "http:\\127.0.0.1:PORT/SLUG",
    "one slash": "http:/127.0.0.1:PORT/SLUG",
    "no slash": "http:127.0.0.1:PORT/SLUG",
    "three slashes": "http:///127.0.0.1:PORT/SLUG",
    "many slashes": "http://////////127.0.0.1:PORT/SLUG",
    "no scheme": "//127.0.0.1:PORT/SLUG",
    "no scheme and backslashes": "\\\\127.0.0.1:PORT\\SLUG",
    "a host alone": "127.0.0.1:PORT/SLUG",
    "scheme in mixed case": "hTtP://127.0.0.1:PORT/SLUG",
    "https": "https://127.0.0.1:PORT/SLUG",
    "scheme twice": "http://http://127.0.0.1:PORT/SLUG",
    "url: in front": "url:http://127.0.0.1:PORT/SLUG",
    "port with zeros": "http://127.0.0.1:0000PORT/SLUG",
    "port empty": "http://127.0.0.1:/SLUG",
    "port too large": "http://127.0.0.1:65616/SLUG",
    "port twice": "http://127.0.0.1:80:PORT/SLUG",
    "port full-width": "http://127.0.0.1:\uff18\uff10/SLUG",
    "brackets after": f"http://127.0.0.1[{ALLOWED}]:PORT/SLUG",
    "brackets before": f"http://[{ALLOWED}]127.0.0.1:PORT/SLUG",
    "broken brackets": "http://[::1:PORT/SLUG",
    "dots in the path": f"http://127.0.0.1:PORT/{ALLOWED}/../SLUG",
}

PORTS = (0, 21, 22, 23, 25, 53, 110, 111, 135, 139, 143, 389, 445, 465, 587, 631, 873)
PORTS += (1433, 1521, 2049, 2375, 2379, 3000, 3306, 3389, 4194, 5000, 5432, 5601, 5900)
PORTS += (5984, 6000, 6379, 6443, 7001, 8000, 8009, 8080, 8086, 8443, 8500, 8888, 9000)
PORTS += (9042, 9090, 9200, 9222, 9229, 10250, 11211, 15672, 27017, 50070, 61616)

_WEB = "http://127.0.0.1:PORT/SLUG"
_FILE = "FILES/secret.html"
# What is not of the web at all, though it may hold what is.
SCHEMES = {
    "file": f"file://{_FILE}",
    "file in upper case": f"FILE://{_FILE}",
    "file of a host": f"file://localhost{_FILE}",
    "file of a number": f"file://127.0.0.1{_FILE}",
    "file with one slash": f"file:{_FILE}",
    "file with many slashes": f"file:////{_FILE}",
    "file with backslashes": "file:\\\\\\" + _FILE,
    "file with a tab": f"fi\tle://{_FILE}",
    "file in spaces": f" \n file://{_FILE} ",
    "file encoded": "file://FILES/%73%65cret.html",
    "file with dots": f"file:///etc/..{_FILE}",
    "file of text": "file://FILES/secret.txt",
    "file of a picture": "file://FILES/secret.png",
    "file of accounts": "file:///etc/passwd",
    "file of an environment": "file:///proc/self/environ",
    "file of a command line": "file:///proc/self/cmdline",
    "folder": "file://FILES/",
    "root folder": "file:///",
    "path": _FILE,
    "view-source of a file": f"view-source:file://{_FILE}",
    "view-source": f"view-source:{_WEB}",
    "view-source twice": f"view-source:view-source:{_WEB}",
    "view-source in upper case": f"VIEW-SOURCE:{_WEB}",
    "about:blank": "about:blank",
    "about:version": "about:version",
    "about:srcdoc": "about:srcdoc",
    "chrome": "chrome://version/",
    "chrome in upper case": "CHROME://GPU/",
    "chrome network": "chrome://net-export/",
    "chrome inspect": "chrome://inspect/",
    "chrome settings": "chrome://settings/",
    "chrome crash": "chrome://conflicts/",
    "chrome-untrusted": "chrome-untrusted://terminal/",
    "chrome-error": "chrome-error://chromewebdata/",
    "chrome-search": "chrome-search://local-ntp/",
    "chrome-extension": "chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/index.html",
    "chrome-native": "chrome-native://newtab/",
    "devtools": "devtools://devtools/bundled/inspector.html",
    "devtools remote": "devtools://devtools/remote/serve_file/@1/inspector.html",
    "data with a picture": f"data:text/html,<img src={_WEB}.png>",
    "data with a frame": f"data:text/html,<iframe src={_WEB}.html></iframe>",
    "data with a file": f"data:text/html,<iframe src=file://{_FILE}></iframe>",
    "data with a script": f"data:text/html,<script>fetch('{_WEB}')</script>",
    "data that goes on": f"data:text/html,<script>location='{_WEB}.html'</script>",
    "data in base64": "data:text/html;base64,PHA+aGVsbG8=",
    "javascript": f"javascript:fetch('{_WEB}')",
    "javascript in upper case": f"JaVaScRiPt:fetch('{_WEB}')",
    "javascript with a tab": f"java\tscript:fetch('{_WEB}')",
    "javascript with a host": f"javascript://{ALLOWED}/%0afetch('{_WEB}')",
    "vbscript": "vbscript:msgbox(1)",
    "blob": f"blob:{_WEB}",
    "blob of a file": f"blob:file://{_FILE}",
    "filesystem": f"filesystem:{_WEB}/temporary/a",
    "filesystem of a file": "filesystem:file:///temporary/a",
    "ftp": "ftp://127.0.0.1:PORT/SLUG",
    "ftps": "ftps://127.0.0.1:PORT/SLUG",
    "ws": "ws://127.0.0.1:PORT/SLUG",
    "wss": "wss://127.0.0.1:PORT/SLUG",
    "gopher": "gopher://127.0.0.1:PORT/_SLUG",
    "dict": "dict://127.0.0.1:PORT/SLUG",
    "ldap": "ldap://127.0.0.1:PORT/SLUG",
    "tftp": "tftp://127.0.0.1:PORT/SLUG",
    "sftp": "sftp://127.0.0.1:PORT/SLUG",
    "smb": "smb://127.0.0.1:PORT/SLUG",
    "jar": f"jar:{_WEB}!/a.html",
    "netdoc": f"netdoc://{_FILE}",
    "cid": "cid:SLUG",
    "mailto": "mailto:root@127.0.0.1",
    "intent": "intent://127.0.0.1:PORT/SLUG#Intent;scheme=http;end",
    "isolated-app": "isolated-app://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac/",
    "googlechrome": f"googlechrome://navigate?url={quote(_WEB)}",
    "feed": f"feed:{_WEB}",
    "wyciwyg": f"wyciwyg://0/{_WEB}",
    "resource": f"resource://{_FILE}",
    "content": f"content://{_FILE}",
    "unix": "http+unix://%2fvar%2frun%2fdocker.sock/info",
}


def urls() -> dict[str, str]:
    """Return by their names all that are to lead to a server."""
    hosts = [*LOOPBACK, *NETWORKS, *NAMES, *(f"[{address}]" for address in IPV6)]
    return {
        **{f"host {host}": f"http://{host}:PORT/SLUG" for host in hosts},
        **{f"URL with {name}": url for name, url in URLS.items()},
        **{f"port {port}": f"http://127.0.0.1:{port}/SLUG" for port in PORTS},
    }


def schemes() -> dict[str, str]:
    return {f"scheme {name}": url for name, url in SCHEMES.items()}
