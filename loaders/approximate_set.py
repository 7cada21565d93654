"""Rebuild `data/districts_approximate.geojson` from the places and a country outline of the world atlas.

The outline is Natural Earth's (public domain), as the npm package `world-atlas` 2.0.2 carries it:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m loaders.approximate_set package/countries-10m.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from concerns.schema import BadBoundaries
from geo.approximate import approximate_districts

DATA = Path(__file__).resolve().parents[1] / "data"
PLACES_FILE, DISTRICTS_FILE = DATA / "iraq_places.csv", DATA / "districts_approximate.geojson"
IRAQ = "368"  # ISO 3166-1 numeric, the id of a country in the atlas
NOTICE = (
    "APPROXIMATE: drawn around labelled places, not an official boundary. About 70 % of points fall into their "
    "official district. Install the official districts before comparing districts."
)
SOURCE = "Places: Open Admin Data, CC BY 4.0. Outline: Natural Earth, public domain."


def build(places_csv: Path, outline_topojson: Path) -> gpd.GeoDataFrame:
    """Make the approximate districts from the two files; what they are is said in `geo.approximate`."""
    return approximate_districts(pd.read_csv(places_csv), read_outline(outline_topojson, IRAQ))


def write(districts: gpd.GeoDataFrame, path: Path) -> None:
    """Write districts as GeoJSON (RFC 7946) with a notice that they are approximate; corners with 4 decimals."""
    features = []
    for row in districts.itertuples(index=False):
        values = row._asdict()
        geometry = _rounded(shapely.geometry.mapping(values.pop("geometry")))
        features.append({"type": "Feature", "properties": values | {"approximate": True}, "geometry": geometry})
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    head = json.dumps({"type": "FeatureCollection", "notice": NOTICE, "source": SOURCE}, ensure_ascii=False)
    path.write_text(f'{head[:-1]}, "features": [\n{lines}\n]}}\n', encoding="utf-8")


def read_outline(topojson: Path, country: str) -> shapely.Geometry:
    """Read one country of a world atlas: lines that neighbours share are stored once, as steps on an integer grid.

    Raises BadBoundaries: no such country in the file.
    """
    atlas = json.loads(topojson.read_text(encoding="utf-8"))
    found = [shape for shape in atlas["objects"]["countries"]["geometries"] if shape.get("id") == country]
    if not found:
        hint = "Take countries-10m.json of the npm package world-atlas."
        raise BadBoundaries(f"There is no country with the number {country}.", where=topojson.name, hint=hint)
    scale, origin = np.array(atlas["transform"]["scale"]), np.array(atlas["transform"]["translate"])

    def ring(arcs: list[int]) -> np.ndarray:
        parts = []
        for arc in arcs:  # ~arc: the same line from its other end; each line begins where the one before has ended
            steps = np.cumsum(atlas["arcs"][arc if arc >= 0 else ~arc], axis=0)
            parts.append((steps if arc >= 0 else steps[::-1])[:-1] * scale + origin)
        return np.vstack(parts)

    polygons = found[0]["arcs"] if found[0]["type"] == "MultiPolygon" else [found[0]["arcs"]]
    shapes = [shapely.Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in polygons]
    return shapely.union_all(shapes)


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def nested(value: Any) -> Any:
        return round(value, 4) if isinstance(value, float) else [nested(each) for each in value]

    return {"type": geometry["type"], "coordinates": nested(geometry["coordinates"])}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outline", type=Path, help="countries-10m.json of the npm package world-atlas")
    write(build(PLACES_FILE, parser.parse_args().outline), DISTRICTS_FILE)
