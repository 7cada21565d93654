"""A question to the release, read from an address by schema and asked of published quarters alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.disclosure import quarters_between
from concerns.release_question import TABLES, ReleaseQuestion
from concerns.schema import BadSetting

PUBLISHED = quarters_between("2022Q1", "2024Q4")
quarters = st.sampled_from(["", *quarters_between("2021Q1", "2025Q4")])
codes = st.lists(st.from_regex(r"[A-Za-z0-9]{1,16}", fullmatch=True), max_size=4).map(lambda x: tuple(sorted(set(x))))


@given(st.builds(ReleaseQuestion, st.sampled_from(list(TABLES)), quarters, quarters, codes, codes))
def test_a_question_survives_the_address(asked):
    assert ReleaseQuestion.from_query(asked.to_query()) == asked


@given(quarters, quarters)
def test_only_published_quarters_are_asked_for_and_at_least_one(first, last):
    within = ReleaseQuestion(first=first, last=last).within(PUBLISHED)
    assert within
    assert set(within) <= set(PUBLISHED)
    assert list(within) == sorted(within)


def test_without_a_choice_the_latest_four_quarters_are_meant():
    assert ReleaseQuestion().within(PUBLISHED) == ("2024Q1", "2024Q2", "2024Q3", "2024Q4")
    assert ReleaseQuestion().within(("2024Q4",)) == ("2024Q4",)
    assert ReleaseQuestion().within(()) == ()


@pytest.mark.parametrize(
    "query",
    [{"table": "reports"}, {"first": "2024"}, {"last": "2024Q5"}, {"adm1": "IQG15;drop"}, {"category": "<script>"},
     {"first": "2024Q1\n"}, {"adm1": ",".join(["A1"] * 500)}],
)  # fmt: skip
def test_what_is_no_question_is_refused(query):
    with pytest.raises(BadSetting, match="cannot be read"):
        ReleaseQuestion.from_query(query)


def test_parameters_of_others_are_passed_over():
    assert ReleaseQuestion.from_query({"lang": "ar", "layer": "density"}) == ReleaseQuestion()


@pytest.mark.parametrize(
    ("table", "columns"),
    [("districts", {"quarter", "adm1_pcode"}), ("governorates", {"quarter", "adm1_pcode", "category"}),
     ("country", {"quarter", "category"}), ("sensitive", {"year", "adm1_pcode", "category"})],
)  # fmt: skip
def test_each_table_is_asked_for_what_it_has(table, columns):
    asked = ReleaseQuestion(table, governorates=("IQG15",), categories=("C07",))
    where = asked.where(("2023Q4", "2024Q1"))
    assert set(where) == columns
    assert where.get("year", ("2023", "2024")) == ("2023", "2024")
