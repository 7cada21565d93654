"""XLSX: days, numbers, formulas, sheets and headers as spreadsheet programs and people leave them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from concerns.schema import FileReason, Reason, UnreadableFile
from loaders import child
from loaders.cell_text import day_text, is_day_format, number_text
from loaders.limits import Limits
from loaders.raw import RawFile
from loaders.workbook import open_workbook
from tests.corpus.containers import sheet, workbook, workbook_parts, zipped

COLUMNS = ("date", "lat", "lon", "category")


def opened(path: Path, data: bytes | None = None, **options: str) -> RawFile:
    if data is not None:
        path.write_bytes(data)
    return open_workbook(path, name=path.name, limits=Limits(), **options)


def cells(raw: RawFile) -> list[list[str]]:
    return [row for chunk in raw.chunks() for row in chunk.table.to_numpy().tolist()]


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_are_the_same_days_in_both_epochs(is_1904: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": is_1904})
    page = book.add_worksheet()
    page.write_row(0, 0, COLUMNS)
    page.write_datetime(1, 0, dt.datetime(2024, 3, 1), book.add_format({"num_format": "dd/mm/yyyy"}))
    page.write_datetime(2, 0, dt.datetime(2024, 2, 29, 23, 30, 15), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    page.write_number(3, 0, 45352)
    for row in (1, 2, 3):
        page.write_row(row, 1, (33.3, 44.1, "C07"))
    book.close()
    raw = opened(path)
    assert [row[0] for row in cells(raw)] == ["2024-03-01", "2024-02-29T23:30:15", "45352"]
    assert raw.is_1904 is is_1904
    assert any("1904" in warning for warning in raw.warnings) is is_1904


def test_values_of_every_type_are_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "flag", "number", "text", "rich"])
    book.active.append([1, True, 33.299999999999997, "  سرقة \n في الموصل ", "x & <y>"])
    book.active.append([1e20, False, -0.5, "007", "=not|formula"[1:]])
    book.save(path)
    assert cells(opened(path)) == [
        ["1", "True", "33.3", "  سرقة \n في الموصل ", "x & <y>"],
        ["1e+20", "False", "-0.5", "007", "not|formula"],
    ]


def test_carriage_return_inside_a_cell_does_not_end_the_record(tmp_path: Path) -> None:
    raw = opened(tmp_path / "a.xlsx", workbook(COLUMNS, ("2024-03-01", 33.2, 44.1, 'a_x000D_b, "c"\nd')))
    assert cells(raw) == [["2024-03-01", "33.2", "44.1", 'a\rb, "c"\nd']]


def test_formula_gives_its_cached_value_and_without_one_its_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    page.write_row(0, 0, COLUMNS)
    page.write_row(1, 0, ("2024-03-01", 33.2, 44.1, "C07"))
    page.write_row(2, 0, ("2024-03-02",))
    page.write_formula(2, 1, "=B2+1", value=34.2)
    page.write_row(2, 2, (44.2, "C08"))
    book.close()
    assert [row[:2] for row in cells(opened(path))] == [["2024-03-01", "33.2"], ["2024-03-02", "34.2"]]
    plain = openpyxl.load_workbook(path)
    plain.active.append(["2024-03-03", "=B2*2", 44.2, "C08"])
    plain.save(path)
    refused = [row for chunk in opened(path).chunks() for row in chunk.refused]
    assert [(row.row, row.reason, row.column) for row in refused] == [
        (2, Reason.FORMULA_NO_VALUE, "lat"), (3, Reason.FORMULA_NO_VALUE, "lat"),
    ]  # fmt: skip


def test_formula_whose_value_is_an_empty_text_is_blank(tmp_path: Path) -> None:
    data = workbook(COLUMNS, ("2024-03-01", 33.2, 44.1, "C07"), ("2024-03-02", 33.2, 44.1, "=A1"))
    xml = sheet([COLUMNS, ("2024-03-01", 33.2, 44.1, "=A1")])
    empty = xml.replace('<c r="D2"><f>A1</f><v/>', '<c r="D2" t="str"><f>A1</f><v></v>')
    assert empty != xml
    raw = opened(tmp_path / "a.xlsx", zipped(workbook_parts({"reports": empty})))
    assert cells(raw) == [["2024-03-01", "33.2", "44.1", ""]]
    assert len(cells(opened(tmp_path / "b.xlsx", data))) == 1


def test_two_header_rows_give_the_lower_names_and_the_upper_where_these_stand_twice(tmp_path: Path) -> None:
    raw = opened(
        tmp_path / "a.xlsx",
        workbook(
            ["Report of March"],
            ["date", "Men", None, "Women", None, "category"],
            [None, "adults", "youth", "adults", "youth", None],
            ["2024-03-01", 1, 2, 3, 4, "C07"],
            merges=["A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"],
        ),
    )
    assert raw.columns == ["date", "Men/adults", "Men/youth", "Women/adults", "Women/youth", "category"]
    assert cells(raw) == [["2024-03-01", "1", "2", "3", "4", "C07"]]


def test_sheet_can_be_named_and_choices_are_said(tmp_path: Path) -> None:
    rows = {"January": sheet([COLUMNS, ("2024-01-01", 33.2, 44.1, "C07")])}
    rows["February"] = sheet([COLUMNS, ("2024-02-01", 33.2, 44.1, "C07")])
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(workbook_parts(rows)))
    with pytest.raises(UnreadableFile, match="January, February") as refused:
        opened(path)
    assert refused.value.code == FileReason.SHEET_AMBIGUOUS
    raw = opened(path, sheet="february")
    assert cells(raw)[0][0] == "2024-02-01"
    assert "February" in raw.warnings[0]
    with pytest.raises(UnreadableFile) as refused:
        opened(path, sheet="March")
    assert refused.value.code == FileReason.SHEET_AMBIGUOUS


def test_strict_and_prefixed_xml_is_read(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    xml = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:r><x:t>na</x:t></x:r>'
        "<x:r><x:t>me</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c><x:c t='inlineStr'><x:is><x:t>day</x:t>"
        "</x:is></x:c></x:row><x:row><x:c t='inlineStr'><x:is><x:t>a</x:t></x:is></x:c>"
        "<x:c t='d'><x:v>2024-03-01T00:00:00</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    raw = opened(tmp_path / "a.xlsx", zipped(workbook_parts({"reports": xml})))
    assert raw.columns == ["name", "day"]
    assert cells(raw) == [["a", "2024-03-01"]]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_means_the_same_number(value: float) -> None:
    assert float(number_text(repr(value))) == value
    assert float(number_text(f"{value:.17g}")) == value


@given(st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 30)), st.booleans())
def test_day_text_counts_days(day: dt.date, is_1904: bool) -> None:
    first = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    serial = (day - first).days
    if serial < 1:
        assert day_text(str(serial), is_1904=is_1904) == str(serial)
    else:
        assert day_text(str(serial), is_1904=is_1904) == day.isoformat()


def test_day_before_the_leap_day_that_never_was() -> None:
    # Excel's own: serial 59 is 28 February 1900, 61 is 1 March 1900
    assert [day_text(text, is_1904=False) for text in ("1", "59", "61")] == ["1900-01-01", "1900-02-28", "1900-03-01"]


@pytest.mark.parametrize(
    ("code", "is_day"),
    [
        ("d-mmm-yy", True), ("[$-F800]dddd, mmmm dd, yyyy", True), ("m/d/yyyy h:mm", True), ("yyyy", True),
        ("mm:ss", False), ("[h]:mm", False), ("0.00E+00", False), ("#,##0.00\\ [$€-407]", False), ('"day" 0', False),
        ("General", False),
    ],
)  # fmt: skip
def test_formats_that_show_days(code: str, is_day: bool) -> None:
    assert is_day_format(164, code) is is_day


def test_parser_that_runs_wild_takes_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(COLUMNS, ("2024-03-01", 33.2, 44.1, "C07")))
    for module, code in (
        ("tests.loaders.wild_memory", FileReason.LIMIT),
        ("tests.loaders.wild_crash", FileReason.CORRUPT),
        ("tests.loaders.wild_time", FileReason.LIMIT),
    ):
        monkeypatch.setattr("loaders.workbook._CHILD", module)
        with pytest.raises(UnreadableFile) as refused:
            open_workbook(path, name="a.xlsx", limits=Limits(child_memory_mb=150, child_seconds=1))
        assert refused.value.code == code
    monkeypatch.setattr(
        child.subprocess, "run", lambda *_a, **_k: (_ for _ in ()).throw(child.subprocess.TimeoutExpired("x", 1))
    )
    with pytest.raises(UnreadableFile) as refused:
        open_workbook(path, name="a.xlsx", limits=Limits())
    assert refused.value.code == FileReason.LIMIT


@pytest.mark.shared_data
def test_real_workbooks_are_read_to_the_row(shared_data: Path) -> None:
    kobo = opened(shared_data / "kobo/koboexport_cpf_en.xlsx")
    assert len(cells(kobo)) == 40
    assert cells(kobo)[0][kobo.columns.index("_uuid")] == "00000000-0000-4000-8000-000000000000"
    tagged = opened(shared_data / "hxl/input-valid.xlsx")
    assert len(cells(tagged)) == 4
    assert tagged.hxl is not None and tagged.hxl[4] == "#targeted+f"
