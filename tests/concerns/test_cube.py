"""The cube counts what a plain table operation counts, for any selection."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.cube import DayCube
from concerns.selection import Selection

DISTRICTS = ["IQG01Q01", "IQG01Q02", "IQG02Q01"]
CATEGORIES = ["C01", "C07", "C12"]


def reports(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["occurred_on", "adm1_pcode", "adm2_pcode", "category", "severity"])
    frame["occurred_on"] = pd.to_datetime(frame["occurred_on"])
    frame["adm2_pcode"] = frame["adm2_pcode"].astype("str")
    return frame


report = st.tuples(
    st.dates(dt.date(2023, 11, 20), dt.date(2024, 3, 10)),
    st.sampled_from([*DISTRICTS, "IQG02"]),
    st.sampled_from(CATEGORIES),
    st.sampled_from([None, 1, 2, 3]),
).map(lambda row: (row[0], row[1][:5], row[1] if len(row[1]) > 5 else None, row[2], row[3]))
subsets = {
    "categories": st.sets(st.sampled_from(CATEGORIES)),
    "severities": st.sets(st.integers(0, 3)),
    "governorates": st.sets(st.sampled_from(["IQG01", "IQG02"])),
    "districts": st.sets(st.sampled_from(DISTRICTS)),
}


def by_hand(frame: pd.DataFrame, chosen: Selection) -> pd.DataFrame:
    keep = pd.Series(True, index=frame.index)
    day = frame["occurred_on"].dt.date
    keep &= (day >= chosen.start) & (day <= chosen.end)
    if chosen.categories:
        keep &= frame["category"].isin(chosen.categories)
    if chosen.severities:
        keep &= frame["severity"].fillna(0).isin(chosen.severities)
    if chosen.governorates:
        keep &= frame["adm1_pcode"].isin(chosen.governorates)
    if chosen.districts:
        keep &= frame["adm2_pcode"].isin(chosen.districts)
    return frame[keep]


@settings(max_examples=60)
@given(
    st.lists(report, min_size=1, max_size=60), st.fixed_dictionaries(subsets), st.integers(0, 60), st.integers(0, 60)
)
def test_totals_equal_a_plain_count(rows, chosen, skip, length):
    frame = reports(rows)
    start = dt.date(2023, 11, 20) + dt.timedelta(skip)
    selection = Selection(start, start + dt.timedelta(length), **{key: tuple(value) for key, value in chosen.items()})
    cube = DayCube.from_reports(frame, DISTRICTS, categories=CATEGORIES)
    expected = by_hand(frame, selection)
    assert cube.totals(selection, by=())["n_reports"].sum() == len(expected)
    by_district = cube.totals(selection).set_index("adm2_pcode")["n_reports"]
    assert by_district[by_district > 0].to_dict() == expected["adm2_pcode"].dropna().value_counts().to_dict()
    monthly = cube.totals(selection, by=("category", "month"))
    counted = expected.groupby([expected["category"], expected["occurred_on"].dt.strftime("%Y-%m")]).size()
    shown = monthly[monthly["n_reports"] > 0]
    months = shown["month"].astype("datetime64[ns]").dt.strftime("%Y-%m")
    assert dict(zip(zip(shown["category"], months, strict=True), shown["n_reports"], strict=True)) == counted.to_dict()


def test_zeros_are_explicit_in_every_dimension():
    cube = DayCube.from_reports(
        reports([("2024-01-05", "IQG01", "IQG01Q01", "C07", 1)]), DISTRICTS, categories=CATEGORIES
    )
    table = cube.totals(Selection(dt.date(2024, 1, 1), dt.date(2024, 3, 31)), by=("month", "adm2_pcode", "category"))
    assert len(table) == 3 * 3 * 3
    assert table["n_reports"].sum() == 1


def test_an_empty_store_counts_zero_everywhere():
    cube = DayCube.from_batches([], DISTRICTS, categories=CATEGORIES)
    assert cube.n_reports == 0
    assert cube.first_day is None
    assert cube.totals(Selection())["n_reports"].tolist() == [0, 0, 0]
    assert cube.totals(Selection(), by=("month", "category")).empty


def test_reports_known_by_governorate_only_are_in_its_total_and_in_no_district():
    cube = DayCube.from_reports(reports([("2024-01-05", "IQG02", None, "C07", None)]), DISTRICTS)
    assert cube.totals(Selection())["n_reports"].sum() == 0
    assert cube.totals(Selection(), by=("adm1_pcode",)).set_index("adm1_pcode")["n_reports"].to_dict() == {
        "IQG01": 0,
        "IQG02": 1,
    }


def test_parts_give_the_cube_of_the_whole():
    rng = np.random.default_rng(3)
    rows = [
        (str(np.datetime64("2024-01-01") + int(day)), DISTRICTS[place][:5], DISTRICTS[place], CATEGORIES[kind], level)
        for day, place, kind, level in rng.integers(0, [90, 3, 3, 3], (500, 4)).tolist()
    ]
    frame = reports(rows)
    whole = DayCube.from_reports(frame, DISTRICTS).totals(
        Selection(), by=("month", "adm2_pcode", "category", "severity")
    )
    parts = DayCube.from_batches([frame[:123], frame[123:124], frame[124:]], DISTRICTS).totals(
        Selection(), by=("month", "adm2_pcode", "category", "severity")
    )
    pd.testing.assert_frame_equal(
        whole.sort_values(list(whole.columns)).reset_index(drop=True),
        parts.sort_values(list(parts.columns)).reset_index(drop=True),
    )


def test_an_unknown_dimension_is_refused():
    cube = DayCube.from_batches([], DISTRICTS)
    with pytest.raises(ValueError, match="cannot count by"):
        cube.totals(Selection(), by=("colour",))
    with pytest.raises(ValueError, match="cannot count by"):
        cube.totals(Selection(), by=("month", "year"))
