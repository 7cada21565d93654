"""What charts say in words: each sentence by its rule, also where there is little or nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pages.figures import alert_texts, charts, district_texts, findings, trend_texts
from pages.figures.formulas import FORMULAS
from pages.figures.method_texts import METHODS
from pages.widgets import tables

PAGES = Path(__file__).resolve().parents[3] / "pages"
WITH_ALTERNATIVES = [
    "trends.py",
    "districts.py",
    "widgets/figure.py",
    "widgets/district_panel.py",
    "overview.py",
    "impact.py",
]


@pytest.mark.parametrize("name", WITH_ALTERNATIVES)
def test_every_chart_has_a_text_alternative(name):
    tree = ast.parse((PAGES / name).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    charts = [call for call in calls if getattr(call.func, "attr", "") == "altair_chart"]
    assert all("alt" in {word.arg for word in call.keywords} for call in charts)
    assert charts or name == "districts.py"  # which draws through `figure` alone


PAGES = Path(__file__).resolve().parents[3] / "pages"


def test_each_method_has_its_formula_and_its_defaults():
    keys = {method.key for method in METHODS}
    assert keys >= FORMULAS.keys()
    of_statistics = {"gi_star", "lisa", "global_moran", "emerging", "scan", "space_time_scan", "near_repeat", "trend",
                     "season", "hijri", "change_points", "alerts", "ears", "backtest", "rates", "smoothed", "funnel",
                     "spatial_smoothed", "standardised", "density", "precision_aware", "many_tests",
                     "peers"}  # fmt: skip
    assert of_statistics <= FORMULAS.keys()
    gi_star = next(method for method in METHODS if method.key == "gi_star")
    assert gi_star.definition().startswith("getis_ord_gi_star(values, weights, *, permutations=9999, seed=0)")
    assert "Getis & Ord (1992)" in gi_star.definition()


def test_months_from_the_lowest_to_the_highest():
    table = pd.DataFrame({"month": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-01"]), "n_reports": [4, 5, 6]})
    assert findings.months(table) == (
        "From January 2024 to February 2024: between 4 (January 2024) and 11 (February 2024) a month."
    )
    assert findings.months(table.iloc[:0]) == "No month in this selection."


def test_the_largest_with_their_share():
    table = pd.DataFrame({"label": ["A", "B", "A"], "n_reports": [1, 6, 5]})
    assert findings.largest(table).startswith("The most reports: A 6 (50%), B 6 (50%)")
    assert findings.largest(table.assign(n_reports=0)) == "Nothing was reported in this selection."


def test_changes_are_counted_by_what_was_seen():
    table = pd.DataFrame({"direction": ["up", "unseen", "down", "up"]})
    assert findings.changes(table).startswith("Of 4 categories 2 are above the period before, 1 below, and 1 cannot")


@pytest.mark.parametrize(("lower", "apart"), [(4.5, True), (2.5, False)])
def test_two_rates_are_apart_only_where_their_intervals_do_not_meet(lower, apart):
    table = pd.DataFrame({"label": ["A", "B"], "r": [2.0, 5.0], "r_lower": [1.0, lower], "r_upper": [3.0, 6.0]})
    assert ("do not meet" in findings.intervals(table, label="label", value="r")) is apart
    assert findings.intervals(table.iloc[:1], label="label", value="r") == "Fewer than two districts have a rate."


def test_the_season_is_named_only_where_the_months_differ():
    table = pd.DataFrame({"ratio": [0.8, 1.3, 1.0]})
    table.attrs["p_value"] = 0.01
    assert "Most are raised in B" in findings.season(table, ["A", "B", "C"])
    table.attrs["p_value"] = np.nan
    assert findings.season(table, ["A", "B", "C"]) == "The months of the year cannot be told apart."


def test_a_trend_that_is_not_seen_is_not_called_none():
    row = {"status": "ok", "p_value": 0.2, "sen_slope": 3.0}
    assert trend_texts.trend(row, per_meeting=False) == "not distinguishable from no change"
    assert trend_texts.trend(row | {"p_value": 0.01}, per_meeting=False) == "rising by 3.0 a month"
    assert trend_texts.trend(row | {"status": "too_few"}, per_meeting=False) == "too few months to tell"
    assert trend_texts.small_p(1e-9).strip("\u2066\u2069") == "< 0.001"


def test_what_is_kept_by_governorate_is_said_not_to_be_zero():
    table = pd.DataFrame()
    table.attrs.update(per_meeting=True, n_stayed=3, n_left_out=2, hidden=["C05"], everywhere=["C06"])
    said = trend_texts.how_trend(table, {"C05": "violence"})
    assert "violence: kept by governorate for you, so in no district; this is not zero." in said
    assert "C06: kept by governorate for you, so counted in all districts" in said
    assert "Only the 3 districts" in said and "2 that joined later or left" in said


def test_silences_are_counted_apart():
    said = alert_texts.silence(pd.DataFrame({"kind": ["zero", "no_record", "no_record"]}))
    assert "1 forums met and raised nothing (zero); of 0 the meeting was not held and of 2 none" in said


def test_the_reason_for_peers_names_what_was_not_known():
    table = pd.DataFrame()
    table.attrs.update(name="population", by_share=False, size=1_200.0, share=np.nan, sources=["CSO 2014"])
    assert "by population alone (Q: 1,200; CSO 2014)" in district_texts.peers_reason(table, "Q")
    table.attrs.update(by_share=True, share=0.25)
    assert "population and share of displaced people (Q: 1,200, 25%" in district_texts.peers_reason(table, "Q")
    table.attrs.update(name="n_meetings")
    assert "no population is loaded" in district_texts.peers_reason(table, "Q")


def test_what_a_statistic_noted_beside_its_table_stays_out_of_the_browser():
    table = pd.DataFrame({"label": ["A"], "ratio": [1.0], "ratio_lower": [0.5], "ratio_upper": [2.0]})
    table.attrs.update(phi=np.nan)
    assert charts.with_texts(table, numbers=["ratio"]).attrs == {}
    assert tables.without_notes(table).attrs == {} and table.attrs


def test_a_flow_names_the_busiest_station_of_each_step():
    ways = pd.DataFrame(
        {"category": ["C07", "C08"], "sector": ["health"] * 2, "outcome": ["open", "done"], "n": [3, 1]}
    )
    assert findings.flow(ways) == "Of 4 referrals most come from C07, go to health and stand at open."
    assert findings.flow(ways.iloc[:0]) == "Nothing was referred in this selection."


def test_meetings_without_a_record_are_neither_held_nor_missed():
    months = pd.DataFrame({"n_held": [2, None], "n_missed": [1, None]})
    assert findings.held(months) == "2 meetings were held and 1 were not."


def test_a_median_that_is_not_reached_is_said_and_is_no_number():
    medians = pd.DataFrame({"n": [5, 9], "median": [float("nan"), 12.0]})
    assert findings.waits(medians, ["urgent", "normal"]) == (
        "Half have got there after: normal: 12 days, urgent: not reached."
    )


def test_every_chart_says_its_finding():
    calls = [
        (path.name, call)
        for path in PAGES.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "altair_chart"
    ]
    silent = [f"{name}:{call.lineno}" for name, call in calls if "alt" not in {word.arg for word in call.keywords}]
    assert len(calls) > 10
    assert silent == []
