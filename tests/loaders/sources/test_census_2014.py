"""The population estimate adds up to the people it counts, in our districts."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from geo.places import Places
from loaders import boundaries
from loaders.programme_load import ProgrammeRequest, load_table
from loaders.sources import census_2014
from loaders.store import open_store

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
COLUMNS = ["gov_en", "gov_ar", "dis_en", "dis_ar", "total.pop", "female.pop", "male.pop"]


def places() -> Places:
    districts = pd.DataFrame(
        {
            "adm2_pcode": ["IQG15Q05", "IQG15Q07"],
            "adm2_name": ["Al-Mosul", "Sinjar"],
            "adm2_name_ar": ["الموصل", "سنجار"],
            "adm1_pcode": "IQG15",
            "adm1_name": "Ninewa",
            "adm1_name_ar": "نينوى",
        }
    )
    return Places.build(districts)


def test_sub_districts_are_added_up_and_unknown_names_keep_their_name():
    rows = [
        ["Ninewa", "نينوى", "Mosul", "الموصل", " 1,305,790 ", " 700,000 ", " 605,791 "],
        ["Ninewa", "نينوى", "Mosul", "الموصل", " 70,662 ", " - ", " 70,662 "],
        ["Ninewa", "نينوى", "", "سنجار", "10", "4", "6"],
        ["Ninewa", "نينوى", "Nowhere", "", "5", "2", "3"],
    ]
    table = census_2014.to_population(pd.DataFrame(rows, columns=COLUMNS), places(), boundary_version="v")
    found = table.set_index("adm_pcode")["total"].to_dict()
    assert found == {"IQG15Q05": "1376453", "IQG15Q07": "10", "Ninewa / Nowhere": "5"}
    assert set(table["year"]) == {"2014"}


def test_another_layout_is_not_taken_for_it():
    assert not census_2014.recognise(["adm_pcode", "year", "total"])
    assert census_2014.recognise([f" {name.upper()} " for name in COLUMNS])


@pytest.mark.shared_data
def test_the_real_file_matches_every_district_and_loses_nobody(shared_data, tmp_path):
    districts = boundaries.load_districts(shared_data / "boundaries" / "irq_admbnda_adm2_cso_20190603.geojson")
    store = open_store(tmp_path / "s")
    path = shared_data / "population" / "IraqEstimatedPopulation2014.csv"
    ledger = load_table(path, store, districts, ProgrammeRequest(NOW, NOW.date()))
    assert (ledger.accepted, ledger.quarantined) == (101, 0)
    total = int(store.read("population").column("total").to_pandas().sum())
    assert abs(total - 36_004_558) < 150  # women and men were rounded sub-district by sub-district
