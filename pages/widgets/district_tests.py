"""What tests say of the districts: the funnel against their size, comparable districts, and what is unusual in the "
"mix."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from loaders import analysis
from loaders.view import View
from pages.figures import charts, sentences
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import downloads, filter_bar, page_frame, tables


def show(view: View, selection: Selection, chosen: tuple[str, ...], names: pd.Series) -> None:
    """Draw the funnel of all districts, and the peers and the mix of the first chosen one."""
    _funnel(view, selection, names)
    if chosen:
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
    st.altair_chart(charts.funnel(table, title=title), width="stretch", theme=None)
    st.caption(sentences.how_funnel(table))
    shown = sentences.funnel_table(table)
    with st.expander(_("The same numbers as a table")):
        tables.show(shown)
    about = page_frame.about(view, selection, title=title)
    downloads.show(shown, name="funnel", about=about, chart=charts.funnel(table, title=title))


def _peers(view: View, selection: Selection, chosen: str, names: pd.Series) -> None:
    table = analysis.peers(view, selection, chosen)
    if table.empty:
        return
    st.subheader(_("Districts of about the same size as {name}").format(name=markdown_safe(str(names[chosen]))))
    words = {"population": _("Population"), "n_meetings": _("Meetings held")}
    shown = pd.DataFrame(
        {
            _("District"): names.reindex(table.index),
            words[table.attrs["size"]]: [format_number(size) for size in table["size"]],
            _("Reports"): table["n_reports"],
        }
    )
    tables.show(shown)
    codes = (chosen, *map(str, table.index))
    st.button(_("Compare with these"), on_click=filter_bar.choose_districts, args=(codes,), key="compare-peers")


def _mix(view: View, selection: Selection, chosen: tuple[str, ...], names: pd.Series) -> None:
    st.subheader(_("What is unusual in the mix, beside the governorate"))
    table = analysis.mix_index(view, selection)
    table = table[table["adm2_pcode"].isin(chosen) & (table["n_reports"] >= 5)]
    table = table.assign(
        district=table["adm2_pcode"].map(names), label=table["category"].map(filter_bar.category_names(view))
    )
    tables.show(sentences.mix_table(table))
    st.caption(_("1 means the same share as in the governorate. Categories with fewer than five reports are left out."))
