"""Overview: what changed, where, and how sure are we? How complete is the reporting?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns import changes, effort
from concerns.selection import Selection
from loaders.view import View
from pages.figures import charts, findings, sentences
from pages.figures.texts import _, format_number, format_percent, format_period, in_language
from pages.widgets import downloads, filter_bar, page_frame, tables, way


def render() -> None:
    """Draw the page."""
    page_frame.page(_("What changed, where, and how sure are we?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    before = selection.previous()
    st.caption(_("Compared with {period}").format(period=format_period(*before.bounds)))
    by_district = _changes(view, selection, before, "adm2_pcode")
    by_category = _changes(view, selection, before, "category")
    st.subheader(sentences.overview(by_district, by_category, filter_bar.category_names(view)))
    _key_numbers(view, selection, before)
    way.show(view, selection)
    _figure(view, selection, by_category)
    _districts(view, selection, by_district)


def _changes(view: View, selection: Selection, before: Selection, name: str) -> pd.DataFrame:
    now, then = (view.cube.totals(period, by=(name,)).set_index(name)["n_reports"] for period in (selection, before))
    held = [effort.meetings_held(view.meetings_by(period), by=name) for period in (selection, before)]
    return changes.changes(now, then, meetings_now=held[0], meetings_before=held[1])


def _key_numbers(view: View, selection: Selection, before: Selection) -> None:
    """Four numbers, each with its change, the period it is compared with, and its denominator."""
    for column, number in zip(
        st.columns(4),
        effort.key_numbers(view.cube, view.meetings_by(selection), view.meetings_by(before), selection, before),
        strict=True,
    ):
        column.metric(
            sentences.KEY_NUMBERS[number.name](),
            format_number(number.value, decimals=number.decimals),
            format_percent(number.change, signed=True) if number.change is not None else None,
            delta_color="off",
            delta_arrow="auto" if number.change else "off",
            delta_description=_("of {n} before").format(n=format_number(number.before, decimals=number.decimals)),
            chart_data=number.monthly,
            chart_type="bar",
            border=True,
            help=sentences.DENOMINATORS[number.name](),
        )


def _figure(view: View, selection: Selection, table: pd.DataFrame) -> None:
    st.subheader(_("Which concerns are raised more or less often?"))
    shown = table[table["direction"] != "too_few"].rename_axis("category").reset_index()
    shown["label"] = shown["category"].map(filter_bar.category_names(view))
    title = _("Ratio to the period before (1: no change), with 95 % interval")
    chart = charts.ratios(shown, label="label", title=title)
    as_chart, as_table = st.tabs([_("Chart"), _("Table")])
    as_chart.altair_chart(chart, width="stretch", theme=None, alt=findings.changes(shown))
    with as_table:
        tables.show(sentences.change_table(shown, _("Category")))
    about = page_frame.about(view, selection, title=title)
    downloads.show(sentences.change_table(shown, _("Category")), name="changes-category", about=about, chart=chart)
    st.caption(sentences.how_changes())


def _districts(view: View, selection: Selection, table: pd.DataFrame) -> None:
    st.subheader(_("Where did reports change most?"))
    names = view.district_set.districts.set_index("adm2_pcode")
    shown = changes.most_changed(table).rename_axis("adm2_pcode").reset_index()
    shown["label"] = shown["adm2_pcode"].map(names[in_language("adm2_name", names.columns)])
    if shown.empty:
        st.write(_("No district differs from the period before by more than chance would explain."))
        return
    tables.show(sentences.change_table(shown, _("District")))
    about = page_frame.about(view, selection, title=_("Districts that changed"))
    downloads.show(sentences.change_table(shown, _("District")), name="changes-district", about=about)
