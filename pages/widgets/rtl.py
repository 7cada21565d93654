"""Right-to-left pages: Streamlit has none of its own, so a style sheet and a small script mirror it."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from pages.figures import texts
from pages.figures.texts import _, format_number
from pages.widgets import markup

STYLE = Markup("""
.stApp, [data-testid="stSidebar"], [data-testid="stDialog"], [data-baseweb="popover"] { direction: rtl; }
[data-testid="stMarkdownContainer"], [data-testid="stHeading"], [data-testid="stHeading"] :is(h1, h2, h3, h4) {
  text-align: start; width: 100%;
}
[data-testid="stMetricValue"], [data-testid="stMetricDelta"] {
  direction: ltr; unicode-bidi: isolate; text-align: end; justify-content: flex-end;
}
[data-testid="stMetricValue"] > div, [data-testid="stMetricDelta"] > div { unicode-bidi: plaintext; text-align: right; }
[data-testid="stCaptionContainer"], [data-testid="stText"], [data-testid="stMarkdown"] {
  width: 100%; text-align: start;
}
[data-testid="stVegaLiteChart"], [data-testid="stDataFrame"], [data-testid="stDeckGlJsonChart"],
[data-testid="stCustomComponentV1"], [data-testid="stIFrame"], [data-testid="stDateInputField"],
[data-testid="stSlider"] [role="slider"], [data-testid="stCode"] { direction: ltr; }
[data-testid="stMarkdownContainer"] code { direction: ltr; unicode-bidi: isolate; display: inline-block; }
.katex { direction: ltr; unicode-bidi: isolate; }
[data-testid="stMarkdownContainer"] :is(ul, ol) { padding-left: 0; padding-right: 1.5rem; }
[data-testid="stTable"] th, [data-testid="stTable"] td { text-align: start; }
""")
BOTH = Markup("""
[data-testid="stMainBlockContainer"] { padding-top: 3.75rem; }
@media (min-width: 900px) {
  [data-testid="stMainBlockContainer"] { padding-left: 2.5rem; padding-right: 2.5rem; }
}
[data-testid="stVegaLiteChart"] { max-width: 100%; overflow-x: auto; }
[data-testid="stCaptionContainer"] { color: inherit; opacity: .82; }
[data-testid="stElementContainer"]:has(#reading) { position: absolute; }
""")
UPLOADER = Markup("""
[data-testid="stFileUploaderDropzone"] :is(button p, [data-testid="stFileUploaderDropzoneInstructions"] span) {{
  font-size: 0;
}}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{choose}"; font-size: 1rem; }}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{ content: "{limit}"; font-size: .875rem; }}
""")
PAGE = Markup(
    '<style>{style}</style><span id="reading" data-lang="{lang}" data-dir="{dir}" hidden></span>'
    '<script src="./app/static/direction.js"></script>'
)


def show() -> None:
    """Set the page's language and direction for assistive techniques and the layout. Call it in every run."""
    style = BOTH + _uploader() + (STYLE if texts.direction() == "rtl" else Markup())
    markup.show(PAGE.format(style=style, lang=texts.language(), dir=texts.direction()), runs_script=True)


def _uploader() -> Markup:
    """Streamlit's uploader speaks English alone; these words stand in the place of its own."""
    limit = _("{n} MB at most").format(n=format_number(st.get_option("server.maxUploadSize")))
    return UPLOADER.format(choose=_in_style(_("Choose a file")), limit=_in_style(limit))


def _in_style(text: str) -> str:
    r"""A text between quotes of a style sheet: every sign but letters and digits by its number.

    >>> print(_in_style('a"</style>b'))
    a\22 \3c \2f style\3e b
    """
    return "".join(sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in text)
