"""The language switch, in the sidebar and as `?lang=`; every text of a session follows it."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.figures import texts
from pages.figures.texts import _

LANGUAGE_KEY, DIGITS_KEY = "lang", "digits"
DIGITS = {"arab": "٠١٢٣", "latn": "0123"}


def _session_reader() -> texts.Reader:
    """The reader of the session whose script, fragment or callback runs in this thread."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return texts.Reader()
    code = st.session_state.get(LANGUAGE_KEY)
    code = code if code in texts.LOCALES else "en"
    usual = "arab" if code in texts.RIGHT_TO_LEFT else "latn"
    digits = st.session_state.get(DIGITS_KEY) if code in texts.RIGHT_TO_LEFT else None
    return texts.Reader(code, digits if digits in DIGITS else usual)


texts.follow(_session_reader)


def _remembered(key: str, choices: Collection[str], default: str) -> None:
    """Take the choice from the address on a session's first run, and keep the address in step afterwards.

    Not `bind="query-params"`: that would write the shown name into the address instead of the code.
    """
    if st.session_state.get(key) not in choices:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in choices else default
    if st.session_state[key] != default:
        st.query_params[key] = st.session_state[key]
    elif key in st.query_params:
        del st.query_params[key]


def show() -> None:
    """Draw the switch. Call it first in a run: it reads `?lang=` before any other text is written."""
    _remembered(LANGUAGE_KEY, texts.LOCALES, "en")
    with st.sidebar:
        st.selectbox(
            "Language · اللغة · زمان",
            list(texts.LOCALES),
            format_func=texts.ENDONYMS.__getitem__,
            key=LANGUAGE_KEY,
        )
        if texts.language() in texts.RIGHT_TO_LEFT:
            _remembered(DIGITS_KEY, DIGITS, "arab")
            st.segmented_control(
                _("Digits"), list(DIGITS), format_func=DIGITS.__getitem__, key=DIGITS_KEY, required=True
            )
