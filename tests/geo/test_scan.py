import threading
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from geo.replicas import draw_replica
from geo.scan import poisson_scan, space_time_scan

LINE = np.array([0, 10, 22, 31, 35, 50, 61, 70])


def ratio(c: float, e: float, n: float) -> float:
    """The definition, for one window with more cases than expected."""
    if c <= e * (1 + 1e-12) or c < 2:
        return 0.0
    return c * np.log(c / e) + ((n - c) * np.log((n - c) / (n - e)) if c < n else 0.0)


def circles(x, y, size, cap):
    """Every circle: (centre, members), listed one by one; areas at one distance enter together."""
    for centre in range(len(x)):
        apart = np.hypot(x - x[centre], y - y[centre])
        for radius in np.unique(apart):
            members = np.flatnonzero(apart <= radius)
            if size[members].sum() <= cap * size.sum() + 1e-9:
                yield centre, members


def best_by_listing(cases, expected, x, y, cap, longest, prospective=False):
    """The largest ratio around each centre, over every circle and span, and the window that has it."""
    n, best = cases.sum(), {}
    for centre, members in circles(x, y, expected.sum(axis=1), cap):
        for start, end in product(range(cases.shape[1]), repeat=2):
            if start <= end < start + longest and (not prospective or end == cases.shape[1] - 1):
                window = np.ix_(members, range(start, end + 1))
                found = ratio(cases[window].sum(), expected[window].sum(), n)
                if found > best.get(centre, (0.0,))[0] + 1e-12:
                    best[centre] = (found, set(members.tolist()), start, end)
    return best


def world(seed, n=6, steps=8, cases=60):
    rng = np.random.default_rng(seed)
    exposure = rng.integers(1, 50, (n, steps)).astype(float)
    table = rng.multinomial(cases, rng.dirichlet(np.full(n * steps, 0.7))).reshape(n, steps)
    return table, exposure, rng.integers(0, 40, n).astype(float), rng.integers(0, 40, n).astype(float)


@pytest.fixture(scope="module")
def leukaemia(request):
    folder = request.getfixturevalue("shared_data") / "reference"
    read = {
        what: pd.read_csv(folder / f"ny_leukemia_{what}.txt", sep=r"\s+", header=None)
        for what in ("cases", "coords", "pop")
    }
    return read["cases"][1], read["pop"][2], read["coords"][2], read["coords"][1]


@pytest.mark.shared_data
def test_new_york_leukaemia_ten_percent_cap_equals_satscan(leukaemia):
    found = poisson_scan(*leukaemia, max_share=0.10)
    llr = [11.577255, 9.019716, 6.114140, 4.651839, 4.169203, 3.363518, 3.209485]
    top = found.clusters[:7]
    assert (found.n_cases, found.n_areas) == (552, 281)
    assert top.llr.to_list() == pytest.approx(llr, abs=1e-6)
    assert top.p_value.to_list() == pytest.approx([0.001, 0.013, 0.216, 0.609, 0.755, 0.961, 0.976], abs=0.03)
    assert top.observed[:2].to_list() == [85, 38]
    assert top.expected[:2].to_list() == pytest.approx([49.71, 17.79], abs=0.005)
    assert (top.exposure[0], top.n_areas[0]) == (95_249, 26)
    assert top.relative_risk[0] == pytest.approx((85 / 49.7105) / ((552 - 85) / (552 - 49.7105)), abs=1e-4)


