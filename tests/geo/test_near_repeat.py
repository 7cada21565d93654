from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from geo.near_repeat import near_repeat

DISTANCES, DAYS = [0, 50, 120, 300], [0, 3, 10]


def reports(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 400, n) * 1.0, rng.integers(0, 400, n) * 1.0, rng.integers(0, 30, n)


def grid(table: pd.DataFrame, column: str = "observed") -> np.ndarray:
    return table.pivot(index="distance_band", columns="day_band", values=column).to_numpy()


def by_listing(x, y, day, near, soon, metric="euclidean") -> np.ndarray:
    """Every pair, one by one, into half-open bands."""
    found = np.zeros((len(near), len(soon)), dtype=int)
    for i in range(len(x)):
        for j in range(i):
            dx, dy, days = abs(x[i] - x[j]), abs(y[i] - y[j]), abs(day[i] - day[j])
            apart = np.hypot(dx, dy) if metric == "euclidean" else dx + dy
            k, m = [e for e in near if e <= apart], [e for e in soon if e <= days]
            if k and m:
                found[len(k) - 1, len(m) - 1] += 1
    return found


PUBLISHED = [
    (
        [0, 1, 101, 201, 301],
        [0, 8, 15, 22],
        [[29, 4, 5, 2], [45, 15, 7, 2], [106, 48, 21, 13], [88, 64, 46, 15], [206611, 138108, 88321, 36415]],
    ),
    (
        [0, 1, 100, 200, 300, np.inf],
        [0, 7, 14, 21, np.inf],
        [[28, 5, 5, 2], [44, 13, 8, 4], [97, 56, 19, 16], [77, 67, 45, 20], [182194, 146149, 95237, 45879]],
    ),
]


@pytest.mark.shared_data
@pytest.mark.parametrize(("near", "soon", "published"), PUBLISHED)
def test_burglaries_of_chicago_in_january_2016(shared_data, near, soon, published):
    burglaries = pd.read_csv(shared_data / "reference" / "chicago_burglary_2016_01.csv")
    table = near_repeat(
        burglaries.x_m, burglaries.y_m, burglaries.date,
        distance_bands_m=near, day_bands=soon, metric="manhattan", replicates=99,
    )  # fmt: skip
    assert grid(table).tolist() == published
    assert table.attrs["n_pairs"] == 469_965 == table.observed.sum()
    assert table.p_value[0] == pytest.approx(0.01)
    assert table.ratio[0] > 1.5


@settings(max_examples=40)
@given(
    st.integers(0, 2**31),
    st.sampled_from(["euclidean", "manhattan"]),
    st.sampled_from([[0], [0, 60], [0, 1, 100, 250], [30, 90], [0.5, 700]]),
    st.sampled_from([[0], [0, 1], [0, 4, 9, 29], [2, 7], [1.5, 60]]),
)
def test_equals_the_listing_of_all_pairs(seed, metric, near, soon):
    x, y, day = reports(seed, 15)
    table = near_repeat(x, y, day, distance_bands_m=near, day_bands=soon, metric=metric, replicates=0)
    assert grid(table).tolist() == by_listing(x, y, day, near, soon, metric).tolist()


@given(st.integers(0, 2**31), st.randoms(use_true_random=False), st.integers(-(10**6), 10**6))
@settings(max_examples=25)
def test_neither_row_order_nor_origin_matters_and_margins_are_kept(seed, shuffler, shift):
    x, y, day = reports(seed)
    order = list(range(len(x)))
    shuffler.shuffle(order)
    bands = {"distance_bands_m": DISTANCES, "day_bands": DAYS, "replicates": 19}
    table = near_repeat(x, y, day, **bands)
    moved = near_repeat(x[order] + shift, y[order] - shift, day[order] + shift, **bands)
    assert moved.observed.to_list() == table.observed.to_list()
    back = near_repeat(x, y, -day, **bands)
    assert back.observed.to_list() == table.observed.to_list()
    assert table.observed.sum() == 40 * 39 / 2
    expected, observed = grid(table, "expected"), grid(table)
    assert expected.sum(axis=1) == pytest.approx(observed.sum(axis=1))
    assert expected.sum(axis=0) == pytest.approx(observed.sum(axis=0))


