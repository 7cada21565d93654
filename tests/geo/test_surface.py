"""Density surfaces: published peaks, an independent estimator, totals kept, and edges of every kind."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import ndtr

from geo import surface
from geo.lattice import Lattice
from geo.surface import density, precision_aware, suggested_bandwidth_m

BOUNDS, SHAPE = (-100e3, -100e3, 100e3, 100e3), (100, 100)  # cells of 2 km, 4 km² each
KERNELS = ("gaussian", "quartic")


def cloud(n: int, seed: int = 0, spread_m: float = 30e3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, spread_m, n), rng.normal(0, spread_m, n)


def summed_by_hand(x, y, w, bandwidth_m, bounds, shape) -> np.ndarray:
    lattice = Lattice.over(bounds, shape)
    squared = (lattice.y_m[:, None, None] - y) ** 2 + (lattice.x_m[None, :, None] - x) ** 2
    return (w * np.exp(-squared / (2 * bandwidth_m**2))).sum(axis=2) / (2 * np.pi * bandwidth_m**2) * 1e6


@pytest.fixture(params=["exact", "binned"])
def way(request, monkeypatch):
    """Either the sum as it stands or the binned one, whatever the number of points."""
    monkeypatch.setattr(surface, "EXACT_POINTS", 10**9 if request.param == "exact" else -1)
    return request.param


@pytest.mark.parametrize(
    ("kernel", "peak", "tolerance"), [("gaussian", 0.159155, 1e-4), ("quartic", 3 / (8 * np.pi), 5e-4)]
)
def test_one_point_has_the_peak_of_its_kernel(way, kernel, peak, tolerance):
    z = density([0], [0], None, 1_000, (-10_100, -10_100, 10_100, 10_100), (101, 101), kernel=kernel)
    assert z[50, 50] == pytest.approx(peak, rel=tolerance if way == "binned" else 1e-5)
    assert z.argmax() == 50 * 101 + 50


def test_row_0_lies_in_the_south_and_column_0_in_the_west(way):
    z = density([-90e3], [-80e3], None, 10e3, BOUNDS, SHAPE)
    assert np.unravel_index(z.argmax(), SHAPE) in {(9, 4), (9, 5), (10, 4), (10, 5)}


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99), n=st.integers(1, 60), cells_per_bandwidth=st.sampled_from([1.3, 2.0, 4.2, 6.0]))
def test_binning_stays_by_the_exact_sum(kernel, seed, n, cells_per_bandwidth):
    x, y = cloud(n, seed)
    w = np.random.default_rng(seed).integers(1, 50, n)
    bandwidth_m = cells_per_bandwidth * 2_000
    with pytest.MonkeyPatch.context() as patch:
        exact = density(x, y, w, bandwidth_m, BOUNDS, SHAPE, kernel=kernel)
        patch.setattr(surface, "EXACT_POINTS", -1)
        binned = density(x, y, w, bandwidth_m, BOUNDS, SHAPE, kernel=kernel)
    assert abs(binned - exact).max() <= (5e-5 if kernel == "gaussian" else 8e-4) * exact.max()


def test_the_exact_sum_is_the_definition():
    x, y = cloud(40)
    w = np.arange(40.0)
    by_hand = summed_by_hand(x, y, w, 7_000, BOUNDS, (20, 30))
    assert_allclose(density(x, y, w, 7_000, BOUNDS, (20, 30)), by_hand, rtol=1e-12)


def test_many_points_stay_by_the_definition_too():
    x, y = cloud(20_000)
    by_hand = summed_by_hand(x, y, 1, 8_400, BOUNDS, (40, 40))
    assert abs(density(x, y, None, 8_400, BOUNDS, (40, 40)) - by_hand).max() <= 1e-4 * by_hand.max()


@pytest.mark.parametrize(("kernel", "theirs"), [("gaussian", "gaussian"), ("quartic", "biweight")])
def test_it_equals_an_independent_estimator(way, kernel, theirs):
    from KDEpy import NaiveKDE

    x, y = cloud(300)
    lattice = Lattice.over(BOUNDS, (40, 40))
    xx, yy = np.meshgrid(lattice.x_m, lattice.y_m)
    sigma = 25e3
    # their biweight has radius √7·bw, ours √8·σ; they measure in standard deviations per axis all the same
    bandwidth = sigma if kernel == "gaussian" else sigma * np.sqrt(8 / 7)
    grid = np.column_stack([xx.ravel(), yy.ravel()])
    oracle = NaiveKDE(kernel=theirs, bw=bandwidth).fit(np.column_stack([x, y])).evaluate(grid) * 300 * 1e6
    ours = density(x, y, None, sigma, BOUNDS, (40, 40), kernel=kernel)
    assert abs(ours.ravel() - oracle).max() <= (1e-4 if kernel == "gaussian" else 3e-4) * oracle.max()


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_total_is_kept_where_nothing_falls_outside(way, kernel):
    x, y = cloud(500, spread_m=8e3)
    w = np.arange(500.0)
    z = density(x, y, w, 6_000, BOUNDS, SHAPE, kernel=kernel)
    assert z.sum() * 4 == pytest.approx(w.sum(), rel=1e-6 if kernel == "gaussian" else 2e-3)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.floats(0.1, 1e6), st.integers(-20, 20), st.integers(-20, 20))
def test_it_adds_up_scales_and_moves_with_the_points(seed, factor, right, up):
    x, y = cloud(20, seed)
    z = density(x, y, None, 9_000, BOUNDS, SHAPE)
    parts = density(x[:7], y[:7], None, 9_000, BOUNDS, SHAPE) + density(x[7:], y[7:], None, 9_000, BOUNDS, SHAPE)
    assert_allclose(parts, z, rtol=1e-9, atol=1e-15)
    assert_allclose(density(x, y, np.full(20, factor), 9_000, BOUNDS, SHAPE), z * factor, rtol=1e-9, atol=1e-12)
    moved_bounds = tuple(b + shift for b, shift in zip(BOUNDS, (right * 1e3, up * 1e3) * 2, strict=True))
    moved = density(x + right * 1e3, y + up * 1e3, None, 9_000, moved_bounds, SHAPE)
    assert_allclose(moved, z, rtol=1e-6, atol=1e-15)


def test_points_just_outside_count_as_far_as_they_reach(way):
    z = density([-101e3], [0.0], None, 5_000, BOUNDS, SHAPE)
    assert z[50, 0] == pytest.approx(
        summed_by_hand(np.array([-101e3]), np.array([0.0]), 1, 5_000, BOUNDS, SHAPE)[50, 0], 1e-4
    )
    assert_allclose(density([-101e3, 9e9], [0.0, 0.0], None, 5_000, BOUNDS, SHAPE), z, atol=1e-12)


def test_no_point_gives_zeros(way):
    for edge in (None, "uniform", "jones"):
        assert not density([], [], None, 5_000, BOUNDS, SHAPE, edge=edge).any()


def test_all_at_one_place_is_one_kernel_times_their_number():
    one = density([3e3], [4e3], None, 5_000, BOUNDS, SHAPE)
    stack = density(np.full(6_000, 3e3), np.full(6_000, 4e3), None, 5_000, BOUNDS, SHAPE)
    assert abs(stack / 6_000 - one).max() <= 5e-5 * one.max()


def test_a_huge_weight_does_not_overflow(way):
    z = density([0.0, 1e3], [0.0, 0.0], [2**62, 1], 5_000, BOUNDS, SHAPE)
    assert z.sum() * 4 == pytest.approx(2.0**62, rel=1e-4)


def test_cells_need_not_be_square(way):
    bounds = (-100e3, -50e3, 100e3, 50e3)
    x, y = cloud(50)
    z = density(x, y, None, 9_000, bounds, (37, 90))
    by_hand = summed_by_hand(x, y, 1, 9_000, bounds, (37, 90))
    assert abs(z - by_hand).max() <= 5e-5 * by_hand.max()


@pytest.mark.parametrize(("bandwidth_m", "shape"), [(2_000, (53, 40)), (15e3, (41, 27)), (60e3, (20, 13))])
def test_both_edge_rules_equal_the_sum_in_closed_form(bandwidth_m, shape):  # cells' lines lie across the window's edge
    def inside(x, y):
        return np.prod([ndtr((100e3 - at) / bandwidth_m) - ndtr((-100e3 - at) / bandwidth_m) for at in (x, y)], axis=0)

    x, y = np.random.default_rng(2).uniform(-100e3, 100e3, (2, 150))
    lattice = Lattice.over(BOUNDS, shape)
    uniform = summed_by_hand(x, y, 1.0, bandwidth_m, BOUNDS, shape) / inside(*np.meshgrid(lattice.x_m, lattice.y_m))
    jones = summed_by_hand(x, y, 1 / inside(x, y), bandwidth_m, BOUNDS, shape)
    for edge, by_hand in (("uniform", uniform), ("jones", jones)):
        found = density(x, y, None, bandwidth_m, BOUNDS, shape, edge=edge)
        assert abs(found - by_hand).max() <= 1e-6 * by_hand.max()


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("window", [None, shapely.Polygon([(-90e3, -90e3), (95e3, -60e3), (20e3, 90e3)])])
def test_jones_keeps_the_total_inside_the_window(kernel, window):
    x, y = np.random.default_rng(1).uniform(-100e3, 100e3, (2, 2_000))
    inside = shapely.contains_xy(window or shapely.box(*BOUNDS), x, y)
    z = density(x, y, None, 12e3, BOUNDS, SHAPE, kernel=kernel, edge="jones", window=window)
    shares = Lattice.over(BOUNDS, SHAPE).shares(window or shapely.box(*BOUNDS))
    assert (z * shares).sum() * 4 == pytest.approx(inside.sum(), rel=1e-3)
    assert not z[shares == 0].any()


@pytest.mark.parametrize("kernel", KERNELS)
def test_uniform_makes_an_even_sowing_even_up_to_the_border(kernel):
    x, y = (each.ravel() for each in np.meshgrid(*[np.arange(-99.5e3, 100e3, 1e3)] * 2))  # one a km²
    plain = density(x, y, None, 10e3, BOUNDS, SHAPE, kernel=kernel)
    even = density(x, y, None, 10e3, BOUNDS, SHAPE, kernel=kernel, edge="uniform")
    assert plain[0, 0] == pytest.approx(0.25, abs=0.05)
    assert_allclose(even, 1.0, atol=2e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_m": [0.0, 1.0]}, "one length"),
        ({"x_m": [np.nan]}, "finite"),
        ({"weights": [np.inf]}, "finite"),
        ({"bandwidth_m": 0}, "bandwidth_m"),
        ({"bandwidth_m": np.nan}, "bandwidth_m"),
        ({"bounds_m": (0, 0, 0, 1)}, "bounds_m"),
        ({"shape": (0, 3)}, "shape"),
        ({"kernel": "uniform"}, "kernel"),
        ({"edge": "torus"}, "edge"),
    ],
)
def test_wrong_arguments_are_refused(change, message):
    arguments = {"x_m": [0.0], "y_m": [0.0], "weights": None, "bandwidth_m": 1e3, "bounds_m": BOUNDS, "shape": (3, 3)}
    with pytest.raises(ValueError, match=message):
        density(**(arguments | change))


def test_a_named_place_is_drawn_as_wide_as_its_error():
    z = precision_aware([0, 0], [0, 0], [1, 2], [1, 2], 5_000, BOUNDS, SHAPE, accuracy_m=[0, 30])
    wide_m = np.hypot(5_000, 1_000)
    expected = density([0], [0], None, 5_000, BOUNDS, SHAPE) + density([0], [0], [2], wide_m, BOUNDS, SHAPE)
    assert_allclose(z, expected, rtol=1e-9)


def test_gps_accuracy_is_the_radius_of_68_percent():
    z = precision_aware([0], [0], None, [1], 5_000, BOUNDS, SHAPE, accuracy_m=[1.51 * 3_000])
    assert_allclose(z, density([0], [0], None, np.hypot(5_000, 3_000), BOUNDS, SHAPE), rtol=1e-9)
    unknown = precision_aware([0], [0], None, [1], 5_000, BOUNDS, SHAPE, accuracy_m=[np.nan])
    assert_allclose(unknown, density([0], [0], None, 5_000, BOUNDS, SHAPE), rtol=1e-9)


def test_many_points_of_many_errors_agree_with_the_exact_sum(monkeypatch):
    x, y = cloud(6_000)
    rng = np.random.default_rng(2)
    precision, accuracy = rng.choice([1, 2], 6_000), rng.uniform(0, 100, 6_000)
    binned = precision_aware(x, y, None, precision, 8_000, BOUNDS, SHAPE, accuracy_m=accuracy)
    monkeypatch.setattr(surface, "EXACT_POINTS", 10_000)
    exact = precision_aware(x, y, None, precision, 8_000, BOUNDS, SHAPE, accuracy_m=accuracy)
    assert abs(binned - exact).max() <= 3e-4 * exact.max()


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_report_known_by_district_lies_evenly_over_it(kernel):
    district = shapely.Polygon(
        [(-40e3, -40e3), (40e3, -40e3), (40e3, 40e3), (-40e3, 40e3)], [[(-9e3, -9e3), (9e3, -9e3), (0, 9e3)]]
    )
    z = precision_aware(
        [np.nan], [np.nan], [3.0], [4], 4_000, BOUNDS, SHAPE, area_code=["A"], areas={"A": district}, kernel=kernel
    )  # fmt: skip
    assert z.sum() * 4 == pytest.approx(3.0, rel=1e-4)
    assert z[50, 62] == pytest.approx(3.0 / (district.area / 1e6), rel=1e-3)
    assert z[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_areas_are_refused_where_the_bandwidth_would_need_millions_of_cells():
    with pytest.raises(ValueError, match="too small for areas"):
        precision_aware([0], [0], None, [4], 10, BOUNDS, SHAPE, area_code=["A"], areas={"A": shapely.box(0, 0, 9, 9)})


def test_a_governorate_is_not_drawn():
    assert not precision_aware([0], [0], None, [5], 5_000, BOUNDS, SHAPE).any()


@pytest.mark.parametrize(
    ("precision", "extra", "message"),
    [
        ([0], {}, "geo_precision"),
        ([1, 1], {}, "geo_precision a point"),
        ([3], {"area_code": ["B"], "areas": {}}, "no polygon for B"),
    ],
)
def test_wrong_precisions_and_areas_are_refused(precision, extra, message):
    with pytest.raises(ValueError, match=message):
        precision_aware([0.0], [0.0], None, precision, 5_000, BOUNDS, (3, 3), **extra)


def test_the_suggested_bandwidth_follows_scott():
    x, y = np.array([0.0, 2.0, 4.0]), np.array([0.0, 0.0, 0.0])
    assert suggested_bandwidth_m(x, y) == pytest.approx(3 ** (-1 / 6) * np.sqrt(4 / 2))
    assert np.isnan(suggested_bandwidth_m([1.0], [1.0]))
