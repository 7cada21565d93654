"""The synthetic programme is the same for a seed, goes through the real load, and holds the effects it says."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from concerns.programme import PROGRAMME_CHECKS, Known
from loaders import demo, demo_programme

END = dt.date(2026, 6, 30)
START = dt.date(2022, 7, 1)


@pytest.fixture(scope="module")
def world() -> demo.Demo:
    return demo.build(end=END)


@pytest.fixture(scope="module")
def tables(world) -> dict[str, pd.DataFrame]:
    forums = demo_programme.with_milestones(world.forums, end=END)
    return {
        "forums": forums,
        "referrals": demo_programme.referrals(world.reports, forums, end=END),
        "activities": demo_programme.activities(forums, world.meetings, end=END),
        "surveys": demo_programme.surveys(forums, start=START, end=END),
    }


@pytest.mark.parametrize("name", ["forums", "referrals", "activities", "surveys"])
def test_no_row_is_refused(world, tables, name):
    known = Known(
        today=END,
        adm2_pcodes=set(demo.places()["adm2_pcode"]),
        forum_ids=set(world.forums["forum_id"]),
        report_ids=set(world.reports["report_id"]),
    )
    checked = PROGRAMME_CHECKS[name](tables[name], known)
    assert checked.refused == []
    assert len(checked.accepted) == len(tables[name]) > 50


def test_the_same_seed_gives_the_same_referrals_and_another_seed_others(world, tables):
    again = demo_programme.referrals(world.reports, tables["forums"], end=END)
    pd.testing.assert_frame_equal(tables["referrals"], again)
    assert len(demo_programme.referrals(world.reports, tables["forums"], end=END, seed=1)) != len(again)


def test_some_referrals_are_slow_and_some_never_close(tables):
    sent = tables["referrals"]
    assert 0.2 < (sent["closed_on"] == "").mean() < 0.6
    days = (pd.to_datetime(sent["closed_on"]) - pd.to_datetime(sent["sent_on"])).dt.days.dropna()
    assert days.median() < 90 < days.quantile(0.9)


def test_some_forums_are_handed_over_and_some_never_though_it_is_due(tables):
    forums = tables["forums"]
    due = pd.to_datetime(forums["opened_on"]) + pd.Timedelta(days=900) < pd.Timestamp(END)
    assert (forums.loc[due, "handover_on"] != "").any()
    assert (forums.loc[due, "handover_on"] == "").any()


def test_the_two_rounds_differ_by_the_true_effect(tables):
    told = tables["surveys"].assign(estimate=lambda rows: rows["estimate"].astype(float))
    told = told[told["group"] == "all"]
    means = told.pivot_table(index=["indicator", "arm"], columns="wave", values="estimate")
    change = (means[2] - means[1]).unstack("arm")
    found = change["forum"] - change["comparison"]
    for indicator, truth in demo_programme.TRUE_EFFECTS.items():
        assert found[indicator] == pytest.approx(truth, abs=0.07)


def test_reports_that_came_other_ways_fall_by_the_true_ratio_once_a_forum_opened(world):
    other = demo.elsewhere(world.forums, end=END)
    assert (other["forum_id"] == "").all()
    opened = pd.to_datetime(world.forums["opened_on"]).groupby(world.forums["adm2_pcode"]).min()
    never = sorted(set(demo.places()["adm2_pcode"]) - set(opened.index))
    early = opened.index[opened < pd.Timestamp(START)]
    codes = demo.places().drop_duplicates(["adm1_name", "adm2_name"])
    known = other[other["district"] != ""].merge(
        codes, left_on=["governorate", "district"], right_on=["adm1_name", "adm2_name"]
    )
    counts = known["adm2_pcode"].value_counts()
    ratio = counts.reindex(early, fill_value=0).mean() / counts.reindex(never, fill_value=0).mean()
    assert ratio == pytest.approx(demo.TRUE_RATIO_ELSEWHERE, abs=0.25)
