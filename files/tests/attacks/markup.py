"""What HTML, CSS and SVG load by themselves."""

from files.tests.attacks.ways import Way
from files.tests.web import Reply

XML = {"Content-Type": "application/xml"}
SVG_TYPE = {"Content-Type": "image/svg+xml"}
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='60'>"
XHTML = {"Content-Type": "application/xhtml+xml"}

ELEMENTS = {
    "img src": "<img src=INSIDE.png>",
    "img src upper case": "<IMG SRC='HTTP://HOST:PORT/SLUG.png'>",
    "img src without a scheme": "<img src=//HOST:PORT/SLUG.png>",
    "img src with backslashes": r"<img src='http:\\HOST:PORT\SLUG.png'>",
    "img src with a tab": "<img src='ht\ttp://HOST:PORT/SLUG.png'>",
    "img src with newlines": "<img src='\nhttp:\n//HOST:PORT/SLUG.png\n'>",
    "img src in entities": "<img src='&#104;ttp&colon;//HOST:PORT/SLUG.png'>",
    "img src with a user": "<img src='http://127.0.0.3:80@HOST:PORT/SLUG.png'>",
    "img src with many slashes": "<img src='http://////HOST:PORT/SLUG.png'>",
    "img src by https": "<img src=https://HOST:PORT/SLUG.png>",
    "img srcset": "<img srcset='INSIDE.png 1x, INSIDE.png 2x'>",
    "img sizes": "<img srcset='INSIDE.png 90w' sizes=100vw>",
    "img lazy": "<img loading=lazy src=INSIDE.png>",
    "img crossorigin": "<img crossorigin=use-credentials src=INSIDE.png>",
    "img referrer": "<img referrerpolicy=unsafe-url src=INSIDE.png>",
    "image element": "<image src=INSIDE.png>",
    "img lowsrc": "<img lowsrc=INSIDE.png dynsrc=INSIDE.png>",
    "picture source": "<picture><source srcset=INSIDE.png><img></picture>",
    "input image": "<input type=image src=INSIDE.png>",
    "video src": "<video autoplay muted src=INSIDE.mp4></video>",
    "video source": "<video autoplay muted><source src=INSIDE.mp4></video>",
    "video poster": "<video poster=INSIDE.png></video>",
    "audio src": "<audio preload=auto src=INSIDE.mp3></audio>",
    "audio source": "<audio preload=auto><source src=INSIDE.mp3></audio>",
    "track": "<video autoplay muted src=OWN.webm crossorigin>"
    "<track default kind=captions src=INSIDE.vtt></video>"
    "<script>document.querySelector('track').track.mode = 'showing'</script>",
    "iframe src": "<iframe src=INSIDE.html></iframe>",
    "iframe lazy": "<iframe loading=lazy src=INSIDE.html></iframe>",
    "iframe sandbox": "<iframe sandbox='allow-scripts' src=INSIDE.html></iframe>",
    "iframe credentialless": "<iframe credentialless src=INSIDE.html></iframe>",
    "iframe srcdoc": "<iframe srcdoc='<img src=INSIDE.png>'></iframe>",
    "iframe srcdoc deep": "<iframe srcdoc='<iframe srcdoc="
    "&quot;<img src=INSIDE.png>&quot;></iframe>'></iframe>",
    "iframe data": "<iframe src='data:text/html,<img src=INSIDE.png>'></iframe>",
    "iframe javascript": "<iframe src='javascript:`<img src=INSIDE.png>`'></iframe>",
    "frame": "<iframe srcdoc='<frameset><frame src=INSIDE.html></frameset>'></iframe>",
    "object data": "<object data=INSIDE.html></object>",
    "object picture": "<object type=image/png data=INSIDE.png></object>",
    "object pdf": "<object type=application/pdf data=INSIDE.pdf></object>",
    "object codebase": "<object codebase=http://HOST:PORT/ data=SLUG.html></object>",
    "embed src": "<embed src=INSIDE.html>",
    "embed svg": "<embed type=image/svg+xml src=INSIDE.svg>",
    "embed pdf": "<embed type=application/pdf src=INSIDE.pdf>",
    "applet": "<applet code=SLUG.class codebase=http://HOST:PORT/></applet>",
    "portal": "<portal src=INSIDE.html></portal>",
    "fencedframe": "<fencedframe src=INSIDE.html></fencedframe>",
    "body background": "<body background=INSIDE.png>",
    "table background": "<table background=INSIDE.png><tr><td>a</table>",
    "cell background": "<table><tr><td background=INSIDE.png>a</table>",
    "base": "<base href=http://HOST:PORT/><img src=SLUG.png>",
    "base of a frame": "<base href=http://HOST:PORT/><iframe src=SLUG.html></iframe>",
    "script src": "<script src=INSIDE.js></script>",
    "script async": "<script async src=INSIDE.js></script>",
    "script defer": "<script defer src=INSIDE.js></script>",
    "script module": "<script type=module src=INSIDE.mjs></script>",
    "script integrity": "<script integrity=sha256-AAAA crossorigin "
    "src=INSIDE.js></script>",
    "script import": "<script type=module>import 'INSIDE.mjs'</script>",
    "script importmap": '<script type=importmap>{"imports":{"a":"INSIDE.mjs"}}'
    "</script><script type=module>import 'a'</script>",
    "svg script": "<svg><script href=INSIDE.js></script></svg>",
    "svg script xlink": "<svg><script xlink:href=INSIDE.js></script></svg>",
    "svg image": "<svg><image href=INSIDE.png width=90 height=60 /></svg>",
    "svg image xlink": "<svg><image xlink:href=INSIDE.png width=9 height=9 /></svg>",
    "svg feImage": "<svg><filter id=f><feImage href=INSIDE.png /></filter>"
    "<rect width=90 height=60 filter=url(#f) /></svg>",
    "svg use": "<svg><use href=INSIDE.svg#a /></svg>",
    "svg foreignObject": "<svg><foreignObject width=90 height=60>"
    "<img src=INSIDE.png></foreignObject></svg>",
    "svg style": "<svg><style>svg { background: url(INSIDE.png) }</style></svg>",
    "svg animate": "<svg><image width=90 height=60><animate attributeName=href "
    "values=INSIDE.png dur=9s /></image></svg>",
    "svg set": "<svg><image width=90 height=60><set attributeName=href "
    "to=INSIDE.png /></image></svg>",
    "svg mask": "<svg><rect width=90 height=60 mask='url(INSIDE.svg#a)' /></svg>",
    "svg filter": "<svg><rect width=90 height=60 filter='url(INSIDE.svg#a)' /></svg>",
    "svg fill": "<svg><rect width=90 height=60 fill='url(INSIDE.svg#a)' /></svg>",
    "mathml": "<math><mglyph src=INSIDE.png></math>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=INSIDE.html'>",
    "meta refresh quoted": "<meta http-equiv=refresh content='0;URL=\"INSIDE.html\"'>",
    "meta refresh to data": "<meta http-equiv=refresh "
    "content='0;url=data:text/html,<img src=INSIDE.png>'>",
    "noscript": "<noscript><img src=INSIDE.png></noscript>",
    "template": "<template shadowrootmode=open><img src=INSIDE.png></template>",
    "shadow root": "<div><template shadowrootmode=open><img src=INSIDE.png>"
    "</template></div>",
    "details": "<details open><img src=INSIDE.png></details>",
    "select": "<select size=2><option style='background:url(INSIDE.png)'>a</select>",
    "conditional comment": "<!--[if IE]><img src=INSIDE.png><![endif]-->",
}

