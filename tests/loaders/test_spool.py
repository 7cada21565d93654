"""Rows on their way: in and out unchanged, and a few columns do not hold the others in memory."""

from __future__ import annotations

import pyarrow as pa
import pytest

from loaders.spool import Spool
from tests.loaders.rows import report_rows


@pytest.fixture
def spool(tmp_path):
    with Spool(tmp_path, "reports") as made:
        for _ in range(5):
            made.add(report_rows("b", 2_000, description="x" * 1_000))
        yield made


def test_a_few_columns_come_in_order(spool):
    frame = spool.frame(["row", "report_id"])
    assert frame["row"].to_list() == list(range(1, 2_001)) * 5
    assert list(frame.columns) == ["row", "report_id"]


def test_a_few_columns_do_not_keep_the_others_in_memory(spool):
    before = pa.total_allocated_bytes()
    frame = spool.frame(["row", "id_hash", "join_method"])
    assert len(frame) == 10_000
    assert pa.total_allocated_bytes() - before < 1_000_000  # the descriptions alone are ten times that
