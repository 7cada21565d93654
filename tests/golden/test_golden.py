"""The golden run: two small files through the real load, the stored tables cell by cell as this folder keeps them."""

from __future__ import annotations

import pandas as pd
import pytest

from concerns.schema import JoinMethod
from tests.golden import golden_run
from tests.golden.golden_run import TABLES, Difference


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return golden_run.run(tmp_path_factory.mktemp("golden"))


def is_known(found: Difference) -> bool:
    return any(
        line["table"] == found.table and line["column"] == found.column and line["row"] in ("*", str(found.row))
        for line in golden_run.known_differences()
    )


@pytest.mark.parametrize("table", TABLES)
def test_the_stored_rows_are_as_kept(tables, table):
    found = golden_run.differences(table, tables[table], golden_run.kept(table))
    unknown = sorted(one for one in found if not is_known(one))
    assert unknown == [], "if this is meant: `python -m tests.golden`, then read what changed"


def test_each_known_difference_names_a_column_and_says_why():
    for line in golden_run.known_differences():
        assert line["column"] in golden_run.kept(line["table"]).columns
        assert len(line["why"].split()) > 3


def test_the_kept_rows_hold_what_the_run_is_for():
    reports, history = golden_run.kept("reports"), golden_run.kept("history")
    assert set(reports["join_method"]) == set(JoinMethod)
    assert golden_run.kept("quarantine")["reason"].nunique() >= 20
    assert len(golden_run.kept("superseded")) == 1
    numbers = history[["rows_read", "accepted", "duplicates", "quarantined"]].astype(int)
    assert (numbers["rows_read"] == numbers[["accepted", "duplicates", "quarantined"]].sum(axis=1)).all()
    n_lines = [len((golden_run.HERE / name).read_text("utf-8").splitlines()) - 1 for name in golden_run.FILES]
    assert numbers["rows_read"].tolist() == n_lines


def test_every_kept_row_says_it_is_synthetic():
    assert golden_run.kept("reports")["description"].str.startswith("SYNTHETIC").all()


def test_a_changed_cell_is_found(tables):
    changed = tables["reports"].copy()
    changed.loc[2, "adm2_pcode"] = "IQG99Q99"
    assert golden_run.differences("reports", changed, tables["reports"]) == {Difference("reports", 3, "adm2_pcode")}
