"""What tests say of the months: trend, season, change points, and the alerts of the latest month with their notes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.access import Right
from concerns.selection import Selection
from loaders import series
from loaders.view import View
from pages.figures import trend_texts
from pages.figures.texts import _
from pages.widgets import downloads, filter_bar, page_frame, sign_in, tables


def show(view: View, selection: Selection) -> None:
    """Draw the tests under the figures of the page Trends."""
    names = filter_bar.category_names(view)
    _trend(view, selection, names)
    _season(view, selection)
    st.subheader(_("Changes of level"))
    st.write(trend_texts.segments(_segments(view, view.version, view.scope, selection)))
    _alerts(view, selection, names)


def _trend(view: View, selection: Selection, names: dict[str, str]) -> None:
    st.subheader(_("Trend of each category"))
    table = _trends(view, view.version, view.scope, selection)
    shown = trend_texts.trend_table(table, names)
    tables.show(shown)
    downloads.show(
        shown, name="trend-tests", about=page_frame.about(view, selection, title=_("Trend of each category"))
    )
    unit = _("reports per meeting held") if table.attrs["per_meeting"] else _("counts of reports")
    text = _("Mann–Kendall test and Sen's slope on whole months of {unit}.")
    caution = _(
        "Where districts join over time, a category can seem to change because the newcomers raise other concerns."
    )
    st.caption(f"{text.format(unit=unit)} {caution}")


def _season(view: View, selection: Selection) -> None:
    st.subheader(_("The usual year, Gregorian and Hijri"))
    month, hijri = _seasons(view, view.version, view.scope, selection)
    left, right = st.columns(2)
    with left:
        tables.show(trend_texts.month_table(month))
    if hijri is not None:
        with right:
            tables.show(trend_texts.hijri_table(hijri))
    st.caption(_("Ratios at equal trend and equal numbers of meetings; 36 months are needed."))


def _alerts(view: View, selection: Selection, names: dict[str, str]) -> None:
    st.subheader(_("Alerts of the latest whole month"))
    table = _alerted(view, view.version, view.scope, selection)
    if table.empty:
        st.info(_("Too few months for alerts."))
        return
    shown = trend_texts.alert_table(table, names)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Alerts of the latest whole month"))
    downloads.show(shown, name="alerts", about=about)
    text = _("An alert is a reason to look, not a finding. No report is not the same as a meeting without concerns.")
    st.caption(text)
    if view.may(Right.LOAD):
        _notes(view, table, names)


def _notes(view: View, table: pd.DataFrame, names: dict[str, str]) -> None:
    """Let a planner note what was found out about an alert; the notes stay in the store."""
    shelf = sign_in.current_desk(view).shelf
    keys = trend_texts.alert_keys(table, names)
    kept = trend_texts.note_table(shelf.alert_notes(), keys)
    if len(kept):
        tables.show(kept)
    with st.form("alert-note", clear_on_submit=True):
        key = st.selectbox(_("Alert"), list(keys), format_func=lambda one: keys[one])
        words = trend_texts.NOTE_STATUS
        status = st.selectbox(_("Status"), list(words), format_func=lambda one: words[one]())
        note = st.text_input(_("Note"), max_chars=500)
        if st.form_submit_button(_("Keep this note")):
            who, day = sign_in.current_viewer().subject, sign_in.today().isoformat()
            shelf.note_alert(key, status=status, note=note, who=who, on=day)
            st.rerun()


@st.cache_data(max_entries=32, show_spinner=False)
def _trends(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return series.trends(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _seasons(_view: View, version: str, scope: str, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    return series.season(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _segments(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return series.segments(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _alerted(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return series.alerts(_view, selection)
