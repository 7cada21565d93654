"""Points to districts: one outcome a point, the tie rules, and equality with the geometry library's own join."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geo import join
from geo.districts import prepare
from geo.join import DistrictIndex, assign_districts
from geo.label_grid import LabelGrid
from geo.projection import to_degrees, to_metric

UNIT_SQUARES = {"D": box(1, 1, 2, 2), "B": box(1, 0, 2, 1), "C": box(0, 1, 1, 2), "A": box(0, 0, 1, 1)}


def districts(shapes: dict) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"adm2_pcode": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")


def rough_districts(n_side: int = 6, seed: int = 5) -> gpd.GeoDataFrame:
    """A patchwork with crooked lines: Voronoi cells with bays, an enclave, an exclave."""
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(rng.uniform((43, 32), (47, 36), (n_side * n_side, 2)))
    cells = [
        shapely.intersection(cell, box(43, 32, 47, 36)) for cell in shapely.get_parts(shapely.voronoi_polygons(points))
    ]
    enclave = shapely.affinity.scale(cells[7], 0.4, 0.4)
    cells[7] = cells[7].difference(enclave)
    cells[0] = shapely.union_all([cells[0], box(48, 32, 48.1, 32.1)])
    return prepare(districts({f"IQG01Q{i:02d}": cell for i, cell in enumerate([*cells, enclave], start=1)}))


def sjoin_within(lon, lat, layer: gpd.GeoDataFrame) -> pd.Series:
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    return gpd.sjoin(points, layer[["adm2_pcode", "geometry"]], predicate="within", how="left")["adm2_pcode"]


@pytest.mark.parametrize(
    ("lon", "lat", "pcode", "method"),
    [
        (0.5, 0.5, "A", "within"),
        (1.5, 1.5, "D", "within"),
        (1.0, 0.5, "A", "border"),
        (1.5, 1.0, "B", "border"),
        (1.0, 1.0, "A", "border"),
        (1.0, 1.5, "C", "border"),
        (0.0, 0.0, "A", "border"),
        (2.0, 2.0, "D", "border"),
        (2.001, 1.5, "D", "nearest"),
        (2.001, 1.0, "B", "nearest"),
        (2.5, 1.0, None, None),
    ],
)
def test_a_point_has_exactly_one_outcome(lon, lat, pcode, method):
    (row,) = assign_districts([lon], [lat], districts(UNIT_SQUARES)).itertuples()
    assert (row.adm2_pcode, row.join_method) == (
        (pcode, method) if pcode else (pytest.approx(np.nan, nan_ok=True),) * 2
    )
    assert (row.distance_m == 0) == (method in {"within", "border"})


def test_a_point_inside_two_districts_of_a_faulty_layer_goes_to_the_lowest_code():
    layer = districts({"B": box(0, 0, 2, 2), "A": box(1, 0, 3, 2)})
    assert assign_districts([0.5, 1.5, 2.5], [1.0] * 3, layer)["adm2_pcode"].to_list() == ["B", "A", "A"]


def test_inside_one_counts_before_the_line_of_a_lower_code():
    layer = districts({"A": box(0, 0, 1, 1), "B": box(0.5, 0.2, 2, 0.8)})
    (row,) = assign_districts([1.0], [0.5], layer).itertuples()
    assert (row.adm2_pcode, row.join_method) == ("B", "within")


def test_codes_are_ordered_by_code_point():
    layer = districts({"a": box(1, 0, 2, 1), "Z": box(0, 0, 1, 1)})
    assert assign_districts([1.0], [0.5], layer)["adm2_pcode"].to_list() == ["Z"]


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e308, 400.0, -181.0])
def test_a_coordinate_that_is_none_finds_no_district_and_harms_no_other(odd):
    out = assign_districts([odd, 0.5, 0.5], [0.5, odd, 0.5], districts(UNIT_SQUARES))
    assert out["adm2_pcode"].fillna("-").to_list() == ["-", "-", "A"]
    assert out["join_method"].fillna("-").to_list() == ["-", "-", "within"]
    assert np.isnan(out["distance_m"]).to_list() == [True, True, False]


def test_missing_values_of_every_kind_are_taken():
    lon = pd.Series([0.5, None, 1.5], dtype="Float64")
    assert assign_districts(lon, pd.Series([0.5, 0.5, None]), districts(UNIT_SQUARES))["adm2_pcode"].isna().sum() == 2
    assert assign_districts([None, 0.5], [0.5, 0.5], districts(UNIT_SQUARES))["adm2_pcode"].isna().to_list() == [
        True,
        False,
    ]


def test_no_point_gives_an_empty_table_with_the_same_columns():
    out = assign_districts([], [], districts(UNIT_SQUARES))
    assert list(out.columns) == ["adm2_pcode", "join_method", "distance_m"]
    assert len(out) == 0
    assert out.dtypes.equals(assign_districts([0.5], [0.5], districts(UNIT_SQUARES)).dtypes)


def test_no_district_leaves_every_point_without():
    assert assign_districts([0.5, np.nan], [0.5, 1.0], districts(UNIT_SQUARES).iloc[:0])["adm2_pcode"].isna().all()


def test_a_district_without_shape_is_no_obstacle():
    out = assign_districts([0.5], [0.5], districts({"A": None, "B": Polygon(), "C": box(0, 0, 1, 1)}))
    assert out["adm2_pcode"].to_list() == ["C"]


def test_the_index_of_a_series_is_kept():
    lon = pd.Series([1.5, 0.5], index=["x", "y"])
    assert assign_districts(lon, lon, districts(UNIT_SQUARES))["adm2_pcode"].to_dict() == {"x": "D", "y": "A"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5], [0.5, 0.6], districts(UNIT_SQUARES)), "of one length"),
        (([0.5], [0.5], districts(UNIT_SQUARES), -1), "tolerance_m"),
        (([0.5], [0.5], districts(UNIT_SQUARES), np.nan), "tolerance_m"),
        (([0.5], [0.5], districts(UNIT_SQUARES).to_crs("EPSG:32638")), "EPSG:4326"),
        (([0.5], [0.5], districts(UNIT_SQUARES).drop(columns="adm2_pcode")), "adm2_pcode"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        assign_districts(*arguments)


def metres_east(distance_m: float, lat: float = 33.25) -> float:
    """The longitude so many metres east of (44.5, lat), where the four districts end."""
    x_m, y_m = to_metric([44.5], [lat])
    return float(to_degrees(x_m + distance_m, y_m)[0][0])


@pytest.mark.parametrize(("distance_m", "found"), [(1.0, True), (499.9, True), (500.1, False), (5000.0, False)])
def test_nearest_reaches_as_far_as_the_tolerance(four_districts, distance_m, found):
    out = assign_districts([metres_east(distance_m)], [33.25], four_districts)
    assert out["adm2_pcode"].notna().to_list() == [found]
    if found:
        assert out["distance_m"].iloc[0] == pytest.approx(distance_m, rel=1e-3)


def test_the_tolerance_is_inclusive_and_zero_switches_nearest_off(four_districts):
    lon = metres_east(123.0)
    exact_m = assign_districts([lon], [33.25], four_districts)["distance_m"].iloc[0]
    assert assign_districts([lon], [33.25], four_districts, exact_m)["join_method"].to_list() == ["nearest"]
    assert assign_districts([lon], [33.25], four_districts, exact_m - 0.01)["join_method"].isna().all()
    assert assign_districts([lon], [33.25], four_districts, 0)["join_method"].isna().all()


def test_nearest_measures_to_the_line_as_it_is_drawn_in_degrees():
    # the middle of a two-degree edge lies some 400 m off the straight line between its projected ends
    (row,) = assign_districts([45.0], [34.0 + 1e-4], districts({"A": box(44, 33, 46, 34)})).itertuples()
    assert row.distance_m == pytest.approx(11.1, abs=0.1)


def test_equally_near_districts_give_the_lowest_code():
    layer = districts({"B": box(43, 33, 44 - 0.003, 34), "A": box(44 + 0.003, 33, 45, 34)})
    (row,) = assign_districts([44.0], [33.5], layer).itertuples()  # 44° E is the axis of symmetry of the metric system
    assert (row.adm2_pcode, row.join_method) == ("A", "nearest")


def test_a_point_in_a_hole_goes_to_the_ring_only_when_near():
    ring = districts({"A": box(44, 33, 46, 35).difference(box(44.5, 33.5, 45.5, 34.5))})
    out = assign_districts([45.0, 44.502], [34.0, 34.0], ring)
    assert out["join_method"].fillna("-").to_list() == ["-", "nearest"]


def test_every_part_of_a_district_counts():
    parts = districts({"A": MultiPolygon([box(44, 33, 45, 34), box(46, 33, 46.1, 33.1)])})
    assert assign_districts([44.5, 46.05], [33.5, 33.05], parts)["join_method"].to_list() == ["within"] * 2


def test_parts_that_touch_in_a_corner_meet_on_the_line_and_an_empty_part_is_no_obstacle():
    touching = MultiPolygon([box(44, 33, 45, 34), box(45, 34, 46, 35), Polygon()])
    out = assign_districts([45.0, 44.5, 45.5], [34.0, 33.5, 34.5], districts({"A": touching}))
    assert out["join_method"].to_list() == ["border", "within", "within"]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)), st.permutations("ABCD"))
def test_neither_the_order_of_points_nor_of_districts_matters(points, rows):
    lon, lat = np.array([0.5, 1.0, 1.0, 2.001, np.nan, 9.0]), np.array([0.5, 0.5, 1.0, 1.0, 1.0, 9.0])
    expected = assign_districts(lon, lat, districts(UNIT_SQUARES)).iloc[points].reset_index(drop=True)
    shuffled = assign_districts(lon[points], lat[points], districts({code: UNIT_SQUARES[code] for code in rows}))
    pd.testing.assert_frame_equal(shuffled, expected)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=30))
def test_on_a_lattice_of_quarters_the_rule_can_be_redone_by_hand(cells):
    lon, lat = (np.array([cell[axis] / 4 for cell in cells], dtype=float) for axis in (0, 1))
    out = assign_districts(lon, lat, districts(UNIT_SQUARES))
    for x, y, row in zip(lon, lat, out.itertuples(), strict=True):
        touching = [code for code, square in sorted(UNIT_SQUARES.items()) if square.intersects(shapely.Point(x, y))]
        is_inside = UNIT_SQUARES[touching[0]].contains(shapely.Point(x, y))
        assert (row.adm2_pcode, row.join_method) == (touching[0], "within" if is_inside else "border")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_inside_it_equals_the_join_of_geopandas_with_and_without_the_grid(seed, monkeypatch):
    layer = rough_districts(seed=seed)
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(42.8, 48.2, 120_000), rng.uniform(31.8, 36.2, 120_000)
    with_grid = assign_districts(lon, lat, layer)
    theirs = sjoin_within(lon, lat, layer)
    within = with_grid["join_method"] == "within"
    assert with_grid.loc[within, "adm2_pcode"].to_list() == theirs[within].to_list()
    assert theirs[~within].isna().all()
    monkeypatch.setattr(join, "GRID_FROM", 10**9)
    pd.testing.assert_frame_equal(assign_districts(lon, lat, layer), with_grid)


def test_points_on_and_beside_lines_are_not_settled_by_the_grid(monkeypatch):
    layer = rough_districts()
    corners = shapely.get_coordinates(layer.geometry)
    east, south = np.array([0.004, 0.0]), np.array([0.0, -0.004])
    beside = np.vstack([corners, corners + 1e-12, np.nextafter(corners, 90), corners + east, corners + south])
    exact = assign_districts(*beside.T, layer)
    monkeypatch.setattr(join, "GRID_FROM", 0)
    pd.testing.assert_frame_equal(assign_districts(*beside.T, layer), exact)
    assert {"border", "within", "nearest"} <= set(exact["join_method"].dropna())


def test_a_coarse_grid_leaves_what_it_cannot_tell():
    index = DistrictIndex(districts({"A": box(44, 33, 46, 35), "B": box(46, 33, 48, 35)}))
    grid = LabelGrid.build(index._shapes, index._inside, n_cells=8)
    lon, lat = np.array([45.0, 47.0, 46.0, 44.1, 30.0]), np.array([34.0, 34.0, 34.0, 34.0, 30.0])
    assert grid.look_up(lon, lat).tolist() == [0, 1, -2, -2, -1]


def test_chunks_leave_no_seam(four_districts, monkeypatch):
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(43.4, 46.1, 1_000), rng.uniform(30.9, 33.6, 1_000)
    whole = assign_districts(lon, lat, four_districts)
    monkeypatch.setattr(join, "CHUNK", 7)
    pd.testing.assert_frame_equal(assign_districts(lon, lat, four_districts), whole)


def test_an_index_asked_in_parts_answers_as_the_districts_at_once(four_districts):
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(43.4, 46.1, 90_000), rng.uniform(30.9, 33.6, 90_000)
    index = DistrictIndex(four_districts)
    parts = [assign_districts(lon[i : i + 9_000], lat[i : i + 9_000], index) for i in range(0, 90_000, 9_000)]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), assign_districts(lon, lat, four_districts))


COD_AB = {"ADM2_PCODE": "adm2_pcode", "ADM2_EN": "adm2_name", "ADM1_PCODE": "adm1_pcode"}


@pytest.fixture(scope="module")
def official(shared_data) -> gpd.GeoDataFrame:
    return prepare(
        gpd.read_file(shared_data / "boundaries/irq_admbnda_adm2_cso_20190603.geojson").rename(columns=COD_AB)
    )


@pytest.mark.shared_data
def test_real_points_come_to_the_certain_totals(shared_data, official):
    points = pd.read_csv(shared_data / "events/geocausal_iraq_sigact_2007-2008.csv")
    assert (len(points), points.duplicated().sum()) == (68_573, 2_095)
    out = assign_districts(points["longitude"], points["latitude"], official)
    assert out["join_method"].notna().sum() == len(points) - 2
    once = out[~points.duplicated()]
    assert once["join_method"].value_counts().to_dict() == {"within": 66_470, "nearest": 6}
    assert once["join_method"].isna().sum() == 2
    assert once.loc[once["join_method"] == "nearest", "distance_m"].between(0, 500, inclusive="right").all()
    assert assign_districts(points["longitude"], points["latitude"], official, 1_700)["join_method"].notna().all()
    theirs = sjoin_within(points["longitude"], points["latitude"], official)
    within = out["join_method"] == "within"
    assert (out.loc[within, "adm2_pcode"] == theirs[within]).all()
    assert theirs[~within].isna().all()


@pytest.mark.shared_data
def test_other_real_points_come_to_their_totals_too(shared_data, official):
    strikes = pd.read_csv(shared_data / "events/geocausal_iraq_airstrikes_2006.csv").drop_duplicates()
    out = assign_districts(strikes["longitude"], strikes["latitude"], official)
    assert out["join_method"].fillna("none").value_counts().to_dict() == {"within": 1_615, "nearest": 5, "none": 1}
    abroad = pd.read_csv(shared_data / "events/crimedata_homicides15.csv")
    assert assign_districts(abroad["longitude"], abroad["latitude"], official)["adm2_pcode"].isna().all()


def test_metres_to_a_named_district_are_zero_inside_and_on_its_line(four_districts):
    index = DistrictIndex(four_districts)
    lon, lat = np.array([43.7, 44.0, 44.1, 43.9]), np.array([33.2, 33.2, 33.2, 33.2])
    west = np.full(4, index.codes.index("IQG01Q01"), dtype=np.int16)
    east = np.full(4, index.codes.index("IQG01Q02"), dtype=np.int16)
    tenth = 9_324.2  # metres of 0.1 degrees of longitude at 33.2 north, on the ellipsoid
    assert index.distance_m(lon, lat, west).tolist() == pytest.approx([0, 0, tenth, 0], rel=1e-3)
    assert index.distance_m(lon, lat, east).tolist() == pytest.approx([3 * tenth, 0, 0, tenth], rel=1e-3)
    assert index.distance_m(lon[:0], lat[:0], west[:0]).tolist() == []
