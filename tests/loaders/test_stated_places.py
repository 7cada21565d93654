from __future__ import annotations

import numpy as np
import pandas as pd

from loaders.place_names import load_places
from loaders.rules_place import NAME_COLUMNS
from loaders.stated_places import stated_places


def rows(*stated: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([{name: row.get(name) for name in NAME_COLUMNS} for row in stated], dtype="str")


def test_equal_statements_are_resolved_once(four_districts):
    table = rows({"district": "Island"}, {"district": "Island"}, {"district": "N/A"}, {})
    stated = stated_places(table, load_places(four_districts), is_point=np.zeros(4, bool))
    assert stated.code[0] == stated.code[1]
    assert [stated.matches[code].adm2_pcode for code in stated.code] == ["IQG02Q03", "IQG02Q03", "", ""]
    assert stated.has_district.tolist() == [True, True, False, False]
    assert stated.precision.tolist() == [4, 4, 0, 0]


def test_beside_a_point_the_name_of_a_village_is_not_asked_for(four_districts):
    table = rows({"place_name": "Island"}, {"place_name": "Island"})
    stated = stated_places(table, load_places(four_districts), is_point=np.array([True, False]))
    assert [stated.matches[code].how for code in stated.code] == ["none", "exact"]


def test_only_what_is_not_certain_is_listed(four_districts):
    table = rows(
        {"district": "Island"},
        {"district": "Iland", "governorate": "Lower"},
        {"district": "Nowhere"},
        {"district": "Nowhere"},
    )
    listed = stated_places(table, load_places(four_districts), is_point=np.zeros(4, bool)).uncertain()
    assert listed[["district", "how", "n_rows"]].to_numpy().tolist() == [
        ["Iland", "fuzzy", 1],
        ["Nowhere", "unknown", 2],
    ]
    assert listed["confidence"].to_list()[0] > 0.7


def test_many_columns_of_many_names_do_not_overflow(four_districts):
    n = 3000
    table = pd.DataFrame({name: [f"{name} {k}" for k in range(n)] for name in NAME_COLUMNS[2:]}, dtype="str")
    table[list(NAME_COLUMNS[:2])] = None
    stated = stated_places(table.iloc[:50], load_places(four_districts), is_point=np.zeros(50, bool))
    assert len(set(stated.code.tolist())) == 50
    assert stated.texts[stated.code[7]][NAME_COLUMNS.index("district")] == "district 7"