def test_replicas_average_to_the_product_of_the_margins():
    x, y, day = reports(1, 60)
    table = near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=4_000)
    margins = grid(table)
    exact = np.outer(margins.sum(axis=1), margins.sum(axis=0)) / (60 * 59 / 2)
    assert grid(table, "expected_exact") == pytest.approx(exact)
    assert grid(table, "expected") == pytest.approx(exact, rel=0.03)
    assert table.ratio.to_numpy() == pytest.approx((table.observed / table.expected).to_numpy())


def test_bands_are_half_open_and_labelled_so():
    table = near_repeat([0, 100], [0, 0], [5, 8], distance_bands_m=[0, 100, 200], day_bands=[0, 3, 6], replicates=9)
    assert list(table.distance_band.cat.categories) == ["[0,100)", "[100,200)", "[200,∞)"]
    assert list(table.day_band.cat.categories) == ["[0,3)", "[3,6)", "[6,∞)"]
    row = table[table.observed == 1].iloc[0]
    assert (row.distance_band, row.day_band) == ("[100,200)", "[3,6)")
    assert len(table) == 9


@pytest.mark.parametrize("start", [0.1, 443_210.3, 3_700_000.7])
def test_rounding_of_coordinates_moves_no_pair_over_an_edge(start):
    x = start + 100 * np.arange(30)
    table = near_repeat(x, 0 * x, range(30), distance_bands_m=[0, 100, 200], day_bands=[0], replicates=0)
    assert table.observed.to_list() == [0, 29, 406]


def test_a_planted_repeat_is_found_and_the_p_is_upper():
    rng = np.random.default_rng(2)
    x, y, day = rng.random(200) * 20_000, rng.random(200) * 20_000, rng.integers(0, 365, 200)
    x, y, day = np.r_[x, x[:40] + 30], np.r_[y, y[:40]], np.r_[day, day[:40] + 2]
    table = near_repeat(x, y, day, distance_bands_m=[0, 100, 1000], day_bands=[0, 7, 30], replicates=199)
    assert table.p_value[0] == pytest.approx(1 / 200)
    assert table.q_value[0] < 0.05
    assert table.ratio[0] > 5
    assert table.p_value[2] > 0.5  # near in place, far in time: fewer than expected is no finding


@pytest.mark.filterwarnings("ignore")
def test_the_first_cell_equals_pointpats_with_its_closed_edges():
    from pointpats import Knox

    x, y, day = reports(3, 80)
    oracle = Knox(np.c_[x, y], day[:, None], delta=90, tau=4, permutations=99)
    table = near_repeat(x, y, day, distance_bands_m=[0, 90.000_01], day_bands=[0, 5], replicates=999)
    assert grid(table).tolist() == oracle.observed.tolist()
    assert table.expected_exact[0] == pytest.approx(oracle.expected[0, 0])
    assert table.p_value[0] == pytest.approx(oracle.p_sim, abs=0.12)


@pytest.mark.parametrize("at_once", [1, 100])
def test_pairs_in_small_blocks_give_the_same_table(monkeypatch, at_once):
    x, y, day = reports(4, 70)
    whole = near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=49)
    monkeypatch.setattr("geo.near_repeat.PAIRS_AT_ONCE", at_once)
    blocks = near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=49)
    pd.testing.assert_frame_equal(blocks, whole)


def test_one_seed_gives_one_answer():
    x, y, day = reports(5)
    first, again, other = (
        near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=19, seed=seed)
        for seed in (3, 3, 4)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.expected.equals(other.expected)


def test_every_form_of_dates_gives_one_answer():
    x, y, day = reports(6)
    start = date(2023, 12, 20)
    dates = [start + timedelta(int(d)) for d in day]
    bands = {"distance_bands_m": DISTANCES, "day_bands": DAYS, "replicates": 9}
    expected = near_repeat(x, y, day, **bands)
    stamps = pd.Series(pd.to_datetime(dates)) + pd.Timedelta(hours=23, minutes=59)
    forms = [
        dates,
        [d.isoformat() for d in dates],
        stamps,
        stamps.dt.tz_localize("Asia/Baghdad"),
        np.array(dates, dtype="datetime64[D]"),
        pd.Series(day, dtype="Int64"),
        day * 1.0,
        list(day + 700_000),
    ]
    for form in forms:
        pd.testing.assert_frame_equal(near_repeat(list(x), pd.Series(y), form, **bands), expected)


