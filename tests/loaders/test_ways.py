"""Each file of reports in the corpus, from bytes to stored rows: every row ends as it must, and the ledger says so."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from concerns.schema import FileOutcome, Reason
from loaders.district_set import approximate
from loaders.ingest import Request, ingest
from loaders.mapping import parse_mapping
from loaders.settings import Settings
from loaders.store import Store, open_store
from tests.corpus.way import Way
from tests.corpus.ways_of_content import CONTENT
from tests.corpus.ways_of_place import PLACES
from tests.corpus.ways_of_time import TIMES

WAYS = (*PLACES, *TIMES, *CONTENT)
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
# Of rows that a reader refuses before anybody asks what they say: test_read. Of district files: test_boundaries.
FROM_ELSEWHERE = {
    Reason.ROW_WIDTH, Reason.SUMMARY_ROW, Reason.REPEATED_HEADER, Reason.FIELD_TOO_LONG, Reason.CONTROL_CHARS,
    Reason.FORMULA_NO_VALUE, Reason.PCODE_MISSING,
}  # fmt: skip


def rows_of(store: Store, table: str, batch_id: str | None) -> pd.DataFrame:
    frame = store.read(table).to_pandas()
    return frame[frame["batch_id"] == batch_id].set_index("row")


def text(value: object) -> str:
    """A stored value as a reader of an export sees it; whole numbers without a point."""
    if value is None or pd.isna(value):
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.filename)
def test_every_row_ends_as_it_must(way: Way, tmp_path: Path) -> None:
    store, path = open_store(tmp_path / "store"), tmp_path / way.filename
    mapping = parse_mapping(way.mapping, where="test") if way.mapping else None
    request = Request(NOW, Settings(**({"today": NOW.date()} | dict(way.settings))), mapping=mapping)
    if way.before is not None:
        before = tmp_path / f"before_{way.filename}"
        before.write_bytes(way.before.encode() if isinstance(way.before, str) else way.before)
        ingest(before, store, approximate(), request)
    path.write_bytes(way.data)
    ledger = ingest(path, store, approximate(), request).ledger
    if way.outcome:
        assert ledger.file_outcome == way.outcome
        return
    accepted, refused = (rows_of(store, table, ledger.batch_id) for table in ("reports", "quarantine"))
    ended = [
        "ok" if row in accepted.index else refused["reason"].get(row, "dup") for row in range(1, ledger.rows_read + 1)
    ]
    assert ended == way.rows.split()
    assert dict(ledger.reasons) == dict(Counter(end for end in ended if end not in ("ok", "dup")))
    assert (ledger.accepted, ledger.duplicates) == (ended.count("ok"), ended.count("dup"))
    for row, columns in way.stored.items():
        assert {name: text(accepted.loc[row, name]) for name in columns} == columns
    assert way.repairs is None or dict(ledger.repairs) == way.repairs
    assert not way.said or any(way.said in warning for warning in ledger.warnings)
    assert not way.source or ledger.format == way.source
    expected = FileOutcome.ACCEPTED if not ledger.quarantined else FileOutcome.ACCEPTED_WITH_QUARANTINE
    assert ledger.file_outcome == (expected if len(refused) < len(ended) else FileOutcome.QUARANTINED_ALL)


def test_the_ways_reach_every_reason_of_rows() -> None:
    reached = {word for way in WAYS for word in way.rows.split()} - {"ok", "dup"}
    assert reached == {str(reason) for reason in set(Reason) - FROM_ELSEWHERE}
