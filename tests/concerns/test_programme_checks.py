"""Rows of the programme tables: each accepted, duplicate or refused for one reason."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.errors import MissingColumns
from concerns.programme import PROGRAMME_CHECKS, PROGRAMME_TABLES, Known, Sector
from concerns.taxonomy import label_key

KNOWN = Known(
    today=dt.date(2024, 6, 30),
    adm1_pcodes={"IQG15"},
    adm2_pcodes={"IQG15Q03"},
    adm_pcodes={"IQG15Q03"},
    categories={"C07", "C99"},
    forum_ids={"CPF-NIN-07"},
    report_ids={"r-1"},
)
ROWS = {
    "forums": {
        "forum_id": "CPF-NIN-07", "adm2_pcode": "IQG15Q03", "name_en": "Hamdaniyah CPF", "lat": "36.27", "lon": "43.37",
        "opened_on": "2022-02-01", "mentoring_start": "2022-03-01", "mentoring_end": "2023-09-01",
        "handover_on": "2024-03-01", "closed_on": "", "ssp_adopted_on": "2022-09-12", "members_total": "25",
        "members_women": "8", "self_funded_share": "0.4", "donor": "x",
    },
    "meetings": {
        "meeting_id": "M-118", "forum_id": "CPF-NIN-07", "planned_on": "2024-03-05", "held_on": "2024-03-06",
        "n_concerns": "0", "att_total": "24", "att_women": "9", "att_youth": "6", "att_police": "3", "att_idp": "4",
        "att_returnee": "5",
    },
    "referrals": {
        "referral_id": "R-55", "report_id": "r-1", "forum_id": "CPF-NIN-07", "adm2_pcode": "IQG15Q03",
        "category": "C07", "sector": "health", "receiving_body": "Clinic", "priority": "urgent",
        "sent_on": "2024-03-06", "acknowledged_on": "2024-03-06", "accepted_on": "2024-03-07",
        "closed_on": "2024-03-20", "status": "done",
        "outcome": "resolved",
    },
    "activities": {
        "activity_id": "A-9", "forum_id": "", "adm2_pcode": "IQG15Q03", "kind": "equipment", "started_on": "2023-05-02",
        "ended_on": "2023-05-03", "donor": "x", "item": "radio", "quantity": "12", "unit": "piece",
        "participants_total": "20", "participants_women": "7", "participants_police": "12", "cost_usd": "4,200",
        "functional": "yes", "checked_on": "2023-08-01",
    },
    "surveys": {
        "survey_id": "PERC", "wave": "1", "fielded_from": "2019-07-15", "fielded_to": "2019-07-20", "adm1_pcode": "",
        "adm2_pcode": "IQG15Q03", "site": "a", "arm": "forum", "indicator": "trust_police", "group": "women",
        "n": "212", "estimate": "0.61", "se": "0.04",
    },
    "population": {
        "adm_pcode": "IQG15Q03", "year": "2014", "source": "COSIT", "boundary_version": "cod-2019", "total": "196000",
        "female": "97000", "male": "99002", "youth": "50000", "idp": "", "returnee": "",
    },
}  # fmt: skip
NEEDED = {
    "forums": ["forum_id", "adm2_pcode", "opened_on"],
    "meetings": ["meeting_id", "forum_id"],
    "referrals": ["referral_id", "sector", "priority", "sent_on", "status"],
    "activities": ["activity_id", "adm2_pcode", "kind", "started_on"],
    "surveys": ["survey_id", "wave", "fielded_from", "fielded_to", "arm", "indicator", "group", "n", "estimate"],
    "population": ["adm_pcode", "year", "source", "boundary_version", "total"],
}


def check(table: str, *changes: dict[str, str], known: Known = KNOWN):
    text = pd.DataFrame([ROWS[table] | change for change in changes], index=range(2, 2 + len(changes)))
    return PROGRAMME_CHECKS[table](text, known)


def refusal(table: str, **change: str) -> tuple[str, str | None] | None:
    refused = check(table, change).refused
    return (refused[0].reason.value, refused[0].column) if refused else None


@pytest.mark.parametrize("table", ROWS)
def test_a_full_row_of_the_template_is_accepted_with_the_columns_of_its_table(table):
    checked = check(table, {})
    assert checked.refused == []
    assert list(checked.accepted.columns) == list(PROGRAMME_TABLES[table])
    assert checked.accepted.index.to_list() == [2]


@pytest.mark.parametrize("table", ROWS)
def test_only_what_is_required_is_required(table):
    everything = [name for name in ROWS[table] if name not in NEEDED[table]]
    keep = {"meetings": ["held_on", "n_concerns"], "surveys": ["adm2_pcode"], "referrals": ["adm2_pcode"]}.get(
        table, []
    )
    assert refusal(table, **{name: "" for name in everything if name not in keep}) is None
    for name in NEEDED[table]:
        assert refusal(table, **{name: " "}) == ("REQUIRED_MISSING", name)
        with pytest.raises(MissingColumns, match=name):
            PROGRAMME_CHECKS[table](pd.DataFrame([ROWS[table]]).drop(columns=name))


@pytest.mark.parametrize("table", ROWS)
def test_an_empty_table_keeps_its_columns_and_types(table):
    full = check(table, {}).accepted
    empty = PROGRAMME_CHECKS[table](pd.DataFrame([ROWS[table]]).iloc[:0], KNOWN)
    assert (len(empty.accepted), empty.refused, empty.n_duplicates) == (0, [], 0)
    assert empty.accepted.dtypes.to_dict() == full.dtypes.to_dict()


@pytest.mark.parametrize(
    ("table", "change", "expected"),
    [
        ("forums", {"opened_on": "2024-02-30"}, ("DATE_INVALID", "opened_on")),
        ("forums", {"opened_on": "05/01/2022"}, ("DATE_INVALID", "opened_on")),
        ("forums", {"opened_on": "2024-07-01"}, ("DATE_FUTURE", "opened_on")),
        ("forums", {"mentoring_end": "2022-02-15"}, ("DATES_OUT_OF_ORDER", "mentoring_end")),
        ("forums", {"mentoring_start": "", "mentoring_end": "2022-01-15"}, ("DATES_OUT_OF_ORDER", "mentoring_end")),
        ("forums", {"members_women": "26"}, ("PART_EXCEEDS_TOTAL", "members_women")),
        ("forums", {"self_funded_share": "1.1"}, ("NUMBER_INVALID", "self_funded_share")),
        ("forums", {"lat": "91"}, ("NUMBER_INVALID", "lat")),
        ("forums", {"lon": ""}, ("REQUIRED_MISSING", "lat")),
        ("forums", {"adm2_pcode": "IQG99Q01"}, ("PCODE_UNKNOWN", "adm2_pcode")),
        ("meetings", {"planned_on": "", "held_on": ""}, ("REQUIRED_MISSING", "held_on")),
        ("meetings", {"n_concerns": ""}, ("REQUIRED_MISSING", "n_concerns")),
        ("meetings", {"held_on": ""}, ("CONTRADICTORY", "held_on")),
        ("meetings", {"att_police": "25"}, ("PART_EXCEEDS_TOTAL", "att_police")),
        ("meetings", {"n_concerns": "-1"}, ("NUMBER_INVALID", "n_concerns")),
        ("meetings", {"n_concerns": "2.5"}, ("NUMBER_INVALID", "n_concerns")),
        ("meetings", {"att_total": "99999999999"}, ("NUMBER_INVALID", "att_total")),
        ("meetings", {"forum_id": "CPF-XX"}, ("FORUM_UNKNOWN", "forum_id")),
        ("referrals", {"closed_on": "2024-03-01"}, ("DATES_OUT_OF_ORDER", "closed_on")),
        ("referrals", {"accepted_on": "", "closed_on": "2024-03-05"}, ("DATES_OUT_OF_ORDER", "closed_on")),
        ("referrals", {"acknowledged_on": "2024-03-08"}, ("DATES_OUT_OF_ORDER", "accepted_on")),
        ("referrals", {"report_id": "r-2"}, ("ORPHAN_REPORT", "report_id")),
        ("referrals", {"sector": "sport"}, ("VALUE_UNKNOWN", "sector")),
        ("referrals", {"category": "C13"}, ("VALUE_UNKNOWN", "category")),
        ("referrals", {"category": "drugs"}, ("VALUE_UNKNOWN", "category")),
        ("activities", {"quantity": "0"}, ("NUMBER_INVALID", "quantity")),
        ("activities", {"unit": ""}, ("REQUIRED_MISSING", "unit")),
        ("activities", {"cost_usd": "-5"}, ("NUMBER_INVALID", "cost_usd")),
        ("activities", {"checked_on": "2023-01-01"}, ("DATES_OUT_OF_ORDER", "checked_on")),
        ("surveys", {"estimate": "61"}, ("NUMBER_INVALID", "estimate")),
        ("surveys", {"n": "0"}, ("NUMBER_INVALID", "n")),
        ("surveys", {"adm2_pcode": ""}, ("REQUIRED_MISSING", "adm2_pcode")),
        ("surveys", {"indicator": "Trust in police!"}, ("VALUE_UNKNOWN", "indicator")),
        ("surveys", {"fielded_to": "2019-07-01"}, ("DATES_OUT_OF_ORDER", "fielded_to")),
        ("population", {"youth": "196003"}, ("PART_EXCEEDS_TOTAL", "youth")),
        ("population", {"male": "99003"}, ("PART_EXCEEDS_TOTAL", "male")),
        ("population", {"year": "2025"}, ("DATE_FUTURE", "year")),
        ("population", {"adm_pcode": "X"}, ("PCODE_UNKNOWN", "adm_pcode")),
    ],
)
def test_what_is_wrong_is_refused_for_one_reason(table, change, expected):
    assert refusal(table, **change) == expected


def test_a_refused_row_keeps_its_text_and_number():
    refused = check("referrals", {}, {"referral_id": "R-56", "report_id": " lost "}).refused[0]
    assert (refused.row, refused.original["report_id"]) == (3, " lost ")


def test_what_may_be_is_accepted():
    assert refusal("forums", handover_on="2027-01-01") is None  # planned
    assert refusal("referrals", report_id="", forum_id="", category="") is None
    assert refusal("surveys", indicator="own_code_7") is None
    assert refusal("population", female="97001", male="99001") is None
    assert check("referrals", {"report_id": "lost", "adm2_pcode": "X"}, known=Known()).refused == []


def test_a_blank_standard_error_is_computed_and_said():
    rows = check("surveys", {}, {"se": "", "group": "men"}).accepted
    assert rows["is_se_computed"].to_list() == [False, True]
    assert rows["se"].to_list() == pytest.approx([0.04, (0.61 * 0.39 / 212) ** 0.5])


def test_the_same_row_again_is_a_duplicate_and_another_content_a_conflict():
    checked = check("referrals", {}, {"sent_on": "٢٠٢٤-٠٣-٠٦"}, {"sector": "justice"})
    assert (len(checked.accepted), checked.n_duplicates) == (1, 1)
    assert [(r.reason.value, r.column, r.row) for r in checked.refused] == [("ID_CONFLICT", "referral_id", 4)]


def test_codes_are_read_in_any_case_and_by_their_labels():
    labels = {"sector": {label_key("الصحة"): "health"}, "indicator": {label_key("ثقة"): "trust_police"}}
    known = Known(labels=labels)
    for written in ("Health", " HEALTH ", "الصحة", "الصّحة"):
        assert check("referrals", {"sector": written}, known=known).accepted["sector"].to_list() == [Sector.HEALTH]
    assert check("surveys", {"indicator": "ثقة"}, known=known).accepted["indicator"].to_list() == ["trust_police"]
    assert check("referrals", {"priority": "n/a"}).refused[0].reason == "REQUIRED_MISSING"


def test_digits_spaces_and_thousands_are_read_as_people_write_them():
    rows = check("population", {"total": "١٩٦٬٠٠٠", "female": " 97,000 ", "male": "\u200f99000\u200e"}).accepted
    assert rows[["total", "female", "male"]].iloc[0].to_list() == [196000, 97000, 99000]


CELL = st.one_of(
    st.sampled_from(["", "2024-03-06", "2030-01-01", "5", "-5", "done", "health", "x", "0.5", "C07"]), st.text()
)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), table=st.sampled_from(list(ROWS)))
def test_every_row_is_accepted_duplicate_or_refused_whatever_its_cells(data, table):
    columns = list(ROWS[table])
    changed = st.dictionaries(st.sampled_from(columns), CELL, max_size=4)
    changes = data.draw(st.lists(changed, min_size=1, max_size=6))
    checked = check(table, *changes)
    assert len(changes) == len(checked.accepted) + checked.n_duplicates + len(checked.refused)
    rows = set(checked.accepted.index) | {refused.row for refused in checked.refused}
    assert len(rows) == len(checked.accepted) + len(checked.refused)
