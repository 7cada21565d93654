"""What somebody who writes data would write to run a script, to read a file or to reach another host."""

from __future__ import annotations

PAYLOADS = [
    "{{ 7*7 }}{{ cycler.__init__.__globals__.os.makedirs(dict(owned=1)|first, 511, true) }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "<script>top.hit=1</script>",
    "<img src=x onerror=top.hit=1>",
    "<svg onload=top.hit=1>",
    "${top.hit=1}`${top.hit=1}`",
    "');top.hit=1;//",
    "![beacon](http://beacon.invalid/a.png)",
    "[link](javascript:top.hit=1) <http://beacon.invalid>",
    "\\u003cimg src=x onerror=top.hit=1\\u003e",
    "$\\href{javascript:top.hit=1}{x}$ :material/home: :red[x]",
    "</span></div><iframe src=//beacon.invalid>",
    '=HYPERLINK("http://beacon.invalid")',
    "{0.__class__} {n} %s %(n)s {high!r:>9}",
    "&lt;img src=x onerror=top.hit=1&gt; &#60;b&#62;",
    "\u202egnp.exe\u202c \u2067x\u2069 \u2028top.hit=1\u2029end",
    "datum.x;top.hit=1 url(http://beacon.invalid/b.png)",
    "http://beacon.invalid/c.png",
    "# heading\n- list\n\n| a | b |\n|---|---|\n<!-- -->",
    "@import 'http://beacon.invalid'; </style><script>top.hit=1</script>",
    "long " * 400,
]


def payload(number: int) -> str:
    """The payload of a number; they come round."""
    return PAYLOADS[number % len(PAYLOADS)]
