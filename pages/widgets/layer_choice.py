"""Which picture of the districts the map shows."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from concerns import comparison
from concerns.selection import Selection
from loaders.view import View
from pages.figures import layers, sentences
from pages.figures.layers import Layer
from pages.figures.maps import Density
from pages.figures.texts import _
from pages.widgets import density_layer

KEY = "layer"


def show(view: View, selection: Selection) -> tuple[Layer, Density | None]:
    """Draw the switch; give the layer for the districts and, where it is chosen, the density image."""
    drawn: dict[str, Callable[[], tuple[Layer, Density | None]]] = {
        "count": lambda: (_counts(view, selection), None),
        "per_meeting": lambda: (_rates(view, selection, "per_meeting"), None),
        "rate_per_10k": lambda: (_rates(view, selection, "rate_per_10k"), None),
        "density": lambda: density_layer.show(view, selection),
    }
    titles = {
        "count": _("Count"),
        "per_meeting": _("Per meeting"),
        "rate_per_10k": _("Per 10,000 people"),
        "density": _("Density"),
    }
    offered = [name for name in drawn if name != "rate_per_10k" or len(view.population)]
    if KEY not in st.session_state:
        asked = st.query_params.get(KEY)
        st.session_state[KEY] = asked if asked in offered else offered[0]
    chosen = st.segmented_control(_("The map shows"), offered, format_func=titles.__getitem__, key=KEY, required=True)
    chosen = chosen or offered[0]
    st.query_params[KEY] = chosen
    if "rate_per_10k" not in offered:
        st.caption(sentences.NO_RATE["rate_per_10k"]())
    return drawn[chosen]()


def _counts(view: View, selection: Selection) -> Layer:
    return layers.counts(view.cube.totals(selection).set_index("adm2_pcode")["n_reports"])


def _rates(view: View, selection: Selection, name: str) -> Layer:
    reports = view.cube.totals(selection).set_index("adm2_pcode")["n_reports"]
    meetings = view.meetings_by(selection).groupby("adm2_pcode")["n_held"].sum()
    people = view.people(selection.bounds[1].year)
    table = comparison.side_by_side(reports, meetings, people.set_index("adm_pcode")["total"], n_days=selection.n_days)
    return layers.rates(table, name=name, title=sentences.RATES[name](), note=sentences.how_rates(people))
