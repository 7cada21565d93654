"""One effect under other choices, and the verdict on it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from concerns.robustness import permutation_p, robustness
from concerns.staggered import att_gt
from concerns.staggered_aggregates import aggregate


def panel(*, effect: float = 0.0, drift: float = 0.0, seed: int = 0, sizes: tuple[int, int, int] = (14, 8, 8)):
    rng = np.random.default_rng(seed)
    starts = np.repeat([0.0, 5.0, 7.0], sizes)
    rows = [
        (f"D{u:02d}", t, g, t + effect * (g > 0 and t >= g) + drift * t * (g > 0) + rng.normal(0, 0.7))
        for u, g in enumerate(starts)
        for t in range(1, 9)
    ]
    return pd.DataFrame(rows, columns=["district", "t", "g", "y"])


def run(data: pd.DataFrame, **kwargs):
    return robustness(data, "y", "district", "t", "g", expected=kwargs.pop("expected", "increase"), **kwargs)


def rows_of(result, check: str) -> pd.DataFrame:
    return result.table[result.table["check"] == check]


def test_a_true_effect_is_mostly_claimed_and_a_drift_that_began_before_is_not():
    found = [run(panel(effect=3.0, seed=seed), permutations=99).finding.verdict for seed in range(24)]
    assert found.count("change_in_expected_direction") >= 18
    assert run(panel(effect=3.0, seed=1), expected="decrease").finding.verdict == "change_in_other_direction"
    drifting = run(panel(drift=0.8))
    assert drifting.finding.verdict == "cannot_tell"
    assert "placebo_date" in drifting.finding.reasons


def test_nothing_is_claimed_where_nothing_happened():
    claimed = [run(panel(seed=seed), permutations=199).finding.verdict for seed in range(20)]
    assert sum(verdict.startswith("change_in") for verdict in claimed) <= 2


def test_an_effect_of_one_district_rests_on_one_district():
    data = panel()
    data.loc[(data["district"] == "D20") & (data["t"] >= 5), "y"] += 60
    assert run(data).finding.verdict in ("cannot_tell", "consistent_with_no_change")


def test_every_row_is_what_a_run_on_that_choice_gives():
    data = panel(effect=1.0)
    result = run(data)

    def overall(rows: pd.DataFrame, control: str = "nevertreated") -> float:
        return aggregate(att_gt(rows, "y", "district", "t", "g", control, draws=0), "simple").overall.estimate

    assert rows_of(result, "main")["estimate"].item() == pytest.approx(overall(data))
    assert rows_of(result, "control")["estimate"].item() == pytest.approx(overall(data, "notyettreated"))
    windows = rows_of(result, "window").set_index("variant")["estimate"]
    assert windows["without_first_quarter"] == pytest.approx(overall(data[data["t"] > 2]))
    assert windows["without_last_quarter"] == pytest.approx(overall(data[data["t"] <= 6]))
    left = rows_of(result, "leave_one_out").set_index("variant")["estimate"]
    every = {name: overall(data[data["district"] != name]) for name in data["district"].unique()}
    assert left.min() == pytest.approx(min(every.values()))
    assert left.max() == pytest.approx(max(every.values()))
    assert left.idxmin() == min(every, key=lambda name: every[name])


def test_a_placebo_date_uses_the_months_before_the_start_alone():
    data = panel(seed=3)
    after = (data["g"] > 0) & (data["t"] >= data["g"])
    changed = data.assign(y=data["y"] + 100.0 * after)
    one, other = rows_of(run(data), "placebo_date"), rows_of(run(changed), "placebo_date")
    assert one["estimate"].to_list() == pytest.approx(other["estimate"].to_list(), abs=1e-9)
    wide = data.pivot(index="district", columns="t", values="y")
    g = data.groupby("district")["g"].first()
    change = {5: wide[4] - wide[3], 7: wide[6] - wide[5]}
    by_hand = np.mean([change[k][g == k].mean() - change[k][g == 0].mean() for k in (5, 7)])
    assert one["estimate"].iloc[0] == pytest.approx(by_hand)


def test_districts_drawn_at_random_give_the_permutation_p():
    result = run(panel(effect=3.0), permutations=199)
    assert rows_of(result, "placebo_districts")["p_value"].item() == pytest.approx(2 / 200)
    assert permutation_p(0.0, np.zeros(9)) == 1.0


def test_the_smallest_effect_is_told_beside():
    assert 0 < run(panel()).detectable < 3


def test_a_programme_too_small_to_judge():
    result = run(panel(effect=3.0, sizes=(14, 1, 1)))
    assert result.finding.verdict == "cannot_tell"
    assert result.finding.reasons == ("no_interval",)


def test_without_comparison_or_data_nothing_is_claimed():
    for data in (panel(sizes=(0, 8, 8)), panel().assign(y=np.nan), panel().iloc[:0]):
        assert run(data).finding.verdict == "cannot_tell"


def test_a_third_direction_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        run(panel(), expected="sideways")


def test_the_same_seed_gives_the_same_table():
    pd.testing.assert_frame_equal(run(panel(), seed=2).table, run(panel(), seed=2).table)
