"""Districts from places: every spot goes to its nearest place; the committed set is whole and says what it is."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, box

from geo.approximate import approximate_districts
from geo.coverage import overlaps, voids
from geo.districts import prepare
from geo.join import assign_districts
from geo.projection import area_km2, to_metric

ROOT = Path(__file__).resolve().parents[2]
COUNTRY = box(43, 32, 45, 34)


def places(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["adm2_pcode", "lon", "lat"])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 25))
def test_each_spot_belongs_to_its_nearest_place(seed, n_places):
    rng = np.random.default_rng(seed)
    labelled = places(
        *((f"IQG01Q{i % 7:02d}", x, y) for i, (x, y) in enumerate(rng.uniform((43, 32), (45, 34), (n_places, 2))))
    )
    districts = approximate_districts(labelled, COUNTRY)
    assert not overlaps(districts) and not voids(districts)
    assert shapely.equals(shapely.union_all(districts.geometry.array), COUNTRY)
    lon, lat = rng.uniform(43, 45, 400), rng.uniform(32, 34, 400)
    sites, spots = (np.column_stack(to_metric(x, y)) for x, y in ((labelled["lon"], labelled["lat"]), (lon, lat)))
    gap_m = np.sort(np.linalg.norm(spots[:, None] - sites, axis=2), axis=1)
    is_clear = gap_m[:, 1] - gap_m[:, 0] > 100  # corners are snapped to some 10 m
    nearest = labelled["adm2_pcode"].to_numpy()[np.linalg.norm(spots[:, None] - sites, axis=2).argmin(axis=1)]
    found = assign_districts(lon, lat, districts)["adm2_pcode"].to_numpy()
    assert (found == nearest)[is_clear].all()


def test_one_place_gets_the_whole_country():
    (district,) = approximate_districts(places(("IQG01Q01", 44, 33)), COUNTRY).geometry
    assert district.equals(COUNTRY)


def test_a_country_of_two_parts_keeps_both():
    parts = MultiPolygon([COUNTRY, box(46, 32, 46.5, 32.5)])
    districts = approximate_districts(places(("IQG01Q01", 43.5, 33), ("IQG01Q02", 44.5, 33)), parts)
    assert area_km2([shapely.union_all(districts.geometry.array)]) == pytest.approx(area_km2([parts]), rel=1e-6)


def test_a_district_whose_ground_lies_outside_is_absent():
    far = places(("IQG01Q01", 44, 33), ("IQG01Q02", 60, 33))
    assert approximate_districts(far, COUNTRY)["adm2_pcode"].to_list() == ["IQG01Q01"]


@pytest.mark.parametrize("bad", [places(), places(("IQG01Q01", np.nan, 33))])
def test_places_without_a_point_are_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        approximate_districts(bad, COUNTRY)


@pytest.fixture(scope="module")
def committed() -> gpd.GeoDataFrame:
    return gpd.read_file(ROOT / "data" / "districts_approximate.geojson")


def test_the_committed_set_is_small_whole_and_says_what_it_is(committed):
    path = ROOT / "data" / "districts_approximate.geojson"
    assert path.stat().st_size < 400_000
    assert path.read_text(encoding="utf-8").startswith('{"type": "FeatureCollection", "notice": "APPROXIMATE')
    assert committed["approximate"].all()
    districts = prepare(committed)
    assert len(districts) == 101
    assert not overlaps(districts) and not voids(districts)
    corners = shapely.get_coordinates(committed.geometry.array)
    assert np.array_equal(corners, corners.round(4))


def test_the_committed_places_lie_in_their_approximate_district(committed):
    table = pd.read_csv(ROOT / "data" / "iraq_places.csv")
    assert (len(table), table["adm2_pcode"].nunique(), table["adm1_pcode"].nunique()) == (294, 101, 18)
    assert table["adm3_pcode"].is_unique and table.notna().all(axis=None)
    assert (table["adm3_pcode"].str[:8] == table["adm2_pcode"]).all()
    assert (table["adm2_pcode"].str[:5] == table["adm1_pcode"]).all()
    found = assign_districts(table["lon"], table["lat"], prepare(committed))
    assert (found["adm2_pcode"] == table["adm2_pcode"]).mean() > 0.99


@pytest.mark.shared_data
def test_seven_real_points_in_ten_come_to_their_official_district(shared_data, committed):
    columns = {"ADM2_PCODE": "adm2_pcode", "ADM2_EN": "adm2_name", "ADM1_PCODE": "adm1_pcode"}
    official = gpd.read_file(shared_data / "boundaries/irq_admbnda_adm2_cso_20190603.geojson").rename(columns=columns)
    official, ours = prepare(official), prepare(committed)
    points = pd.read_csv(shared_data / "events/geocausal_iraq_sigact_2007-2008.csv")
    truth, guess = (
        assign_districts(points["longitude"], points["latitude"], each)["adm2_pcode"] for each in (official, ours)
    )
    known = truth.notna()
    assert (truth == guess)[known].mean() == pytest.approx(0.70, abs=0.01)
    assert (truth.str[:5] == guess.str[:5])[known].mean() == pytest.approx(0.978, abs=0.005)
    shared_km2 = area_km2(shapely.intersection(official.geometry.array, ours.geometry.array)).sum()
    assert shared_km2 / area_km2(official.geometry.array).sum() == pytest.approx(0.786, abs=0.01)
