"""Transitions of Primero become referrals, without notes, people or an end that nobody wrote down."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from loaders.district_set import approximate
from loaders.ledger import Ledger
from loaders.programme_load import ProgrammeRequest, load_table
from loaders.store import Store, open_store
from tests.loaders.rows import load_batch

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
COLUMNS = (
    "id,type,record_id,record_type,service,service_record_id,status,notes,transitioned_by,transitioned_by_user_agency,"
    "transitioned_to,transitioned_to_agency,transitioned_to_remote,consent_overridden,rejected_reason,rejection_note,"
    "created_at,responded_at,remote"
)
SENT = "2026-03-05T22:30:00.000Z"


def transition(number: str, **values: str) -> str:
    row = dict.fromkeys(COLUMNS.split(","), "")
    row |= {"id": number, "type": "Referral", "record_id": "case-1", "record_type": "case", "status": "in_progress"}
    row |= {"notes": "CANARY note", "transitioned_by": "CANARY by", "transitioned_to": "CANARY to"}
    row |= {"rejected_reason": "CANARY reason", "rejection_note": "CANARY rejection", "created_at": SENT}
    row |= {"service": "health_medical_service", "transitioned_to_agency": "Clinic"} | values
    return ",".join(row.values())


@pytest.fixture
def store(tmp_path) -> Store:
    return open_store(tmp_path / "s")


def load(store: Store, folder: Path, *rows: str, name: str = "transitions.csv", **choices) -> Ledger:
    path = folder / name
    path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    return load_table(path, store, approximate(), ProgrammeRequest(NOW, NOW.date(), **choices))


def referrals(store: Store) -> pd.DataFrame:
    return store.read("referrals").to_pandas().set_index("referral_id").sort_index()


def test_each_status_keeps_what_is_known_and_nothing_gets_a_closing_date(store, tmp_path):
    answered = "2026-03-07T08:00:00Z"
    ledger = load(
        store, tmp_path,
        transition("t1"),
        transition("t2", status="accepted", responded_at=answered, service="police_other_service"),
        transition("t3", status="done", responded_at=answered, service="education_service"),
        transition("t4", status="rejected", responded_at=answered, service="legal_assistance_service"),
        transition("t5", status="revoked", service="something new"),
    )  # fmt: skip
    assert (ledger.format, ledger.rows_read, ledger.accepted, ledger.quarantined) == ("referrals", 5, 5, 0)
    table = referrals(store)
    assert table["closed_on"].isna().all()
    assert table["status"].to_list() == ["in_progress", "accepted", "done", "rejected", "revoked"]
    assert table["sector"].to_list() == ["health", "law_enforcement", "education", "justice", "other"]
    assert table["accepted_on"].notna().to_list() == [False, True, True, False, False]
    assert (table["sent_on"] == dt.date(2026, 3, 6)).all()  # 22:30 in UTC is the next day in Baghdad
    assert (table["priority"] == "normal").all()


def test_notes_and_people_are_stored_nowhere(store, tmp_path):
    load(store, tmp_path, transition("t1"), transition("t2", type="Transfer"), transition("t3", status="lost"))
    for table in ("referrals", "quarantine"):
        assert "CANARY" not in store.read(table).to_pandas().to_csv()
    assert b"CANARY" not in b"".join(path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file())


def test_transfers_unknown_words_and_bad_dates_are_quarantined_and_the_ledger_adds_up(store, tmp_path):
    ledger = load(
        store, tmp_path,
        transition("t1"), transition("t1"), transition("t2", type="Transfer"), transition("t3", status="lost"),
        transition("t4", created_at="soon"), transition("", status="done"),
    )  # fmt: skip
    assert (ledger.rows_read, ledger.accepted, ledger.duplicates, ledger.quarantined) == (6, 1, 1, 4)
    assert dict(ledger.reasons) == {"VALUE_UNKNOWN": 2, "DATE_INVALID": 1, "REQUIRED_MISSING": 1}
    assert store.read("quarantine").num_rows == 4


def test_a_record_of_ours_gives_the_report_and_its_district_another_none(store, tmp_path):
    load_batch(store, "reports", 1)
    report = store.read("reports", ["report_id", "adm2_pcode"]).to_pandas().iloc[0]
    load(store, tmp_path, transition("t1", record_id=report["report_id"]), transition("t2"))
    table = referrals(store)
    assert table["report_id"].fillna("").to_list() == [report["report_id"], ""]
    assert table["adm2_pcode"].fillna("").to_list() == [report["adm2_pcode"], ""]


def test_a_later_export_replaces_what_changed_and_undo_restores_it(store, tmp_path):
    load(store, tmp_path, transition("t1"), transition("t2"))
    second = load(
        store, tmp_path, transition("t1"), transition("t2", status="done", responded_at=SENT), name="later.csv"
    )
    assert (second.accepted, second.duplicates, second.replaced) == (1, 1, 1)
    store.undo(second.batch_id, who="test", at=NOW)
    assert referrals(store).loc["t2", "status"] == "in_progress"