@pytest.mark.shared_data
def test_new_york_leukaemia_half_cap_on_metres_equals_satscan_on_the_sphere(leukaemia):
    from pyproj import Transformer

    cases, population, lon, lat = leukaemia
    metric = Transformer.from_crs("EPSG:4326", "+proj=laea +lat_0=42.5 +lon_0=-76 +datum=WGS84", always_xy=True)
    found = poisson_scan(cases, population, *metric.transform(lon.to_numpy(), lat.to_numpy()))
    top = found.clusters
    # SaTScan lists the clusters below in this order; ours has them all, in the order of their ratios
    for llr, observed, expected, p in [
        (14.780276, 106, 62.13, 0.001), (8.287056, 42, 21.24, 0.033), (7.199672, 44, 23.83, 0.105),
        (4.651839, 25, 12.82, 0.653), (3.773422, 10, 3.65, 0.901), (3.209485, 11, 4.61, 0.982),
    ]:  # fmt: skip
        row = top[(top.llr - llr).abs() < 1e-6]
        assert row.observed.to_list() == [observed]
        assert row.expected.to_list() == pytest.approx([expected], abs=0.005)
        assert row.p_value.to_list() == pytest.approx([p], abs=0.03)
    assert top.llr[:6].to_list() == pytest.approx(
        [14.780276, 8.287056, 7.199672, 4.651839, 3.773422, 3.209485], abs=1e-6
    )
    assert top.p_gumbel[0] == pytest.approx(0.000087, abs=6e-5)


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.booleans(), st.integers(1, 8), st.sampled_from([0.3, 0.5, 1.0]))
def test_every_cluster_equals_the_listing_of_all_windows(seed, prospective, longest, cap):
    cases, exposure, x, y = world(seed)
    expected = exposure / exposure.sum() * cases.sum()
    best = best_by_listing(cases, expected, x, y, cap, longest, prospective)
    found = space_time_scan(
        cases, exposure, x, y, max_share=cap, max_duration=longest, prospective=prospective, replicates=0
    ).clusters
    ours = {row.centre: (row.llr, set(row.members), row.start, row.end) for row in found.itertuples()}
    assert set(ours) <= set(best)
    assert max((b[0] for b in best.values()), default=0) == pytest.approx(
        found.llr.max() if len(found) else 0, abs=1e-9
    )
    for centre, (llr, *_) in ours.items():
        assert llr == pytest.approx(best[centre][0], abs=1e-9)
    shared = [set(row.members) for row in found.itertuples()]
    assert sum(map(len, shared)) == len(set().union(*shared))  # no area twice
    for llr, members, *_ in best.values():  # whatever is left out shares an area with something at least as unusual
        assert any(members & other[1] and other[0] >= llr - 1e-9 for other in ours.values())


@pytest.mark.parametrize("model", ["poisson", "permutation"])
@pytest.mark.parametrize("prospective", [False, True])
def test_every_replica_has_the_largest_ratio_of_a_listing(model, prospective):
    cases, exposure, x, y = world(11, cases=90)
    found = space_time_scan(
        cases, exposure, x, y, model=model, prospective=prospective, max_duration=3, replicates=40, seed=5
    )
    base = exposure if model == "poisson" else np.outer(cases.sum(axis=1), cases.sum(axis=0))
    expected = base / base.sum() * cases.sum()
    for replica, largest in enumerate(found.largest_by_chance):
        table = draw_replica(expected, cases, model, 5, replica)
        best = best_by_listing(table, expected, x, y, 0.5, 3, prospective)
        assert largest == pytest.approx(max((b[0] for b in best.values()), default=0), abs=1e-9)


@pytest.mark.parametrize("sides", ["low", "both"])
def test_low_counts_are_found_when_asked_for(sides):
    cases = np.array([20, 21, 19, 2, 1, 22, 20, 18])
    found = poisson_scan(cases, np.full(8, 10), LINE, np.zeros(8), sides=sides, replicates=199)
    first = found.clusters.loc[0]
    assert (first.members, first.side) == ((3, 4), "low")
    assert first.p_value == pytest.approx(0.005)
    assert first.relative_risk == pytest.approx((3 / 30.75) / (120 / 92.25))
    assert 3 not in poisson_scan(cases, np.full(8, 10), LINE, np.zeros(8), replicates=0).clusters.members.sum()
    c, e, n = 3, 30.75, 123
    assert first.llr == pytest.approx(c * np.log(c / e) + (n - c) * np.log((n - c) / (n - e)))