LINKS = {
    "stylesheet": "rel=stylesheet href=INSIDE.css",
    "alternate stylesheet": "rel='alternate stylesheet' title=a href=INSIDE.css",
    "print stylesheet": "rel=stylesheet media=print href=INSIDE.css",
    "disabled stylesheet": "rel=stylesheet media=none href=INSIDE.css",
    "preload image": "rel=preload as=image href=INSIDE.png",
    "preload script": "rel=preload as=script href=INSIDE.js",
    "preload style": "rel=preload as=style href=INSIDE.css",
    "preload font": "rel=preload as=font crossorigin href=INSIDE.woff2",
    "preload fetch": "rel=preload as=fetch crossorigin href=INSIDE.txt",
    "preload imagesrcset": "rel=preload as=image imagesrcset='INSIDE.png 1x'",
    "modulepreload": "rel=modulepreload href=INSIDE.mjs",
    "prefetch": "rel=prefetch href=INSIDE.html",
    "prefetch of a document": "rel=prefetch as=document href=INSIDE.html",
    "prerender": "rel=prerender href=INSIDE.html",
    "preconnect": "rel=preconnect href=http://HOST:PORT",
    "preconnect crossorigin": "rel=preconnect crossorigin href=http://HOST:PORT",
    "preconnect by https": "rel=preconnect href=https://HOST:PORT",
    "dns-prefetch": "rel=dns-prefetch href=//HOST:PORT",
    "manifest": "rel=manifest href=INSIDE.json",
    "icon": "rel=icon href=INSIDE.png",
    "apple-touch-icon": "rel=apple-touch-icon href=INSIDE.png",
    "import": "rel=import href=INSIDE.html",
    "search": "rel=search type=application/opensearchdescription+xml href=INSIDE.xml",
    "pingback": "rel=pingback href=INSIDE.xml",
    "compression-dictionary": "rel=compression-dictionary href=INSIDE.txt",
    "expect": "rel=expect blocking=render href=INSIDE.html",
}

