"""The synthetic country is the same for a seed, and has the traits that the pages are tried on."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from loaders import demo

END = dt.date(2026, 6, 30)


@pytest.fixture(scope="module")
def world() -> demo.Demo:
    return demo.build(end=END)


def test_the_same_seed_gives_the_same_country_and_another_seed_another(world):
    again = demo.build(end=END)
    pd.testing.assert_frame_equal(world.reports, again.reports)
    pd.testing.assert_frame_equal(world.meetings, again.meetings)
    assert not demo.build(end=END, seed=1).reports["category"].equals(world.reports["category"])


def test_forums_open_over_time_in_some_districts_and_never_in_others(world):
    districts = demo.places()["adm2_pcode"].nunique()
    with_forum = world.forums["adm2_pcode"].nunique()
    assert districts == 101
    assert 0.6 * districts < with_forum < 0.9 * districts
    opened = pd.to_datetime(world.forums["opened_on"])
    assert (opened < "2023-07-01").any()
    assert (opened > "2024-07-01").any()


def test_meetings_are_held_missed_and_some_left_no_record(world):
    held = world.meetings["held_on"] != ""
    assert 0.8 < held.mean() < 0.95
    numbers = world.meetings["meeting_id"].str[2:].astype(int)
    assert len(numbers) < numbers.max()


def test_a_meeting_counts_the_concerns_that_were_raised_at_it(world):
    good = world.reports[~world.reports["report_id"].str.contains("BAD")].drop_duplicates("report_id")
    held = world.meetings[world.meetings["held_on"] != ""]
    assert held["n_concerns"].astype(int).sum() <= len(good)
    assert held["n_concerns"].astype(int).sum() > 0.95 * len(good)
    assert (world.meetings.loc[world.meetings["held_on"] == "", "n_concerns"] == "").all()


def test_most_reports_stand_at_places_and_some_only_name_a_district(world):
    precision = world.reports["geo_precision"].value_counts(normalize=True)
    assert precision["2"] > 0.7
    assert 0.05 < precision["4"] < 0.15
    at_place = world.reports[world.reports["geo_precision"] == "2"]
    assert at_place[["lat", "lon"]].drop_duplicates().shape[0] < 300


def test_there_are_duplicates_and_broken_rows_to_be_found(world):
    assert world.reports["report_id"].duplicated().sum() == demo.DOUBLED_ROWS
    assert world.reports["report_id"].str.startswith("SYN-BAD").sum() >= demo.BAD_ROWS
    assert (world.reports["category"] == "C77").any()


def test_every_text_says_that_it_is_synthetic(world):
    assert world.reports["description"].str.contains("Synthetic").all()
    assert world.reports["report_id"].str.startswith("SYN-").all()
