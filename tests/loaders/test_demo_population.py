"""The synthetic country has people in every district, and its population goes through the real checks."""

from __future__ import annotations

import datetime as dt

from pandas.testing import assert_frame_equal

from loaders import demo, demo_population

END = dt.date(2026, 6, 30)


def test_every_district_has_people_and_the_parts_stay_within_the_whole():
    table = demo_population.population(end=END, boundary_version="v")
    assert sorted(table["adm_pcode"]) == sorted(demo.places()["adm2_pcode"].unique())
    people = table[["total", "female", "male", "youth", "idp", "returnee"]].astype(int)
    assert (people["female"] + people["male"] == people["total"]).all()
    assert (people.drop(columns="total").max(axis=1) <= people["total"]).all()
    assert people["total"].min() > 10_000
    assert set(table["source"]) == {"SYNTHETIC"}
    assert set(table["year"]) == {"2025"}


def test_the_same_seed_gives_the_same_people():
    one, same = (demo_population.population(end=END, boundary_version="v") for _ in range(2))
    assert_frame_equal(one, same)
    assert not one.equals(demo_population.population(end=END, boundary_version="v", seed=1))
