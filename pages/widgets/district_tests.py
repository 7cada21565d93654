"""What tests say of the districts: funnel, smoothed rates, comparable districts, and what is unusual in the mix."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from loaders import analysis, series
from loaders.view import View
from pages.figures import charts, district_texts, findings, sentences, trend_texts
from pages.figures.texts import _, markdown_safe
from pages.widgets import downloads, figure, filter_bar, page_frame, tables


def show(view: View, selection: Selection, chosen: tuple[str, ...], names: pd.Series) -> None:
    """Draw the funnel of all districts, the smoothed rates of the chosen, and the peers and mix of the first."""
    _funnel(view, selection, names)
    if chosen:
        _smoothed(view, selection, chosen, names)
        _peers(view, selection, chosen[0], names)
        _mix(view, selection, chosen, names)


def _funnel(view: View, selection: Selection, names: pd.Series) -> None:
    st.subheader(_("Which districts differ by more than their size explains?"))
    table = analysis.funnel(view, selection)
    table = table.assign(label=names.reindex(table.index), outside=table["outside_99.8"].fillna(False).astype(bool))
    if table["ratio"].notna().sum() < 2:
        st.info(_("Neither meetings nor population are loaded, so size cannot be allowed for."))
        return
    title = _("Reports over what its size lets expect")
    about = page_frame.about(view, selection, title=title)
    chart, shown = charts.funnel(table, title=title), district_texts.funnel_table(table)
    figure.show(chart, shown, finding=findings.funnel(table), name="funnel", about=about)
    st.caption(district_texts.how_funnel(table))


def _smoothed(view: View, selection: Selection, chosen: tuple[str, ...], names: pd.Series) -> None:
    st.subheader(_("Smoothed rates, with their 95 % interval"))
    table = analysis.smoothed(view, selection)
    name = str(table.attrs["measure"])
    attrs = dict(table.attrs)
    table = table.reindex(list(chosen)).assign(label=names.reindex(list(chosen)))
    table.attrs.update(attrs)
    if table["rate"].notna().sum() == 0:
        st.info(sentences.NO_RATE[name]())
        return
    limits = {"rate_lower": table["lower"], "rate_upper": table["upper"]}
    rows, title = table.assign(**limits), sentences.RATES[name]()
    chart = charts.intervals(rows, label="label", value="rate", title=title)
    finding = findings.intervals(rows, label="label", value="rate")
    about = page_frame.about(view, selection, title=_("Smoothed rates, with their 95 % interval"))
    shown = district_texts.smoothed_table(table)
    figure.show(chart, shown, finding=finding, name="districts-smoothed", about=about)
    st.caption(district_texts.how_smoothed(table))


def _peers(view: View, selection: Selection, chosen: str, names: pd.Series) -> None:
    table = analysis.peers(view, selection, chosen)
    if table.empty:
        return
    name = markdown_safe(str(names[chosen]))
    title = _("Districts like {name}").format(name=name)
    st.subheader(title)
    st.markdown(markdown_safe(district_texts.peers_reason(table, str(names[chosen]))))
    shown = district_texts.peer_table(table, names)
    tables.show(shown)
    downloads.show(shown, name="districts-peers", about=page_frame.about(view, selection, title=title))
    codes = (chosen, *map(str, table.index))
    st.button(_("Compare with these"), on_click=filter_bar.choose_districts, args=(codes,), key="compare-peers")


def _mix(view: View, selection: Selection, chosen: tuple[str, ...], names: pd.Series) -> None:
    title = _("What is unusual in the mix, beside the governorate")
    st.subheader(title)
    table = analysis.mix_index(view, selection)
    table = table[table["adm2_pcode"].isin(chosen) & (table["n_reports"] >= 5)]
    categories = filter_bar.category_names(view)
    table = table.assign(district=table["adm2_pcode"].map(names), label=table["category"].map(categories))
    st.markdown(markdown_safe(district_texts.mix_finding(table)))
    shown = district_texts.mix_table(table)
    tables.show(shown)
    downloads.show(shown, name="districts-mix-index", about=page_frame.about(view, selection, title=title))
    st.caption(_("1 means the same share as in the governorate. Categories with fewer than five reports are left out."))
    coarse = series.hidden(view, Selection(categories=selection.categories, districts=chosen))
    if coarse:
        st.caption(trend_texts.not_by_district(coarse, categories))
