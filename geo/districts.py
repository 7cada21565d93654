"""District polygons: made fit for the join, checked, linked to their neighbours, and thinned for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from concerns.schema import ADM1_LENGTH, BadBoundaries, FileReason, MissingColumns, Reason
from geo.coverage import Finding, FindingKind, clockwise, overlaps, repairs, voids
from geo.projection import geometries_to_metric

if TYPE_CHECKING:
    from libpysal.graph import Graph

COLUMNS = ("adm2_pcode", "adm2_name", "adm2_name_ar", "adm2_name_ckb", "adm1_pcode", "adm1_name", "adm1_name_ar")
OPTIONAL = ("adm2_name_ckb",)
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON, shapely.GeometryType.GEOMETRYCOLLECTION)


def prepare(gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make a layer of districts fit for use: valid, in degrees, one row a p-code.

    gdf: our column names (`loaders.boundaries` renames), at least adm2_pcode; any coordinate system that is stated.
    Returns COLUMNS (adm2_name_ckb where given) and geometry, sorted by adm2_pcode, index 0…n-1, EPSG:4326, Polygon or
    MultiPolygon with outer rings counter-clockwise; exclaves stay parts of their district. A missing name becomes the
    code, a missing adm1_pcode the code's prefix. Borders keep every vertex. Prepared once, a layer stays as it is.

    Raises MissingColumns: no adm2_pcode. Raises BadBoundaries with `code`: CRS_MISSING, CRS_UNSUPPORTED, EMPTY; a code
    of `row_faults`; PCODE_DUPLICATE; COVERAGE_OVERLAP (the pairs are named).

    >>> square = gpd.GeoDataFrame({"adm2_pcode": ["IQG01Q01"]}, geometry=[shapely.box(44, 33, 45, 34)], crs=4326)
    >>> prepare(square).loc[0, ["adm2_name", "adm1_pcode"]].to_list()
    ['IQG01Q01', 'IQG01']
    """
    districts = _mended(gdf)
    found = [str(finding) for finding in overlaps(districts) if finding.kind is FindingKind.OVERLAP]
    if found:
        raise _bad(
            f"{len(found)} pairs of districts overlap: {'; '.join(found[:5])}.", FileReason.COVERAGE_OVERLAP,
            "Correct the borders, so that each place lies in one district.",
        )  # fmt: skip
    return districts


def check(gdf: gpd.GeoDataFrame) -> list[Finding]:
    """List what `prepare` would mend or refuse, and what is odd and kept: overlaps, gaps, holes, clockwise rings.

    Takes what `prepare` takes and raises what it raises, overlaps excepted: these are in the list.
    """
    districts = _mended(gdf)
    stated = _in_degrees(gdf).assign(adm2_pcode=_text(gdf, "adm2_pcode")).sort_values("adm2_pcode", kind="stable")
    named = stated.assign(adm2_name=districts["adm2_name"].to_numpy())
    return [*overlaps(districts), *voids(districts), *repairs(named, districts), *clockwise(named)]


def row_faults(gdf: gpd.GeoDataFrame) -> pd.Series:
    """Say which rows cannot be a district: GEOM_EMPTY, GEOM_INVALID, GEOM_TYPE, PCODE_MISSING, or missing for none.

    Returns one value a row on the index of `gdf`. A loader may set these rows aside and `prepare` the rest.
    """
    geometry = np.asarray(gdf.geometry.array, dtype=object)
    is_finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    polygonal = np.isin(shapely.get_type_id(geometry), _POLYGONAL)
    usable = polygonal & is_finite
    has_area = np.zeros(len(geometry), dtype=bool)
    has_area[usable] = shapely.area(_polygonal(geometry[usable])) > 0
    faults = pd.Series(pd.NA, index=gdf.index, dtype="str")
    faults[(_text(gdf, "adm2_pcode") == "").to_numpy()] = Reason.PCODE_MISSING.value
    faults[~has_area] = Reason.GEOM_INVALID.value
    faults[~polygonal] = Reason.GEOM_TYPE.value
    faults[shapely.is_missing(geometry) | shapely.is_empty(geometry)] = Reason.GEOM_EMPTY.value
    return faults


def adjacency(districts: gpd.GeoDataFrame, *, tolerance_m: float = 1.0) -> Graph:
    """Link districts that share an edge or a corner (queen), or come within `tolerance_m` of each other.

    districts: as `prepare` returns them. Returns a binary symmetric libpysal Graph without self, its nodes adm2_pcode
    in order; a district without neighbour is in `.isolates`. The tolerance bridges borders that were digitised twice
    and touch nowhere exactly; vertices need not be shared.
    """
    from libpysal.graph import Graph

    codes = districts["adm2_pcode"].to_numpy(dtype=object)
    metric = geometries_to_metric(districts.geometry.array)
    first, second = shapely.STRtree(metric).query(metric, predicate="dwithin", distance=tolerance_m)
    first, second = first[first != second], second[first != second]
    alone = np.setdiff1d(np.arange(len(codes)), first)
    focal, neighbor = np.append(first, alone), np.append(second, alone)
    order = np.lexsort((neighbor, focal))
    weight = (focal != neighbor).astype(np.int64)  # a lone district is linked to itself with weight 0
    return Graph.from_arrays(codes[focal[order]], codes[neighbor[order]], weight[order])


