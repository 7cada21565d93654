"""Impact: what was delivered, what changed, and what can not be claimed?"""

from __future__ import annotations

import streamlit as st

from concerns.selection import Selection
from loaders import impact_figures
from loaders.logframe import load_logframe
from loaders.view import View
from pages.figures import charts, findings, impact_texts, texts
from pages.figures.texts import _
from pages.widgets import downloads, effect, filter_bar, openings, page_frame, tables


def render() -> None:
    """Draw the page."""
    page_frame.page(_("What was delivered, what changed, and what can not be claimed?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    st.info(impact_texts.prior(), icon=":material/library_books:")
    _delivered(view, selection)
    _apart(view, selection)
    openings.before_after(view, selection)
    openings.months(view, selection)
    openings.surroundings(view, selection)
    effect.surveys(view, selection)  # the two that take seconds at first stand last, so that nothing waits for them
    effect.staggered(view, selection)


def _delivered(view: View, selection: Selection) -> None:
    table = impact_figures.delivered(view, selection)
    st.subheader(impact_texts.delivered(table))
    indicators, who = load_logframe(), texts.language()
    labels = {one.key: one.labels[who] for one in indicators}
    means = {one.key: one.verification[who] for one in indicators}
    about = page_frame.about(view, selection, title=_("What was delivered"))
    indicator, place, proof = st.tabs([_("By indicator"), _("By governorate and sex"), _("Means of verification")])
    with indicator:
        shown = impact_texts.logframe_table(table, labels)
        tables.show(shown)
        downloads.show(shown, name="impact-delivered", about=about)
        st.caption(impact_texts.light_rule())
    with place:
        names = {str(code): str(name) for code, name in filter_bar.governorate_names(view).items()}
        shown = impact_texts.place_table(impact_figures.delivered_by_place(view, selection), labels, names)
        tables.show(shown)
        downloads.show(shown, name="impact-places", about=about)
    with proof:
        tables.show(impact_texts.verification_table(labels, means))


def _apart(view: View, selection: Selection) -> None:
    """Reports and the effort behind them, each in its own panel."""
    st.subheader(_("Reports and reporting effort, apart"))
    st.write(
        _("A new forum gives people a place to speak, so it raises reports by itself. That is not more insecurity.")
    )
    words = {
        "meetings": _("Meetings held"),
        "forum": _("Reports through forums"),
        "other": _("Reports that came other ways"),
    }
    table = impact_figures.effort_apart(view, selection)
    for column, (kind, title) in zip(st.columns(3), words.items(), strict=True):
        part = table[table["kind"] == kind]
        column.markdown(f"**{title}**")
        if part.empty:
            column.write(_("None."))
            continue
        chart = charts.monthly(part, value="n", title=_("Number"), colour=charts.GREY).properties(height=150)
        column.altair_chart(chart, width="stretch", theme=None, alt=findings.months(part, value="n"))
