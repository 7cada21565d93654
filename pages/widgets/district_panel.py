"""The chosen district beside the map: its trend, its top concerns, how exact its locations are, and its profile."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from loaders.view import View
from pages.figures import charts, findings, sentences
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import filter_bar

KEY = "district"


def choice(names: pd.Series) -> str | None:
    """Let the reader choose a district; a click on the map and `?district=` choose it too."""
    if KEY not in st.session_state:
        asked = st.query_params.get(KEY)
        st.session_state[KEY] = asked if asked in names.index else None
    chosen = st.selectbox(
        _("District"), names.index, format_func=lambda code: str(names[code]), key=KEY, index=None,
        placeholder=_("Click the map or choose"),
    )  # fmt: skip
    if chosen:
        st.query_params[KEY] = chosen
    elif KEY in st.query_params:
        del st.query_params[KEY]
    return chosen


def show(view: View, selection: Selection, chosen: str | None, names: pd.Series) -> None:
    """Draw the panel; without a choice a sentence that invites one."""
    if chosen is None:
        st.info(_("Click a district to see its trend, its top concerns and how exact its locations are."))
        return
    one = replace(selection, districts=(chosen,))
    total = int(view.cube.totals(one)["n_reports"].sum())
    st.subheader(markdown_safe(str(names[chosen])))
    st.metric(_("Reports in the period"), format_number(total), border=True)
    months = view.cube.totals(one, by=("month",))
    chart = charts.monthly(months, value="n_reports", title=_("Reports")).properties(height=130)
    st.altair_chart(chart, width="stretch", theme=None, alt=findings.months(months))
    top = view.cube.totals(one, by=("category",)).sort_values("n_reports", ascending=False).head(5)
    st.markdown(sentences.top_concerns(top[top["n_reports"] > 0], filter_bar.category_names(view)))
    st.caption(sentences.precision(view.precision(one)))
    if st.button(_("Open its profile: this district among others"), icon=":material/compare:", key="open-profile"):
        filter_bar.choose_districts((chosen,))
        st.switch_page(st.Page(_profile, title=_("Districts"), url_path="districts"))


def _profile() -> None:
    """Stands for the page “Districts”, which the menu knows by its address."""
