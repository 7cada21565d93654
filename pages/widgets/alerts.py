"""Alerts of the latest month, with what was found out about them, and the forums that raised nothing."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.access import Right
from concerns.selection import Selection
from loaders import series
from loaders.view import View
from pages.figures import alert_texts
from pages.figures.texts import _
from pages.widgets import downloads, filter_bar, page_frame, sign_in, tables


def show(view: View, selection: Selection) -> None:
    """Draw the alerts of the latest whole month, who was silent in it, and the notes."""
    names = filter_bar.category_names(view)
    st.subheader(_("Alerts of the latest whole month"))
    table = _alerted(view, view.version, view.scope, selection)
    if table.empty:
        st.info(_("Too few months for alerts."))
        return
    st.markdown(alert_texts.alert_finding(table, names))
    shown = alert_texts.alert_table(table, names)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Alerts of the latest whole month"))
    downloads.show(shown, name="alerts", about=about)
    st.caption(alert_texts.how_alerts(series.hidden(view, selection), names))
    _silence(view, selection)
    if view.may(Right.LOAD):
        _notes(view, table, names)


def _silence(view: View, selection: Selection) -> None:
    """Forums that raised nothing: those that said so, and those of whom nothing is known."""
    table = _silent(view, view.version, view.scope, selection)
    if view.meetings.empty:
        return
    st.markdown(alert_texts.silence(table))
    if table.empty:
        return
    shown = alert_texts.silence_table(table, filter_bar.district_names(view))
    with st.expander(_("Which forums")):
        tables.show(shown)
    about = page_frame.about(view, selection, title=_("Forums that raised nothing in the latest whole month"))
    downloads.show(shown, name="alerts-silence", about=about)


def _notes(view: View, table: pd.DataFrame, names: dict[str, str]) -> None:
    """Let a planner note what was found out about an alert; the notes stay in the store."""
    shelf = sign_in.current_desk(view).shelf
    keys = alert_texts.alert_keys(table, names)
    kept = alert_texts.note_table(shelf.alert_notes(), keys)
    if len(kept):
        tables.show(kept)
    with st.form("alert-note", clear_on_submit=True):
        key = st.selectbox(_("Alert"), list(keys), format_func=lambda one: keys[one])
        words = alert_texts.NOTE_STATUS
        status = st.selectbox(_("Status"), list(words), format_func=lambda one: words[one]())
        note = st.text_input(_("Note"), max_chars=500)
        if st.form_submit_button(_("Keep this note")):
            who, day = sign_in.current_viewer().subject, sign_in.today().isoformat()
            shelf.note_alert(key, status=status, note=note, who=who, on=day)
            st.rerun()


@st.cache_resource(max_entries=32, show_spinner=False)
def _alerted(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return series.alerts(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _silent(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return series.silence(_view, selection)
