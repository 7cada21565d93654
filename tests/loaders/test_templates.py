"""Every template opens, has the columns of its table, offers the closed lists, and a filled one loads."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from concerns.programme_schema import CLOSED_LISTS, PROGRAMME_TABLES
from loaders import district_set
from loaders.programme_load import ProgrammeRequest, load_table, recognise_table
from loaders.store import open_store
from loaders.templates import note, template, template_csv

NOW = dt.datetime(2026, 7, 15, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize("table", list(PROGRAMME_TABLES))
def test_a_template_has_the_columns_and_a_list_for_each_closed_one(table):
    sheet = openpyxl.load_workbook(io.BytesIO(template(table)))[table]
    header = [cell.value for cell in sheet[1]]
    assert header == [name for name in PROGRAMME_TABLES[table] if name != "is_se_computed"]
    validated = {str(rule.sqref).split(":")[0][:-1] for rule in sheet.data_validations.dataValidation}
    closed = {sheet.cell(1, header.index(name) + 1).column_letter for name in header if name in CLOSED_LISTS}
    assert closed <= validated
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in cell.comment.text) for cell in sheet[1])


@pytest.mark.parametrize(("language", "kind"), [("en", "Training"), ("ar", "تدريب")])
def test_the_lists_are_in_the_language_asked_for(language, kind):
    book = openpyxl.load_workbook(io.BytesIO(template("activities", language=language)))
    offered = {column[0].value: [cell.value for cell in column[1:]] for column in book["lists"].columns}
    assert offered["kind"][0] == kind


def test_a_template_filled_with_labels_of_its_lists_loads(tmp_path):
    store = open_store(tmp_path / "store")
    book = openpyxl.load_workbook(io.BytesIO(template("activities", language="ar")))
    sheet = book["activities"]
    header = [cell.value for cell in sheet[1]]
    row = {"activity_id": "A1", "adm2_pcode": "IQG15Q03", "kind": "تدريب", "started_on": "2024-03-05"}
    for name, value in row.items():
        sheet.cell(2, header.index(name) + 1, value)
    path = tmp_path / "filled.xlsx"
    book.save(path)
    ledger = load_table(path, store, district_set.installed(store.folder), ProgrammeRequest(NOW, NOW.date()))
    assert (ledger.accepted, ledger.quarantined) == (1, 0)
    assert store.read("activities", ["kind"]).column("kind").to_pylist() == ["training"]


def test_an_empty_template_loads_nothing_and_breaks_nothing(tmp_path):
    store = open_store(tmp_path / "store")
    path = tmp_path / "empty.xlsx"
    path.write_bytes(template("forums"))
    ledger = load_table(path, store, district_set.installed(store.folder), ProgrammeRequest(NOW, NOW.date()))
    assert ledger.accepted == 0


def test_a_note_says_what_may_be_blank():
    assert "may be blank" in note("surveys", "se")
    assert "required" in note("referrals", "sent_on")


@pytest.mark.parametrize("table", list(PROGRAMME_TABLES))
def test_a_csv_template_has_the_columns_of_the_workbook_and_its_table_is_recognised(table):
    text = template_csv(table)
    assert text.startswith(b"\xef\xbb\xbf")
    header = text.decode("utf-8-sig").strip().split(",")
    sheet = openpyxl.load_workbook(io.BytesIO(template(table)))[table]
    assert header == [cell.value for cell in sheet[1]]
    assert recognise_table(header) == table


def test_referrals_offer_the_categories():
    book = openpyxl.load_workbook(io.BytesIO(template("referrals")))
    offered = {column[0].value: [cell.value for cell in column[1:]] for column in book["lists"].columns}
    assert offered["category"][:2] == ["C01", "C02"]
