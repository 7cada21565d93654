"""What the rooms of analysis say on the demo: back-test, strip, categories, levels, silences, peers."""

from __future__ import annotations

import pytest

from tests.pages import test_states


def texts(page) -> str:
    """As the reader sees it: without what keeps Markdown from reading signs."""
    return test_states.texts(page).replace("\\", "")


def test_the_back_test_says_what_the_map_would_have_held(open_page, demo_store):
    page = open_page("hotspots", demo_store)
    assert "exact point" in texts(page)
    page.toggle(key="backtest").set_value(True).run()
    assert not page.exception
    assert "this map's top 10 % of area held" in texts(page)
    assert "last month's map would have held" in texts(page)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("emerging", "were hot,"),
        ("gi_star", "pairs of district and category"),
        ("clusters", "allowing for having looked everywhere"),
    ],
)
def test_each_tested_layer_says_what_it_found(open_page, demo_store, layer, said):
    assert said in texts(open_page("hotspots", demo_store, layer=layer, district="IQG01Q01"))


def test_trends_say_over_whom_and_how_levels_changed(open_page, demo_store):
    said = texts(open_page("trends", demo_store))
    assert "took part from the first months to the last" in said
    assert "Neighbouring months differ" in said
    assert "Silence in that month:" in said
    assert (
        "categories are above a threshold" in said or "category is above a threshold" in said or "No category" in said
    )


def test_districts_name_the_reason_for_their_peers(open_page, demo_store):
    said = texts(open_page("districts", demo_store))
    assert "Chosen by" in said
    assert "Smoothed rates" in said
    assert "outside the 99.8 % limits" in said
    assert "Most above its governorate" in said


def test_each_method_shows_its_formula(open_page, demo_store):
    page = open_page("methods", demo_store)
    assert len(page.latex) >= 23
    assert any("getis_ord_gi_star(values, weights, *, permutations=9999, seed=0)" in one.value for one in page.code)


@pytest.mark.parametrize("layer", ["gi_star", "lisa", "emerging", "clusters"])
def test_a_governorate_alone_is_compared_within_itself(open_page, demo_store, layer):
    page = open_page("hotspots", demo_store, layer=layer, adm1="IQG08")
    assert len(page.subheader) >= 2
