"""The map in a page: folium through streamlit-folium, with every script and style served from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import folium
import geopandas as gpd
import streamlit as st
import streamlit_folium

from concerns.errors import BadSetting
from pages.figures import maps, texts

# The map's frame lies at …/component/streamlit_folium.st_folium/, so these reach static/ under any base path.
STATIC = "../../app/static/"
VENDOR = STATIC + "vendor/"
SERVED = {  # what a library's address ends with → where it lies here; None: not needed
    "leaflet@1.9.3/dist/leaflet.js": VENDOR + "leaflet/leaflet.js",
    "leaflet@1.9.3/dist/leaflet.css": VENDOR + "leaflet/leaflet.css",
    "leaflet.markercluster.js": VENDOR + "markercluster/leaflet.markercluster.js",
    "MarkerCluster.css": VENDOR + "markercluster/MarkerCluster.css",
    "MarkerCluster.Default.css": VENDOR + "markercluster/MarkerCluster.Default.css",
    "fullscreen@3.0.0/Control.FullScreen.min.js": VENDOR + "fullscreen/Control.FullScreen.js",
    "fullscreen@3.0.0/Control.FullScreen.css": VENDOR + "fullscreen/Control.FullScreen.css",
    maps.OWN_SCRIPT: STATIC + "map.js",
    maps.OWN_STYLE: STATIC + "map.css",
    "jquery-3.7.1.min.js": None,
    "bootstrap.bundle.min.js": None,
    "bootstrap.min.css": None,
    "bootstrap-glyphicons.css": None,
    "fontawesome-free@6.2.0/css/all.min.css": None,
    "leaflet.awesome-markers.js": None,
    "leaflet.awesome-markers.css": None,
    "leaflet.awesome.rotate.min.css": None,
}


def served_here(links: list[str]) -> list[str]:
    """The same scripts or styles at our own addresses.

    Raises BadSetting for one that we do not have: a new plugin fails in a test, not as a blank map without internet.
    """
    found = []
    for link in links:
        known = [place for ending, place in SERVED.items() if link.endswith(ending)]
        if not known:
            raise BadSetting(
                "A map plugin asks for a file that is not served here.",
                where=link,
                hint="Add its package to package.json and its address to SERVED in pages/widgets/map_view.py.",
            )
        found += [place for place in known[:1] if place is not None]
    return found


def _offline(component: Callable[..., Any]) -> Callable[..., Any]:
    """streamlit-folium's component, asking only this server for its files."""

    def served(**arguments: Any) -> Any:
        arguments |= {kind: served_here(arguments[kind]) for kind in ("js_links", "css_links")}
        return component(**arguments)

    served.is_offline = True  # type: ignore[attr-defined]
    return served


if not hasattr(streamlit_folium._component_func, "is_offline"):
    streamlit_folium._component_func = _offline(streamlit_folium._component_func)


@st.cache_resource(max_entries=24, show_spinner=False)
def _base(_districts: gpd.GeoDataFrame, version: str, language: str, dark: bool) -> maps.BaseMap:
    return maps.base_map(_districts, dark=dark)


def base(districts: gpd.GeoDataFrame, *, version: str) -> maps.BaseMap:
    """The base map of these boundaries for this reader; kept by version, language and theme.

    districts: see `maps.base_map`. version: their boundary version; another version is another map.
    """
    return _base(districts, version, texts.language(), st.context.theme.type == "dark")


def show(
    base: maps.BaseMap, layer: folium.FeatureGroup, *, key: str, selects: str | None = None, height: int = 560
) -> None:
    """Draw the map. Pan and zoom cause no rerun; a click on a district sets `st.session_state[selects]` to its p-code.

    layer: from `maps.paint`. key: the map's own, one a page. selects: the key of the page's district choice, such as
    that of a select box bound to the address, so that link, box and map always agree; None: clicks change nothing.
    """

    def clicked() -> None:
        value = st.session_state.get(key) or {}
        district = maps.district_of(base, value.get("last_active_drawing"))
        if selects is not None and district is not None:
            st.session_state[selects] = district

    streamlit_folium.st_folium(
        maps.folium_map(base),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_active_drawing"] if selects is not None else [],
        feature_group_to_add=layer,
        on_change=clicked,
    )