STYLES = {
    "background": "body { background: url(INSIDE.png) }",
    "background-image": "body { background-image: url('INSIDE.png') }",
    "escaped url": r"body { background: \75\72\6c(INSIDE.png) }",
    "image-set": "body { background: image-set('INSIDE.png' 1x) }",
    "cross-fade": "body { background: -webkit-cross-fade(url(INSIDE.png), "
    "url(INSIDE.png?b), 50%) }",
    "list-style": "li { list-style: url(INSIDE.png) }",
    "content": "body::before { content: url(INSIDE.png) }",
    "cursor": "body { cursor: url(INSIDE.png), auto }",
    "border-image": "li { border: 9px solid; border-image: url(INSIDE.png) 9 }",
    "mask": "li { mask: url(INSIDE.svg#a) }",
    "mask-image": "li { mask-image: url(INSIDE.png) }",
    "clip-path": "li { clip-path: url(INSIDE.svg#a) }",
    "filter": "li { filter: url(INSIDE.svg#a) }",
    "backdrop-filter": "li { backdrop-filter: url(INSIDE.svg#a) }",
    "shape-outside": "li { float: left; shape-outside: url(INSIDE.png) }",
    "offset-path": "li { offset-path: url(INSIDE.svg#a) }",
    "import": "@import url(INSIDE.css);",
    "import as a string": "@import 'INSIDE.css';",
    "import in a layer": "@import url(INSIDE.css) layer(a) supports(color: red);",
    "import from data": "@import 'data:text/css,@import%20\"INSIDE.css\"';",
    "namespace": "@namespace url(INSIDE.xml);",
    "font-face": "@font-face { font-family: a; src: url(INSIDE.woff2) } "
    "body { font-family: a }",
    "font-face as svg": "@font-face { font-family: a; src: url(INSIDE.svg#a) "
    "format('svg'), url(INSIDE.ttf) } body { font-family: a }",
    "variable": "body { --a: url(INSIDE.png); background: var(--a) }",
    "registered property": "@property --a { syntax: '<image>'; inherits: false; "
    "initial-value: url(INSIDE.png) } body { background: var(--a) }",
    "print": "@media print { body { background: url(INSIDE.png) } }",
    "page": "@page { background: url(INSIDE.png); "
    "@top-left { content: url(INSIDE.png) } }",
    "animation": "@keyframes a { to { background: url(INSIDE.png) } } "
    "body { animation: a 1s infinite }",
    "first-line": "body::first-line { background: url(INSIDE.png) }",
    "selection": "li::marker { content: url(INSIDE.png) }",
    "binding": "body { -moz-binding: url(INSIDE.xml#a); behavior: url(INSIDE.htc) }",
    "expression": "body { width: expression(new Image().src='INSIDE.png') }",
}