def simplify(districts: gpd.GeoDataFrame, tolerance_deg: float) -> gpd.GeoDataFrame:
    """Thin the borders for drawing; neighbours keep one common line. Never join points on the result.

    tolerance_deg: about the largest shift of a line, in degrees (0.005 is 500 m).
    """
    thin = shapely.coverage_simplify(np.asarray(districts.geometry.array, dtype=object), tolerance_deg)
    return districts.set_geometry(gpd.GeoSeries(thin, index=districts.index, crs=districts.crs))


def outlines(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the lines around each governorate: one row an adm1_pcode with its names, geometry of lines."""
    names = districts.groupby("adm1_pcode", sort=True)[["adm1_name", "adm1_name_ar"]].first().reset_index()
    geometry = np.asarray(districts.geometry.array, dtype=object)
    parts = districts["adm1_pcode"].to_numpy(dtype=object)
    lines = [shapely.boundary(shapely.union_all(geometry[parts == code])) for code in names["adm1_pcode"]]
    return gpd.GeoDataFrame(names, geometry=lines, crs=districts.crs)


def _mended(gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the layer as `prepare` returns it, overlaps unchecked."""
    degrees = _in_degrees(gdf)
    if degrees.empty:
        raise _bad("The layer holds no district.", FileReason.EMPTY, "Choose the layer with the second level.")
    faults = row_faults(degrees).dropna()
    if len(faults):
        rows = ", ".join(str(position + 1) for position in np.flatnonzero(row_faults(degrees).notna())[:10])
        what = f"{len(faults)} rows cannot be a district ({faults.iloc[0]}; rows {rows})."
        raise _bad(what, faults.iloc[0], "Give each district a code and a polygon with an area.")
    table = pd.DataFrame({name: _text(degrees, name) for name in COLUMNS if name in degrees or name not in OPTIONAL})
    twice = table["adm2_pcode"][table["adm2_pcode"].duplicated()].unique()
    if len(twice):
        what = f"{len(twice)} p-codes stand twice: {', '.join(twice[:10])}."
        raise _bad(what, FileReason.PCODE_DUPLICATE, "Merge the parts of a district into one MultiPolygon.")
    for name, substitute in (("adm2_name", table["adm2_pcode"]), ("adm1_pcode", table["adm2_pcode"].str[:ADM1_LENGTH])):
        table[name] = table[name].where(table[name] != "", substitute)
    table["adm1_name"] = table["adm1_name"].where(table["adm1_name"] != "", table["adm1_pcode"])
    shapes = _polygonal(np.asarray(degrees.geometry.array, dtype=object))
    made = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs="EPSG:4326"))
    return made.sort_values("adm2_pcode", ignore_index=True)


def _in_degrees(gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if gdf.crs is None:
        raise _bad("The layer states no coordinate system.", FileReason.CRS_MISSING, "Export it again as GeoPackage.")
    hint = "Export it again in WGS84 (EPSG:4326)."
    bounds = gdf.total_bounds
    if gdf.crs.is_projected and np.isfinite(bounds).all() and np.abs(bounds).max() <= 360:
        raise _bad("The layer states metres but holds degrees.", FileReason.CRS_UNSUPPORTED, hint)
    try:
        degrees = gdf.to_crs("EPSG:4326")
    except (ValueError, RuntimeError) as error:  # pyproj's errors are RuntimeErrors
        raise _bad("The coordinate system cannot be turned into degrees.", FileReason.CRS_UNSUPPORTED, hint) from error
    if len(degrees) and not _on_earth(degrees.total_bounds):
        raise _bad("The coordinates are no degrees.", FileReason.CRS_UNSUPPORTED, hint)
    return degrees


def _on_earth(bounds: np.ndarray) -> bool:
    if np.isnan(bounds).all():  # no geometry at all: `row_faults` says so
        return True
    return bool(
        np.isfinite(bounds).all() and np.abs(bounds[[0, 2]]).max() <= 180 and np.abs(bounds[[1, 3]]).max() <= 90
    )


def _polygonal(geometry: np.ndarray) -> np.ndarray:
    """Repair what is invalid and keep the parts that have an area, flat, outer rings counter-clockwise."""
    flat = shapely.force_2d(geometry)
    broken = ~shapely.is_valid(flat)
    flat[broken] = shapely.make_valid(flat[broken], method="structure", keep_collapsed=False)
    for row in np.flatnonzero(shapely.get_type_id(flat) == shapely.GeometryType.GEOMETRYCOLLECTION):
        flat[row] = shapely.union_all([part for part in shapely.get_parts(flat[row]) if shapely.area(part) > 0])
    return shapely.orient_polygons(flat, exterior_cw=False)


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        if column == "adm2_pcode":
            hint = f"Found: {', '.join(map(str, table.columns))}."
            raise MissingColumns("No column holds the district's p-code.", where="districts", hint=hint)
        return pd.Series("", index=table.index, dtype="str")
    return table[column].astype("str").fillna("").str.strip()


def _bad(what: str, code: str, hint: str) -> BadBoundaries:
    return BadBoundaries(what, where="districts", hint=hint, code=str(code))
