"""A selection is what its link says, and a link can say nothing else."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.schema import BadSetting
from concerns.selection import Selection

days = st.dates(dt.date(2000, 1, 1), dt.date(2035, 12, 31))
codes = st.lists(st.from_regex(r"\AC[01][0-9](\.[1-9])?\Z"), max_size=5).map(tuple)
places = st.lists(st.from_regex(r"\AIQG[01][0-9]Q[0-9]{2}\Z"), max_size=5).map(tuple)


@given(days, st.integers(0, 3000), codes, st.sets(st.integers(0, 3)).map(tuple), places)
def test_a_link_reproduces_its_selection(start, length, categories, severities, districts):
    chosen = Selection(start, start + dt.timedelta(length), categories, severities, (), districts)
    assert Selection.from_query(chosen.to_query()) == chosen


def test_order_and_repetition_do_not_matter():
    assert Selection(categories=("C02", "C01", "C02")) == Selection(categories=("C01", "C02"))


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2024-13-01"},
        {"category": "<script>"},
        {"category": "C01' OR 1=1"},
        {"severity": "9"},
        {"severity": "-1"},
        {"adm2": "../../etc"},
        {"adm1": ",".join(f"IQG{n}" for n in range(501))},
        {"from": "2024-02-01", "to": "2024-01-01"},
    ],
)
def test_a_link_that_cannot_be_read_is_refused(query):
    with pytest.raises(BadSetting):
        Selection.from_query(query)


def test_parameters_of_others_are_passed_over():
    assert Selection.from_query({"lang": "ar", "embed": "true"}) == Selection()


@given(days, st.integers(0, 400))
def test_the_previous_period_is_as_long_and_ends_the_day_before(start, length):
    chosen = Selection(start, start + dt.timedelta(length))
    before = chosen.previous(first=dt.date.min, last=dt.date.max)
    assert before.end == start - dt.timedelta(1)
    assert before.end - before.start == chosen.end - chosen.start
