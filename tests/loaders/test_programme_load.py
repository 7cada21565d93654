"""Tables of the programme land with the ledger, quarantine, history and undo of reports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from concerns.schema import FileOutcome
from loaders.district_set import approximate
from loaders.ledger import Ledger
from loaders.programme_load import ProgrammeRequest, load_table, recognise_table
from loaders.store import Store, open_store

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
FORUMS = "forum_id,adm2_pcode,opened_on,members_total,members_women"


@pytest.fixture
def store(tmp_path) -> Store:
    return open_store(tmp_path / "s")


def load(store: Store, folder: Path, text: str, name: str = "table.csv", **choices) -> Ledger:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_table(path, store, approximate(), ProgrammeRequest(NOW, NOW.date(), **choices))


def forums(store: Store) -> dict[str, int]:
    frame = store.read("forums").to_pandas()
    return dict(zip(frame["forum_id"], frame["members_total"], strict=True))


def test_forums_land_and_bad_rows_are_kept_with_their_reason(store, tmp_path):
    ledger = load(
        store, tmp_path,
        f"{FORUMS}\nF1,IQG01Q01,2024-01-05,20,8\nF1,IQG01Q01,2024-01-05,20,8\nF2,IQG99Q01,2024-01-05,20,8\n"
        "F3,IQG01Q02,2024-13-05,20,8\n",
    )  # fmt: skip
    assert (ledger.rows_read, ledger.accepted, ledger.duplicates, ledger.quarantined) == (4, 1, 1, 2)
    assert set(ledger.reasons) == {"PCODE_UNKNOWN", "DATE_INVALID"}
    assert forums(store) == {"F1": 20}
    assert store.read("quarantine").num_rows == 2


def test_the_same_again_is_known_newer_replaces_and_undo_restores(store, tmp_path):
    first = f"{FORUMS}\nF1,IQG01Q01,2024-01-05,20,8\nF2,IQG01Q02,2024-01-05,25,9\n"
    load(store, tmp_path, first)
    assert load(store, tmp_path, first).file_outcome == FileOutcome.ALREADY_INGESTED
    ledger = load(store, tmp_path, f"{FORUMS}\nF1,IQG01Q01,2024-01-05,21,8\nF2,IQG01Q02,2024-01-05,25,9\n", "2.csv")
    assert (ledger.accepted, ledger.duplicates, ledger.replaced) == (1, 1, 1)
    assert forums(store) == {"F1": 21, "F2": 25}
    store.undo(ledger.batch_id, who="test", at=NOW)
    assert forums(store) == {"F1": 20, "F2": 25}


def test_meetings_of_an_unknown_forum_are_quarantined(store, tmp_path):
    load(store, tmp_path, f"{FORUMS}\nF1,IQG01Q01,2024-01-05,20,8\n")
    ledger = load(
        store, tmp_path,
        "meeting_id,forum_id,planned_on,held_on,n_concerns\nM1,F1,2024-02-01,2024-02-01,3\nM2,F9,2024-02-01,,\n",
        "meetings.csv",
    )  # fmt: skip
    assert (ledger.format, ledger.accepted, dict(ledger.reasons)) == ("meetings", 1, {"FORUM_UNKNOWN": 1})


def test_a_referral_of_no_known_report_is_quarantined(store, tmp_path):
    ledger = load(
        store, tmp_path,
        "referral_id,report_id,adm2_pcode,sector,priority,sent_on,status\n"
        "R1,nobody,IQG01Q01,health,normal,2024-02-01,in_progress\n",
    )  # fmt: skip
    assert dict(ledger.reasons) == {"ORPHAN_REPORT": 1}


@pytest.mark.parametrize("choices", [{}, {"table": "forums"}])
def test_a_file_that_names_people_is_refused(store, tmp_path, choices):
    ledger = load(store, tmp_path, f"{FORUMS},contact_name\nF1,IQG01Q01,2024-01-05,20,8,CANARY\n", **choices)
    assert "contact_name" in ledger.sentence
    assert ledger.file_outcome == FileOutcome.REJECTED
    assert "names of people" in ledger.sentence
    assert store.version() == -1


def test_a_refusal_names_the_file_as_its_user_does(store, tmp_path):
    ledger = load(store, tmp_path, "", name="upload.csv", display_name="المنتديات.csv")
    assert ledger.sentence.startswith("المنتديات.csv: ")


def test_an_unknown_layout_is_refused_by_name(store, tmp_path):
    ledger = load(store, tmp_path, "a,b\n1,2\n")
    assert ledger.file_outcome == FileOutcome.REJECTED
    assert "template" in ledger.sentence


@pytest.mark.parametrize("table", ["forums", "meetings", "referrals", "activities", "surveys", "population"])
def test_every_table_is_told_by_its_own_columns(table):
    from concerns.programme import PROGRAMME_TABLES

    assert recognise_table(list(PROGRAMME_TABLES[table])) == table


def test_a_referral_takes_its_district_from_its_forum_and_belongs_somewhere(store, tmp_path):
    load(store, tmp_path, f"{FORUMS}\nF1,IQG01Q02,2024-01-05,20,8\n")
    ledger = load(
        store, tmp_path,
        "referral_id,forum_id,sector,priority,sent_on,status\n"
        "R1,F1,health,normal,2024-02-01,in_progress\nR2,,health,normal,2024-02-01,in_progress\n",
        "referrals.csv",
    )  # fmt: skip
    assert (ledger.accepted, dict(ledger.reasons)) == (1, {"REQUIRED_MISSING": 1})
    assert store.read("referrals").to_pandas()["adm2_pcode"].to_list() == ["IQG01Q02"]


def test_a_referral_closed_before_it_was_sent_is_quarantined(store, tmp_path):
    ledger = load(
        store, tmp_path,
        "referral_id,adm2_pcode,sector,priority,sent_on,closed_on,status\n"
        "R1,IQG01Q01,health,normal,2024-02-05,2024-02-01,done\n",
    )  # fmt: skip
    assert dict(ledger.reasons) == {"DATES_OUT_OF_ORDER": 1}