@pytest.mark.parametrize("sides", ["low", "both"])
def test_replicas_of_two_sided_scans_equal_a_listing(sides):
    cases, _, x, y = world(3, steps=1, cases=200)
    found = poisson_scan(cases[:, 0], np.arange(1, 7), x, y, sides=sides, replicates=60, seed=1)
    expected = np.arange(1, 7)[:, None] / 21 * cases.sum()
    for replica, largest in enumerate(found.largest_by_chance):
        table = draw_replica(expected, cases, "poisson", 1, replica)
        ratios = [0.0]
        for _, members in circles(x, y, expected[:, 0], 0.5):
            c, e, n = table[members].sum(), expected[members].sum(), cases.sum()
            if c < e or (sides == "both" and c >= 2):
                ratios.append((c * np.log(c / e) if c else 0) + ((n - c) * np.log((n - c) / (n - e)) if c < n else 0))
        assert largest == pytest.approx(max(ratios), abs=1e-9)


def test_one_step_is_the_spatial_scan():
    cases, exposure, x, y = world(2, n=20, steps=1, cases=300)
    flat, cube = poisson_scan(cases[:, 0], exposure[:, 0], x, y), space_time_scan(cases, exposure, x, y)
    pd.testing.assert_frame_equal(flat.clusters, cube.clusters)
    assert flat.largest_by_chance.tolist() == cube.largest_by_chance.tolist()


@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_a_planted_cylinder_is_found(model):
    rng = np.random.default_rng(7)
    x, y = rng.random((2, 40)) * 1e5
    cases = rng.poisson(3, (40, 24))
    near = np.argsort(np.hypot(x - x[9], y - y[9]))[:4]
    cases[np.ix_(near, range(15, 19))] += 12
    found = space_time_scan(cases, np.ones(40), x, y, model=model, replicates=99).clusters.loc[0]
    assert set(found.members) == set(near.tolist())
    assert (found.start, found.end, found.n_steps) == (15, 18, 4)
    assert found.p_value == pytest.approx(0.01)
    assert found.radius_m == pytest.approx(np.hypot(x[near] - x[found.centre], y[near] - y[found.centre]).max())


def test_a_prospective_scan_sees_only_what_is_alive():
    rng = np.random.default_rng(8)
    cases = rng.poisson(5, (8, 12))
    cases[1, 4:6] += 60
    cases[6, 10:] += 30
    alive = space_time_scan(cases, np.ones(8), LINE, LINE * 0, prospective=True, replicates=99).clusters.loc[0]
    assert (alive.members, alive.start, alive.end) == ((6,), 10, 11)
    assert alive.recurrence_steps == pytest.approx(1 / alive.p_value)
    ever = space_time_scan(cases, np.ones(8), LINE, LINE * 0, replicates=99).clusters
    assert ever.members[0] == (1,)
    assert ever.recurrence_steps.isna().all()


def test_expectations_of_the_permutation_model_are_made_of_the_margins():
    cases, _, x, y = world(5, cases=150)
    found = space_time_scan(cases, None, x, y, model="permutation", replicates=0).clusters
    for row in found.itertuples():
        members, span = list(row.members), slice(row.start, row.end + 1)
        assert row.expected == pytest.approx(cases[members].sum() * cases[:, span].sum() / 150)
        assert row.observed == cases[members, span].sum()
    margins = draw_replica(cases.astype(float), cases, "permutation", 0, 0)
    assert margins.sum(axis=0).tolist() == cases.sum(axis=0).tolist()
    assert margins.sum(axis=1).tolist() == cases.sum(axis=1).tolist()


