"""What is left for the reader: the accuracy that the release promises beside its protection."""

from __future__ import annotations

import pandas as pd
import pytest

from concerns.access import Codes
from concerns.disclosure import CELL_KEYS, Domain, Table, count_cells, period_of
from loaders import demo_load, district_set
from loaders.categories import load_taxonomy
from loaders.folders import Folders
from loaders.publication import publish_store
from loaders.release import open_release
from loaders.store import open_store
from tests import canaries
from tests.attack.synthetic import DISTRICTS, QUARTERS


@pytest.mark.parametrize("table", [Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH])
def test_counts_of_20_and_more_are_off_by_6_percent_at_most_in_the_median(busy_country, table):
    true, told = busy_country.true[table], busy_country.told[table]
    large = true >= 20
    assert large.sum() >= 300
    assert ((told - true).abs() / true)[large].median() <= 0.06


def test_districts_keep_their_order(busy_country):
    true = busy_country.true[Table.DISTRICT_QUARTER]
    told = busy_country.told[Table.DISTRICT_QUARTER]
    assert true.groupby("adm2_pcode").sum().corr(told.groupby("adm2_pcode").sum(), method="spearman") >= 0.99
    for quarter in QUARTERS:
        one = true.xs(quarter, level="quarter"), told.xs(quarter, level="quarter")
        assert len(one[0]) == len(DISTRICTS)
        assert one[0].corr(one[1], method="spearman") >= 0.95


@pytest.mark.slow
def test_the_demo_itself_is_told_as_well(tmp_path):
    """At ε = 1, twelve quarters, through the whole way from the load to the release."""
    store = open_store(tmp_path / "store")
    demo_load.load(store, today=canaries.NOON.date(), now=canaries.NOON)
    publish_store(store, until="2026Q2", by=canaries.ADMIN, at=canaries.NOON, epsilon=1.0, since="2023Q3")
    release = open_release(Folders.of(store).release)
    domain = Domain(tuple(district_set.installed(store.folder).districts["adm2_pcode"]), Codes.of(load_taxonomy()))
    columns = ["occurred_on", "adm1_pcode", "adm2_pcode", "geo_precision", "category", "subcategory", "sensitive"]
    reports = pd.concat([part.to_pandas() for part in store.scan("reports", columns)], ignore_index=True)
    for table in (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH):
        of_quarter, keys = period_of(reports["occurred_on"], table), list(CELL_KEYS[table])
        true = pd.concat([count_cells(reports[of_quarter == one], domain, table, one) for one in release.quarters])
        told = release.totals(table, by=keys).set_index(keys)["n_reports"].reindex(true.index)
        large = true >= 20
        assert large.sum() >= 300
        assert ((told - true).abs() / true)[large].median() <= 0.06
        if table is Table.DISTRICT_QUARTER:
            sums = true.groupby("adm2_pcode").sum(), told.groupby("adm2_pcode").sum()
            assert sums[0].corr(sums[1], method="spearman") >= 0.95
