"""The months around the openings, on a hand-made country of districts in a row."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from loaders import opening_figures
from loaders.opening_figures import Monthly

MONTHS = pd.period_range("2021-01", "2024-12", freq="M")


def country(level: float = 6.0, *, effect: float = 1.0, next_door: float = 1.0, seed: int = 0) -> Monthly:
    """Districts a … z in a row; c, j and q open in 2022-07, 2023-01 and 2023-07, the rest never."""
    rng = np.random.default_rng(seed)
    codes = [*"abcdefghijklmnopqrstuvwxyz"]
    opened = pd.Series(pd.PeriodIndex([pd.NaT] * 26, freq="M"), index=codes)
    season = 1 + 0.4 * np.sin(2 * np.pi * MONTHS.month.to_numpy() / 12)
    mean = pd.DataFrame(np.outer(np.full(26, level), season), index=codes, columns=MONTHS)
    for code, month in zip("cjq", ["2022-07", "2023-01", "2023-07"], strict=True):
        opened[code] = pd.Period(month, "M")
        later = pd.Period(month, "M") <= MONTHS
        mean.loc[code, later] *= effect
        for other in (codes[codes.index(code) - 1], codes[codes.index(code) + 1]):
            mean.loc[other, later] *= next_door
    return Monthly(pd.DataFrame(rng.poisson(mean), codes, MONTHS), opened)


def in_a_row() -> Graph:
    codes = [*"abcdefghijklmnopqrstuvwxyz"]
    pairs = list(pairwise(codes))
    return Graph.from_arrays(
        [one for one, _ in pairs] + [other for _, other in pairs],
        [other for _, other in pairs] + [one for one, _ in pairs],
        [1] * (2 * len(pairs)),
    )


def test_only_districts_seen_a_whole_year_on_both_sides_are_compared():
    data = country()
    assert opening_figures.with_surroundings(data) == sorted(
        "cjq", key=lambda code: -data.total([code], data.around(code)[0])
    )
    late = Monthly(data.counts[list(MONTHS[:34])], data.opened)  # up to 2023-10: a year after a and b, not after q
    assert set(opening_figures.with_surroundings(late)) == {"c"}
    assert opening_figures.before_after(Monthly(data.counts, data.opened.where(data.opened.isna()))) is None


def test_before_and_after_are_the_twelve_months_on_each_side():
    data = country(40, effect=0.5)
    found = opening_figures.before_after(data)
    before = data.counts.loc["c", list(pd.period_range("2021-07", "2022-06", freq="M"))].sum()
    assert data.total(["c"], data.around("c")[0]) == before
    assert (found.n_districts, found.change.status) == (3, "too_few")
    assert np.exp(found.change.estimate) == pytest.approx(0.5, abs=0.1)


def test_the_break_is_found_with_the_season_of_districts_without_a_forum_taken_out():
    found = opening_figures.around_opening(country(12, effect=0.5))
    assert (found.has_season, found.n_districts) == (True, 3)
    assert 0.35 < found.series.table["ratio"].iloc[0] < 0.65
    assert found.series.table["ratio_upper"].iloc[0] < 1
    assert 0.5 < found.smallest < 1
    assert found.series.path["observed"].mean() == pytest.approx(9, abs=2)  # a district and month
    few = country(0.1)
    assert not opening_figures.around_opening(few).has_season


def test_without_a_break_none_is_seen_at_the_nominal_rate():
    hits = sum(
        found.series.table["ratio_lower"].iloc[0] <= 1 <= found.series.table["ratio_upper"].iloc[0]
        for seed in range(30)
        if (found := opening_figures.around_opening(country(seed=seed)))
    )
    assert hits >= 25


def test_the_areas_of_a_district_share_no_place_and_are_weighted_to_what_they_stand_for():
    found = opening_figures.surroundings(country(), in_a_row(), "j")
    table = found.table.set_index("area")
    assert table["n_districts"].to_dict() == {"treated": 1, "control": 11, "ring": 2, "ring_control": 10}
    assert table["weight"].to_dict() == pytest.approx({"treated": 1, "control": 1 / 11, "ring": 1, "ring_control": 0.2})
    data = country()
    before, after = data.around("j")
    assert table.loc["ring", ["before", "after"]].to_list() == [data.total(["i", "k"], m) for m in (before, after)]


def test_reports_that_move_next_door_are_displaced():
    found = opening_figures.surroundings(country(30, effect=0.5, next_door=1.3), in_a_row(), "j").found
    assert found.local.upper < 0 < found.displaced.lower
    assert found.total.estimate == pytest.approx(found.local.estimate + found.displaced.estimate)


def test_a_district_without_quiet_neighbours_has_a_local_part_only():
    data = country()
    data.opened[["i", "k"]] = pd.Period("2021-01", "M")
    found = opening_figures.surroundings(data, in_a_row(), "j")
    assert found.found.displaced is None
    assert list(found.table["area"]) == ["treated", "control"]


def test_without_a_district_to_compare_with_nothing_is_asked():
    data = country()
    assert opening_figures.surroundings(data, in_a_row(), "a") is None
    everywhere = Monthly(data.counts, data.opened.fillna(pd.Period("2022-07", "M")))
    assert opening_figures.surroundings(everywhere, in_a_row(), "j") is None
