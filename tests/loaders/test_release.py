"""A release is opened whole and unchanged or not at all, and answers only with sums of its cells."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from concerns.disclosure import CELL_KEYS, Table
from concerns.noise import noise_margin
from concerns.schema import StoreError
from loaders.publish import publish
from loaders.release import MANIFEST, Release, open_release
from loaders.whole_file import write_parquet
from tests.attack.synthetic import CODES, DISTRICTS, DOMAIN, QUARTERS, SINCE, UNTIL, synthetic_reports

OPEN_TABLES = (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("published")
    publish(
        synthetic_reports(5_000, seed=3), until=UNTIL, domain=DOMAIN, out_dir=root / "release",
        ledger_dir=root / "ledger", today=dt.date(2024, 1, 1), data_version=1, boundary_version="made-up",
        epsilon=1.0, since=SINCE,
    )  # fmt: skip
    return root / "release"


@pytest.fixture(scope="module")
def release(folder) -> Release:
    return open_release(folder)


@pytest.fixture
def copy(folder, tmp_path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def restate(folder: Path, change) -> None:
    """Change the manifest as somebody would who can write it."""
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_release_needs_nothing_but_its_folder(copy, release):
    opened = open_release(copy)
    assert opened.version == release.version == hashlib.sha256((copy / MANIFEST).read_bytes()).hexdigest()
    for table in Table:
        pd.testing.assert_frame_equal(opened.tables[table], release.tables[table])
    assert opened.quarters == QUARTERS
    assert opened.districts == DISTRICTS


def test_no_folder_and_no_manifest_say_how_to_publish(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(StoreError, match="No release here") as refused:
            open_release(folder)
        assert refused.value.code == "MANIFEST"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}', "\x00\xff"])
def test_another_manifest_is_refused(copy, text):
    (copy / MANIFEST).write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError) as refused:
        open_release(copy)
    assert refused.value.code == "MANIFEST"


def test_a_changed_absent_or_exchanged_file_is_refused(copy):
    name = f"category_month-{UNTIL}.parquet"
    data = (copy / name).read_bytes()
    for other in (data[:-1], data + b"\0", data[:200] + bytes([data[200] ^ 1]) + data[201:]):
        (copy / name).write_bytes(other)
        with pytest.raises(StoreError, match="not the published one") as refused:
            open_release(copy)
        assert refused.value.code == "CHECKSUM"
    (copy / name).unlink()
    with pytest.raises(StoreError, match="absent"):
        open_release(copy)


@pytest.mark.parametrize(
    "name", ["../secret.parquet", "/etc/passwd", "reports-2023Q4.parquet", "category_month-2021Q1.parquet", "a"]
)
def test_a_manifest_cannot_name_other_files(copy, name):
    restate(copy, lambda manifest: manifest["releases"][0]["files"].update({name: {"sha256": "0"}}))
    with pytest.raises(StoreError, match="none of a release") as refused:
        open_release(copy)
    assert refused.value.code == "MANIFEST"


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells.iloc[1:],
        lambda cells: pd.concat([cells, cells.iloc[:1]]),
        lambda cells: pd.concat([cells.iloc[1:], cells.iloc[1:2]]),
        lambda cells: cells.assign(n_reports=cells["n_reports"].astype("float64")),
        lambda cells: cells.assign(note="x"),
        lambda cells: cells.replace({"category": {"C07": "C77"}}),
    ],
)
def test_cells_that_are_not_the_whole_domain_are_refused_even_with_a_fitting_checksum(copy, change):
    name = f"category_month-{UNTIL}.parquet"
    cells = change(pd.read_parquet(copy / name))
    digest = write_parquet(copy / name, cells)
    restate(copy, lambda manifest: manifest["releases"][0]["files"][name].update(sha256=digest))
    with pytest.raises(StoreError) as refused:
        open_release(copy)
    assert refused.value.code == "CELLS"


@pytest.mark.parametrize("table", OPEN_TABLES)
def test_a_total_is_the_sum_of_its_stored_cells(folder, release, table):
    stored = pd.read_parquet(folder / f"{table}-{UNTIL}.parquet")
    everything = release.totals(table)
    assert everything["n_reports"].item() == stored["n_reports"].sum()
    assert everything["n_cells"].item() == len(stored)
    key = CELL_KEYS[table][0]
    by_key = release.totals(table, by=[key]).set_index(key)["n_reports"]
    assert by_key.to_dict() == stored.groupby(key)["n_reports"].sum().to_dict()


def test_stored_values_are_not_clipped(release):
    """Of 2,376 governorate cells a third holds two reports or fewer: below zero they must fall."""
    assert (release.tables[Table.GOVERNORATE_QUARTER]["n_reports"] < 0).sum() > 50


def test_margin_belongs_to_the_cells_that_were_added(release):
    one = release.totals(Table.DISTRICT_QUARTER, by=["adm2_pcode", "quarter"])
    assert set(one["margin"]) == {7}
    year = release.totals(Table.DISTRICT_QUARTER, by=["adm1_pcode", "year"], where={"year": {"2022"}})
    assert set(year["n_cells"]) == {20, 24}
    assert set(year["margin"]) == {noise_margin(2.5, 20), noise_margin(2.5, 24)}


def test_months_are_in_their_quarters(release):
    months = release.totals(Table.NATIONAL_MONTH, by=["quarter", "month"])
    assert months.loc[months["quarter"] == "2022Q4", "month"].to_list() == ["2022-10", "2022-11", "2022-12"]


def test_what_is_not_published_has_no_row_and_a_column_that_is_not_there_is_refused(release):
    assert release.totals(Table.DISTRICT_QUARTER, by=["quarter"], where={"adm2_pcode": {"IQG99Q99"}}).empty
    nothing = release.totals(Table.DISTRICT_QUARTER, where={"quarter": ()})
    assert nothing.to_dict("records") == [{"n_reports": 0, "n_cells": 0, "margin": 0}]
    for asked in ({"by": ["category"]}, {"by": ["n_reports"]}, {"where": {"lat": {"1"}}}):
        with pytest.raises(ValueError, match="no column"):
            release.totals(Table.DISTRICT_QUARTER, **asked)


def test_no_sensitive_category_is_in_the_open_tables(release):
    for table in (Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH):
        assert not set(release.tables[table]["category"]) & CODES.sensitive
    assert "adm2_pcode" not in release.tables[Table.SENSITIVE_YEAR]
    assert "quarter" not in release.tables[Table.SENSITIVE_YEAR]


def test_95_of_100_margins_hold_the_true_count(release):
    true = synthetic_reports(5_000, seed=3).query("not sensitive")
    counts = true.groupby([true["adm2_pcode"], true["occurred_on"].dt.to_period("Q").astype(str)]).size()
    cells = release.totals(Table.DISTRICT_QUARTER, by=["adm2_pcode", "quarter"]).set_index(["adm2_pcode", "quarter"])
    error = (cells["n_reports"] - counts.reindex(cells.index, fill_value=0)).abs()
    share = np.mean(error <= cells["margin"])  # the margin of whole numbers covers 96.6 %; 1,212 cells
    assert 0.93 < share < 0.99
