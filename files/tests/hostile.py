"""Texts that try to be more than text."""

HOSTILE_TEXTS = {
    "unclosed mark-up": "<b>unclosed",
    "closing mark-up": "</para></b>after",
    "local image": '<img src="/etc/passwd"/>',
    "remote image": '<img src="http://127.0.0.1:1/x.png"/>',
    "nested paragraph": "<para>x",
    "colour that is evaluated": (
        '<font color="[[[getattr(pow, Word)(1) for Word in [1]]]]">y</font>'
    ),
    "link to a file": '<a href="file:///etc/passwd">z</a>',
    "entities": "&#0; &#x0; &lt;b&gt; &nosuch; &",
    "CDATA": "<![CDATA[ data ]]> <!-- note --> <?php run ?>",
    "declaration": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "template": "{{ 7 * 7 }} ${jndi:ldap://x} %s %n",
    "only mark-up": "<br/><br/>",
}
ODD_TEXTS = {
    "long word": "W" * 5_000,
    "RTL override": "abc \u202e txt.exe \u202c \u200f end",
    "emoji": "done \U0001f389 \U0001f468\u200d\U0001f469\u200d\U0001f467 end",
    "controls": "a\x01b\x08c\x1bd\x7fe\x9ff end",
    "Zalgo": "Z" + "\u0301\u0316" * 200 + " end",
    "Chinese": "报告 end",
    "astral and private": "\U0010ffff \ue000 \ufffe \ufeff end",
    "separators": "a\u2028b\u2029c\x85d end",
    "newlines": "\n" * 20 + "end",
    "spaces": " " * 500 + "end",
    "tabs": "a\tb\t\tend",
}
