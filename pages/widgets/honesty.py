"""How far this map can be trusted: what it rests on, and how well it would have told where the next reports come "
"from."""

from __future__ import annotations

import streamlit as st

from concerns.forecast import Backtest
from concerns.selection import Selection
from loaders import analysis
from loaders.view import View
from pages.figures import sentences
from pages.figures.texts import _


def show(view: View, selection: Selection) -> None:
    """Draw the panel, closed; the back-test runs when somebody asks for it."""
    with st.expander(_("How far can this map be trusted?")):
        st.write(sentences.rests_on(view.precision(selection)))
        if st.toggle(_("Test it against the months that followed"), key="backtest"):
            with st.spinner(_("Walking through the months …")):
                st.write(sentences.backtest(_backtest(view, view.version, view.scope, selection)))


@st.cache_resource(max_entries=16, show_spinner=False)
def _backtest(_view: View, version: str, scope: str, selection: Selection) -> Backtest:
    return analysis.backtest(_view, selection)
