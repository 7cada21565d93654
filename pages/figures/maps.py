"""Maps in folium, without a tile, a foreign address or a text of the reports in their scripts.

The base map (outlines, lines, names) stays the same while filters change; what changes is a feature group that only
says which colour each district has, by its number, and holds the density image. So the place, the zoom and the chosen
district stay where they are, and a click costs a few kB. The drawing itself is in static/map.js.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import pandas as pd
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Fullscreen
from folium.template import Template

from pages.figures import map_text, outlines, palettes
from pages.figures.texts import _, in_language

MIN_ZOOM, MAX_ZOOM = 5, 13
OWN_SCRIPT, OWN_STYLE = "atlas:map.js", "atlas:map.css"  # `pages.widgets.map_view` knows where these are served


@dataclass(frozen=True)
class BaseMap:
    """What stays while filters change. order: each district number's p-code; payload: numbers and encoded names."""

    order: tuple[str, ...]
    payload: dict[str, Any]


@dataclass(frozen=True)
class Density:
    """A density image: PNG bytes whose rows are even steps in Web Mercator, and its box in degrees."""

    png: bytes
    west: float
    south: float
    east: float
    north: float


class Circle(NamedTuple):
    """A circle over the districts: its centre in degrees, its radius in metres, and its number in the table beside."""

    lat: float
    lon: float
    radius_m: float
    number: int


class Outlines(JSCSSMixin, MacroElement):
    """The base map's own element: `atlas.base` draws its payload."""

    _template = Template(
        "{% macro script(this, kwargs) %}atlas.base({{ this._parent.get_name() }}, {{ this.payload|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, payload: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Outlines"
        self.default_js = [("atlas_map", OWN_SCRIPT)]
        self.default_css = [("atlas_map", OWN_STYLE)]
        self.payload = payload


class Paint(MacroElement):
    """The changing element: `atlas.paint` recolours the districts and swaps the density image."""

    _template = Template("{% macro script(this, kwargs) %}atlas.paint({{ this.payload|tojson }});{% endmacro %}")

    def __init__(self, payload: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Paint"
        self.payload = payload


def _names(districts: gpd.GeoDataFrame, column: str) -> list[list[Any]]:
    """[latitude, longitude, encoded name] of each place, inside its shape."""
    points = districts.geometry.representative_point()
    names = districts[in_language(column, districts.columns)].fillna(districts[column]).astype(str)
    return [
        [round(point.y, 3), round(point.x, 3), map_text.encode(name)] for point, name in zip(points, names, strict=True)
    ]


def base_map(districts: gpd.GeoDataFrame, *, dark: bool = False) -> BaseMap:
    """Prepare the base map once for a boundary version, a language and a theme.

    districts: one row a district: adm2_pcode, adm2_name, adm1_pcode, adm1_name (and …_ar), geometry simplified for
    display (a coverage), EPSG:4326. Names are in the reader's language.
    Raises ValueError if there is no district or a p-code occurs twice.
    """
    if districts.empty or districts["adm2_pcode"].duplicated().any():
        raise ValueError("districts needs at least one row, and each adm2_pcode once")
    ordered = districts.sort_values("adm2_pcode", ignore_index=True)
    governorates = ordered.dissolve("adm1_pcode", as_index=False)
    west, south, east, north = (round(float(limit), 3) for limit in ordered.total_bounds)
    payload = {
        "grid": outlines.GRID,
        "districts": [outlines.encode_polygon(shape) for shape in ordered.geometry],
        "lines": [outlines.encode_polygon(shape) for shape in governorates.geometry],
        "names": {"adm1": _names(governorates, "adm1_name"), "adm2": _names(ordered, "adm2_name")},
        "bounds": [[south, west], [north, east]],
        "dark": dark,
        "titles": {
            "zoomIn": map_text.encode(_("Zoom in")),
            "zoomOut": map_text.encode(_("Zoom out")),
            "map": map_text.encode(_("Map of districts; the table beside it holds the same numbers")),
        },
    }
    return BaseMap(tuple(ordered["adm2_pcode"].astype(str)), payload)


def paint(
    base: BaseMap,
    codes: pd.Series | None = None,
    colours: Sequence[str] = (),
    *,
    selected: str | None = None,
    density: Density | None = None,
    circles: Sequence[Circle] = (),
) -> folium.FeatureGroup:
    """What changes: a colour for every district or a density image under their outlines, and the chosen district.

    codes: index adm2_pcode; 1..k names a colour, and the states of `palettes` (ZERO, NO_DATA, SUPPRESSED, UNTESTABLE)
    their own looks; a district that is not named has no data. None, or a density: outlines only. colours: "#rrggbb".
    Raises ValueError if a code has no colour or a colour is no "#rrggbb".
    """
    if any(len(colour) != 7 or colour[0] != "#" or not colour[1:].isalnum() for colour in colours):
        raise ValueError("colours must be #rrggbb")
    numbers = None
    if codes is not None and density is None:
        numbers = codes.reindex(list(base.order)).fillna(palettes.NO_DATA).astype(int).to_list()
        if not all(palettes.UNTESTABLE <= number <= len(colours) for number in numbers):
            raise ValueError("codes must be 1 to the number of colours, or a state of palettes")
    payload = {
        "codes": numbers,
        "colours": list(colours),
        "selected": base.order.index(selected) if selected in base.order else None,
        "circles": [[float(lat), float(lon), float(radius), int(number)] for lat, lon, radius, number in circles],
        "image": None if density is None else base64.b64encode(density.png).decode("ascii"),
        "bounds": None
        if density is None
        else [[float(density.south), float(density.west)], [float(density.north), float(density.east)]],
    }
    group = folium.FeatureGroup(name="paint", control=False)
    Paint(payload).add_to(group)
    return group


def folium_map(base: BaseMap) -> folium.Map:
    """A new folium map of the base; streamlit-folium changes what it shows, so it is never shared between runs."""
    (south, west), (north, east) = base.payload["bounds"]
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=6,
        tiles=None,
        zoom_control=False,
        minZoom=MIN_ZOOM,
        maxZoom=MAX_ZOOM,
        zoomSnap=0.25,
        attributionControl=False,
    )
    Outlines(base.payload).add_to(drawn)
    Fullscreen(title=_("Full screen"), title_cancel=_("Leave full screen"), force_separate_button=True).add_to(drawn)
    return drawn


def district_of(base: BaseMap, clicked: object) -> str | None:
    """The p-code of a clicked shape as the browser returned it; None for anything that is no district of this map.

    >>> district_of(BaseMap(("IQG01Q01",), {}), {"properties": {"i": 0}})
    'IQG01Q01'
    >>> district_of(BaseMap(("IQG01Q01",), {}), {"properties": {"i": "x"}})
    """
    properties = clicked.get("properties") if isinstance(clicked, dict) else None
    number = properties.get("i") if isinstance(properties, dict) else None
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(base.order):
        return base.order[number]
    return None