def test_cases_that_are_all_on_one_day_are_no_cluster():
    cases = np.zeros((8, 10), dtype=int)
    cases[:, 4] = [3, 0, 9, 40, 1, 7, 7, 11]
    found = space_time_scan(cases, None, LINE, LINE * 0, model="permutation", replicates=19)
    assert found.clusters.empty
    assert found.status == "ok"


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.permutations(range(6)))
def test_relabelling_changes_no_ratio_and_no_member(seed, order):
    cases, exposure, x, y = world(seed)
    names = pd.Index([f"Q{i}" for i in range(6)])
    order = list(order)
    frame, base = pd.DataFrame(cases, names), pd.DataFrame(exposure, names)
    for model in ("poisson", "permutation"):
        plain = space_time_scan(frame, base, x, y, model=model, replicates=0).clusters
        moved = space_time_scan(
            frame.iloc[order], base, pd.Series(x, names), y[order], model=model, replicates=0
        ).clusters  # what has names is aligned by name
        assert moved.llr.to_list() == pytest.approx(plain.llr.to_list(), abs=1e-9)
        if len(plain) and plain.llr.round(9).is_unique:
            assert [set(m) for m in moved.members] == [set(m) for m in plain.members]


@settings(max_examples=30)
@given(st.floats(1e-9, 1e9))
def test_the_unit_of_the_exposure_does_not_matter(factor):
    cases, exposure, x, y = world(1)
    plain = space_time_scan(cases, exposure, x, y, replicates=9).clusters
    scaled = space_time_scan(cases, exposure * factor, x * 7, y * 7, replicates=9).clusters
    assert scaled.p_value.to_list() == plain.p_value.to_list()
    assert scaled.llr.to_list() == pytest.approx(plain.llr.to_list(), abs=1e-9)
    assert scaled.members.to_list() == plain.members.to_list()


def test_neither_threads_nor_the_number_of_replicas_change_a_replica():
    cases, exposure, x, y = world(4, n=15, cases=400)
    one, three = (space_time_scan(cases, exposure, x, y, replicates=50, threads=t, seed=9) for t in (1, 3))
    pd.testing.assert_frame_equal(one.clusters, three.clusters)
    assert one.largest_by_chance.tolist() == pytest.approx(three.largest_by_chance.tolist(), rel=1e-14)
    fewer = space_time_scan(cases, exposure, x, y, replicates=20, seed=9)
    assert fewer.largest_by_chance.tolist() == pytest.approx(one.largest_by_chance[:20].tolist(), rel=1e-14)
    other = space_time_scan(cases, exposure, x, y, replicates=20, seed=10)
    assert other.largest_by_chance.tolist() != pytest.approx(fewer.largest_by_chance.tolist())


def test_a_small_memory_for_replicas_gives_the_same_answer(monkeypatch):
    cases, exposure, x, y = world(4, n=15, cases=400)
    plain = space_time_scan(cases, exposure, x, y, replicates=30)
    monkeypatch.setattr("geo.replicas.CHUNK_BYTES", 1_000)
    assert space_time_scan(cases, exposure, x, y, replicates=30).largest_by_chance.tolist() == pytest.approx(
        plain.largest_by_chance.tolist(), rel=1e-14
    )


