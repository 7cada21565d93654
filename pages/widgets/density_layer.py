"""The density surface on the map, with the bandwidth that the reader chooses."""

from __future__ import annotations

import streamlit as st

from concerns.selection import Selection
from loaders.view import View
from pages.figures import density, layers
from pages.figures.layers import Layer
from pages.figures.maps import Density
from pages.figures.texts import _, format_number

BANDWIDTHS_KM = (8, 12, 20, 30, 50)


def show(view: View, selection: Selection) -> tuple[Layer, Density]:
    """Draw the choice of bandwidth; give the districts as outlines and the surface over them."""
    bandwidth_km = st.select_slider(
        _("How far a report is spread (standard deviation, km)"),
        BANDWIDTHS_KM,
        value=12,
        format_func=lambda km: format_number(km),
        key="bandwidth_km",
    )
    with st.spinner(_("Drawing the surface …")):
        surface = view.cells.density(selection, bandwidth_m=bandwidth_km * 1000.0)
        image, classes = density.picture(surface, view.cells.raster)
    counts = view.cube.totals(selection).set_index("adm2_pcode")["n_reports"]
    return layers.density(counts, view.precision(selection), classes=classes, bandwidth_km=bandwidth_km), image
