"""An XLSForm gives its exports their meaning, in any language of the form; kept by form and version."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from concerns.schema import BadSetting, UnreadableFile
from loaders.district_set import approximate
from loaders.ingest import Outcome, Request, ingest
from loaders.limits import Limits
from loaders.mapping import Mapping, parse_mapping
from loaders.settings import Settings
from loaders.shelf import Shelf
from loaders.store import Store, open_store
from loaders.xlsform import XlsForm, form_mapping, read_form

SURVEY = (
    ("type", "name", "label::English (en)", "label::Kurdish (ckb)"),
    ("begin_group", "meeting", "Forum meeting", "کۆبوونەوە"),
    ("date", "incident_date", "Date of concern", "بەرواری ڕووداو"),
    ("select_one concern", "concern_type", "Type of concern", "جۆری نیگەرانی"),
    ("end group", "", "", ""),
    ("select_one district", "district", "District", "قەزا"),
    ("geopoint", "location", "Location", "شوێن"),
    ("select_one grade", "how_bad", "How bad is it?", "چەند خراپە؟"),
)
CHOICES = (
    ("list_name", "name", "label::English (en)", "label::Kurdish (ckb)"),
    ("concern", "theft", "Theft", "دزی"),
    ("concern", "music", "Loud music", "مۆسیقای بەرز"),
    ("district", "IQG15Q05", "Al-Mosul", "مووسڵ"),
    ("district", "sinjar_1", "Sinjar", "شنگالی کۆن"),
    ("grade", "low", "So-so", "نزمە"),
    ("grade", "high", "Terrible", "زۆر خراپ"),
)
SYSTEM = ("_uuid", "_submission_time", "_validation_status", "__version__")
USER = "columns: {severity: how_bad}\nvalues: {category: {music: C11.3}}"
NOW = dt.datetime(2025, 12, 1, 12, tzinfo=dt.UTC)


def form_file(folder: Path, *, version: str = "v1") -> Path:
    book = openpyxl.Workbook()
    for name, rows in {
        "survey": SURVEY,
        "choices": CHOICES,
        "settings": (("form_id", "version"), ("cpf", version)),
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(folder / "form.xlsx")
    return folder / "form.xlsx"


@pytest.fixture
def form(tmp_path) -> XlsForm:
    return read_form(form_file(tmp_path), name="form.xlsx", limits=Limits())


@pytest.fixture
def store(tmp_path) -> Store:
    return open_store(tmp_path / "store")


def export(folder: Path, headers: tuple[str, ...], *rows: tuple[str, ...], name: str = "export.csv") -> Path:
    ends = [(f"u{n}", "2025-03-13T04:28:00", "", "v1") for n, _row in enumerate(rows)]
    lines = [(*headers, *SYSTEM), *((*row, *end) for row, end in zip(rows, ends, strict=True))]
    (folder / name).write_text("\n".join(";".join(f'"{cell}"' for cell in line) for line in lines), encoding="utf-8")
    return folder / name


def load(store: Store, path: Path, mapping: Mapping | None) -> Outcome:
    return ingest(path, store, approximate(), Request(NOW, Settings(today=NOW.date()), mapping=mapping))


KURDISH = ("کۆبوونەوە/بەرواری ڕووداو", "کۆبوونەوە/جۆری نیگەرانی", "قەزا", "چەند خراپە؟")
IN_KURDISH = (("2025-02-24", "دزی", "مووسڵ", "زۆر خراپ"), ("2025-02-24", "مۆسیقای بەرز", "شنگالی کۆن", "نزمە"))
IN_NAMES = (("2025-02-24", "theft", "IQG15Q05", "high"), ("2025-02-24", "music", "sinjar_1", "low"))


def test_a_form_gives_its_id_its_version_and_every_name_of_a_question(form):
    assert (form.form_id, form.version) == ("cpf", "v1")
    concern = next(question for question in form.questions if question.name == "concern_type")
    assert concern.names == (
        "meeting/concern_type",
        "Forum meeting/Type of concern",
        "کۆبوونەوە/جۆری نیگەرانی",
        "concern_type",
        "Type of concern",
        "جۆری نیگەرانی",
    )
    assert form.choices["grade"] == {"low": ("So-so", "نزمە"), "high": ("Terrible", "زۆر خراپ")}


def test_an_export_in_kurdish_and_one_in_names_are_the_same_reports(store, form, tmp_path):
    mapping = form_mapping(form, over=parse_mapping(USER, where="user"))
    first = load(store, export(tmp_path, KURDISH, *IN_KURDISH), mapping).ledger
    assert (first.accepted, first.quarantined, first.format) == (2, 0, "kobo")
    rows = store.read("reports").to_pandas().sort_values("row")
    assert rows[["category", "subcategory", "severity", "adm2_pcode"]].to_numpy().tolist() == [
        ["C08", "C08.1", 3, "IQG15Q05"],
        ["C11", "C11.3", 1, "IQG15Q07"],
    ]
    names = ("meeting/incident_date", "meeting/concern_type", "district", "how_bad")
    again = load(store, export(tmp_path, names, *IN_NAMES, name="names.csv"), mapping).ledger
    assert (again.accepted, again.duplicates) == (0, 2)


def test_an_answer_that_is_no_category_of_ours_is_quarantined_and_never_guessed(store, form, tmp_path):
    ledger = load(store, export(tmp_path, KURDISH, *IN_KURDISH), form_mapping(form)).ledger
    assert dict(ledger.reasons) == {"CATEGORY_UNKNOWN": 1}


def test_a_district_that_a_form_asks_is_an_answer_and_one_that_the_user_declares_binds(store, form, tmp_path):
    headers = ("meeting/incident_date", "meeting/concern_type", "district", "location", "_location_latitude",
               "_location_longitude", "_location_precision")  # fmt: skip
    point = ("36.422 42.95456 0 5", "36.422", "42.95456", "5")  # in Tilkaef, 3.3 km from Al-Mosul
    row = ("2025-02-24", "theft", "IQG15Q05", *point)
    path = export(tmp_path, headers, row)
    asked, declared = form_mapping(form), form_mapping(form, over=parse_mapping("district: district", where="user"))
    assert dict(load(store, path, declared).ledger.reasons) == {"DISTRICT_MISMATCH": 1}
    assert load(store, path, asked).ledger.accepted == 1
    stored = store.read("reports").to_pandas()
    assert stored["location_conflict"].to_list() == [True]
    assert stored["place_name"].isna().all()  # a geopoint is no name of a place


def test_a_kept_form_reads_later_exports_of_its_version_alone(store, form, tmp_path):
    Shelf(store.folder).keep_form(form.form_id, form.version, form_mapping(form, over=parse_mapping(USER, where="u")))
    outcome = load(store, export(tmp_path, KURDISH, *IN_KURDISH), None)
    assert outcome.ledger.accepted == 2
    assert "Read with the kept form cpf v1." in outcome.ledger.warnings
    assert load(store, tmp_path / "export.csv", None).ledger.file_outcome == "already_ingested"
    other = (tmp_path / "export.csv").read_text().replace('"v1"', '"v2"')
    (tmp_path / "other.csv").write_text(other)
    assert not any("kept form" in said for said in load(store, tmp_path / "other.csv", None).ledger.warnings)


@pytest.mark.parametrize("user", [None, USER])
def test_a_mapping_of_a_form_survives_its_yaml(form, user):
    mapping = form_mapping(form, over=parse_mapping(user, where="user") if user else None)
    assert parse_mapping(mapping.to_yaml(), where="kept") == mapping


def test_a_form_without_a_version_cannot_be_kept(store, form):
    with pytest.raises(BadSetting, match="version"):
        Shelf(store.folder).keep_form("cpf", "", form_mapping(form))


def test_a_workbook_of_data_is_no_form(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["date", "lat"])
    book.active.append(["2024-03-05", "33.3"])
    book.save(tmp_path / "data.xlsx")
    with pytest.raises(UnreadableFile, match="no XLSForm"):
        read_form(tmp_path / "data.xlsx", name="data.xlsx", limits=Limits())


@pytest.mark.shared_data
def test_a_deployed_form_of_four_hundred_questions_is_read(shared_data):
    path = shared_data / "kobo/xlsform_IRQ_informal_site_hh_tool.xlsx"
    form = read_form(path, name=path.name, limits=Limits())
    assert (len(form.questions), sum(map(len, form.choices.values()))) == (349, 1537)
    mapping = form_mapping(form)
    assert mapping.columns["district"][1:3] == ("General Information/What is the district?", "معلومات عامة/القضاء؟")
    assert mapping.values["district"]["الفلوجة"] == "Al-Falluja"
