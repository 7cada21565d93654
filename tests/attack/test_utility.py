"""What is left for the reader: the accuracy that the release promises beside its protection."""

from __future__ import annotations

import pytest

from concerns.disclosure import Table
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
