from __future__ import annotations

from loaders.place_names import load_places


def test_places_know_the_districts_in_use_and_leave_out_the_others(four_districts):
    places = load_places(four_districts)
    assert places.resolve(district="south east").adm2_pcode == "IQG02Q02"
    assert places.resolve(district="Sinjar").how == "unknown"
    assert places.governorate_of("IQG02Q03") == "IQG02"
