"""Which picture of the districts the map shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from concerns.selection import Selection
from loaders import analysis
from loaders.view import View
from pages.figures import layers, sentences
from pages.figures.layers import Layer
from pages.figures.maps import Circle, Density
from pages.figures.texts import _
from pages.widgets import density_layer, tested

KEY = "layer"


@dataclass(frozen=True)
class Picture:
    """What the map draws: the districts' colours and, where it is chosen, a surface or circles over them."""

    layer: Layer
    name: str = ""
    density: Density | None = None
    circles: Sequence[Circle] = ()


def show(view: View, selection: Selection) -> Picture:
    """Draw the switch and give the picture that is chosen."""
    drawn: dict[str, Callable[[], Picture]] = {
        "count": lambda: Picture(_counts(view, selection)),
        "per_meeting": lambda: Picture(_rates(view, selection, "per_meeting")),
        "rate_per_10k": lambda: Picture(_rates(view, selection, "rate_per_10k")),
        "smoothed": lambda: Picture(tested.smoothed(view, selection)),
        "density": lambda: _density(view, selection),
        "gi_star": lambda: Picture(tested.gi_star(view, selection)),
        "lisa": lambda: Picture(tested.quadrants(view, selection)),
        "emerging": lambda: Picture(tested.emerging(view, selection)),
        "clusters": lambda: _clusters(view, selection),
    }
    titles = {
        "count": _("Count"),
        "per_meeting": _("Per meeting"),
        "rate_per_10k": _("Per 10,000 people"),
        "smoothed": _("Smoothed rate"),
        "density": _("Density"),
        "gi_star": _("Hot and cold"),
        "lisa": _("Neighbours"),
        "emerging": _("Emerging"),
        "clusters": _("Clusters"),
    }
    missing = {"rate_per_10k": view.population.empty, "per_meeting": view.meetings.empty}
    missing["smoothed"] = view.population.empty and view.meetings.empty
    offered = [name for name in drawn if not missing.get(name)]
    if st.session_state.get(KEY) not in offered:
        asked = st.query_params.get(KEY)
        st.session_state[KEY] = asked if asked in offered else offered[0]
    chosen = st.segmented_control(_("The map shows"), offered, format_func=titles.__getitem__, key=KEY, required=True)
    chosen = chosen or offered[0]
    st.query_params[KEY] = chosen
    for name in sentences.NO_RATE:
        if missing[name]:
            st.caption(sentences.NO_RATE[name]())
    return replace(drawn[chosen](), name=chosen)


def _density(view: View, selection: Selection) -> Picture:
    layer, density = density_layer.show(view, selection)
    return Picture(layer, density=density)


def _clusters(view: View, selection: Selection) -> Picture:
    layer, circles = tested.clusters(view, selection)
    return Picture(layer, circles=circles)


def _counts(view: View, selection: Selection) -> Layer:
    return layers.counts(view.cube.totals(selection).set_index("adm2_pcode")["n_reports"])


def _rates(view: View, selection: Selection, name: str) -> Layer:
    note = sentences.how_rates(view.people(selection.bounds[1].year))
    return layers.rates(analysis.rate_table(view, selection), name=name, title=sentences.RATES[name](), note=note)
