"""The language switch, in the sidebar and as `?lang=`; every text of a session follows it."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.figures import texts
from pages.figures.texts import _

LANGUAGE_KEY, DIGITS_KEY = "lang", "digits"


def _session_reader() -> texts.Reader:
    """The reader of the session whose script, fragment or callback runs in this thread."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return texts.Reader()
    code = st.session_state.get(LANGUAGE_KEY)
    code = code if code in texts.LOCALES else "en"
    usual = "arab" if code in texts.RIGHT_TO_LEFT else "latn"
    digits = st.session_state.get(DIGITS_KEY) if code in texts.RIGHT_TO_LEFT else None
    return texts.Reader(code, digits if digits in ("arab", "latn") else usual)


texts.follow(_session_reader)


def show() -> None:
    """Draw the switch. Call it first in a run: it reads `?lang=` before any other text is written."""
    with st.sidebar:
        st.selectbox(
            "Language · اللغة · زمان",
            list(texts.LOCALES),
            format_func=texts.ENDONYMS.__getitem__,
            key=LANGUAGE_KEY,
            bind="query-params",
        )
        if texts.language() in texts.RIGHT_TO_LEFT:
            st.segmented_control(
                _("Digits"),
                ["arab", "latn"],
                default="arab",
                format_func={"arab": "٠١٢٣", "latn": "0123"}.__getitem__,
                key=DIGITS_KEY,
                bind="query-params",
            )
