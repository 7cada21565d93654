"""Districts from labelled places, for when no boundary file is at hand: near enough to look around, not to count by."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.districts import COLUMNS, OPTIONAL, prepare
from geo.projection import geometries_to_metric, to_degrees, to_metric

GRID_DEG = 1e-4  # corners are snapped to this grid (about 10 m), so that neighbours agree to the last digit
PLACE_COLUMNS = tuple(name for name in COLUMNS if name not in OPTIONAL)


def approximate_districts(places: pd.DataFrame, outline: shapely.Geometry) -> gpd.GeoDataFrame:
    """Give each spot of a country to the district of its nearest place.

    places: one row a place, columns PLACE_COLUMNS (of the district) and `lon`, `lat` in degrees; no two at one spot.
    outline: the country, Polygon or MultiPolygon in EPSG:4326.
    Returns districts as `geo.districts.prepare` does: the Voronoi cells of the places (distances in `METRIC_CRS`),
    merged by adm2_pcode and cut to the outline; borders without gaps or overlaps. A district none of whose ground lies
    inside the outline is absent.
    Raises ValueError: no place, or one with a coordinate that is not finite.

    >>> places = pd.DataFrame({"adm2_pcode": ["IQG01Q01", "IQG01Q02"], "lon": [43.9, 44.1], "lat": [33.0, 33.0]})
    >>> halves = approximate_districts(places, shapely.box(43.8, 32.9, 44.2, 33.1))
    >>> halves.geometry.bounds.round(3).values.tolist()
    [[43.8, 32.9, 44.0, 33.1], [44.0, 32.9, 44.2, 33.1]]
    """
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    if not len(places) or not (np.isfinite(lon) & np.isfinite(lat)).all():
        raise ValueError("each place needs a finite longitude and latitude, and there must be one")
    sites = shapely.points(*to_metric(lon, lat))
    lines = [shapely.boundary(outline), _cell_lines(sites, outline)]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=GRID_DEG)]))
    inside = shapely.point_on_surface(faces)
    faces, inside = (array[shapely.intersects(outline, inside)] for array in (faces, inside))
    spots = shapely.points(*to_metric(shapely.get_x(inside), shapely.get_y(inside)))
    nearest = shapely.STRtree(sites).nearest(spots)
    codes = places["adm2_pcode"].to_numpy(dtype=object)
    present = pd.unique(codes[nearest])
    shapes = [shapely.coverage_union_all(faces[codes[nearest] == code]) for code in present]
    names = places.drop_duplicates("adm2_pcode").set_index("adm2_pcode").loc[present].reset_index()
    kept = names[[name for name in PLACE_COLUMNS if name in names]]
    return prepare(gpd.GeoDataFrame(kept, geometry=shapes, crs="EPSG:4326"))


def _cell_lines(sites: np.ndarray, outline: shapely.Geometry) -> shapely.Geometry:
    """Draw the lines between the sites' cells, in degrees, out to beyond the outline."""
    around = shapely.envelope(shapely.buffer(geometries_to_metric([outline]), 10_000.0))[0]
    edges = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=around, only_edges=True)
    near = shapely.segmentize(shapely.intersection(edges, around), 20_000.0)  # straight in degrees to 5 m
    return shapely.transform(near, lambda x, y: to_degrees(x, y), interleaved=False)
