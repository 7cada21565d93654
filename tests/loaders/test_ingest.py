"""From file to store: the ledger adds up to the row, and the store holds what the ledger says."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concerns.schema import BadSetting, FileOutcome, FileReason, StoreError
from loaders import boundaries, district_set
from loaders.ingest import Request, ingest
from loaders.ledger import Ledger
from loaders.mapping import parse_mapping
from loaders.settings import Settings
from loaders.store import Store, open_store

NOW = dt.datetime(2025, 12, 1, 12, tzinfo=dt.UTC)
HEADER = "report_id,occurred_on,lat,lon,category,severity,description"
GOOD = "{id},2024-03-13,33.3,44.4,C07,2,{text}"
SIGACT_MAPPING = """
columns: {occurred_on: [date], category: [type]}
values: {category: {SAF: C01, IED: C01.2, other: C99}}
"""


@pytest.fixture
def store(tmp_path) -> Store:
    return open_store(tmp_path / "store")


@pytest.fixture(scope="session")
def official(shared_data) -> district_set.DistrictSet:
    return boundaries.load_districts(shared_data / "boundaries" / "irq_admbnda_adm2_cso_20190603.geojson")


def load(store: Store, path: Path, *, districts=None, **choices: object) -> Ledger:
    request = Request(NOW, Settings(today=NOW.date()), **choices)
    ledger = ingest(path, store, districts or district_set.approximate(), request).ledger
    assert ledger.is_balanced or ledger.file_outcome in (FileOutcome.REJECTED, FileOutcome.ALREADY_INGESTED)
    return ledger


def write(tmp_path: Path, *lines: str, name: str = "reports.csv", header: str = HEADER) -> Path:
    path = tmp_path / name
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    return path


def stored(store: Store) -> pd.DataFrame:
    return store.read("reports").to_pandas().sort_values(["batch_id", "row"], ignore_index=True)


def test_good_double_and_bad_rows_each_find_their_place(store, tmp_path):
    path = write(
        tmp_path,
        GOOD.format(id="a", text="first"),
        GOOD.format(id="a", text="first"),
        "b,2024-02-31,33.3,44.4,C07,2,no such day",
        "c,2024-03-13,44.4,33.3,C07,2,swapped",
        "d,2024-03-13,33.3,44.4,C77,2,no such category",
        GOOD.format(id="e", text="other"),
    )
    ledger = load(store, path)
    assert (ledger.rows_read, ledger.accepted, ledger.duplicates, ledger.quarantined) == (6, 2, 1, 3)
    assert dict(ledger.reasons) == {"DATE_INVALID": 1, "COORD_SWAPPED": 1, "CATEGORY_UNKNOWN": 1}
    assert stored(store)[["report_id", "row"]].to_numpy().tolist() == [["a", 1], ["e", 6]]
    quarantine = store.read("quarantine").to_pandas().set_index("row")
    assert quarantine["reason"].to_dict() == {3: "DATE_INVALID", 4: "COORD_SWAPPED", 5: "CATEGORY_UNKNOWN"}
    assert json.loads(quarantine["original"][3])["occurred_on"] == "2024-02-31"


def test_the_same_file_twice_changes_nothing(store, tmp_path):
    path = write(tmp_path, GOOD.format(id="a", text="x"))
    load(store, path)
    before = stored(store)
    assert load(store, path).file_outcome == FileOutcome.ALREADY_INGESTED
    pd.testing.assert_frame_equal(stored(store), before)
    assert len(store.history()) == 1


def test_one_id_with_two_contents_quarantines_both_with_their_text(store, tmp_path):
    path = write(
        tmp_path, GOOD.format(id="uuid:A", text="one"), GOOD.format(id="a", text="two"), GOOD.format(id="b", text="c")
    )
    ledger = load(store, path)
    assert dict(ledger.reasons) == {"UUID_CONFLICT": 2}
    originals = [json.loads(text)["description"] for text in store.read("quarantine").to_pandas()["original"]]
    assert sorted(originals) == ["one", "two"]


def test_newer_content_replaces_and_undo_brings_the_old_back(store, tmp_path):
    load(store, write(tmp_path, GOOD.format(id="a", text="old"), GOOD.format(id="b", text="same")))
    before = stored(store)
    ledger = load(
        store, write(tmp_path, GOOD.format(id="A", text="new"), GOOD.format(id="b", text="same"), name="2.csv")
    )
    assert (ledger.accepted, ledger.duplicates, ledger.replaced) == (1, 1, 1)
    assert sorted(stored(store)["description"]) == ["new", "same"]
    store.undo(ledger.batch_id, who="test", at=NOW)
    pd.testing.assert_frame_equal(stored(store), before)


def test_a_dry_run_gives_the_same_ledger_and_stores_nothing(store, tmp_path):
    path = write(tmp_path, GOOD.format(id="a", text="x"), "b,,33.3,44.4,C07,2,no day")
    dry = load(store, path, dry_run=True)
    assert store.version() == -1
    wet = load(store, path)
    assert (dry.accepted, dry.reasons) == (wet.accepted, wet.reasons)


def test_a_refused_file_writes_nothing_and_says_why(store, tmp_path):
    path = tmp_path / "reports.csv"
    path.write_bytes(b"")
    ledger = load(store, path)
    assert (ledger.file_outcome, ledger.file_reason) == (FileOutcome.REJECTED, "EMPTY")
    assert ledger.sentence
    assert store.version() == -1
    with pytest.raises(BadSetting):
        load(store, tmp_path / "none.csv")


def test_names_of_people_are_neither_stored_nor_quarantined(store, tmp_path):
    header = HEADER + ",username,phonenumber"
    path = write(
        tmp_path,
        GOOD.format(id="a", text="x") + ",CANARY1,CANARY2",
        "b,2024-02-31,33.3,44.4,C07,2,x,CANARY1,CANARY2",
        "c,2024-02-13,33.3,44.4,C07",
        header=header,
    )
    load(store, path)
    for name in ("reports", "quarantine"):
        assert "CANARY" not in store.read(name).to_pandas().to_csv()


def test_scratch_files_are_gone_after_a_load(store, tmp_path):
    load(store, write(tmp_path, GOOD.format(id="a", text="x")))
    assert list((store.folder / ".scratch").iterdir()) == []


cell = st.sampled_from(
    ["C07", "", "C77", "2024-03-13", "13/03/2024", "33.3", "44.4", "0", "abc", "١٢", "=1+1", "-", "9e9"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), cell), max_size=12))
def test_whatever_is_wrong_the_ledger_adds_up_and_the_store_holds_it(tmp_path_factory, faults):
    folder = tmp_path_factory.mktemp("faults")
    rows = [[f"r{n % 4}", "2024-03-13", "33.3", "44.4", "C07", "2", f"text {n}"] for n in range(5)]
    for row, column, text in faults:
        rows[row][column] = text
    store = open_store(folder / "store")
    ledger = load(store, write(folder, *(",".join(row) for row in rows)))
    assert ledger.rows_read == 5
    assert store.read("reports").num_rows == ledger.accepted
    assert store.read("quarantine").num_rows == ledger.quarantined
    numbers = [*store.read("reports").column("row").to_pylist(), *store.read("quarantine").column("row").to_pylist()]
    assert len(numbers) == len(set(numbers)) == ledger.accepted + ledger.quarantined


@pytest.mark.shared_data
def test_military_events_land_as_counted(store, shared_data, official):
    mapping = parse_mapping(SIGACT_MAPPING, where="test")
    path = shared_data / "events" / "geocausal_iraq_sigact_2007-2008.csv"
    ledger = load(store, path, districts=official, mapping=mapping)
    assert (ledger.rows_read, ledger.accepted, ledger.duplicates, ledger.quarantined) == (68_573, 66_476, 2_095, 2)
    assert dict(ledger.joined) == {"within": 66_470, "nearest": 6}
    assert dict(ledger.reasons) == {"NO_DISTRICT": 2}
    frame = stored(store)
    assert frame["distance_m"].gt(0).sum() == 6
    assert frame.loc[frame["join_method"] == "nearest", "distance_m"].between(0, 500).all()


@pytest.mark.shared_data
def test_the_same_forty_submissions_in_every_export_are_stored_once(store, shared_data, official):
    kobo = shared_data / "kobo"
    first = load(store, kobo / "koboexport_cpf_xmlvalues.csv", districts=official)
    assert (first.accepted, dict(first.joined)) == (40, {"within": 35, "name": 5})
    for name, n_rows in {
        "koboexport_cpf_en.csv": 40,
        "koboexport_cpf_ar.csv": 40,
        "koboexport_cpf_en.xlsx": 40,
        "koboexport_cpf.geojson": 35,
        "koboapi_cpf_submissions.json": 40,
    }.items():
        ledger = load(store, kobo / name, districts=official)
        assert (ledger.rows_read, ledger.accepted, ledger.duplicates) == (n_rows, 0, n_rows), name
    assert len(stored(store)) == 40


@pytest.mark.shared_data
def test_conflict_events_of_others_are_context_and_join_by_name_when_coarse(store, shared_data, official):
    ledger = load(store, shared_data / "events" / "ucdp_ged231_sample1000.csv", districts=official)
    assert (ledger.rows_read, ledger.accepted) == (1_000, 19)
    assert set(ledger.reasons) == {"OUTSIDE_COUNTRY", "NO_DISTRICT"}
    assert stored(store)["is_context"].all()


@pytest.mark.shared_data
def test_figures_of_displaced_people_are_indicators_not_reports(store, shared_data, official):
    ledger = load(store, shared_data / "dtm" / "20151118_IOM_DTM_Master_List.csv", districts=official)
    assert (ledger.rows_read, ledger.accepted) == (3_542, 3_540)
    assert store.read("reports").num_rows == 0
    assert store.read("indicators").column("n_persons").to_pandas().sum() > 3_000_000


def _load_in_process(folder: str, path: str) -> None:
    load(open_store(folder), Path(path))


@pytest.mark.parametrize("n_writers", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_loads_at_once_keep_every_row_once(tmp_path, n_writers):
    shared = [GOOD.format(id=f"s{n}", text="shared") for n in range(200)]
    paths = [
        write(
            tmp_path, *shared, *(GOOD.format(id=f"{writer}-{n}", text="own") for n in range(200)), name=f"{writer}.csv"
        )
        for writer in range(n_writers)
    ]
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_load_in_process, args=(str(tmp_path / "store"), str(path))) for path in paths]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    frame = stored(open_store(tmp_path / "store"))
    assert len(frame) == 200 + 200 * n_writers
    assert not frame["report_id"].duplicated().any()


def test_a_folder_is_refused_in_the_ledger_and_an_absent_file_is_a_setting(store, tmp_path):
    assert load(store, tmp_path).file_reason == FileReason.TYPE_NOT_ALLOWED
    with pytest.raises(BadSetting):
        load(store, tmp_path / "absent.csv")


def test_no_room_for_the_rows_on_their_way_is_a_sentence_too(store, tmp_path):
    load(store, write(tmp_path, GOOD.format(id="a", text="x")))
    before = stored(store)
    path = write(tmp_path, *(GOOD.format(id=f"b{n}", text="y") for n in range(2_000)), name="2.csv")
    command = (
        "import resource, runpy, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "sys.argv = ['loaders', *sys.argv[1:]]\nrunpy.run_module('loaders', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", command, "ingest", str(path), "--store", str(store.folder), "--json"],
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Free some space" in done.stderr and len(done.stderr.splitlines()) == 1
    pd.testing.assert_frame_equal(stored(store), before)
    assert list((store.folder / ".scratch").iterdir()) == []
    assert load(store, path).accepted == 2_000


def test_a_full_disk_is_a_sentence_and_loses_nothing(store, tmp_path, monkeypatch):
    load(store, write(tmp_path, GOOD.format(id="a", text="x")))
    before = stored(store)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("loaders.store.write_deltalake", full)
    with pytest.raises(StoreError, match="free space"):
        load(store, write(tmp_path, GOOD.format(id="b", text="y"), name="2.csv"))
    monkeypatch.undo()
    pd.testing.assert_frame_equal(stored(store), before)
    assert load(store, tmp_path / "2.csv").accepted == 1
