"""District layers: what is mended, what is refused, what is only reported, and who touches whom."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from concerns.schema import BadBoundaries, MissingColumns
from geo.coverage import FindingKind
from geo.districts import adjacency, check, outlines, prepare, row_faults, simplify

COD_AB = {
    "ADM2_PCODE": "adm2_pcode", "ADM2_EN": "adm2_name", "ADM2_AR": "adm2_name_ar",
    "ADM1_PCODE": "adm1_pcode", "ADM1_EN": "adm1_name", "ADM1_AR": "adm1_name_ar",
}  # fmt: skip
LOCAL_CRS = 'ENGCRS["site plan",EDATUM["site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
BOW_TIE = Polygon([(44, 33), (46, 35), (46, 33), (44, 35)])


def layer(*shapes, crs="EPSG:4326", **columns) -> gpd.GeoDataFrame:
    codes = [f"IQG01Q{number:02d}" for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame({"adm2_pcode": codes} | columns, geometry=list(shapes), crs=crs)


def kinds(gdf: gpd.GeoDataFrame) -> list[str]:
    return [finding.kind.value for finding in check(gdf)]


@pytest.fixture(scope="module")
def official(shared_data) -> gpd.GeoDataFrame:
    return gpd.read_file(shared_data / "boundaries/irq_admbnda_adm2_cso_20190603.geojson").rename(columns=COD_AB)


def test_prepare_sorts_by_code_and_fills_what_the_code_tells():
    districts = prepare(layer(box(44, 33, 45, 34), box(45, 33, 46, 34)).iloc[::-1])
    assert districts["adm2_pcode"].to_list() == ["IQG01Q01", "IQG01Q02"]
    assert districts.index.to_list() == [0, 1]
    assert districts["adm1_pcode"].to_list() == districts["adm1_name"].to_list() == ["IQG01", "IQG01"]
    assert districts.crs.to_epsg() == 4326
    assert "adm2_name_ckb" not in districts


def test_prepare_strips_a_no_break_space_and_keeps_the_kurdish_name():
    named = layer(box(44, 33, 45, 34), adm2_name_ar=[" القائم"], adm2_name_ckb=["قائیم"])
    district = prepare(named).iloc[0]
    assert (district["adm2_name_ar"], district["adm2_name_ckb"]) == ("القائم", "قائیم")


def test_prepare_of_prepared_districts_changes_nothing(four_districts):
    once = prepare(four_districts)
    assert prepare(once).equals(once)


def test_an_invalid_polygon_is_mended_and_its_change_in_area_told():
    broken = layer(
        Polygon([(44, 33), (45, 33), (45, 34), (44.5, 34), (44.5, 32.8), (44.4, 32.8), (44.4, 34), (44, 34)])
    )
    assert not broken.is_valid.all()
    assert prepare(broken).is_valid.all()
    (finding,) = [each for each in check(broken) if each.kind is FindingKind.REPAIRED]
    # the tongue of 0.1 × 0.2 degrees counted against the area and now counts for it
    assert finding.area_km2 == pytest.approx(2 * 0.02 * 111.2**2 * np.cos(np.radians(32.9)), rel=0.02)


def test_a_bow_tie_keeps_both_wings():
    assert shapely.area(prepare(layer(BOW_TIE)).geometry.iloc[0]) == pytest.approx(2.0)


def test_overlapping_parts_of_one_district_are_one_area():
    district = prepare(layer(MultiPolygon([box(44, 33, 46, 35), box(45, 34, 47, 36)]))).geometry.iloc[0]
    assert shapely.area(district) == pytest.approx(7.0)


def test_a_repair_drops_lines_and_points():
    mixed = shapely.GeometryCollection([box(44, 33, 45, 34), shapely.LineString([(44, 33), (40, 30)]), Point(1, 1)])
    district = prepare(layer(mixed)).geometry.iloc[0]
    assert district.equals(box(44, 33, 45, 34))


def test_heights_are_dropped():
    assert not prepare(layer(shapely.force_3d(box(44, 33, 45, 34), 7.0))).has_z.any()


def test_an_exclave_stays_in_its_district():
    districts = prepare(layer(MultiPolygon([box(44, 33, 45, 34), box(46, 33, 46.1, 33.1)])))
    assert len(districts) == 1
    assert shapely.area(districts.geometry.iloc[0]) == pytest.approx(1.01)


def test_other_coordinate_systems_become_degrees():
    square = layer(box(44, 33, 45, 34))
    there_and_back = prepare(square.to_crs("EPSG:32638"))
    assert shapely.hausdorff_distance(there_and_back.geometry.iloc[0], square.geometry.iloc[0]) < 1e-7


@pytest.mark.parametrize(
    ("gdf", "code"),
    [
        (layer(box(44, 33, 45, 34), crs=None), "CRS_MISSING"),
        (layer(box(44, 33, 45, 34), crs="EPSG:32638"), "CRS_UNSUPPORTED"),
        (layer(box(440_000, 3_600_000, 441_000, 3_601_000)), "CRS_UNSUPPORTED"),
        (layer(box(0, 0, 9_000, 9_000), crs=LOCAL_CRS), "CRS_UNSUPPORTED"),
        (layer(box(44, 33, 45, 34)).iloc[:0], "EMPTY"),
        (layer(box(44, 33, 45, 34)).assign(adm2_pcode=[" "]), "PCODE_MISSING"),
        (layer(box(44, 33, 45, 34)).assign(adm2_pcode=[None]), "PCODE_MISSING"),
        (layer(box(44, 33, 45, 34), box(45, 33, 46, 34)).assign(adm2_pcode="IQG01Q01"), "PCODE_DUPLICATE"),
        (layer(None), "GEOM_EMPTY"),
        (layer(Polygon()), "GEOM_EMPTY"),
        (layer(Point(44, 33)), "GEOM_TYPE"),
        (layer(Polygon([(44, 33), (45, 34), (44, 33), (44, 33)])), "GEOM_INVALID"),
        (layer(box(44, 33, 45, 34), box(44.9, 33, 46, 34)), "COVERAGE_OVERLAP"),
        (layer(box(44, 33, 45, 34), box(44, 33, 45, 34)), "COVERAGE_OVERLAP"),
        (layer(box(44, 33, 46, 35), box(44.5, 33.5, 44.6, 33.6)), "COVERAGE_OVERLAP"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_code(gdf, code):
    with pytest.raises(BadBoundaries) as refused:
        prepare(gdf)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_refused_overlap_names_the_places():
    pair = layer(box(44, 33, 45, 34), box(44.9, 33, 46, 34), adm2_name=["Falluja", "Ramadi"])
    with pytest.raises(BadBoundaries, match=r"Falluja .*Ramadi"):
        prepare(pair)
    overlap = check(pair)[0]
    assert overlap.kind is FindingKind.OVERLAP
    assert overlap.area_km2 == pytest.approx(0.1 * 111.2 * 111.2 * np.cos(np.radians(33.5)), rel=0.01)


def test_rounding_along_an_edge_is_reported_and_accepted():
    sliver = layer(box(44, 33, 45, 34), box(45 - 1e-7, 33, 46, 34))
    assert "sliver" in kinds(sliver)
    assert len(prepare(sliver)) == 2


def test_no_column_of_codes_lists_what_there_is():
    with pytest.raises(MissingColumns, match="Found: name, geometry"):
        prepare(gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(44, 33, 45, 34)], crs="EPSG:4326"))


def test_row_faults_names_each_row_by_itself():
    mixed = layer(box(44, 33, 45, 34), None, Point(1, 2), box(45, 33, 46, 34))
    mixed.loc[3, "adm2_pcode"] = ""
    faults = row_faults(mixed)
    assert faults.isna().to_list() == [True, False, False, False]
    assert faults.dropna().to_list() == ["GEOM_EMPTY", "GEOM_TYPE", "PCODE_MISSING"]


def test_a_hole_a_gap_and_a_strip_are_told_apart():
    ring = box(44, 33, 47, 36).difference(box(45, 34, 46, 35))
    assert "hole" in kinds(layer(ring))
    half, other_half = ring.intersection(box(44, 33, 45.5, 36)), ring.intersection(box(45.5, 33, 47, 36))
    assert "gap" in kinds(layer(half, other_half)) and "hole" not in kinds(layer(half, other_half))
    assert kinds(layer(box(44, 33, 45, 34), box(45.001, 33, 46, 34))).count("gap") == 1
    assert "gap" not in kinds(layer(box(44, 33, 45, 34), box(45.1, 33, 46, 34)))


def test_an_enclave_that_is_a_district_is_no_hole():
    assert not {"hole", "gap"} & set(
        kinds(layer(box(44, 33, 47, 36).difference(box(45, 34, 46, 35)), box(45, 34, 46, 35)))
    )


def test_diagonal_districts_with_a_third_between_leave_no_gap():
    neck = [box(44, 33, 45, 34), box(45.001, 33, 46, 34), box(45, 33, 45.001, 34)]
    assert "gap" not in kinds(layer(*neck))


def test_clockwise_rings_are_reported_and_turned():
    clockwise = layer(shapely.orient_polygons(box(44, 33, 45, 34), exterior_cw=True))
    assert kinds(clockwise) == ["clockwise"]
    assert shapely.is_ccw(shapely.get_exterior_ring(prepare(clockwise).geometry.iloc[0]))


def test_neighbours_share_an_edge_or_a_corner_and_an_island_is_listed(four_districts):
    graph = adjacency(prepare(four_districts))
    assert graph.cardinalities.to_dict() == {"IQG01Q01": 3, "IQG01Q02": 3, "IQG02Q01": 3, "IQG02Q02": 3, "IQG02Q03": 0}
    assert list(graph.isolates) == ["IQG02Q03"]
    assert graph.n_components == 2
    assert (graph.sparse != graph.sparse.T).nnz == 0


def test_a_border_digitised_twice_is_bridged_up_to_the_tolerance():
    half_a_metre = layer(box(44, 33, 45, 34), box(45 + 5e-6, 33, 46, 34))
    assert adjacency(half_a_metre).n_edges == 2
    assert adjacency(half_a_metre, tolerance_m=0.1).n_edges == 0


def test_one_district_is_an_island():
    assert list(adjacency(layer(box(44, 33, 45, 34))).isolates) == ["IQG01Q01"]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(5)))
def test_neighbours_know_no_row_order(order):
    squares = layer(*(box(44 + i, 33 + j, 45 + i, 34 + j) for i, j in ((0, 0), (1, 0), (1, 1), (3, 3), (4, 3))))
    graph = adjacency(prepare(squares.iloc[list(order)]))
    assert graph.adjacency.equals(adjacency(squares).adjacency)


def test_thinned_neighbours_keep_one_common_line():
    wave = [(45 + 0.01 * np.sin(6 * y), 33 + y) for y in np.linspace(0, 1, 200)]
    west, east = Polygon([(44, 33), *wave, (44, 34)]), Polygon([(46, 34), *wave[::-1], (46, 33)])
    thin = simplify(layer(west, east), 0.005)
    assert shapely.get_num_coordinates(thin.geometry).sum() < 60
    assert shapely.coverage_is_valid(np.asarray(thin.geometry.array, dtype=object))
    assert shapely.area(thin.geometry).sum() == pytest.approx(2.0)


def test_governorate_lines_leave_out_what_lies_inside(four_districts):
    lines = outlines(prepare(four_districts)).set_index("adm1_pcode")
    assert lines.loc["IQG01", "adm1_name"] == "Upper"
    assert shapely.length(lines.loc["IQG01", "geometry"]) == pytest.approx(
        3.0
    )  # two squares of side 0.5 side by side: 1.0 × 0.5


@pytest.mark.shared_data
def test_the_official_districts_have_the_published_neighbours(official):
    districts = prepare(official)
    graph = adjacency(districts)
    assert (graph.n, graph.n_edges / 2, len(graph.isolates), graph.n_components) == (101, 272, 0, 1)
    assert graph.cardinalities.mean() == pytest.approx(5.386, abs=5e-4)
    assert list(graph.unique_ids) == districts["adm2_pcode"].to_list()


@pytest.mark.shared_data
def test_the_official_districts_need_no_repair(official):
    assert set(kinds(official)) == {"clockwise"}
    assert prepare(official).to_crs("EPSG:6933").area.sum() / 1e6 == pytest.approx(436_270, abs=5)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["shp/irq_admbnda_adm2_cso_20190603.shp", "adm2_mojibake_arabic.geojson"])
def test_other_copies_of_the_official_set_give_the_same_districts(shared_data, official, name):
    other = prepare(gpd.read_file(shared_data / "boundaries" / name).rename(columns=COD_AB))
    ours = prepare(official)
    assert other["adm2_pcode"].to_list() == ours["adm2_pcode"].to_list()
    apart = shapely.symmetric_difference(other.geometry, ours.geometry.set_axis(other.index))
    assert (gpd.GeoSeries(apart, crs=4326).to_crs("EPSG:6933").area / 1e6).max() < 0.05
