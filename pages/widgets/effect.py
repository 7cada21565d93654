"""What changed when forums opened: the staggered design with its checks, and what people said."""

from __future__ import annotations

import pandas as pd
import streamlit as st

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
    _aggregates(view, selection, found)
    other_choices = _("The same effect under other choices")
    st.markdown(f"**{other_choices}**")
    names = {str(code): str(name) for code, name in filter_bar.district_names(view).items()}
    shown = impact_texts.robustness_table(found.robustness, names)
    tables.show(shown)
    warning = impact_texts.two_way_warning(found.robustness)
    if warning:
        st.warning(warning)
    about = page_frame.about(view, selection, title=other_choices)
    downloads.show(shown, name="impact-checks", about=about)
    st.caption(_("Group-time effects after Callaway and Sant'Anna (2021), against districts without any forum."))


def _aggregates(view: View, selection: Selection, found: Effect) -> None:
    """The group-time effects drawn together four ways, each in its tab."""
    title, finding = _("Difference in reports a quarter"), impact_texts.effect_sentence(found)
    since, by_cohort, by_calendar, in_one = st.tabs(
        [_("Since the opening"), _("By quarter of opening"), _("By calendar quarter"), _("In one number")]
    )
    with since:
        table = found.dynamic.table.assign(
            phase=lambda rows: rows["event_time"].map(lambda e: _("before the opening") if e < 0 else _("after"))
        )
        chart = programme_charts.event_study(table, title=title, since=_("Quarters since the first forum opened"))
        st.altair_chart(chart, width="stretch", theme=None, alt=finding)
        st.write(impact_texts.pretrend(found.robustness))
        st.caption(
            _("Points before the opening should lie around zero. Bars: 95 % interval of each; band: all at once.")
        )
        about = page_frame.about(view, selection, title=title)
        downloads.show(found.dynamic.table, name="impact-dynamic", about=about, chart=chart)
    for part, effects, name in ((by_cohort, found.groups, "group"), (by_calendar, found.calendar, "calendar")):
        with part:
            table = impact_texts.by_quarter(effects, found.quarters)
            chart = programme_charts.effects_by(table, title=title)
            st.altair_chart(chart, width="stretch", theme=None, alt=finding)
            st.caption(_("Bars: 95 % interval of each; band: all at once. Without a bar: fewer than five districts."))
            about = page_frame.about(view, selection, title=title)
            downloads.show(table, name=f"impact-{name}", about=about, chart=chart)
    with in_one:
        shown = impact_texts.overall_table(found)
        tables.show(shown)
        about = page_frame.about(view, selection, title=title)
        downloads.show(shown, name="impact-overall", about=about)


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
    limit = impact_texts.assignments(table)
    if limit:
        st.write(limit)
    shown = impact_texts.survey_table(table)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("What people said, before and after"))
    downloads.show(shown, name="impact-surveys", about=about)


@st.cache_resource(max_entries=16, show_spinner=False)
def _effect(_view: View, version: str, scope: str, selection: Selection) -> Effect | None:
    return impact_figures.effect(_view, selection)


@st.cache_data(max_entries=16, show_spinner=False)
def _surveys(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return impact_figures.survey_effects(_view, selection)