DOCUMENTS = {
    "svg document": (SVG_TYPE, SVG + "<image href='INSIDE.png' width='90'/></svg>"),
    "svg stylesheet": (
        SVG_TYPE,
        f"<?xml-stylesheet href='INSIDE.css' type='text/css'?>{SVG}</svg>",
    ),
    "svg script document": (SVG_TYPE, SVG + "<script href='INSIDE.js'/></svg>"),
    "xml stylesheet": (XML, "<?xml-stylesheet href='INSIDE.css'?><a>a</a>"),
    "xslt from inside": (
        XML,
        "<?xml-stylesheet type='text/xsl' href='INSIDE.xsl'?><a>a</a>",
    ),
    "xslt document()": (
        XML,
        "<?xml-stylesheet type='text/xsl' href='OWN.xsl'?><a>a</a>",
    ),
    "external entity": (
        XML,
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'INSIDE.xml'>]><a>&e;</a>",
    ),
    "external DTD": (XML, "<!DOCTYPE a SYSTEM 'INSIDE.dtd'><a>a</a>"),
    "parameter entity": (
        XML,
        "<!DOCTYPE a [<!ENTITY % e SYSTEM 'INSIDE.dtd'> %e;]><a>a</a>",
    ),
    "xinclude": (
        XML,
        "<a xmlns:x='http://www.w3.org/2001/XInclude'><x:include href='INSIDE'/></a>",
    ),
    "xhtml": (
        XHTML,
        "<html xmlns='http://www.w3.org/1999/xhtml'><img src='INSIDE.png'/></html>",
    ),
    "mhtml": (
        {"Content-Type": "multipart/related; boundary=b"},
        "--b\r\nContent-Type: text/html\r\n\r\n<img src=INSIDE.png>\r\n--b--",
    ),
    "playlist": (
        {"Content-Type": "application/vnd.apple.mpegurl"},
        "#EXTM3U\n#EXTINF:9,\nINSIDE.ts\n",
    ),
    "manifest icons": ({}, "<link rel=manifest href=OWN.json>"),
    "style in a file": ({}, "<link rel=stylesheet href=OWN.css>"),
}
XSL = (
    "<x:stylesheet version='1.0' xmlns:x='http://www.w3.org/1999/XSL/Transform'>"
    "<x:import href='INSIDE.xsl'/><x:template match='/'>"
    "<x:copy-of select=\"document('INSIDE.xml')\"/></x:template></x:stylesheet>"
)
FILES = {
    "xslt document()": {".xsl": Reply(body=XSL, headers=XML)},
    "manifest icons": {
        ".json": Reply(body='{"icons": [{"src": "INSIDE.png", "sizes": "any"}]}')
    },
    "style in a file": {
        ".css": Reply(
            body="body { background: url(INSIDE.png) }",
            headers={"Content-Type": "text/css"},
        )
    },
}

WAYS = [
    *(Way(name=name, body=body) for name, body in ELEMENTS.items()),
    *(Way(name=f"link {name}", body=f"<link {text}>") for name, text in LINKS.items()),
    *(
        Way(name=f"style {name}", body=f"<style>{text}</style>a<li>b")
        for name, text in STYLES.items()
    ),
    *(
        Way(name=name, body=body, headers=headers, files=FILES.get(name, {}))
        for name, (headers, body) in DOCUMENTS.items()
    ),
]
