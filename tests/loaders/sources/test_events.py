"""Events of others: ACLED, UCDP, data.police.uk, Insecurity Insight. Made-up rows in their layouts."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from loaders.sources import recognise
from loaders.sources.source import Declared
from tests.loaders.judged import judge, official
from tests.loaders.raw_table import RawTable


def acled(**columns: str) -> RawTable:
    plain = {
        "event_id_cnty": "IRQ1", "event_date": "05 March 2024", "time_precision": "1", "event_type": "Battles",
        "sub_event_type": "Armed clash", "country": "Iraq", "admin1": "Upper", "admin2": "North West",
        "location": "Somewhere",
        "latitude": "33.2124", "longitude": "43.7124", "geo_precision": "1", "notes": "text", "fatalities": "0",
        "timestamp": "1710460800",
    }  # fmt: skip
    return RawTable({name: [text] for name, text in (plain | columns).items()})


@pytest.mark.parametrize(
    ("sub_event", "fatalities", "code"),
    [
        ("Armed clash", "3", "C01.1"), ("Non-state actor overtakes territory", "0", "C01.1"),
        ("Grenade", "0", "C01.2"),
        ("Remote explosive/landmine/IED", "0", "C01.2"), ("Air/drone strike", "0", "C01.3"),
        ("Suicide bomb", "0", "C01.1"),
        ("Attack", "0", "C02.2"), ("Attack", "2", "C02.1"), ("Abduction/forced disappearance", "0", "C02.3"),
        ("Sexual violence", "0", "C05.2"), ("Violent demonstration", "0", "C11.1"), ("Mob violence", "0", "C03"),
        ("Protest with intervention", "0", "C11.1"), ("Excessive force against protesters", "0", "C10.2"),
        ("Excessive force against protestors", "0", "C10.2"), ("Looting/property destruction", "0", "C08.6"),
        ("Disrupted weapons use", "0", "C01.2"),
    ],
)  # fmt: skip
def test_acled_events_have_a_category(four_districts, sub_event, fatalities, code):
    row = judge(acled(sub_event_type=sub_event, fatalities=fatalities), four_districts).rows.iloc[0]
    assert (row["category"] if len(code) == 3 else row["subcategory"]) == code
    assert row["sensitive"] == (code in ("C05.2", "C02.3", "C10.2"))


@pytest.mark.parametrize("sub_event", ["Peaceful protest", "Agreement", "Arrests", "Change to group/activity", "Other"])
def test_what_is_lawful_or_no_concern_does_not_become_one(four_districts, sub_event):
    assert judge(acled(sub_event_type=sub_event), four_districts).reasons == {1: "CATEGORY_UNKNOWN"}


@pytest.mark.parametrize(("theirs", "ours", "method"), [("1", 2, "within"), ("2", 4, "name"), ("3", 5, "name")])
def test_acleds_precisions_are_recoded_and_coarse_points_go_by_name(four_districts, theirs, ours, method):
    row = judge(acled(geo_precision=theirs, time_precision="3"), four_districts).rows.iloc[0]
    assert (row["geo_precision"], row["join_method"], row["date_precision"]) == (ours, method, 3)


def test_acled_is_context_with_its_own_id_and_version():
    source = recognise(acled(), acled().table)
    assert (source.name, source.context_only, source.is_aggregate, source.declared) == (
        "acled",
        True,
        False,
        Declared.CONTEXT,
    )
    assert (source.header_of("report_id"), source.header_of("submitted_at")) == ("event_id_cnty", "timestamp")


def ucdp(**columns: str) -> RawTable:
    plain = {
        "id": "1", "date_start": "2016-04-25 00:00:00.000", "date_prec": "1",
        "type_of_violence": "1", "where_prec": "1",
        "where_coordinates": "A town", "adm_1": "Upper province", "adm_2": "NA",
        "latitude": "33.2124", "longitude": "43.7124",
        "country": "Iraq", "side_a": "Government", "side_b": "IS",
    }  # fmt: skip
    return RawTable({name: [text] for name, text in (plain | columns).items()})


def test_ucdp_names_kinds_and_precisions_become_ours(four_districts):
    row = judge(ucdp(), four_districts).rows.iloc[0]
    assert (row["source"], row["subcategory"], row["geo_precision"], row["adm2_pcode"]) == (
        "ucdp",
        "C01.1",
        2,
        "IQG01Q01",
    )
    one_sided = judge(ucdp(type_of_violence="3", date_prec="5"), four_districts).rows.iloc[0]
    assert (one_sided["subcategory"], one_sided["date_precision"]) == ("C02.1", 4)
    tribes = judge(ucdp(type_of_violence="2", side_a="X tribe", side_b="Y clan"), four_districts).rows.iloc[0]
    assert tribes["subcategory"] == "C03.1"


def test_far_points_of_a_world_file_are_abroad_and_not_exchanged(four_districts):
    crimea = {"latitude": "44.6", "longitude": "33.5", "country": "Ukraine"}
    assert judge(ucdp(**crimea), four_districts).reasons == {1: "OUTSIDE_COUNTRY"}
    assert judge(ucdp(**crimea | {"country": "Iraq"}), four_districts).reasons == {1: "COORD_SWAPPED"}


def test_police_months_points_and_crimes_become_ours(four_districts):
    cells = {
        "Crime ID": ["", "",
        "ab"], "Month": ["2024-03"] * 3, "Longitude": ["43.7124"] * 3, "Latitude": ["33.2124"] * 3,
        "Location": ["On or near X"] * 3, "LSOA code": ["E1"] * 3,
        "Crime type": ["Anti-social behaviour", "Violence and sexual offences", "Tax evasion"],
    }  # fmt: skip
    judged = judge(RawTable(cells), four_districts)
    assert judged.rows["category"].to_list() == ["C11", "C02"]
    assert judged.rows["sensitive"].to_list() == [False, True]
    assert judged.rows[["date_precision", "geo_precision"]].to_numpy().tolist() == [[3, 2], [3, 2]]
    assert judged.reasons == {3: "CATEGORY_UNKNOWN"}


def insecurity(**columns: str) -> RawTable:
    plain = {
        "Date": "2024-03-05", "Event Description": "text", "Country": "Iraq", "Country ISO": "IRQ",
        "Admin 1": "Upper",
        "Latitude": "33.2124", "Longitude": "43.7124", "Geo Precision": "Exact", "Weapon Carried/Used": "Firearm",
        "Aid Workers Killed": "0", "Aid Workers Injured": "0", "Aid Workers Kidnapped": "0", "SiND Event ID": "77",
    }  # fmt: skip
    return RawTable({name: [text] for name, text in (plain | columns).items()})


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"Aid Workers Killed": "1", "Aid Workers Injured": "4"}, "C02.1"),
        ({"Aid Workers Kidnapped": "2"}, "C02.3"),
        ({"Aid Workers Injured": "1"}, "C02.2"),
        ({"Weapon Carried/Used": "Aerial bomb"}, "C01.3"),
        ({"Weapon Carried/Used": "Improvised explosive device"}, "C01.2"),
        ({}, "C01.1"),
        ({"Weapon Carried/Used": "No information"}, "C99"),
    ],
)
def test_insecurity_insight_is_read_by_what_it_counts(four_districts, columns, code):
    row = judge(insecurity(**columns), four_districts).rows.iloc[0]
    assert (row["source"], row["report_id"]) == ("insecurity_insight", "77")
    assert (row["category"] if len(code) == 3 else row["subcategory"]) == code


def test_a_censored_place_is_a_governorate(four_districts):
    row = judge(insecurity(**{"Geo Precision": "Censored (Admin 1)"}), four_districts).rows.iloc[0]
    assert (row["geo_precision"], row["adm1_pcode"], row["adm2_pcode"] != row["adm2_pcode"]) == (5, "IQG01", True)


@pytest.mark.shared_data
def test_nineteen_of_the_thousand_ucdp_events_are_in_iraq(shared_data):
    districts = official(shared_data)
    table = pd.read_csv(shared_data / "events/ucdp_ged231_sample1000.csv", dtype=str, keep_default_na=False)
    raw = RawTable({str(name): table[name].to_list() for name in table})
    judged = judge(raw, districts, min_date=dt.date(1989, 1, 1))
    assert len(judged.rows) == 19
    assert set(judged.reasons.values()) == {"OUTSIDE_COUNTRY", "NO_DISTRICT"}
    assert judged.rows["adm2_pcode"].isna().sum() == 3  # where_prec 4, 4 and 5: a governorate at most
    assert judged.rows["geo_precision"].value_counts().to_dict() == {2: 14, 5: 3, 4: 2}
