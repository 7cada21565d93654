"""Mappings and confirmed spellings are kept for the next load, and used by it."""

from __future__ import annotations

import datetime as dt

import pytest
from typer.testing import CliRunner

from concerns.schema import BadSetting, UnreadableFile
from loaders.__main__ import app
from loaders.district_set import approximate
from loaders.first_look import first_look
from loaders.ingest import Request, ingest
from loaders.mapping import Mapping
from loaders.settings import Settings
from loaders.shelf import Shelf
from loaders.store import open_store

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
MAPPING = Mapping({"occurred_on": ("Day of it",), "category": ("Sort",)}, {"category": {"drogue": "C07"}})


def test_a_saved_mapping_comes_back_and_is_offered_where_it_fits(tmp_path):
    shelf = Shelf(tmp_path)
    assert shelf.mappings() == {}
    shelf.save_mapping("Our form", MAPPING)
    assert Shelf(tmp_path).mappings() == {"Our form": MAPPING}
    assert list(shelf.fitting(["day of IT", "Sort", "other"])) == ["Our form"]
    assert shelf.fitting(["Sort"]) == {}


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "line\nbreak"])
def test_a_name_that_cannot_be_used_is_refused(tmp_path, name):
    with pytest.raises(BadSetting):
        Shelf(tmp_path).save_mapping(name, MAPPING)


def test_a_name_never_becomes_a_path(tmp_path):
    Shelf(tmp_path / "store").save_mapping("../../evil", MAPPING)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mappings.json"]


def test_a_first_look_suggests_columns_and_leaves_people_out(tmp_path):
    path = tmp_path / "upload.csv"
    path.write_text("Date of incident,Latitude,Longitude,username\n2024-03-01,33.3,44.4,CANARY\n", encoding="utf-8")
    look = first_look(path, name="reports.csv")
    assert "username" not in look.columns
    assert "CANARY" not in look.sample.to_csv()
    assert {"lat", "lon"} <= set(look.suggested)


def test_a_refusal_of_a_first_look_names_the_file_as_its_user_does(tmp_path):
    (tmp_path / "upload.csv").write_text("", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"تقرير آذار\.csv"):
        first_look(tmp_path / "upload.csv", name="تقرير آذار.csv")


def test_a_file_is_looked_at_again_once_more_spellings_are_known(tmp_path):
    store, path = open_store(tmp_path / "store"), tmp_path / "reports.csv"
    path.write_text("report_id,occurred_on,district,category\na,2024-03-01,Qxzthaniya,C07\n", encoding="utf-8")
    request = Request(NOW, Settings(today=NOW.date()))
    assert dict(ingest(path, store, approximate(), request).ledger.reasons) == {"DISTRICT_UNKNOWN": 1}
    assert ingest(path, store, approximate(), request).ledger.file_outcome == "already_ingested"
    Shelf(store.folder).remember_alias("Qxzthaniya", "IQG15Q05")
    assert ingest(path, store, approximate(), request).ledger.accepted == 1


def test_a_confirmed_spelling_is_known_to_the_next_load(tmp_path):
    store, path = open_store(tmp_path / "store"), tmp_path / "reports.csv"
    path.write_text("report_id,occurred_on,district,category\na,2024-03-01,Qxzthaniya,C07\n", encoding="utf-8")

    def load():
        return ingest(path, store, approximate(), Request(NOW, Settings(today=NOW.date()), dry_run=True)).ledger

    assert dict(load().reasons) == {"DISTRICT_UNKNOWN": 1}
    code = str(approximate().districts["adm2_pcode"].iloc[3])
    Shelf(store.folder).remember_alias("  Qxzthaniya ", code)
    assert load().accepted == 1


def test_a_note_on_an_alert_is_kept_and_a_strange_one_refused(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.note_alert("2025-05|EARS C2|C07", status="seen", note=" looked at ", who="local", on="2025-06-01")
    assert Shelf(tmp_path).alert_notes()["2025-05|EARS C2|C07"]["note"] == "looked at"
    with pytest.raises(BadSetting):
        shelf.note_alert("k", status="ignored", note="", who="local", on="2025-06-01")
    with pytest.raises(BadSetting):
        shelf.note_alert("k", status="seen", note="x" * 501, who="local", on="2025-06-01")


def test_the_command_lists_names_in_doubt_and_remembers_what_they_mean(tmp_path):
    store, path = str(tmp_path / "store"), tmp_path / "reports.csv"
    path.write_text("report_id,occurred_on,district,category\na,2024-03-01,Qxzthaniya,C07\n", encoding="utf-8")
    run = CliRunner().invoke
    first = run(app, ["ingest", str(path), "--store", store])
    assert "unknown: Qxzthaniya; candidates: " in first.stdout
    refused = run(app, ["alias", "Qxzthaniya", "IQG99Q99", "--store", store])
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    assert run(app, ["alias", "Qxzthaniya", "iqg15q05", "--store", store]).exit_code == 0
    assert "1 accepted" in run(app, ["ingest", str(path), "--store", store]).stdout