def test_reports_with_a_gap_are_left_out_and_counted():
    x, y, day = reports(7)
    plain = near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=9)
    gaps = near_repeat(
        [*x, None, 5, 5],
        [*y, 5, np.nan, 5],
        [*day, 5, 5, None],
        distance_bands_m=DISTANCES,
        day_bands=DAYS,
        replicates=9,
    )
    assert gaps.attrs["n_left_out"] == 3
    pd.testing.assert_frame_equal(gaps, plain)
    missing = near_repeat([5, 6], [5, 6], [pd.NaT, pd.Timestamp("2024-01-01")], distance_bands_m=[0], day_bands=[0])
    assert missing.attrs["n_left_out"] == 1


@pytest.mark.parametrize("n", [0, 1, 2, 29])
def test_few_reports_have_a_table_but_no_p(n):
    x, y, day = reports(8, n)
    table = near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=9)
    assert set(table.status) == {"too_few"}
    assert table.observed.sum() == n * (n - 1) // 2
    assert table[["p_value", "q_value"]].isna().all(axis=None)


def test_bands_without_a_pair_have_no_ratio_and_no_p():
    x, y, day = reports(9, 40)
    table = near_repeat(x, y, day, distance_bands_m=[0, 10_000], day_bands=[0, 500], replicates=9)
    assert table.observed.to_list() == [780, 0, 0, 0]
    assert table.ratio.isna().to_list() == [False, True, True, True]
    assert table.p_value.isna().to_list() == [False, True, True, True]


def test_all_on_one_day_or_in_one_place_is_what_chance_shows():
    same = near_repeat(np.arange(40), np.zeros(40), np.full(40, 3), distance_bands_m=[0, 5], day_bands=[0, 2])
    assert same.ratio.dropna().to_list() == [1, 1]
    assert same.p_value.dropna().to_list() == [1, 1]
    stack = near_repeat(np.full(40, 7.5), np.full(40, 1.0), np.arange(40), distance_bands_m=[0, 5], day_bands=[0, 2])
    assert stack.p_value.dropna().to_list() == [1, 1]
    assert stack.observed[0] == 39


def test_far_outliers_in_place_and_time():
    x, y, day = reports(10)
    table = near_repeat(
        [*x, 1e12], [*y, -1e12], [*day, 10**12], distance_bands_m=DISTANCES, day_bands=DAYS, replicates=9
    )
    plain = near_repeat(x, y, day, distance_bands_m=DISTANCES, day_bands=DAYS, replicates=9)
    more = grid(table) - grid(plain)
    assert more[-1, -1] == 40
    assert more.sum() == 40


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"distance_bands_m": []}, "list of edges"),
        ({"distance_bands_m": [0, np.nan]}, "list of edges"),
        ({"distance_bands_m": [0, 5, 5]}, "larger than the one before"),
        ({"day_bands": [-1, 5]}, "start at 0"),
        ({"metric": "chebyshev"}, "metric"),
        ({"replicates": -1}, "replicates"),
        ({"day": [1, 2]}, "one of each"),
        ({"day": [1, 2, 2.5]}, "whole days"),
        ({"day": ["a", "b", "c"]}, "dates"),
        ({"day": ["3/4/2024", "5/4/2024", "6/4/2024"]}, "dates"),
        ({"x_m": [1, 2, np.inf]}, "infinite"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(options, words):
    arguments = {"x_m": [1, 2, 3], "y_m": [1, 2, 3], "day": [1, 2, 3], "distance_bands_m": [0, 1], "day_bands": [0, 1]}
    with pytest.raises(ValueError, match=words):
        near_repeat(**(arguments | options))


def test_small_p_is_as_rare_as_it_says():
    rng = np.random.default_rng(40)
    p = []
    for run in range(300):
        x, y, day = rng.random(50) * 1_000, rng.random(50) * 1_000, rng.integers(0, 60, 50)
        table = near_repeat(x, y, day, distance_bands_m=[0, 250], day_bands=[0, 15], replicates=39, seed=run)
        p.append(table.p_value[0])
    assert binom.ppf(0.0005, 300, 0.035) <= np.sum(np.array(p) <= 0.05) <= binom.ppf(0.9995, 300, 0.05)