def test_progress_is_told_from_this_thread_and_ends_at_one():
    cases, exposure, x, y = world(4, n=15, cases=400)
    told = []
    space_time_scan(
        cases, exposure, x, y, replicates=50, progress=lambda share: told.append((share, threading.get_ident()))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {thread for _, thread in told} == {threading.get_ident()}


def test_a_page_that_is_left_stops_the_search():
    cases, exposure, x, y = world(4, n=15, cases=400)

    def leave(_: float) -> None:
        raise InterruptedError

    before = threading.active_count()
    with pytest.raises(InterruptedError):
        space_time_scan(cases, exposure, x, y, replicates=500, progress=leave)
    assert threading.active_count() == before


def test_equal_distances_enter_together_and_the_cap_is_inclusive():
    found = poisson_scan([1, 9, 9, 9, 2], [10] * 5, [0, 10, 20, 30, 40], [0] * 5, max_share=0.6, replicates=0)
    assert found.clusters.members[0] == (1, 2, 3)  # 30 of 50: exactly the share; no pair is a circle inside the line
    less = poisson_scan([1, 9, 9, 9, 2], [10] * 5, [0, 10, 20, 30, 40], [0] * 5, max_share=0.59, replicates=0)
    assert {len(members) for members in less.clusters.members} <= {1, 2}


def test_of_equal_windows_the_lower_code_is_the_centre():
    cases = pd.Series([1, 12, 12, 1, 1, 1], ["Z", "B", "A", "C", "D", "E"])
    found = poisson_scan(cases, [10] * 6, [0, 10, 11, 30, 41, 55], [0] * 6, replicates=0).clusters
    assert (found.centre[0], found.members[0]) == ("A", ("B", "A"))


def test_a_single_case_is_no_cluster():
    found = poisson_scan([1, 0, 30, 30], [1, 100, 3000, 3000], [0, 90, 200, 350], [0] * 4, replicates=0)
    assert (0,) not in found.clusters.members.to_list()


def test_all_cases_in_one_place_have_an_infinite_relative_risk():
    found = poisson_scan([0, 0, 30, 0], [10] * 4, [0, 10, 25, 45], [0] * 4, replicates=19).clusters.loc[0]
    assert found.relative_risk == np.inf
    assert found.llr == pytest.approx(30 * np.log(4))


def test_missing_and_unexposed_areas_are_left_out_and_counted():
    plain = poisson_scan([5, 30, 4, 6], [10] * 4, [0, 10, 25, 45], [0] * 4, replicates=99)
    wider = poisson_scan(
        [5, 30, 4, 6, 0, np.nan, 9],
        [10, 10, 10, 10, 0, 10, None],
        [0, 10, 25, 45, 46, np.nan, 48],
        [0] * 7,
        replicates=99,
    )
    pd.testing.assert_frame_equal(wider.clusters, plain.clusters)
    assert (wider.n_areas, wider.n_left_out) == (4, 3)


def test_a_missing_bin_has_no_exposure():
    cases, exposure, x, y = world(6)
    cases = cases.astype(float)
    cases[2, 3] = np.nan
    zero = np.where(np.isnan(cases), 0, exposure)
    gap, empty = (
        space_time_scan(c, e, x, y, replicates=29) for c, e in ((cases, exposure), (np.nan_to_num(cases), zero))
    )
    pd.testing.assert_frame_equal(gap.clusters, empty.clusters)
    with pytest.raises(ValueError, match="single bins"):
        space_time_scan(cases, None, x, y, model="permutation")
    cases[2] = np.nan
    cases[:, 5] = np.nan
    without = np.delete(cases, 2, axis=0)
    whole = space_time_scan(cases, None, x, y, model="permutation", replicates=0)
    left = space_time_scan(
        np.nan_to_num(without), None, np.delete(x, 2), np.delete(y, 2), model="permutation", replicates=0
    )
    assert whole.clusters.llr.to_list() == pytest.approx(left.clusters.llr.to_list())
    assert whole.n_left_out == 1


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([3, 2, 9, 1], [1, 1, 1, 1]),
        ([40], [1]),
        ([], []),
        ([np.nan] * 3, [1] * 3),
        ([0] * 4, [1] * 4),
        ([0, 0], [0, 0]),
    ],
)
def test_too_few_cases_or_areas_have_no_p(cases, expected):
    at = np.arange(len(cases)) ** 2
    found = poisson_scan(cases, expected, at, at)
    assert found.status == "too_few"
    assert found.clusters[["p_value", "p_gumbel"]].isna().all(axis=None)
    assert found.largest_by_chance.size == 0


def test_few_cases_keep_the_bare_ratio():
    found = poisson_scan([1, 2, 9, 1], [1] * 4, [0, 10, 25, 45], [0] * 4)
    assert found.clusters.llr[0] == pytest.approx(ratio(9, 13 / 4, 13))


def test_even_counts_have_no_cluster():
    found = poisson_scan([10] * 8, [3] * 8, LINE, LINE * 0)
    assert found.clusters.empty
    assert found.status == "ok"


