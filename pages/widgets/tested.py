"""Tested figures, kept for as long as view and selection stay the same."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from geo.emerging import EmergingHotSpots
from geo.projection import to_degrees
from geo.scan import ScanResult
from loaders import analysis
from loaders.view import View
from pages.figures import findings, layers, tested_layers, time_charts
from pages.figures.layers import Layer
from pages.figures.maps import Circle
from pages.figures.texts import _, markdown_safe
from pages.widgets import downloads, figure, filter_bar, page_frame, tables

MEASURES = {
    "per_meeting": lambda: _("Tested: reports per meeting held."),
    "rate_per_10k": lambda: _("Tested: reports per 10,000 people and year."),
    "count": lambda: _("Tested: counts of reports, for neither meetings nor people are known."),
}


def gi_star(view: View, selection: Selection) -> Layer:
    """Hot and cold spots."""
    table = _gi_star(view, view.version, view.scope, selection)
    st.caption(MEASURES[table.attrs["measure"]]())
    return tested_layers.spots(table)


def quadrants(view: View, selection: Selection) -> Layer:
    """Alike and unlike neighbours."""
    table = _local_moran(view, view.version, view.scope, selection)
    st.caption(MEASURES[table.attrs["measure"]]())
    return tested_layers.quadrants(table)


def smoothed(view: View, selection: Selection) -> Layer:
    """Empirical Bayes rates."""
    return layers.smoothed(analysis.smoothed(view, selection))


def emerging(view: View, selection: Selection) -> Layer:
    """Classes over time."""
    return tested_layers.emerging(_emerging(view, view.version, view.scope, selection).table)


def strip(view: View, selection: Selection, chosen: str | None, names: pd.Series) -> None:
    """The chosen district month by month: hot, cold or neither."""
    if chosen is None:
        st.caption(_("Choose a district to see which of its months were hot or cold."))
        return
    rows = tested_layers.strip_rows(_emerging(view, view.version, view.scope, selection), chosen)
    title = _("{name}, month by month").format(name=markdown_safe(str(names[chosen])))
    st.subheader(title)
    about = page_frame.about(view, selection, title=title)
    shown = tested_layers.strip_table(rows)
    figure.show(time_charts.strip(rows), shown, finding=findings.strip(rows), name="emerging-strip", about=about)


def categories(view: View, selection: Selection, names: pd.Series) -> None:
    """Which categories are hot or cold where: all districts and categories tested as one family."""
    table = _by_category(view, view.version, view.scope, selection)
    st.markdown(tested_layers.category_finding(table))
    shown = tested_layers.category_table(table, names, filter_bar.category_names(view))
    with st.expander(_("Hot and cold by category")):
        tables.show(shown)
    about = page_frame.about(view, selection, title=_("Hot and cold by category"))
    downloads.show(shown, name="hotspots-category", about=about)


def clusters(view: View, selection: Selection) -> tuple[Layer, list[Circle]]:
    """Clusters in space and time, with their circles."""
    found = _scan(view, view.version, view.scope, selection)
    index = pd.Index(view.district_set.districts["adm2_pcode"])
    kept = found.clusters[found.clusters["p_value"] <= 0.05].head(6)
    lon, lat = to_degrees(kept["x_m"].to_numpy(float), kept["y_m"].to_numpy(float))
    circles = [
        Circle(north, east, max(radius, 8_000.0), number)
        for number, (north, east, radius) in enumerate(zip(lat, lon, kept["radius_m"], strict=True), start=1)
    ]
    return tested_layers.clusters(found.clusters, index, found.status), circles


@st.cache_data(max_entries=64, show_spinner=False)
def _gi_star(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return analysis.gi_star(_view, selection)


@st.cache_data(max_entries=64, show_spinner=False)
def _by_category(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return analysis.by_category(_view, selection)


@st.cache_data(max_entries=64, show_spinner=False)
def _local_moran(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return analysis.local_moran(_view, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _emerging(_view: View, version: str, scope: str, selection: Selection) -> EmergingHotSpots:
    return analysis.emerging(_view, selection)


@st.cache_resource(max_entries=16, show_spinner=False)
def _scan(_view: View, version: str, scope: str, selection: Selection) -> ScanResult:
    bar = st.progress(0.0, text=_("Searching for clusters …"))

    def drawn(share: float) -> None:
        bar.progress(min(share, 1.0))

    found = analysis.scan(_view, selection, progress=drawn)
    bar.empty()
    return found
