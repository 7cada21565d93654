"""What changed around the openings: before and after, the months laid over each other, and the surroundings."""

from __future__ import annotations

import streamlit as st

from concerns.selection import Selection
from loaders import opening_figures
from loaders.opening_figures import Broken, Monthly
from loaders.view import View
from pages.figures import opening_texts, programme_charts
from pages.figures.texts import _
from pages.widgets import downloads, filter_bar, page_frame, tables


def before_after(view: View, selection: Selection) -> None:
    """The plainest comparison, with its interval and what it cannot tell."""
    st.subheader(_("The year before and the year after an opening"))
    found = opening_figures.before_after(_monthly(view, view.version, view.scope, selection))
    if found is None:
        st.info(_("No district was observed for a whole year before and after its first forum opened."))
        return
    st.write(opening_texts.before_after_design(found))
    st.markdown(f"**{opening_texts.before_after(found)}**")


def months(view: View, selection: Selection) -> None:
    """The months around each opening laid over each other, with what would have gone on."""
    st.subheader(_("The months around the opening"))
    with st.spinner(_("Comparing months …")):
        found = _broken(view, view.version, view.scope, selection)
    if found is None:
        st.info(_("No report came another way than through a forum, so there is no series to break."))
        return
    st.write(opening_texts.broken_design(found))
    st.markdown(f"**{opening_texts.broken(found)}**")
    st.write(opening_texts.broken_smallest(found))
    labels = (_("observed"), _("expected"), _("expected without a forum"))
    title = _("Reports a district and month")
    chart = programme_charts.interrupted(
        found.series.path, title=title, since=_("Months since the first forum opened"), labels=labels
    )
    st.altair_chart(chart, width="stretch", theme=None, alt=opening_texts.broken(found))
    about = page_frame.about(view, selection, title=title)
    downloads.show(found.series.path, name="impact-months", about=about, chart=chart)
    st.caption(
        _(
            "Segmented quasi-Poisson regression with a district-month as exposure; the larger of the scaled and the "
            "Newey-West (HAC) error."
        )
    )


@page_frame.fragment
def surroundings(view: View, selection: Selection) -> None:
    """Whether reports fell in one forum's district or only moved next door."""
    st.subheader(_("Did reports fall here, or only move next door?"))
    data = _monthly(view, view.version, view.scope, selection)
    codes = opening_figures.with_surroundings(data)
    if not codes:
        st.info(_("No district was observed for a whole year before and after its first forum opened."))
        return
    st.write(opening_texts.surroundings_design())
    names = {str(code): str(name) for code, name in filter_bar.district_names(view).items()}
    chosen = st.selectbox(
        _("District"), codes, format_func=lambda code: names.get(code, code), key="impact-surroundings"
    )
    found = opening_figures.surroundings(data, view.district_set.neighbours, chosen)
    if found is None:
        st.info(_("There is no district without a forum to compare with."))
        return
    st.markdown(f"**{opening_texts.surroundings(found.found)}**")
    shown = opening_texts.surroundings_table(found)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Did reports fall here, or only move next door?"))
    downloads.show(shown, name="impact-surroundings", about=about)
    st.caption(_("Weighted displacement difference after Wheeler and Ratcliffe (2018), Crime Science 7:11."))


@st.cache_resource(max_entries=16, show_spinner=False)
def _monthly(_view: View, version: str, scope: str, selection: Selection) -> Monthly:
    return opening_figures.monthly(_view, selection)


@st.cache_resource(max_entries=16, show_spinner=False)
def _broken(_view: View, version: str, scope: str, selection: Selection) -> Broken | None:
    return opening_figures.around_opening(_monthly(_view, version, scope, selection))