def test_permuting_one_step_is_too_few():
    found = space_time_scan([[30], [40], [2]], None, [0, 1, 3], [0] * 3, model="permutation")
    assert (found.status, len(found.clusters)) == ("too_few", 0)


def test_huge_counts_and_one_huge_outlier():
    found = poisson_scan([10**12, 10**12, 10**12 + 10**8, 10**12], [1] * 4, [0, 10, 25, 45], [0] * 4, replicates=19)
    assert found.clusters.members[0] == (2,)
    assert found.clusters.p_value[0] == pytest.approx(0.05)
    found = poisson_scan([3, 4, 10**9, 5], [1e300, 1e300, 1e300, 1e300], [0, 10, 25, 45], [0] * 4, replicates=19)
    assert np.isfinite(found.clusters.llr).all()


@pytest.mark.parametrize(
    ("cases", "expected", "options", "words"),
    [
        ([30, 2, 3, 4], [0, 1, 1, 1], {}, "nothing is expected"),
        ([30, -2, 3, 4], [1] * 4, {}, "not below 0"),
        ([30, 2.5, 3, 4], [1] * 4, {}, "whole numbers"),
        ([30, 2, 3, 4], [1, 1, 1, -1], {}, "not below 0"),
        ([30, 2, 3, 4], [1, 1, 1], {}, "3 areas"),
        ([30, 2, 3, 4], [[1, 2]] * 4, {}, "2 steps"),
        ([[30, 2], [3, 4], [1, 1], [1, 1]], [1] * 4, {}, "space_time_scan"),
        ([30, 2, 3, 4], [1] * 4, {"max_share": 50}, "max_share"),
        ([30, 2, 3, 4], [1] * 4, {"sides": "upper"}, "sides"),
        ([30, 2, 3, 4], [1] * 4, {"replicates": -1}, "replicates"),
        ([30, 2, 3, 4], [1] * 4, {"threads": 0}, "threads"),
        ([2**60, 2, 3, 4], [1] * 4, {}, "too many"),
        (["a", 2, 3, 4], [1] * 4, {}, "not a number"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(cases, expected, options, words):
    with pytest.raises(ValueError, match=words):
        poisson_scan(cases, expected, [0, 10, 25, 45], [0] * 4, **options)


def test_places_models_and_durations_are_checked():
    with pytest.raises(ValueError, match="needs a place"):
        poisson_scan([30, 2, 3], [1] * 3, [0, np.nan, 3], [0] * 3)
    with pytest.raises(ValueError, match="model"):
        space_time_scan([[30, 2], [3, 4]], [1, 1], [0, 1], [0, 1], model="normal")
    with pytest.raises(ValueError, match="max_duration"):
        space_time_scan([[30, 2], [3, 4]], [1, 1], [0, 1], [0, 1], max_duration=0)
    with pytest.raises(ValueError, match="other areas"):
        poisson_scan(pd.Series([30, 2], ["A", "B"]), pd.Series([1, 1], ["A", "C"]), [0, 1], [0, 1])


def false_alarms(runs: int, model: str) -> int:
    """Scans of tables without any cluster that find one at 5 %."""
    rng = np.random.default_rng(30)
    x, y = rng.random((2, 12)) * 1e5
    exposure = rng.lognormal(0, 1, (12, 1)) * rng.lognormal(0, 0.3, 10)
    alarms = 0
    for run in range(runs):
        cases = rng.poisson(exposure * (250 / exposure.sum()))
        found = space_time_scan(cases, exposure, x, y, model=model, replicates=19, seed=run, threads=1)
        alarms += bool((found.clusters.p_value <= 0.05).any())
    return alarms


@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_five_percent_of_scans_without_a_cluster_find_one(model):
    assert binom.ppf(0.0005, 120, 0.05) <= false_alarms(120, model) <= binom.ppf(0.9995, 120, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_false_alarms_lie_in_their_binomial_band(model):
    assert binom.ppf(0.0005, 2_000, 0.05) <= false_alarms(2_000, model) <= binom.ppf(0.9995, 2_000, 0.05)
