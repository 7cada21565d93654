"""The map asks this server for its files, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import folium
import geopandas as gpd
import pytest
import streamlit_folium
from folium.plugins import Draw, Fullscreen, HeatMap, MarkerCluster

from concerns.errors import BadSetting
from pages.figures import maps
from pages.widgets import map_view

ROOT = Path(__file__).resolve().parents[3]


def links(drawn: folium.Map) -> list[str]:
    """Every script and style that the elements of a map ask for."""
    elements = [drawn, *drawn._children.values()]
    return [
        address
        for element in elements
        for kind in ("default_js", "default_css")
        for _name, address in getattr(element, kind, [])
    ]


def test_all_files_of_our_map_are_served_here(four_districts: gpd.GeoDataFrame):
    asked = links(maps.folium_map(maps.base_map(four_districts)))
    served = map_view.served_here(asked)
    assert any("leaflet.js" in address for address in asked)
    assert served
    assert all(address.startswith("../../app/static/") for address in served)


def test_what_is_served_here_is_made_by_the_set_up():
    build = (ROOT / "static" / "build.py").read_text(encoding="utf-8")
    for place in map_view.SERVED.values():
        if place is not None:
            name = place.removeprefix(map_view.STATIC)
            assert (ROOT / "static" / name).is_file() or f'"{name.removeprefix("vendor/")}"' in build


def test_clusters_and_full_screen_are_served_too():
    assert len(map_view.served_here([a for _n, a in MarkerCluster.default_js + MarkerCluster.default_css])) == 3
    assert len(map_view.served_here([a for _n, a in Fullscreen.default_js + Fullscreen.default_css])) == 2


@pytest.mark.parametrize("plugin", [HeatMap, Draw])
def test_a_plugin_that_is_not_served_fails_here_and_not_in_the_field(plugin: type):
    with pytest.raises(BadSetting, match="not served here"):
        map_view.served_here([address for _name, address in plugin.default_js])


def test_the_component_itself_is_wrapped():
    assert streamlit_folium._component_func.is_offline
    with pytest.raises(BadSetting):
        streamlit_folium._component_func(js_links=["https://cdn.invalid/x.js"], css_links=[])


def test_the_same_input_gives_the_same_script(four_districts: gpd.GeoDataFrame):
    """A changed script would mount the map anew and lose place, zoom and choice."""
    base = maps.base_map(four_districts)

    def script() -> str:
        drawn = maps.folium_map(base)
        drawn.get_root().render()
        return streamlit_folium._get_map_string(drawn)

    assert script() == script()
    assert "://" not in script().replace("http://www.w3.org", "")
