from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loaders.cells import fold
from loaders.headings import OUR_NAMES, TEXT_COLUMNS, WORDS, find_headers, missing_groups


def test_every_column_has_words_and_knows_its_own_name():
    assert set(WORDS) == set(TEXT_COLUMNS)
    assert all(fold(name) in {fold(word) for word in WORDS[name]} for name in TEXT_COLUMNS)
    assert {OUR_NAMES[fold(name)] for name in TEXT_COLUMNS} == set(TEXT_COLUMNS) == set(OUR_NAMES.values())


def test_no_word_stands_for_two_columns_but_the_ones_that_depend_on_the_cells():
    owners: dict[str, set[str]] = {}
    for column, words in WORDS.items():
        for word in words:
            owners.setdefault(fold(word), set()).add(column)
    assert {word: names for word, names in owners.items() if len(names) > 1} == {
        fold("شوێن"): {"place_name", "geopoint"}
    }


def test_the_likeliest_word_wins_and_a_header_serves_once():
    found = find_headers(["Date", "Incident Date", "LAT", "lng", "type"])
    assert found == {"occurred_on": "Incident Date", "lat": "LAT", "lon": "lng", "category": "type"}


def test_arabic_and_kurdish_headers_are_known():
    assert find_headers(["التاريخ", "خط العرض", "خط الطول", "نوع القلق", "القضاء"]) == {
        "occurred_on": "التاريخ",
        "lat": "خط العرض",
        "lon": "خط الطول",
        "category": "نوع القلق",
        "district": "القضاء",
    }


def test_what_is_missing_is_said_in_words():
    assert missing_groups(["occurred_on", "category", "lat", "lon"]) == []
    assert missing_groups(["occurred_on", "category", "district"]) == []
    assert missing_groups(["occurred_on", "category", "lat"]) == [
        "place (latitude and longitude, a geopoint, or a district)"
    ]
    assert missing_groups(["lat", "lon"]) == ["date", "category"]


@given(st.lists(st.text(max_size=15), unique=True, max_size=20))
def test_any_headers_are_matched_at_most_once(headers):
    found = find_headers(headers)
    assert len(set(found.values())) == len(found)
    assert set(found.values()) <= set(headers)
