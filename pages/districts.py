"""Districts: how does mine stand among comparable ones, with its uncertainty?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from concerns import comparison
from concerns.selection import Selection
from loaders import analysis
from loaders.view import View
from pages.figures import charts, district_texts, findings, sentences
from pages.figures.texts import _
from pages.widgets import district_tests, figure, filter_bar, page_frame


def render() -> None:
    """Draw the page."""
    page_frame.page(_("How does my district stand among others?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    names = filter_bar.district_names(view)
    chosen = filter_bar.district_choice(view, selection, names)
    selection = replace(selection, districts=chosen)
    table = _table(view, selection)
    table["label"] = names.reindex(table.index)
    st.subheader(sentences.districts(table))
    _rates(view, selection, table)
    _mix(view, selection, names)
    _trend(view, selection, names)
    district_tests.show(view, replace(selection, districts=()), chosen, names)


def _table(view: View, selection: Selection) -> pd.DataFrame:
    """Counts and rates of the chosen districts."""
    return analysis.rate_table(view, selection)


def _rates(view: View, selection: Selection, table: pd.DataFrame) -> None:
    st.subheader(_("Counts, and rates with their 95 % interval"))
    kinds = {"per_meeting": _("Reports per meeting held"), "rate_per_10k": _("Reports per 10,000 people and year")}
    known = {kind: title for kind, title in kinds.items() if table[kind].notna().any()}
    for kind, title in known.items():
        chart = charts.intervals(table.reset_index(), label="label", value=kind, title=title)
        about = page_frame.about(view, selection, title=title)
        finding, rows = findings.intervals(table, label="label", value=kind), sentences.district_table(table)
        figure.show(chart, rows, finding=f"{title}: {finding}", name=f"districts-{kind}", about=about)
    for kind in kinds.keys() - known.keys():
        st.info(sentences.NO_RATE[kind]())
    st.caption(sentences.how_rates(view.people(selection.bounds[1].year)))


def _mix(view: View, selection: Selection, names: pd.Series) -> None:
    st.subheader(_("The mix of concerns"))
    table = comparison.mix(view.cube.totals(selection, by=("adm2_pcode", "category")))
    table["district"], table["label"] = (
        table["adm2_pcode"].map(names),
        table["category"].map(filter_bar.category_names(view)),
    )
    chart = charts.mix(table, title=_("Share of the district's reports"))
    about = page_frame.about(view, selection, title=_("The mix of concerns"))
    shown = district_texts.share_table(table)
    figure.show(chart, shown, finding=findings.mix(table), name="districts-mix", about=about)


def _trend(view: View, selection: Selection, names: pd.Series) -> None:
    st.subheader(_("Month by month"))
    table = view.cube.totals(selection, by=("month", "adm2_pcode"))
    table["label"] = table["adm2_pcode"].map(names)
    chart = charts.small_multiples(table.assign(category=table["adm2_pcode"]), title=_("Reports"))
    about = page_frame.about(view, selection, title=_("Reports by month and district"))
    shown = sentences.month_table(table.assign(category=table["adm2_pcode"]))
    figure.show(chart, shown, finding=findings.largest(table), name="districts-trend", about=about, width="content")
