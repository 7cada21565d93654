"""What changed when forums opened: the staggered design, its checks, and the months around the opening."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.impact import InterruptedSeries
from concerns.selection import Selection
from loaders import impact_figures
from loaders.impact_figures import Effect
from loaders.view import View
from pages.figures import impact_texts, programme_charts
from pages.figures.texts import _
from pages.widgets import downloads, filter_bar, page_frame, tables


def staggered(view: View, selection: Selection) -> None:
    """Districts that got a forum against those that never did; the verdict, the event study and the checks."""
    st.subheader(_("Did reports that come other ways change where a forum opened?"))
    with st.spinner(_("Comparing districts …")):
        found = _effect(view, view.version, view.scope, selection)
    if found is None:
        st.info(
            _("This cannot be asked here: it takes districts with a “before” and districts that never had a forum.")
        )
        return
    st.write(impact_texts.design(found))
    st.markdown(f"**{impact_texts.verdict(found.robustness)}**")
    st.write(impact_texts.effect_sentence(found))
    st.write(impact_texts.smallest(found.robustness, found.mean_before))
    table = found.dynamic.table.assign(
        phase=lambda rows: rows["event_time"].map(lambda e: _("before the opening") if e < 0 else _("after"))
    )
    title = _("Difference in reports a quarter")
    chart = programme_charts.event_study(table, title=title, since=_("Quarters since the first forum opened"))
    st.altair_chart(chart, width="stretch", theme=None)
    st.caption(
        _("Points before the opening should lie around zero. Bars: 95 % interval of each quarter; band: all at once.")
    )
    names = {str(code): str(name) for code, name in filter_bar.district_names(view).items()}
    shown = impact_texts.robustness_table(found.robustness, names)
    tables.show(shown)
    warning = impact_texts.two_way_warning(found.robustness)
    if warning:
        st.warning(warning)
    about = page_frame.about(view, selection, title=title)
    downloads.show(shown, name="impact-checks", about=about, chart=chart)
    st.caption(_("Group-time effects after Callaway and Sant'Anna (2021), against districts without any forum."))


def around_opening(view: View, selection: Selection) -> None:
    """The months around each opening laid over each other, with what would have gone on."""
    st.subheader(_("The months around the opening"))
    found = _around(view, view.version, view.scope, selection)
    if found is None:
        st.info(_("No report came another way than through a forum, so there is no series to break."))
        return
    st.write(_("Design: the months before each district's first forum are carried on; nothing else may change then."))
    st.write(impact_texts.interrupted(found))
    labels = (_("observed"), _("expected"), _("expected without a forum"))
    title = _("Reports a district and month")
    chart = programme_charts.interrupted(
        found.path, title=title, since=_("Months since the first forum opened"), labels=labels
    )
    st.altair_chart(chart, width="stretch", theme=None)
    about = page_frame.about(view, selection, title=title)
    downloads.show(found.path, name="impact-months", about=about, chart=chart)
    st.caption(_("Segmented quasi-Poisson regression with a district-month as exposure; errors for related months."))


def surveys(view: View, selection: Selection) -> None:
    """Perceptions at places with a forum and at comparison places, first and last round."""
    st.subheader(_("What people said, before and after"))
    with st.spinner(_("Comparing survey rounds …")):
        table = _surveys(view, view.version, view.scope, selection)
    if table.empty:
        st.info(
            _("Two survey rounds with places of both kinds are needed. Load the table of surveys on the page “Data”.")
        )
        return
    st.write(_("Design: the change at places with a forum less the change at comparison places, errors by district."))
    shown = impact_texts.survey_table(table)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("What people said, before and after"))
    downloads.show(shown, name="impact-surveys", about=about)


@st.cache_resource(max_entries=16, show_spinner=False)
def _effect(_view: View, version: str, scope: str, selection: Selection) -> Effect | None:
    return impact_figures.effect(_view, selection)


@st.cache_resource(max_entries=16, show_spinner=False)
def _around(_view: View, version: str, scope: str, selection: Selection) -> InterruptedSeries | None:
    return impact_figures.around_opening(_view, selection)


@st.cache_data(max_entries=16, show_spinner=False)
def _surveys(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return impact_figures.survey_effects(_view, selection)
