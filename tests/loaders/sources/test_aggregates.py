"""Totals of others: HDX HAPI and IOM DTM. Made-up rows in their layouts."""

from __future__ import annotations

import pandas as pd
import pytest

from loaders.identity import identify
from loaders.sources import recognise
from tests.loaders.judged import judge, official
from tests.loaders.raw_table import RawTable


def hapi(*rows: dict[str, str]) -> RawTable:
    plain = {
        "location_code": "IRQ", "provider_admin1_name": "Upper",
        "provider_admin2_name": "North West", "admin1_code": "IQG01",
        "admin2_code": "IQG01Q01", "admin_level": "2", "event_type": "political_violence",
        "events": "4", "fatalities": "1",
        "reference_period_start": "2024-03-01", "reference_period_end": "2024-03-31", "warning": "", "error": "",
    }  # fmt: skip
    filled = [plain | row for row in rows]
    return RawTable({name: [row[name] for row in filled] for name in plain})


def test_a_total_of_an_area_and_month_lands_as_context_with_its_measures(four_districts):
    raw = hapi({}, {"admin2_code": "", "provider_admin2_name": "", "events": ""}, {"error": "no such area"})
    source = recognise(raw, raw.table)
    assert (source.name, source.is_aggregate, source.context_only) == ("hapi", True, True)
    judged = judge(raw, four_districts)
    assert judged.reasons == {3: "VALIDATION_NOT_APPROVED"}
    rows = judged.rows
    assert rows["adm2_pcode"].fillna("").to_list() == ["IQG01Q01", ""]
    assert rows["geo_precision"].to_list() == [4, 5]
    assert rows["date_precision"].to_list() == [3, 3]
    assert rows["indicator"].to_list() == ["political_violence"] * 2
    assert rows["n_events"].fillna(-1).to_list() == [4, -1]
    assert "category" not in rows


def test_totals_of_one_area_and_month_differ_by_their_indicator(four_districts):
    raw = hapi({}, {"event_type": "civilian_targeting"}, {})
    rows = identify(judge(raw, four_districts).rows.reset_index())
    assert rows["id_hash"].duplicated().to_list() == [False, False, True]


def test_an_area_of_another_country_is_unknown(four_districts):
    raw = hapi({"location_code": "SYR", "admin1_code": "SY01", "admin2_code": "SY0101"})
    assert judge(raw, four_districts).reasons == {1: "DISTRICT_UNKNOWN"}


def dtm(*rows: dict[str, str], **renamed: str) -> RawTable:
    plain = {
        "Place id": "1", "Governorate": "Upper", "District": "North West",
        "Location name": "A village", "Arabic name": "??",
        "Latitude": "33.2124", "Longitude": "43.7124", "OCHA admin 1": "IQ-G02", "OCHA admin 2": "IQ-D001",
        "IDPs families": "1,200", "IDPs individuals": "7,200",
    }  # fmt: skip
    filled = [plain | row for row in rows]
    return RawTable({renamed.get(name, name): [row[name] for row in filled] for name in plain})


def test_a_place_of_a_round_lands_without_a_day(four_districts):
    raw = dtm({}, {"Latitude": "583.0"}, {"Latitude": "36.9"}, {"Latitude": "", "Longitude": ""})
    judged = judge(raw, four_districts)
    assert judged.reasons == {2: "COORD_RANGE", 3: "NO_DISTRICT"}
    assert judged.rows["occurred_on"].isna().all()
    assert judged.rows["join_method"].to_list() == ["within", "name"]
    assert judged.rows[["n_families", "n_persons"]].iloc[0].to_list() == [1200, 7200]


def test_codes_of_another_scheme_are_not_read(four_districts):
    row = judge(dtm({}), four_districts).rows.iloc[0]
    assert (row["adm1_pcode"], row["adm2_pcode"]) == ("IQG01", "IQG01Q01")


def test_later_rounds_rename_their_columns():
    raw = dtm(
        {},
        **{"IDPs families": "Families", "IDPs individuals": "Individuals", "Location name": "Location name in English"},
    )
    assert recognise(raw, raw.table).name == "dtm"


def test_the_api_is_known_by_its_count():
    cells = {
        "admin1Pcode": ["IQG01"],
        "admin2Pcode": ["IQG01Q01"],
        "numPresentIdpInd": ["5"],
        "reportingDate": ["2024-03-05"],
    }
    source = recognise(RawTable(cells), RawTable(cells).table)
    assert (source.name, source.headers["n_persons"]) == ("dtm", "numPresentIdpInd")


@pytest.mark.shared_data
def test_the_master_list_is_placed_but_for_its_two_bad_points(shared_data):
    districts = official(shared_data)
    path = shared_data / "dtm/20151118_IOM_DTM_Master_List.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="latin-1")
    judged = judge(RawTable({str(name): table[name].to_list() for name in table}), districts)
    assert sorted(judged.reasons.values()) == ["COORD_RANGE", "NO_DISTRICT"]
    bad = table.iloc[[row - 1 for row in judged.reasons]]
    assert sorted(bad["Place id"]) == ["23620", "760"]
    assert judged.rows["n_families"].sum() + bad["IDPs families"].str.replace(",", "").astype(int).sum() == 530_196
