"""What was stored comes out in every format, and goes in again as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from concerns.schema import BadSetting
from loaders import export
from loaders.district_set import approximate
from loaders.ingest import Request, ingest
from loaders.settings import Settings
from loaders.store import Store, open_store
from tests.corpus.way import LAT, LON

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
REQUEST = Request(NOW, Settings(today=NOW.date()))
ENDINGS = {"csv": "csv", "hxl": "csv", "xlsx": "xlsx", "geojson": "geojson", "gpkg": "gpkg", "parquet": "parquet"}
REPORTS = f"""report_id,occurred_on,reported_on,submitted_at,lat,lon,category,severity,district,description
a,2024-03-05,,,{LAT},{LON},C07.2,2,الموصل,"=HYPERLINK(""http://x"")"
b,2024-03,,2024-04-01T10:00:00Z,,,C01,,Sinjar,"سطر
وسطر آخر; "", '"
c,2024-03-07,2024-03-08,,36,43,C08,3,,
d,2024-03-08,,,0,0,C08,3,,refused
"""
KEPT = ("report_id", "occurred_on", "date_precision", "reported_on", "lat", "lon", "category", "subcategory",
        "severity", "adm2_pcode", "geo_precision", "submitted_at")  # fmt: skip


@pytest.fixture
def store(tmp_path) -> Store:
    found = open_store(tmp_path / "store")
    (tmp_path / "reports.csv").write_text(REPORTS, encoding="utf-8")
    assert ingest(tmp_path / "reports.csv", found, approximate(), REQUEST).ledger.accepted == 3
    return found


def written(store: Store, folder: Path, format: str, table: str = "reports") -> Path:
    columns, path = export.columns_of(table), folder / f"{format}.{ENDINGS[format]}"
    n_rows = export.write(store.scan(table, columns), path, format=format, columns=columns)
    assert n_rows == store.read(table).num_rows
    assert [one.name for one in folder.iterdir() if one.name.startswith(".export")] == []
    return path


@pytest.mark.parametrize("format", export.FORMATS)
def test_each_format_goes_in_again_as_it_was(store, tmp_path, format):
    path = written(store, tmp_path, format)
    again = open_store(tmp_path / "again")
    ledger = ingest(path, again, approximate(), REQUEST).ledger
    assert (ledger.accepted, ledger.rows_read) == (3, 3), ledger.sentence or ledger.reasons
    rows = [one.read("reports").to_pandas().sort_values("report_id")[list(KEPT)] for one in (store, again)]
    pd.testing.assert_frame_equal(rows[0].reset_index(drop=True), rows[1].reset_index(drop=True))


@pytest.mark.parametrize("format", export.FORMATS)
def test_refused_rows_come_out_in_each_format(store, tmp_path, format):
    assert written(store, tmp_path, format, "quarantine").stat().st_size > 0


def test_a_table_says_which_record_each_row_was_and_runs_no_formula(store, tmp_path):
    rows = pd.read_csv(written(store, tmp_path, "csv"), keep_default_na=False, dtype=str)
    assert rows["row"].to_list() == ["1", "2", "3"]
    assert rows["description"][0].startswith("'=HYPERLINK")
    refused = pd.read_csv(written(store, tmp_path, "csv", "quarantine"), dtype=str)
    assert refused[["row", "reason"]].to_numpy().tolist() == [["4", "COORD_ZERO"]]


def test_an_unknown_format_is_refused_and_leaves_nothing(store, tmp_path):
    with pytest.raises(BadSetting, match="geojson"):
        export.write([], tmp_path / "x.pdf", format="pdf", columns=["report_id"])
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize("format", export.FORMATS)
@pytest.mark.parametrize("place", ["no_folder/x.out", "store"])
def test_a_place_where_nothing_can_be_written_is_refused(store, tmp_path, format, place):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadSetting, match="cannot be written"):
        written_to(store, tmp_path / place, format)
    assert sorted(tmp_path.iterdir()) == before


def written_to(store: Store, path: Path, format: str) -> int:
    columns = export.columns_of("reports")
    return export.write(store.scan("reports", columns), path, format=format, columns=columns)
