"""Difference in differences of two groups and two periods."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.two_by_two import did


def survey(n_treated: int = 6, n_control: int = 7, *, effect: float = 0.1, seed: int = 0, people: int = 20):
    rng = np.random.default_rng(seed)
    rows = []
    for site in range(n_treated + n_control):
        treated, level = int(site < n_treated), rng.normal(0.5, 0.1)
        for post in (0, 1):
            rows += [(site, treated, post, level + effect * treated * post + v) for v in rng.normal(0, 0.2, people)]
    return pd.DataFrame(rows, columns=["site", "forum", "after", "trust"])


def run(data: pd.DataFrame, **kwargs):
    return did(data, "trust", "site", "forum", "after", **kwargs)


def test_the_estimate_is_the_difference_of_the_four_means():
    data = survey()
    mean = data.groupby(["forum", "after"])["trust"].mean()
    result = run(data)
    assert result.effect.estimate == pytest.approx((mean[1, 1] - mean[1, 0]) - (mean[0, 1] - mean[0, 0]), abs=1e-12)
    assert result.cells["mean"].to_list() == pytest.approx(mean.to_list())
    assert result.cells["n_units"].to_list() == [7, 7, 6, 6]


def test_the_clustered_error_is_the_sandwich_by_hand():
    data = survey()
    x = np.column_stack([np.ones(len(data)), data["forum"], data["after"], data["forum"] * data["after"]])
    y = data["trust"].to_numpy()
    bread = np.linalg.inv(x.T @ x)
    residual = y - x @ (bread @ x.T @ y)
    meat = sum(np.outer(s, s) for s in (x[rows].T @ residual[rows] for rows in data.groupby("site").indices.values()))
    g, n, k = 13, len(data), 4
    variance = bread @ meat @ bread * g / (g - 1) * (n - 1) / (n - k)
    assert run(data).effect.se == pytest.approx(np.sqrt(variance[3, 3]), rel=1e-9)


def test_counts_give_the_ratio_of_ratios_of_rates():
    data = pd.DataFrame(
        {
            "site": np.repeat(np.arange(12), 2),
            "forum": np.repeat([1] * 6 + [0] * 6, 2),
            "after": [0, 1] * 12,
            "trust": [10, 30, 12, 33, 9, 28, 11, 31, 10, 30, 13, 30, 10, 20, 12, 22, 9, 19, 11, 21, 10, 20, 12, 18],
            "held": [5, 10] * 12,
        }
    )
    rate = data.groupby(["forum", "after"])["trust"].sum() / data.groupby(["forum", "after"])["held"].sum()
    result = run(data, family="poisson", exposure="held")
    assert result.ratio == pytest.approx((rate[1, 1] / rate[1, 0]) / (rate[0, 1] / rate[0, 0]), rel=1e-7)
    assert result.ratio_lower < result.ratio < result.ratio_upper


def test_three_and_two_communities_cannot_reach_one_in_ten():
    result = run(survey(3, 2, effect=5.0, people=1))
    assert result.randomisation.n_assignments == 10
    assert result.randomisation.smallest_p == 0.1
    assert result.randomisation.p_value == 0.1
    assert result.effect.status == "too_few"
    assert np.isnan(result.effect.lower)


def test_the_randomisation_p_counts_every_assignment():
    data = survey(3, 4, effect=0.05, seed=2, people=3)
    change = data.pivot_table(index="site", columns="after", values="trust")
    change = (change[1] - change[0]).to_numpy()
    picks = [list(pick) for pick in combinations(range(7), 3)]
    drawn = [abs(change[pick].mean() - np.delete(change, pick).mean()) for pick in picks]
    observed = abs(change[:3].mean() - change[3:].mean())
    assert run(data).randomisation.p_value == pytest.approx(np.mean(np.array(drawn) >= observed - 1e-12))


def test_ten_clusters_use_the_clustered_error_alone():
    assert run(survey(5, 5)).randomisation is None
    assert run(survey(5, 5)).effect.status == "ok"


def test_units_seen_only_once_are_listed():
    data = survey()
    gone = data[~((data["site"] == 4) & (data["after"] == 1))]
    blank = data.assign(trust=data["trust"].mask((data["site"] == 4) & (data["after"] == 1)))
    assert run(gone).lost_units == [4]
    assert run(blank).lost_units == [4]
    assert run(blank).n_missing == 20
    assert run(data).lost_units == []


@settings(max_examples=10, deadline=None)
@given(factor=st.sampled_from([0.25, 2.0, 64.0]), seed=st.integers(0, 20))
def test_unit_labels_and_row_order(factor, seed):
    data = survey(seed=seed)
    plain = run(data).effect
    other = data.assign(trust=data["trust"] * factor, site=[f"s{50 - site}" for site in data["site"]])
    moved = run(other.sample(frac=1, random_state=seed)).effect
    assert moved.estimate == pytest.approx(factor * plain.estimate, rel=1e-9)
    assert moved.lower == pytest.approx(factor * plain.lower, rel=1e-9)


def test_weights_count_as_respondents():
    data = survey(people=2)
    means = data.groupby(["site", "forum", "after"], as_index=False)["trust"].mean().assign(n=2)
    assert run(means, weights="n").effect.estimate == pytest.approx(run(data).effect.estimate)


def test_an_empty_cell_a_zero_cell_and_a_constant_are_told_apart():
    data = survey(people=1)
    assert run(data[~((data["forum"] == 0) & (data["after"] == 1))]).effect.status == "not_identified"
    zero = data.assign(trust=np.where((data["forum"] == 1) & (data["after"] == 1), 0, 3))
    assert run(zero, family="poisson").effect.status == "not_identified"
    assert run(data.assign(trust=0.5)).effect.status == "constant"
    assert run(data.assign(trust=np.nan)).effect.status == "not_identified"


@pytest.mark.parametrize("n_panels", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_an_effect_of_zero_is_covered_at_the_nominal_rate(n_panels):
    hits = 0
    for seed in range(n_panels):
        effect = run(survey(12, 12, effect=0.0, seed=seed, people=4)).effect
        hits += effect.lower <= 0 <= effect.upper
    assert abs(hits / n_panels - 0.95) <= 3.3 * np.sqrt(0.95 * 0.05 / n_panels)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.assign(after=2),
        lambda d: d.assign(forum=d["forum"].astype(float).where(d["site"] != 3)),
        lambda d: d.assign(forum=d["after"]),
        lambda d: d.drop(columns="forum"),
    ],
)
def test_a_table_that_cannot_be_one_is_refused(change):
    with pytest.raises(ValueError):
        run(change(survey()))


def test_a_month_without_a_meeting_is_no_exposure():
    data = survey().assign(trust=1, held=0)
    with pytest.raises(ValueError, match="exposure"):
        run(data, family="poisson", exposure="held")


def test_new_jersey_and_pennsylvania():  # Card & Krueger (1994), AER 84:772, table 3: 20.44→21.03, 23.33→21.17: 2.75
    means = pd.DataFrame({"state": [*"NNPP"], "nj": [1, 1, 0, 0], "after": [0, 1] * 2})
    found = did(means.assign(fte=[20.44, 21.03, 23.33, 21.17]), "fte", "state", "nj", "after")
    assert found.effect.estimate == pytest.approx(2.75, abs=1e-9)
    assert np.isnan([found.effect.se, found.effect.lower, found.effect.p_value]).all()
    assert found.effect.status == "too_few"  # four means have no error


def test_clusters_may_hold_both_kinds_of_units():
    import statsmodels.formula.api as smf

    rng = np.random.default_rng(3)
    rows = [(f"s{k}", f"c{k % 12}", int(k < 70), wave, rng.normal()) for k in range(120) for wave in (0, 1)]
    data = pd.DataFrame(rows, columns=["store", "county", "nj", "after", "fte"])
    ours = did(data, "fte", "store", "nj", "after", cluster="county").effect
    codes = pd.factorize(data["county"])[0]
    peer = smf.ols("fte ~ nj * after", data).fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)
    assert ours.se == pytest.approx(peer.bse["nj:after"], rel=1e-10)
    assert [ours.lower, ours.upper] == pytest.approx(list(peer.conf_int().loc["nj:after"]), abs=1e-10)
    few = did(
        data.assign(county=data["county"].str[1:].astype(int) // 3), "fte", "store", "nj", "after", cluster="county"
    )
    assert (few.effect.status, few.randomisation) == ("too_few", None)  # no cluster can be dealt out anew
    with pytest.raises(ValueError, match="county"):
        did(data.assign(county=data["after"]), "fte", "store", "nj", "after", cluster="county")


@pytest.mark.parametrize("words", [{0: "no", 1: "yes"}, {0: "No", 1: "Yes"}, {0: False, 1: True}, {0: "0", 1: "1"}])
def test_yes_and_no_may_be_written_as_words(words):
    data = survey()
    written = data.assign(forum=data["forum"].map(words), after=data["after"].map(words))
    assert run(written).effect == run(data).effect


def test_a_single_programme_place_among_many_has_a_p_by_assignment_only():
    rng = np.random.default_rng(1)
    rows = [(k, int(k == 0), wave, rng.normal() + 9 * (k == 0) * wave) for k in range(25) for wave in (0, 1)]
    found = did(pd.DataFrame(rows, columns=["site", "forum", "after", "trust"]), "trust", "site", "forum", "after")
    assert (found.effect.status, found.n_clusters) == ("too_few", 25)
    assert (found.randomisation.p_value, found.randomisation.n_assignments) == (1 / 25, 25)
