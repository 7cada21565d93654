"""Hot spots: where do concerns concentrate beyond what chance and reporting effort explain?"""

from __future__ import annotations

import streamlit as st

from concerns.selection import Selection
from loaders.view import View
from pages.figures import dots, layers, maps, sentences
from pages.figures.layers import Layer
from pages.figures.texts import _
from pages.widgets import (
    district_panel,
    downloads,
    filter_bar,
    honesty,
    layer_choice,
    map_view,
    markup,
    page_frame,
    tables,
    tested,
)

CLASSED = {"count", "per_meeting", "rate_per_10k", "smoothed"}  # layers whose colours are classes of a number
CHART = "hotspot-chart"


def render() -> None:
    """Draw the page."""
    page_frame.page(_("Where do concerns concentrate?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    _map_and_panel(view, selection)
    honesty.show(view, selection)


@page_frame.fragment
def _map_and_panel(view: View, selection: Selection) -> None:
    """The map beside its legend and the chosen district; a click redraws this part alone."""
    picture = layer_choice.show(view, selection)
    layer = picture.layer
    st.subheader(layer.finding)
    base = map_view.base(view.district_set.display, version=view.district_set.version)
    names = filter_bar.district_names(view)
    chosen = district_panel.choice(names)
    left, right = st.columns([3, 1])
    with left:
        as_map, as_chart, as_table = st.tabs([_("Map"), _("Chart"), _("Table")])
        with as_map:
            paint = maps.paint(
                base, layer.codes, layer.colours, selected=chosen, density=picture.density, circles=picture.circles
            )
            map_view.show(base, paint, key="hotspot-map", selects=district_panel.KEY)
            st.caption(sentences.under_map(view.district_set.source, view.precision(selection)))
        with as_chart:
            _chart(view, layer, chosen)
        with as_table:
            rows = layer.table.index.to_list()
            tables.show(
                sentences.layer_table(layer.table, names), chosen=rows.index(chosen) if chosen in rows else None
            )
    with right:
        markup.show(layer.legend)
        district_panel.show(view, selection, chosen, names)
    _files(view, selection, layer, has_classes=picture.name in CLASSED)
    if picture.name == "emerging":
        tested.strip(view, selection, chosen, names)
    if picture.name == "gi_star":
        tested.categories(view, selection, names)


def _chart(view: View, layer: Layer, chosen: str | None) -> None:
    """Every district as a dot beside those of its governorate; a click on one chooses it, as on the map."""
    if layer.value is None:
        st.info(_("This picture has no chart; the table holds its numbers."))
        return
    table = layers.by_governorate(layer, view.district_set.districts, filter_bar.governorate_names(view))
    table["label"] = table["adm2_pcode"].map(filter_bar.district_names(view))
    st.altair_chart(
        dots.chart(table, chosen=chosen, title=layer.title), width="stretch", theme=None, key=CHART, on_select=_picked,
        alt=layer.finding,
    )  # fmt: skip


def _picked() -> None:
    code = dots.picked(st.session_state[CHART])
    if code is not None:
        st.session_state[district_panel.KEY] = code


def _files(view: View, selection: Selection, layer: Layer, *, has_classes: bool) -> None:
    """The map's numbers as files."""
    shown = sentences.layer_table(layer.table, filter_bar.district_names(view))
    shapes = view.district_set.display.merge(layer.table.reset_index(), on="adm2_pcode")
    about = page_frame.about(view, selection, title=layer.title)
    downloads.show(shown, name="hotspots", about=about, shapes=shapes)
    st.caption(sentences.how_map(has_classes=has_classes))
