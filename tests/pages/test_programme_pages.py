"""What the pages of the programme must hold on the demo: each design in words before its number, every way to look."""

from __future__ import annotations

import re


def test_each_design_of_impact_stands_in_words_before_its_number(open_page, demo_store):
    page = open_page("impact", demo_store)
    texts = [str(one.value) for one in page.markdown]
    designs = [k for k, text in enumerate(texts) if text.startswith("Design:")]
    assert len(designs) == 5  # before and after, months, surroundings, surveys, staggered
    for k in designs[:3]:
        assert not re.search(r"%|[-+]\d", texts[k])
        assert re.search(r"\d", texts[k + 1])
    assert "six randomised trials" in page.info[0].value
    assert any("could not have seen" in text for text in texts)


def test_impact_draws_the_effects_four_ways_and_the_logframe_by_place_and_sex(open_page, demo_store):
    page = open_page("impact", demo_store)
    labels = [tab.label for tab in page.tabs]
    assert {"Since the opening", "By quarter of opening", "By calendar quarter", "In one number"} <= set(labels)
    assert {"By indicator", "By governorate and sex", "Means of verification"} <= set(labels)
    tables = [frame.value for frame in page.dataframe]
    by_place = next(table for table in tables if "Governorate" in table.columns)
    assert {"Women", "Men", "Delivered"} <= set(by_place.columns)
    assert (by_place["Women"] != "–").any()
    checks = next(table for table in tables if "Check" in table.columns)
    assert {"Made-up start, quarters earlier", "Districts drawn at random", "Without one district"} <= set(
        checks["Check"]
    )


def test_another_district_can_be_asked_about_its_surroundings(open_page, demo_store):
    page = open_page("impact", demo_store)
    choice = next(box for box in page.selectbox if box.key == "impact-surroundings")
    first = _areas(page)
    page = choice.select_index(1).run()
    assert not page.exception
    assert not _areas(page).equals(first)


def _areas(page):
    return next(frame.value for frame in page.dataframe if "Area" in frame.value.columns)


def test_a_forum_shows_what_became_of_its_concerns_and_what_is_past_its_time(open_page, demo_store):
    page = open_page("forums", demo_store)
    assert "What became of its concerns" in [tab.label for tab in page.tabs]
    assert "Of these past their time" in [metric.label for metric in page.metric]
    stages = next(frame.value for frame in page.dataframe if "Stage" in frame.value.columns)
    counts = dict(zip(stages["Stage"], stages["Reports"], strict=True))
    assert counts["Raised"] == counts["Brought to a forum"] == counts["Settled there or left"] + counts["Referred"]
