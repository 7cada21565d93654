"""Binned cells: any selection equals the surface of the selected reports, at any size of the kept sums."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import column_sums
from geo.binned import BinnedCells, Located
from geo.lattice import Lattice
from geo.surface import precision_aware

SIDE = 60e3
AREAS = [shapely.box(x, y, x + SIDE, y + SIDE) for x in (0, SIDE) for y in (0, SIDE)]
LATTICE = Lattice.covering((0, 0, 2 * SIDE, 2 * SIDE), cell_m=4_000)
N_CATEGORIES = 5
BOUNDS, SHAPE = (0.0, 0.0, 2 * SIDE, 2 * SIDE), (31, 29)


def some_reports(n: int, seed: int = 0, precisions=(1, 2, 3, 4, 5), stacked: bool = False) -> Located:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 2 * SIDE, (2, n))
    if stacked:
        places = rng.uniform(0, 2 * SIDE, (2, 4))
        x, y = places[:, rng.integers(0, 4, n)]
    district = (x >= SIDE) * 2 + (y >= SIDE)
    precision = rng.choice(precisions, n)
    x = np.where(precision > 2, np.nan, x)
    return Located(
        rng.integers(100, 160, n), x, y, rng.integers(0, N_CATEGORIES, n), rng.integers(0, 4, n), district, precision
    )


def bin_all(*parts: Located, budget_mb: float = 64.0) -> BinnedCells:
    return BinnedCells.from_reports(parts, LATTICE, AREAS, n_categories=N_CATEGORIES, budget_mb=budget_mb)


def selected(reports: Located, start=None, end=None, categories=None, severities=None, districts=None) -> Located:
    keep = np.ones(len(reports.day), dtype=bool)
    keep &= (reports.day >= (start if start is not None else 0)) & (reports.day <= (end if end is not None else 10**6))
    for column, codes in (
        (reports.category, categories),
        (reports.severity, severities),
        (reports.district, districts),
    ):
        if codes is not None:
            keep &= np.isin(column, list(codes))
    return Located(*(np.asarray(column)[keep] for column in reports))


def drawn(cells: BinnedCells, bandwidth_m: float, **selection) -> np.ndarray:
    grid = Lattice.over(BOUNDS, SHAPE)
    xx, yy = np.meshgrid(grid.x_m, grid.y_m)
    return cells.density(bandwidth_m, **selection).at(xx.ravel(), yy.ravel()).reshape(SHAPE)


def exact(reports: Located, bandwidth_m: float) -> np.ndarray:
    return precision_aware(
        reports.x_m, reports.y_m, None, reports.geo_precision, bandwidth_m, BOUNDS, SHAPE,
        area_code=np.asarray(reports.district).astype(str), areas={str(i): area for i, area in enumerate(AREAS)},
    )  # fmt: skip


def assert_alike(ours: np.ndarray, truth: np.ndarray) -> None:
    assert abs(ours - truth).max() <= 1e-3 * truth.max() + 1e-12


codes = st.none() | st.sets(st.integers(0, 3), max_size=4)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 99), stacked=st.booleans(), days=st.tuples(st.integers(95, 165), st.integers(95, 165)),
    categories=codes, severities=codes, districts=codes, bandwidth_m=st.sampled_from([10_000.0, 17_000.0]),
    budget_mb=st.sampled_from([0.0, 4.0, 64.0]),
)  # fmt: skip
def test_any_selection_equals_the_surface_of_the_selected_reports(
    seed, stacked, days, categories, severities, districts, bandwidth_m, budget_mb
):
    reports = some_reports(300, seed, stacked=stacked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_sums, "REPORTS_A_BLOCK", 20)
        cells = bin_all(reports, budget_mb=budget_mb)
    start, end = sorted(days)
    chosen = {"categories": categories, "severities": severities, "districts": districts}
    ours = drawn(cells, bandwidth_m, start_day=start, end_day=end, **chosen)
    assert_alike(ours, exact(selected(reports, start, end, **chosen), bandwidth_m))


@pytest.mark.parametrize("precision", [1, 2, 4])
def test_a_single_report_is_drawn_right_wherever_it_lies_in_its_cell(precision):
    for seed in range(12):
        one = some_reports(1, seed, precisions=[precision])
        assert_alike(drawn(bin_all(one), 10_000), exact(one, 10_000))


def test_parts_give_what_the_whole_gives():
    reports = some_reports(500)
    halves = [Located(*(np.asarray(column)[i::2] for column in reports)) for i in (0, 1)]
    assert drawn(bin_all(*halves), 12_000) == pytest.approx(drawn(bin_all(reports), 12_000), rel=1e-5)


def test_neither_order_nor_empty_parts_matter():
    reports = some_reports(200)
    order = np.random.default_rng(3).permutation(200)
    shuffled = Located(*(np.asarray(column)[order] for column in reports))
    nothing = Located(*(np.asarray(column)[:0] for column in reports))
    assert drawn(bin_all(nothing, shuffled, nothing), 12_000) == pytest.approx(
        drawn(bin_all(reports), 12_000), rel=1e-5
    )


def test_no_report_gives_an_empty_surface():
    assert not drawn(bin_all(), 10_000).any()
    assert not drawn(bin_all(some_reports(10)), 10_000, start_day=500, end_day=600).any()
    assert not drawn(bin_all(some_reports(10)), 10_000, start_day=160, end_day=90).any()
    assert not drawn(bin_all(some_reports(10)), 10_000, categories=[]).any()


def test_a_report_without_a_usable_point_lies_over_its_district_or_nowhere():
    lost = Located([1, 1], [np.nan, 1e9], [0.0, 0.0], [0, 0], [0, 0], [2, -1], [1, 2])
    by_district = Located([1], [np.nan], [np.nan], [0], [0], [2], [4])
    assert drawn(bin_all(lost), 10_000) == pytest.approx(drawn(bin_all(by_district), 10_000))


def test_a_district_smaller_than_a_cell_still_counts():
    tiny = [shapely.box(50e3, 50e3, 50e3 + 1, 50e3 + 1)]
    reports = Located([1], [np.nan], [np.nan], [0], [0], [0], [4])
    surface = BinnedCells.from_reports([reports], LATTICE, tiny, n_categories=1).density(10_000)
    assert surface.at(np.array([50e3]), np.array([50e3]))[0] == pytest.approx(1 / (2 * np.pi * 100), rel=1e-3)


def test_a_bandwidth_that_the_cells_cannot_carry_is_refused():
    cells = bin_all(some_reports(5))
    assert cells.bandwidth_min_m == 10_000
    for too_small in (9_999.0, np.nan):
        with pytest.raises(ValueError, match="at least 10000"):
            cells.density(too_small)


def test_the_kept_sums_stay_within_the_budget(monkeypatch):
    monkeypatch.setattr(column_sums, "REPORTS_A_BLOCK", 10)
    cells = bin_all(some_reports(5_000), budget_mb=8.0)
    assert 4e6 < sum(sums.before.nbytes for sums in cells.sums.by_margin) <= 8.1e6
    few = some_reports(50)
    assert bin_all(few, budget_mb=0).sums.by_margin[0].edges.tolist() == [0, (few.geo_precision < 5).sum()]
