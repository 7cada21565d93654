"""How far this map can be trusted: what it rests on, and how well it would have told where the next reports come
from."""

from __future__ import annotations

import streamlit as st

from concerns.forecast import Backtest
from concerns.selection import Selection
from loaders import analysis
from loaders.view import View
from pages.figures import honesty_texts
from pages.figures.texts import _
from pages.widgets import downloads, page_frame, tables

BANDWIDTH_KM = 12  # the first offer of the density layer


def show(view: View, selection: Selection) -> None:
    """Draw the panel; the back-test runs when somebody asks for it."""
    st.subheader(_("How far can this map be trusted?"))
    n_reports = view.precision(selection)
    worth = analysis.worth(view, n_reports, bandwidth_m=BANDWIDTH_KM * 1_000.0)
    st.write(honesty_texts.rests_on(n_reports))
    st.write(honesty_texts.effective(n_reports, worth, bandwidth_km=BANDWIDTH_KM))
    shown = honesty_texts.precision_table(n_reports, worth)
    with st.expander(_("Reports by how exact their location is")):
        tables.show(shown)
    downloads.show(shown, name="honesty", about=page_frame.about(view, selection, title=_("Location precision")))
    if st.toggle(_("Test it against the months that followed"), key="backtest"):
        _tested(view, selection)


def _tested(view: View, selection: Selection) -> None:
    with st.spinner(_("Walking through the months …")):
        found = _backtest(view, view.version, view.scope, selection)
    st.write(honesty_texts.backtest(found))
    if found.status == "ok":
        shown = honesty_texts.backtest_table(found)
        tables.show(shown)
        about = page_frame.about(view, selection, title=_("Back-test of the last twelve months"))
        downloads.show(shown, name="backtest", about=about)


@st.cache_resource(max_entries=16, show_spinner=False)
def _backtest(_view: View, version: str, scope: str, selection: Selection) -> Backtest:
    return analysis.backtest(_view, selection)
