from __future__ import annotations

import pytest

from concerns.errors import MissingColumns
from loaders.sources import recognise
from tests.loaders.judged import judge
from tests.loaders.raw_table import RawTable

CELLS = {
    "Wann": ["2024-03-05"],
    "Was": ["C07"],
    "Nord": ["33.21235"],
    "Ost": ["43.71235"],
    "Wo": ["North West"],
    "Wer": ["x"],
}
TAGS = ["#date+occurred", "#event+code+type", "#geo+lat", "#geo+lon", "#adm2+name", "#country_iso"]


def tagged(tags: list[str], cells: dict[str, list[str]] = CELLS) -> RawTable:
    return RawTable(cells, hxl=tags)


def test_tags_say_what_the_columns_are_in_any_order_of_attributes(four_districts):
    row = judge(tagged(TAGS), four_districts).rows.iloc[0]
    assert (row["source"], row["category"], row["lat"], row["adm2_stated"]) == ("hxl", "C07", 33.21235, "IQG01Q01")


@pytest.mark.parametrize(
    ("tag", "column"),
    [
        ("#adm2+code+v_ocha", "adm2_pcode"), ("#adm2+v_ocha+code", "adm2_pcode"), ("#adm2", "district"),
        ("#adm1+name+en", "governorate"), ("#loc+name", "place_name"), ("#affected", "n_affected"),
        ("#affected+f", "affected_women"), ("#date+reported", "reported_on"), ("#date", "occurred_on"),
        ("#event+id", "report_id"), ("#event+type", "category"), ("#severity", "severity"),
        ("#org+forum", "forum_id"),
        ("#geo+precision", "geo_precision"), ("#geo+coord", "geopoint"),
    ],
)  # fmt: skip
def test_a_tag_goes_to_one_column(tag, column):
    base = {"#date+occurred": "occurred_on", "#event+type+code": "category", "#geo+lat": "lat", "#geo+lon": "lon"}
    tags = [*(name for name, taken in base.items() if taken != column), tag]
    cells = {f"column {at}": [""] for at in range(len(tags))}
    headers = recognise(tagged(tags, cells), tagged(tags, cells).table, force="hxl").headers
    assert headers[column] == f"column {len(tags) - 1}"


def test_untagged_columns_are_known_by_their_words():
    cells = CELLS | {"Severity": ["2"]}
    assert recognise(tagged([*TAGS, ""], cells), RawTable(cells).table).headers["severity"] == "Severity"


def test_layouts_with_names_of_their_own_come_before_their_tags():
    cells = {"occurred_on": ["2024-03-05"], "category": ["C07"], "lat": ["33.2"], "lon": ["43.7"]}
    assert (
        recognise(
            tagged(["#date+occurred", "#event+type+code", "#geo+lat", "#geo+lon"], cells), RawTable(cells).table
        ).name
        == "template"
    )


def test_a_date_of_reporting_is_not_the_day_of_the_concern():
    with pytest.raises(MissingColumns, match="no date"):
        recognise(tagged(["#date+reported", *TAGS[1:]]), RawTable(CELLS).table)
