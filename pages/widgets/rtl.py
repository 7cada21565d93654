"""Right-to-left pages: Streamlit has none of its own, so a style sheet and a small script mirror it."""

from __future__ import annotations

from markupsafe import Markup

from pages.figures import texts
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
[data-testid="stTable"] th, [data-testid="stTable"] td { text-align: start; }
""")
BOTH = Markup("""
[data-testid="stMainBlockContainer"] { padding-top: 3.75rem; }
[data-testid="stCaptionContainer"] { color: inherit; opacity: .82; }
[data-testid="stElementContainer"]:has(#reading) { position: absolute; }
""")
PAGE = Markup(
    '<style>{style}</style><span id="reading" data-lang="{lang}" data-dir="{dir}" hidden></span>'
    '<script src="./app/static/direction.js"></script>'
)


def show() -> None:
    """Set the page's language and direction for assistive techniques and the layout. Call it in every run."""
    style = BOTH + STYLE if texts.direction() == "rtl" else BOTH
    markup.show(PAGE.format(style=style, lang=texts.language(), dir=texts.direction()), runs_script=True)
