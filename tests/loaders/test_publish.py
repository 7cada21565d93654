"""A quarter is drawn once, every report counts once, and what was interrupted was seen by nobody."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import chisquare, dlaplace

from concerns.access import Codes
from concerns.disclosure import SPLIT, Domain, Table
from concerns.schema import BadSetting, StoreError
from loaders import publish as module
from loaders import release_seal
from loaders.publish import draw, publish
from loaders.release import MANIFEST, open_release
from loaders.release_ledger import ReleaseLedger
from loaders.release_seal import Seal
from loaders.whole_file import replace_file

CODES = Codes(known=frozenset({"C02", "C05", "C07"}), sensitive=frozenset({"C05"}))
DOMAIN = Domain(("IQG01Q01", "IQG15Q01", "IQG15Q03"), CODES)
TODAY = dt.date(2025, 2, 1)
OPEN_TABLES = (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH)


def reports(*rows: dict[str, object]) -> pd.DataFrame:
    """Reports that are all alike but for what is named."""
    alike = {
        "source": "kobo", "occurred_on": "2024-02-03", "adm1_pcode": "IQG15", "adm2_pcode": "IQG15Q03",
        "geo_precision": 1, "category": "C07", "subcategory": None, "sensitive": False,
    }  # fmt: skip
    return pd.DataFrame([alike | {"report_id": f"r{number}"} | row for number, row in enumerate(rows)])


@pytest.fixture
def room(tmp_path):
    """Publish into this folder; the first call needs nothing else, later ones pass their own settings."""

    class Room:
        out, ledger = tmp_path / "release", tmp_path / "ledger"

        def publish(self, frame: pd.DataFrame, until: str, **given: object) -> dict:
            settings: dict = {"epsilon": 1.0, "since": "2024Q1", "today": TODAY, "domain": DOMAIN} | given
            return publish(
                frame, until=until, out_dir=self.out, ledger_dir=self.ledger, data_version=3,
                boundary_version="cod-2019", **settings,
            )  # fmt: skip

        def files(self) -> dict[str, bytes]:
            return {path.name: path.read_bytes() for path in sorted(self.out.iterdir())}

    return Room()


@pytest.fixture
def without_noise(monkeypatch):
    """The cells as counted, to see which reports were counted; what is drawn has tests of its own."""
    monkeypatch.setattr(module, "draw", lambda counts, *, epsilon, table: list(counts))


def test_a_release_holds_every_cell_of_the_domain_as_a_whole_number(room):
    room.publish(reports({}), "2024Q2")
    release = open_release(room.out)
    rows = {table: len(frame) for table, frame in release.tables.items()}
    assert rows == {
        Table.DISTRICT_QUARTER: 3 * 2, Table.GOVERNORATE_QUARTER: 2 * 2 * 2, Table.NATIONAL_MONTH: 2 * 6,
        Table.SENSITIVE_YEAR: 0,
    }  # fmt: skip
    assert all(release.tables[table]["n_reports"].dtype == "int64" for table in Table)


def test_the_manifest_says_what_was_spent_and_never_what_was_counted(room, without_noise):
    room.publish(reports(*[{} for _ in range(7919)]), "2024Q4", epsilon=0.5)
    manifest = json.loads((room.out / MANIFEST).read_text())
    assert (manifest["epsilon"], manifest["epsilon_of_a_case"], manifest["unit"]) == (0.5, 1.0, "one report")
    assert manifest["scales"] == {str(table): 1 / (SPLIT[table] * 0.5) for table in Table}
    entry = manifest["releases"][0]
    assert entry["quarters"] == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    assert (entry["years"], entry["data_version"], entry["boundary_version"]) == (["2024"], 3, "cod-2019")
    assert manifest["not_covered"]
    assert "7919" not in (room.out / MANIFEST).read_text()


def test_a_quarter_is_never_drawn_a_second_time(room):
    frame = reports({})
    room.publish(frame, "2024Q2")
    before = room.files()
    for until in ("2024Q1", "2024Q2"):
        with pytest.raises(BadSetting, match="published already") as refused:
            room.publish(frame, until)
        assert refused.value.code == "ALREADY_PUBLISHED"
    assert room.files() == before


def test_a_second_folder_from_the_same_store_is_refused(room, tmp_path):
    frame = reports({})
    room.publish(frame, "2024Q1")
    room.out = tmp_path / "elsewhere"
    with pytest.raises(StoreError, match="never drawn a second time"):
        room.publish(frame, "2024Q1")
    assert not room.out.exists()


def test_a_release_without_its_ledger_is_refused(room, tmp_path):
    room.publish(reports({}), "2024Q1")
    room.ledger = tmp_path / "new-ledger"
    with pytest.raises(StoreError, match="do not belong together"):
        room.publish(reports({}), "2024Q2")


def test_files_of_earlier_releases_never_change(room):
    room.publish(reports({}), "2024Q1")
    before = room.files()
    before.pop(MANIFEST)
    room.publish(reports({}, {"occurred_on": "2024-05-01"}), "2024Q2", epsilon=None, since=None)
    after = room.files()
    assert {name: after[name] for name in before} == before
    assert len(after) == 1 + 2 * 3


@pytest.mark.parametrize("until", ["2024Q5", "2024", "24Q1", "", "2024Q1\n", "../2024Q1"])
def test_a_quarter_that_is_none_is_refused(room, until):
    with pytest.raises(BadSetting, match="no quarter"):
        room.publish(reports({}), until)
    assert not room.out.exists()


def test_a_quarter_that_is_not_over_is_refused(room):
    with pytest.raises(BadSetting, match="not over"):
        room.publish(reports({}), "2024Q2", today=dt.date(2024, 6, 30))
    room.publish(reports({}), "2024Q2", today=dt.date(2024, 7, 1))
    assert open_release(room.out).quarters == ("2024Q1", "2024Q2")


@pytest.mark.parametrize("epsilon", [None, 0.0, -1.0, float("nan"), 11.0])
def test_the_first_publication_needs_the_owners_epsilon(room, epsilon):
    with pytest.raises(BadSetting, match="owner's ε"):
        room.publish(reports({}), "2024Q1", epsilon=epsilon)


@pytest.mark.parametrize("since", [None, "2024", "early"])
def test_the_first_publication_needs_its_first_quarter(room, since):
    with pytest.raises(BadSetting, match="first quarter"):
        room.publish(reports({}), "2024Q1", since=since)


def test_a_first_quarter_after_the_last_is_refused(room):
    with pytest.raises(BadSetting, match="Nothing lies between"):
        room.publish(reports({}), "2024Q1", since="2024Q2")


@pytest.mark.parametrize("changed", [{"epsilon": 2.0, "since": None}, {"epsilon": None, "since": "2023Q1"}])
def test_the_budget_and_the_start_hold_for_all_quarters(room, changed):
    room.publish(reports({}), "2024Q1")
    with pytest.raises(BadSetting, match="was begun with"):
        room.publish(reports({}), "2024Q2", **changed)


def test_the_earliest_report_does_not_show_in_the_domain(room):
    room.publish(reports({"occurred_on": "2001-01-01"}, {}), "2024Q1")
    assert open_release(room.out).quarters == ("2024Q1",)


def test_late_reports_are_stated_as_a_correction_and_counted_once(room, without_noise):
    first = reports({}, {})
    late = reports({}, {}, {"adm2_pcode": "IQG15Q01"}, {"occurred_on": "2024-05-05"})
    room.publish(first, "2024Q1")
    entry = room.publish(late, "2024Q2")
    assert (entry["quarters"], entry["corrected"]) == (("2024Q2",), ("2024Q1",))
    room.publish(late, "2024Q3")
    release = open_release(room.out)
    for table in OPEN_TABLES:
        per_quarter = release.totals(table, by=["quarter"])["n_reports"].to_list()
        assert per_quarter == [2, 1, 0]
        assert release.corrections(table, by=["quarter"])["n_reports"].to_list() == [1, 0]
        assert release.totals(table, corrected=True)["n_reports"].item() == 4
    where = {"adm2_pcode": {"IQG15Q01"}}
    assert release.corrections(Table.DISTRICT_QUARTER, by=["release"], where=where)["n_reports"].to_list() == [1, 0]


def test_a_quarter_takes_corrections_for_four_more_quarters(room, without_noise):
    room.publish(reports({}), "2023Q1", since="2023Q1")
    for until in ("2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2"):
        entry = room.publish(reports({}), until, since=None)
    assert entry["corrected"] == ("2023Q2", "2023Q3", "2023Q4", "2024Q1")


def test_sensitive_reports_are_published_by_year_and_governorate_alone(room, without_noise):
    frame = reports({"category": "C05"}, {"category": "C07", "sensitive": True}, {})
    room.publish(frame, "2024Q3")
    assert open_release(room.out).totals(Table.SENSITIVE_YEAR)["n_cells"].item() == 0
    room.publish(frame, "2024Q4")
    release = open_release(room.out)
    cells = release.totals(Table.SENSITIVE_YEAR, by=["adm1_pcode", "category"])
    assert cells[cells["n_reports"] > 0].to_dict("records") == [
        {"adm1_pcode": "IQG15", "category": "C05", "n_reports": 1, "n_cells": 1, "margin": 7},
        {"adm1_pcode": "IQG15", "category": "C07", "n_reports": 1, "n_cells": 1, "margin": 7},
    ]
    for table in OPEN_TABLES:
        assert release.totals(table, corrected=True)["n_reports"].item() == 1


def test_late_sensitive_reports_are_corrected_with_the_next_year(room, without_noise):
    sensitive = [{"category": "C05", "occurred_on": day} for day in ("2023-03-01", "2024-03-01", "2023-05-01")]
    room.publish(reports(*sensitive[:1]), "2023Q4", since="2023Q1")
    entry = room.publish(reports(*sensitive), "2024Q4", since=None)
    assert (entry["years"], entry["corrected_years"]) == (("2024",), ("2023",))
    release = open_release(room.out)
    assert release.totals(Table.SENSITIVE_YEAR, by=["year"])["n_reports"].to_list() == [1, 1]
    assert release.corrections(Table.SENSITIVE_YEAR, by=["year"])["n_reports"].to_list() == [1]


def test_two_reports_of_a_case_count_in_all_releases_together(room, without_noise):
    visits = [{"case_id": "H1", "occurred_on": day} for day in ("2024-01-05", "2024-04-05", "2024-04-06", "2024-04-07")]
    alone = {"case_id": None, "occurred_on": "2024-04-08"}
    room.publish(reports(visits[0]), "2024Q1")
    room.publish(reports(*visits, alone), "2024Q2")
    release = open_release(room.out)
    assert release.totals(Table.DISTRICT_QUARTER, by=["quarter"])["n_reports"].to_list() == [1, 2]
    assert release.corrections(Table.DISTRICT_QUARTER)["n_reports"].item() == 0


def test_cases_of_two_sources_with_one_name_are_two_cases(room, without_noise):
    frame = reports(*[{"case_id": "1", "source": source} for source in ("kobo", "kobo", "odk", "odk")])
    room.publish(frame, "2024Q1")
    assert open_release(room.out).totals(Table.DISTRICT_QUARTER)["n_reports"].item() == 4


@pytest.mark.parametrize(("owner", "step"), [(module, "write_parquet"), (Seal, "close")])
def test_an_interrupted_drawing_was_seen_by_nobody_and_is_drawn_anew(room, without_noise, monkeypatch, owner, step):
    room.publish(reports({}), "2024Q1")
    before = room.files()

    def broken(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, broken)
        with pytest.raises(OSError, match="power cut"):
            room.publish(reports({}, {"occurred_on": "2024-05-05"}), "2024Q2")
    assert room.files() == before  # not one cell went out
    room.publish(reports({}, {"occurred_on": "2024-05-05"}), "2024Q2")
    assert open_release(room.out).totals(Table.DISTRICT_QUARTER, by=["quarter"])["n_reports"].to_list() == [1, 1]


def test_an_interruption_after_the_manifest_counts_as_published(room, without_noise, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(ReleaseLedger, "mark_published", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
        with pytest.raises(OSError, match="power cut"):
            room.publish(reports({}), "2024Q1")
    with pytest.raises(BadSetting, match="published already"):
        room.publish(reports({}), "2024Q1")
    room.publish(reports({}), "2024Q2")
    assert open_release(room.out).totals(Table.DISTRICT_QUARTER, corrected=True)["n_reports"].item() == 1


@pytest.mark.parametrize("n_written", [0, 1, 3])
def test_what_was_drawn_before_a_power_cut_goes_out_as_it_is_and_is_not_drawn_again(room, monkeypatch, n_written):
    """A reader who copied the folder in between would otherwise have two samples of the same noise."""
    frame = reports(*[{} for _ in range(30)])
    done = []

    def cut(path: Path, data: bytes) -> None:
        if len(done) == n_written:
            raise OSError("power cut")
        done.append(path)
        path.write_bytes(data)

    with monkeypatch.context() as patch:
        patch.setattr(release_seal, "replace_file", lambda path, data: cut(path, data) if path.parent == room.out
                      else replace_file(path, data))  # fmt: skip
        with pytest.raises(OSError, match="power cut"):
            room.publish(frame, "2024Q2")
    seen = {path.name: path.read_bytes() for path in done}
    sealed = {path.name: path.read_bytes() for path in Seal(room.ledger).folder.iterdir()}
    entry = room.publish(reports(*[{} for _ in range(500)]), "2024Q2")
    assert entry["release"] == "2024Q2"
    assert room.files() == sealed
    assert seen.items() <= room.files().items()
    assert not Seal(room.ledger).folder.exists()
    with pytest.raises(BadSetting, match="published already"):
        room.publish(frame, "2024Q2")
    assert open_release(room.out).quarters == ("2024Q1", "2024Q2")


def test_two_who_publish_at_once_draw_once(room):
    frame = reports(*[{} for _ in range(30)])
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(room.publish, frame, "2024Q2") for _ in range(2)]
    ends = [one.exception() for one in tries]
    assert sorted(type(end).__name__ for end in ends) == ["BadSetting", "NoneType"]
    assert len(open_release(room.out).manifest["releases"]) == 1


def test_two_draws_of_the_same_reports_differ(room, tmp_path):
    frame = reports(*[{} for _ in range(30)])
    room.publish(frame, "2024Q4")
    first = open_release(room.out).tables
    room.out, room.ledger = tmp_path / "b", tmp_path / "c"
    room.publish(frame, "2024Q4")
    second = open_release(room.out).tables
    assert any((first[table]["n_reports"] != second[table]["n_reports"]).any() for table in OPEN_TABLES)


def test_noise_is_discrete_laplace_with_the_stated_scale():
    """10^5 draws of each table against its probabilities; by chance alone this fails once in 10^8 runs."""
    for table in Table:
        noise = pd.Series(draw([0] * 100_000, epsilon=1.0, table=table))
        bins = range(-12, 13)
        observed = [(noise <= -13).sum(), *[(noise == k).sum() for k in bins], (noise >= 13).sum()]
        law = dlaplace(SPLIT[table])
        expected = [law.cdf(-13), *[law.pmf(k) for k in bins], law.sf(12)]
        assert chisquare(observed, [100_000 * p for p in expected]).pvalue > 1e-8


def test_a_draw_is_around_its_count_whatever_the_size():
    for count in (-(2**40), 0, 3, 2**40):
        assert all(abs(value - count) < 200 for value in draw([count] * 50, epsilon=1.0, table=Table.NATIONAL_MONTH))
    assert draw([], epsilon=1.0, table=Table.DISTRICT_QUARTER) == []


def test_no_other_generator_is_near_the_draw():
    """The generators of NumPy and of the standard library are seeded and not made for secrets."""
    source = Path(module.__file__).read_text()
    assert not any(word in source for word in ("numpy", "np.random", "import random", "secrets", "seed"))
