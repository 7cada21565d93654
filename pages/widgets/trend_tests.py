"""What tests say of the months: trend, season and change points, with their figures."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from loaders import series
from loaders.view import View
from pages.figures import charts, findings, time_charts, trend_texts
from pages.figures.texts import _, markdown_safe
from pages.widgets import downloads, figure, filter_bar, page_frame, tables


def show(view: View, selection: Selection) -> None:
    """Draw the tests under the figures of the page Trends."""
    _trend(view, selection, filter_bar.category_names(view))
    _season(view, selection)
    _levels(view, selection)


def _trend(view: View, selection: Selection, names: dict[str, str]) -> None:
    st.subheader(_("Trend of each category"))
    table = _trends(view, view.version, view.scope, selection)
    st.markdown(markdown_safe(trend_texts.trend_finding(table, names)))
    shown = trend_texts.trend_table(table, names)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Trend of each category"))
    downloads.show(shown, name="trend-tests", about=about)
    st.caption(trend_texts.how_trend(table, names))


def _season(view: View, selection: Selection) -> None:
    st.subheader(_("The usual year, Gregorian and Hijri"))
    month, hijri = _seasons(view, view.version, view.scope, selection)
    kinds = {"month": (_("Gregorian months"), month, trend_texts.month_names())}
    if hijri is not None:
        kinds["hijri"] = (_("Windows of the Hijri calendar"), hijri, trend_texts.hijri_names(hijri))
    finding = {"month": findings.season, "hijri": findings.hijri}
    table = {"month": trend_texts.month_table, "hijri": trend_texts.hijri_table}
    for column, (kind, (title, found, labels)) in zip(st.columns(len(kinds)), kinds.items(), strict=True):
        with column:
            chart = charts.intervals(
                trend_texts.season_rows(found, labels), label="label", value="ratio", in_order=True, decimals=2,
                title=_("Ratio to the usual month") if kind == "month" else _("Ratio to other days"),
            )  # fmt: skip
            about = page_frame.about(view, selection, title=title)
            shown = table[kind](found)
            figure.show(chart, shown, finding=finding[kind](found, labels), name=f"season-{kind}", about=about)
    st.caption(trend_texts.how_season())


def _levels(view: View, selection: Selection) -> None:
    st.subheader(_("Changes of level"))
    found, months = _segments(view, view.version, view.scope, selection)
    finding = trend_texts.segments(found)
    if found.attrs["status"] != "ok":
        st.info(finding)
        return
    title = _("Reports per meeting held") if found.attrs["per_meeting"] else _("Reports")
    about = page_frame.about(view, selection, title=_("Changes of level"))
    chart, shown = time_charts.levels(months, title=title), trend_texts.level_table(months)
    figure.show(chart, shown, finding=finding, name="trend-levels", about=about)
    st.caption(trend_texts.how_levels(found))


@st.cache_data(max_entries=32, show_spinner=False)
def _trends(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return series.trends(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _seasons(_view: View, version: str, scope: str, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    return series.season(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _segments(_view: View, version: str, scope: str, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame]:
    return series.segments(_view, selection)
