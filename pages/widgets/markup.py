"""The one place where our own HTML enters a page; texts from data are escaped before they come here."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup


def show(html: Markup, *, runs_script: bool = False) -> None:
    """Draw HTML that was made with `Markup(...).format(...)`, so that every value in it is escaped.

    runs_script: let the page run the script files it names; only `rtl` needs this.
    Raises TypeError: plain text was given, whose values nobody has escaped.
    """
    if not isinstance(html, Markup):
        raise TypeError("html must be Markup: build it with Markup(...).format(...)")
    st.html(str(html), unsafe_allow_javascript=runs_script)
