"""Group-time effects against published numbers, a peer, and what must hold whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from concerns.staggered import att_gt
from concerns.staggered_aggregates import aggregate

COLUMNS = ["district", "period", "opened", "concern"]


def panel(
    cohorts: dict[float, int], *, periods: int = 6, effect: float = 0.0, growth: float = 0.0, seed: int = 0
) -> pd.DataFrame:
    """Places with a level of their own, a common path, noise, and an effect that may grow: cohort → n of places."""
    rng = np.random.default_rng(seed)
    rows, unit = [], 0
    for start, n in cohorts.items():
        for _ in range(n):
            unit, level = unit + 1, rng.normal(0, 2)
            for t in range(1, periods + 1):
                since = t - start if start and t >= start else None
                shift = 0.0 if since is None else effect + growth * since
                rows.append((f"D{unit:03d}", t, start, level + 0.3 * t + shift + rng.normal()))
    return pd.DataFrame(rows, columns=COLUMNS)


def run(data: pd.DataFrame, **kwargs):
    return att_gt(data, "concern", "district", "period", "opened", **kwargs)


@pytest.mark.shared_data
def test_mpdta_equals_the_published_effects(shared_data):  # R did, without covariates; METHODS tolerance 1e-8
    data = pd.read_csv(shared_data / "reference" / "mpdta.csv")
    table = att_gt(data, "lemp", "countyreal", "year", "first.treat").table
    assert table["att"].to_list() == pytest.approx(
        [
            -0.01050325, -0.07042316, -0.13725874, -0.10081136,
            0.00652011, -0.00275082, -0.00459461, -0.04122447,
            0.03050666, -0.00272589, -0.03108712, -0.02605441,
        ],
        abs=1e-8,
    )  # fmt: skip
    assert table.groupby("cohort")["n_treated"].first().to_dict() == {2004: 20, 2006: 40, 2007: 131}
    assert (table["n_control"] == 309).all()


@pytest.mark.shared_data
def test_mpdta_pretest_equals_the_vignette_of_did(shared_data):  # "P-value for pre-test …: 0.16812"
    data = pd.read_csv(shared_data / "reference" / "mpdta.csv")
    result = att_gt(data, "lemp", "countyreal", "year", "first.treat", draws=0)
    assert result.pretrend.df == 5
    assert result.pretrend.p_value == pytest.approx(0.16812, abs=5e-6)


@pytest.mark.parametrize(
    ("control", "theirs"), [("nevertreated", "never_treated"), ("notyettreated", "not_yet_treated")]
)
def test_effects_and_errors_equal_the_peer(control, theirs):  # differences 0.3.0
    from differences import ATTgt

    data = panel({0: 14, 3: 9, 4: 7, 6: 11}, effect=0.5, growth=0.4, seed=3)
    ours = run(data, control=control, draws=0).table.set_index(["cohort", "time"])
    peer_data = data.assign(cohort=data["opened"].replace(0, np.nan)).set_index(["district", "period"])
    peer = ATTgt(data=peer_data, cohort_column="cohort").fit("concern", control_group=theirs, progress_bar=False)
    frame = peer.to_pandas() if hasattr(peer, "to_pandas") else peer
    att, se = _peer_columns(frame)
    both = pd.DataFrame({"att": att, "se": se}).dropna()
    assert len(both) >= 12
    for (cohort, time), row in both.iterrows():
        assert ours.loc[(cohort, time), "att"] == pytest.approx(row["att"], abs=1e-9)
        assert ours.loc[(cohort, time), "se"] == pytest.approx(row["se"], abs=1e-9)


def _peer_columns(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    flat = frame.copy()
    flat.columns = [" ".join(str(part) for part in name) if isinstance(name, tuple) else name for name in flat.columns]
    names = list(flat.index.names)
    index = [(row[names.index("cohort")], row[names.index("time")]) for row in flat.index]
    pick = {end: next(c for c in flat.columns if c.endswith(end)) for end in ("ATT", "std_error")}
    index = pd.MultiIndex.from_tuples(index)
    return pd.Series(flat[pick["ATT"]].to_numpy(), index), pd.Series(flat[pick["std_error"]].to_numpy(), index)


def test_standard_error_is_the_formula_by_hand():
    data = panel({0: 8, 3: 6}, periods=4, seed=1)
    wide = data.pivot(index="district", columns="period", values="concern")
    start = data.groupby("district")["opened"].first()
    change = wide[4] - wide[2]
    treated, never = change[start == 3], change[start == 0]
    row = run(data).table.set_index(["cohort", "time"]).loc[(3, 4)]
    assert row["att"] == pytest.approx(treated.mean() - never.mean(), abs=1e-12)
    assert row["se"] == pytest.approx(np.sqrt(treated.var(ddof=0) / 6 + never.var(ddof=0) / 8), abs=1e-12)
    assert row["upper"] - row["lower"] == pytest.approx(2 * 1.959963984540054 * row["se"])


def test_doubling_the_outcome_doubles_effects_errors_and_bands():
    data = panel({0: 10, 3: 8, 5: 7}, effect=1.0)
    once, twice = run(data).table, run(data.assign(concern=data["concern"] * 2)).table
    for column in ["att", "se", "lower", "upper", "band_lower", "band_upper"]:
        assert twice[column].to_list() == pytest.approx((2 * once[column]).to_list(), rel=1e-12)
    assert twice["p_value"].to_list() == pytest.approx(once["p_value"].to_list(), abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_labels_and_row_order_change_nothing(seed):
    data = panel({0: 9, 3: 7, 4: 6}, seed=2)
    rng = np.random.default_rng(seed)
    names = data["district"].unique()
    renamed = dict(zip(names, rng.permutation([f"x{k}" for k in range(len(names))]), strict=True))
    shuffled = data.assign(district=data["district"].map(renamed)).sample(frac=1, random_state=seed)
    assert_frame_equal(run(shuffled).table, run(data).table, check_exact=True)


def test_a_level_per_place_and_a_common_shock_change_nothing():
    data = panel({0: 9, 3: 7}, effect=2.0)
    level = data["district"].str[1:].astype(int) * 10.0
    shock = data["period"].map({1: 0, 2: 50, 3: -20, 4: 7, 5: 90, 6: 1})
    moved = run(data.assign(concern=data["concern"] + level + shock)).table
    assert moved["att"].to_list() == pytest.approx(run(data).table["att"].to_list(), abs=1e-9)


def test_bands_hold_the_pointwise_intervals_and_follow_the_seed():
    data = panel({0: 12, 3: 9, 5: 9})
    first, again, other = run(data, seed=4).table, run(data, seed=4).table, run(data, seed=5).table
    assert (first["band_lower"] < first["lower"]).all()
    assert (first["band_upper"] > first["upper"]).all()
    assert_frame_equal(first, again)
    assert not np.allclose(first["band_lower"], other["band_lower"])
    assert run(data, draws=0).table["band_lower"].isna().all()


def test_clusters_of_copies_leave_no_more_information_than_one_of_each():
    data = panel({0: 10, 3: 8}, seed=5).assign(region=lambda rows: rows["district"])
    copies = [data.assign(district=data["district"] + f"_{k}") for k in range(4)]
    clustered = run(pd.concat(copies), cluster="region").table
    assert clustered["se"].to_list() == pytest.approx(run(data).table["se"].to_list(), rel=1e-9)
    unclustered = run(pd.concat(copies)).table
    assert unclustered["se"].to_list() == pytest.approx((run(data).table["se"] / 2).to_list(), rel=1e-9)


def test_never_treated_may_be_nan_zero_infinite_or_later_than_the_data():
    data = panel({0: 10, 3: 8})
    expected = run(data).table
    for code in (np.nan, np.inf, 99):
        recoded = data.assign(opened=data["opened"].replace(0.0, code))
        assert_frame_equal(run(recoded).table, expected)


def test_without_never_treated_units_nothing_is_identified_unless_the_not_yet_treated_serve():
    data = panel({3: 8, 5: 9}, effect=1.0)
    never = run(data).table
    assert set(never["status"]) == {"not_identified"}
    assert never[["att", "se", "lower", "p_value"]].isna().all().all()
    later = run(data, control="notyettreated").table.set_index(["cohort", "time"])
    assert later.loc[(3, 4), "status"] == "ok"
    assert later.loc[(3, 4), "n_control"] == 9
    assert later.loc[(3, 5), "status"] == "not_identified"


def test_one_treated_district_is_shown_without_interval():
    result = run(panel({0: 20, 4: 1}, effect=3.0))
    row = result.table.set_index("time").loc[4]
    assert np.isfinite(row["att"])
    assert row["status"] == "too_few"
    assert np.isnan([row["lower"], row["upper"], row["p_value"], row["band_lower"]]).all()
    assert aggregate(result, "simple").overall.status == "too_few"


def test_a_cohort_treated_before_the_data_starts_is_left_out_and_listed():
    data = panel({0: 10, 3: 8})
    early = panel({1: 5, -2: 4}, seed=9).assign(district=lambda rows: "E" + rows["district"])
    result = run(pd.concat([data, early]))
    assert result.left_out == [-2.0, 1.0]
    assert result.n_cohort_left_out == 9
    assert_frame_equal(result.table, run(data).table)


def test_places_with_a_gap_are_left_out_and_counted():
    data = panel({0: 10, 3: 8})
    gap = data.drop(index=data.index[(data["district"] == "D003") & (data["period"] == 2)])
    blank = data.assign(concern=data["concern"].mask((data["district"] == "D003") & (data["period"] == 2)))
    expected = run(data[data["district"] != "D003"]).table
    for broken in (gap, blank):
        result = run(broken)
        assert (result.n_unbalanced, result.n_units) == (1, 17)
        assert_frame_equal(result.table, expected)


def test_the_base_is_the_last_period_before_the_start_where_years_are_skipped():
    data = panel({0: 8, 3: 7}, periods=5, effect=1.0)
    skipped = data[data["period"] != 2]  # the year before the start was never asked
    wide = skipped.pivot(index="district", columns="period", values="concern")
    start = data.groupby("district")["opened"].first()
    expected = (wide[3] - wide[1])[start == 3].mean() - (wide[3] - wide[1])[start == 0].mean()
    assert run(skipped).table.set_index("time").loc[3, "att"] == pytest.approx(expected)


def test_an_outcome_that_never_changes_is_constant_not_certain():
    table = run(panel({0: 8, 3: 7}).assign(concern=5.0)).table
    assert set(table["status"]) == {"constant"}
    assert (table["att"] == 0).all()
    assert table["p_value"].isna().all()


def test_empty_all_missing_and_one_period_give_an_empty_table_with_the_same_columns():
    data = panel({0: 8, 3: 7})
    columns = list(run(data).table.columns)
    for poor in (data.iloc[:0], data.assign(concern=np.nan), data[data["period"] == 1]):
        result = run(poor)
        assert result.table.empty
        assert list(result.table.columns) == columns
        for how in ("simple", "group", "calendar", "dynamic"):
            assert np.isnan(aggregate(result, how).overall.estimate)


def test_one_huge_outlier_moves_the_effect_and_widens_the_interval():
    data = panel({0: 10, 3: 8})
    wild = data.assign(concern=data["concern"].where((data["district"] != "D015") | (data["period"] != 4), 1e9))
    plain, moved = run(data).table.set_index("time").loc[4], run(wild).table.set_index("time").loc[4]
    assert moved["att"] == pytest.approx(plain["att"] + 1e9 / 8, rel=1e-6)
    assert moved["se"] > 1e8
    assert moved["p_value"] > 0.2


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda d: pd.concat([d, d.head(1)]), ValueError),
        (lambda d: d.assign(opened=d["opened"].where(d["period"] != 2, 5.0)), ValueError),
        (lambda d: d.drop(columns="concern"), ValueError),
        (lambda d: d.assign(district=d["district"].where(d["period"] != 2)), ValueError),
        (lambda d: d.assign(period=pd.Timestamp("2024-01-01") + pd.to_timedelta(d["period"], "D")), TypeError),
        (lambda d: d.assign(concern=d["concern"].astype("str")), TypeError),
    ],
)
def test_a_panel_that_cannot_be_one_is_refused(change, error):
    with pytest.raises(error):
        run(change(panel({0: 6, 3: 6})))


def test_an_unknown_control_is_refused():
    with pytest.raises(ValueError, match="nevertreated"):
        run(panel({0: 6, 3: 6}), control="never")


@pytest.mark.parametrize("n_panels", [80, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("control", ["nevertreated", "notyettreated"])
def test_an_effect_of_zero_is_covered_at_the_nominal_rate(n_panels, control):
    hits, simultaneous = dict.fromkeys(["simple", "group", "calendar", "dynamic"], 0), 0
    for seed in range(n_panels):
        result = run(panel({0: 40, 3: 30, 5: 30}, periods=5, seed=seed), control=control, draws=199, seed=seed)
        for how in hits:
            overall = aggregate(result, how).overall
            hits[how] += overall.lower <= 0 <= overall.upper
        simultaneous += ((result.table["band_lower"] <= 0) & (result.table["band_upper"] >= 0)).all()
    for n_hits in hits.values():
        assert abs(n_hits / n_panels - 0.95) <= 3.3 * np.sqrt(0.95 * 0.05 / n_panels)
    # ten effects at once from cohorts of 30: 93 % over 1,500 panels, 94 % from cohorts of 120
    assert abs(simultaneous / n_panels - 0.93) <= 3.3 * np.sqrt(0.93 * 0.07 / n_panels)


def test_effects_that_grow_are_recovered_where_two_way_fixed_effects_fail():
    from concerns.two_way import twfe

    data = panel({3: 40, 7: 40, 0: 15}, periods=12, effect=1.0, growth=1.0, seed=8)
    truth = np.mean([1 + (t - g) for g in (3, 7) for t in range(g, 13)])
    result = aggregate(run(data, draws=0), "simple").overall
    plain = twfe(data, "concern", "district", "period", "opened")
    assert result.lower <= truth <= result.upper
    assert plain.upper < truth
