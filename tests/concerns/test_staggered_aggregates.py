"""Aggregated effects: the published numbers of the package did, a peer's errors, and the definitions by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.staggered import att_gt
from concerns.staggered_aggregates import aggregate, lead_test

KEYS = {"group": "cohort", "calendar": "time", "dynamic": "event_time"}


def effects(
    *, seed: int = 0, control: str = "nevertreated", sizes: tuple[int, ...] = (12, 8, 7, 9), scale: float = 1.0
):
    rng = np.random.default_rng(seed)
    starts = np.repeat([0.0, 3.0, 4.0, 6.0], sizes)
    rows = [
        (u, t, g, scale * (rng.normal() + 0.2 * t + (1 + 0.5 * (t - g)) * (g > 0 and t >= g)))
        for u, g in enumerate(starts)
        for t in range(1, 8)
    ]
    data = pd.DataFrame(rows, columns=["u", "t", "g", "y"])
    return data, att_gt(data, "y", "u", "t", "g", control)


def published(shared_data, control: str = "nevertreated"):
    data = pd.read_csv(shared_data / "reference" / "mpdta.csv")
    return att_gt(data, "lemp", "countyreal", "year", "first.treat", control)


@pytest.mark.shared_data
def test_mpdta_aggregates_equal_the_vignette_of_did(shared_data):  # printed to four digits, xformla = ~1
    result = published(shared_data)
    group, dynamic = aggregate(result, "group"), aggregate(result, "dynamic")
    assert aggregate(result, "simple").overall.estimate == pytest.approx(-0.0400, abs=5e-5)
    assert group.overall.estimate == pytest.approx(-0.0310, abs=5e-5)
    assert group.table["att"].to_list() == pytest.approx([-0.0797, -0.0229, -0.0261], abs=6e-5)
    assert dynamic.overall.estimate == pytest.approx(-0.0772, abs=5e-5)
    assert dynamic.table["att"].to_list() == pytest.approx(
        [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008], abs=6e-5
    )
    assert aggregate(result, "calendar").overall.estimate == pytest.approx(-0.0417, abs=5e-5)


@pytest.mark.shared_data
@pytest.mark.parametrize("control", ["nevertreated", "notyettreated"])
def test_mpdta_errors_equal_the_peer(shared_data, control):  # differences 0.3.0, to its printed six digits
    se = {
        "nevertreated": [0.012034, 0.012446, 0.019965, 0.015972],
        "notyettreated": [0.012052, 0.012575, 0.019560, 0.015571],
    }[control]
    result = published(shared_data, control)
    found = [aggregate(result, how).overall.se for how in ("simple", "group", "dynamic", "calendar")]
    assert found == pytest.approx(se, abs=5e-7)


@pytest.mark.parametrize(("how", "theirs"), [("group", "cohort"), ("dynamic", "event"), ("calendar", "time")])
def test_every_row_equals_the_peer(how, theirs):
    from differences import ATTgt

    data, ours = effects(seed=4)
    peer_data = data.assign(cohort=data["g"].replace(0, np.nan)).set_index(["u", "t"])
    peer = ATTgt(data=peer_data, cohort_column="cohort").fit("y", progress_bar=False)
    rows, overall = peer.aggregate(theirs), peer.aggregate(theirs, overall=True)
    result = aggregate(ours, how)
    assert result.table["att"].to_list() == pytest.approx(rows.iloc[:, 0].to_list(), abs=1e-9)
    assert result.table["se"].to_list() == pytest.approx(rows.iloc[:, 1].to_list(), abs=1e-9)
    assert [result.overall.estimate, result.overall.se] == pytest.approx(overall.iloc[0, :2].to_list(), abs=1e-9)


def test_the_definitions_by_hand():
    _, result = effects(seed=1)
    cells = result.table[result.table["is_post"]].copy()
    cells["p"] = cells["cohort"].map({3.0: 8, 4.0: 7, 6.0: 9})
    weighted = lambda rows: (rows["att"] * rows["p"]).sum() / rows["p"].sum()  # noqa: E731
    assert aggregate(result, "simple").overall.estimate == pytest.approx(weighted(cells))
    by_group = cells.groupby("cohort")["att"].mean()
    assert aggregate(result, "group").table["att"].to_list() == pytest.approx(by_group.to_list())
    sizes = np.array([8, 7, 9])
    assert aggregate(result, "group").overall.estimate == pytest.approx((by_group * sizes).sum() / 24)
    by_event = [weighted(rows) for _, rows in cells.groupby("event_time")]
    dynamic = aggregate(result, "dynamic")
    assert dynamic.table.query("event_time >= 0")["att"].to_list() == pytest.approx(by_event)
    assert dynamic.overall.estimate == pytest.approx(np.mean(by_event))
    by_time = [weighted(rows) for _, rows in cells.groupby("time")]
    assert aggregate(result, "calendar").table["att"].to_list() == pytest.approx(by_time)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50), scale=st.sampled_from([0.5, 2.0, 1024.0]))
def test_the_unit_of_the_outcome_scales_every_aggregate(seed, scale):
    _, plain = effects(seed=seed)
    _, scaled = effects(seed=seed, scale=scale)
    for how in ("simple", "group", "calendar", "dynamic"):
        one, other = aggregate(plain, how), aggregate(scaled, how)
        assert other.overall.estimate == pytest.approx(scale * one.overall.estimate, rel=1e-9)
        assert other.table["band_upper"].to_list() == pytest.approx((scale * one.table["band_upper"]).to_list())


def test_a_single_cohort_is_its_own_average():
    _, result = effects(sizes=(12, 8, 0, 0))
    post = result.table[result.table["is_post"]]
    for how in ("simple", "group", "dynamic"):
        assert aggregate(result, how).overall.estimate == pytest.approx(post["att"].mean())
    assert aggregate(result, "dynamic").table["se"].to_list() == pytest.approx(result.table["se"].to_list())


def test_small_cohorts_carry_no_interval_once_they_hold_most_of_the_weight():
    _, mostly_large = effects(sizes=(12, 9, 2, 2))
    _, mostly_small = effects(sizes=(12, 3, 2, 4))
    assert aggregate(mostly_large, "simple").overall.status == "ok"
    small = aggregate(mostly_small, "simple").overall
    assert small.status == "too_few"
    assert np.isfinite(small.estimate)
    assert np.isnan([small.lower, small.upper, small.p_value]).all()


def test_without_identified_effects_everything_is_missing_and_tables_keep_their_columns():
    _, result = effects(sizes=(0, 8, 0, 0))
    for how, key in KEYS.items():
        aggregated = aggregate(result, how)
        assert np.isnan(aggregated.overall.estimate)
        assert aggregated.overall.status != "ok"
        assert list(aggregated.table.columns)[:2] == [key, "att"]
        assert aggregated.table.empty


def test_an_unknown_way_is_refused():
    _, result = effects()
    with pytest.raises(ValueError, match="simple"):
        aggregate(result, "event")


def monthly(seed: int, drift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    starts = [12 + u % 6 * 3 if u < 36 else 0 for u in range(60)]
    rows = [(u, t, g, rng.normal() + drift * t * (g > 0)) for u, g in enumerate(starts) for t in range(30)]
    return pd.DataFrame(rows, columns=["u", "t", "g", "y"])


def test_with_more_effects_than_places_the_last_leads_are_tested():
    result = att_gt(monthly(0), "y", "u", "t", "g", draws=0)
    assert result.pretrend.status == "not_identified"
    assert lead_test(result).df == 6
    found = [lead_test(att_gt(monthly(seed), "y", "u", "t", "g", draws=0)).p_value for seed in range(100)]
    assert np.mean(np.array(found) < 0.05) <= 0.12  # nominal 0.05, + 3 standard errors of 100 tosses
    assert lead_test(att_gt(monthly(0, drift=0.3), "y", "u", "t", "g", draws=0)).p_value < 0.001


def test_without_a_lead_there_is_no_test():
    data = monthly(0).query("t >= 26").assign(g=lambda rows: np.where(rows["u"] < 36, 27, 0))
    assert lead_test(att_gt(data, "y", "u", "t", "g", draws=0)).status == "missing"
