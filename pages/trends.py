"""Trends: which concerns rise or fall, and is it more than the season and more meetings?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import streamlit as st

from concerns import changes
from concerns.selection import Selection
from loaders.view import View
from pages.figures import charts, findings, sentences
from pages.figures.texts import _, markdown_safe
from pages.widgets import alerts, downloads, figure, filter_bar, page_frame, tables, trend_tests


def render() -> None:
    """Draw the page."""
    page_frame.page(_("Which concerns rise or fall?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    table = view.cube.totals(selection, by=("month", "category"))
    table["label"] = table["category"].map(filter_bar.category_names(view))
    a_year_ago = _year_over_year(view, selection)
    st.subheader(sentences.year_over_year(a_year_ago, filter_bar.category_names(view)))
    _period(view, selection)
    _categories(view, selection, table)
    _effort(view, selection)
    _years(view, selection, a_year_ago)
    trend_tests.show(view, selection)
    alerts.show(view, selection)


def _period(view: View, selection: Selection) -> None:
    """All months; drawing over them and pressing the button makes that period the filter."""
    months = view.cube.totals(replace(selection, start=None, end=None), by=("month",))
    chart = charts.brushed_months(months, value="n_reports", title=_("Reports"))
    finding = findings.months(months)
    event = st.altair_chart(chart, width="stretch", theme=None, on_select="rerun", key="trend-period", alt=finding)
    drawn = filter_bar.brushed(event)
    st.button(
        _("Use the drawn period as filter"), disabled=drawn is None, on_click=filter_bar.choose_period, args=(drawn,)
    )


def _categories(view: View, selection: Selection, table: pd.DataFrame) -> None:
    st.subheader(_("Reports by month and category"))
    panels, stack, share, rows = st.tabs([_("Side by side"), _("Stacked"), _("Share of the mix"), _("Table")])
    chart = charts.small_multiples(table, title=_("Reports"))
    finding = findings.largest(table)
    st.caption(markdown_safe(finding))
    panels.altair_chart(chart, theme=None, alt=finding)
    stack.altair_chart(charts.stacked(table, title=_("Reports")), width="stretch", theme=None, alt=finding)
    mix = charts.stacked(table, title=_("Share of reports"), is_share=True)
    share.altair_chart(mix, width="stretch", theme=None, alt=finding)
    shown = sentences.month_table(table)
    with rows:
        tables.show(shown)
    about = page_frame.about(view, selection, title=_("Reports by month and category"))
    downloads.show(shown, name="trend-categories", about=about, chart=chart)
    st.caption(_("Months without a report are drawn as zero. A month at the edge of the period may be incomplete."))


def _effort(view: View, selection: Selection) -> None:
    st.subheader(_("Reporting effort: meetings held"))
    meetings = view.meetings_by(selection)
    if meetings.empty:
        st.info(_("No meetings are loaded, so reports cannot be set against the effort behind them."))
        return
    held = meetings.groupby("month", as_index=False)[["n_planned", "n_held"]].sum()
    chart = charts.monthly(held, value="n_held", title=_("Meetings held"), colour=charts.GREY)
    about = page_frame.about(view, selection, title=_("Meetings held by month"))
    finding = findings.months(held, value="n_held")
    figure.show(chart, sentences.meeting_table(held), finding=finding, name="trend-meetings", about=about)


def _year_over_year(view: View, selection: Selection) -> pd.DataFrame:
    before = replace(selection, start=_year_before(selection.start), end=_year_before(selection.end))
    now, then = (view.cube.totals(one, by=("category",)).set_index("category") for one in (selection, before))
    return changes.changes(now["n_reports"], then["n_reports"])


def _year_before(day: dt.date | None) -> dt.date | None:
    return None if day is None else (pd.Timestamp(day) - pd.DateOffset(years=1)).date()


def _years(view: View, selection: Selection, table: pd.DataFrame) -> None:
    st.subheader(_("Against the same months a year before"))
    shown = table.rename_axis("category").reset_index()
    shown["label"] = shown["category"].map(filter_bar.category_names(view))
    rows = sentences.change_table(shown, _("Category"))
    tables.show(rows)
    about = page_frame.about(view, selection, title=_("Against the same months a year before"))
    downloads.show(rows, name="trend-years", about=about)
    st.caption(sentences.how_changes())
