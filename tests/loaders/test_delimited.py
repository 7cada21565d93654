"""CSV as users send it: fast and slow ways agree, and choices of encoding and delimiter can be overruled."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.schema import FileReason, Reason, UnreadableFile
from loaders import blocks, text_table
from loaders.delimited import open_delimited
from loaders.encodings import restore_mojibake
from loaders.limits import Limits
from loaders.raw import RawFile
from loaders.rows import is_blank

HEAD = ["name", "lat", "lon", "category"]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "reports.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def opened(path: Path, **options: str) -> RawFile:
    return open_delimited(path, name=path.name, limits=Limits(), **options)


def read(raw: RawFile) -> tuple[dict[int, list[str]], dict[int, Reason]]:
    kept, refused = {}, {}
    for chunk in raw.chunks(n_rows=3):
        kept |= dict(zip(chunk.table.index.tolist(), chunk.table.to_numpy().tolist(), strict=True))
        refused |= {row.row: row.reason for row in chunk.refused}
    return kept, refused


CELL = st.text(st.sampled_from("ab\"',;\n\r\t المجموعTotal=#\u200f\u00a0é"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=5), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_record_of_any_table_is_given_or_refused(
    rows: list[list[str]], end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([HEAD, ["x", "33.1", "44.1", "C07"], *rows])
    path = written(tmp_path_factory.mktemp("any"), target.getvalue())
    kept, refused = read(opened(path))
    records = [["x", "33.1", "44.1", "C07"], *(row for row in rows if not is_blank(row))]
    assert sorted([*kept, *refused]) == list(range(1, len(records) + 1))
    for number, cells in kept.items():
        assert cells == records[number - 1][:4]
        assert is_blank(records[number - 1][4:])
    for number, reason in refused.items():
        assert (reason == Reason.ROW_WIDTH) == (len(records[number - 1]) != 4) or reason == Reason.SUMMARY_ROW


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=40), n_bytes=st.integers(40, 400))
def test_where_a_file_is_cut_into_blocks_changes_nothing(
    rows: list[list[str]], n_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([HEAD, ["x", "33.1", "44.1", "C07"], *rows])
    path = written(tmp_path_factory.mktemp("cut"), target.getvalue())
    whole = read(opened(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", n_bytes)
        raw = opened(path)
        assert len(raw.blocks) >= 1  # type: ignore[attr-defined]
        assert read(raw) == whole
        patch.setattr(text_table.TextTable, "_fast", lambda *_arguments: None)
        assert read(raw) == whole


def test_cells_stay_as_they_are_written(tmp_path: Path) -> None:
    raw = opened(written(tmp_path, "name,lat,lon,category\nNA, 033.10 ,\u200f44.1,None\nnan,1e5,٣٣٫٢,null\n"))
    kept, refused = read(raw)
    assert kept == {1: ["NA", " 033.10 ", "\u200f44.1", "None"], 2: ["nan", "1e5", "٣٣٫٢", "null"]}
    assert refused == {}


def test_arabic_code_page_is_told_by_its_words_and_can_be_overruled(tmp_path: Path) -> None:
    text = "name,place,lat,lon\nسرقة دراجة,الموصل,36.3,43.1\nنزاع عشائري,الرمادي,33.4,43.3\n"
    raw = opened(written(tmp_path, text.encode("cp1256")))
    assert raw.encoding == "cp1256"
    assert read(raw)[0][1][1] == "الموصل"
    assert "Windows-1256" in raw.warnings[0]
    western = opened(tmp_path / "reports.csv", encoding="cp1252")
    assert western.encoding == "cp1252"
    assert read(western)[0][1][1] != "الموصل"


def test_western_code_page_is_told_by_its_words(tmp_path: Path) -> None:
    raw = opened(written(tmp_path, "name,place\nvol à main armée,Hôtel de Bagdad\nété,Café\n".encode("cp1252")))
    assert raw.encoding == "cp1252"
    assert read(raw)[0][2] == ["été", "Café"]


def test_undecodable_bytes_are_spelled_out_in_the_quarantine(tmp_path: Path) -> None:
    raw = opened(written(tmp_path, "name,place\nالموصل,a\n".encode() + b"x\xff,b\n"))
    refused = [row for chunk in raw.chunks() for row in chunk.refused]
    assert [(row.row, row.reason, row.column) for row in refused] == [(2, Reason.ENCODING_ERROR, "name")]
    assert refused[0].original == {"name": "x\\xff", "place": "b"}


def test_delimiter_is_the_one_of_the_header_and_can_be_overruled(tmp_path: Path) -> None:
    path = written(tmp_path, "Date;Place, village;Lat;Lon\n2024-03-01;a, b, c;33,2;44,1\n2024-03-02;d, e;33,3;44,2\n")
    assert opened(path).columns == ["Date", "Place, village", "Lat", "Lon"]
    assert opened(path, delimiter=",").columns != opened(path).columns


def test_wide_row_keeps_all_its_text(tmp_path: Path) -> None:
    raw = opened(written(tmp_path, "date,lat,lon,category\n2024-03-01,33.2,44.1,theft, at night\n"))
    refused = [row for chunk in raw.chunks() for row in chunk.refused]
    assert refused[0].original == {
        "date": "2024-03-01", "lat": "33.2", "lon": "44.1", "category": "theft", "column 5": " at night",
    }  # fmt: skip


def test_limit_of_records_counts_records_and_not_lines(tmp_path: Path) -> None:
    few = Limits(rows=5)
    path = written(tmp_path, "name,note\n" + 'x,"a\nb\nc"\n' * 5)
    assert sum(len(chunk.table) for chunk in open_delimited(path, name="a.csv", limits=few).chunks()) == 5
    path = written(tmp_path, "name,note\n" + "x,y\n" * 6)
    with pytest.raises(UnreadableFile) as refused:
        open_delimited(path, name="a.csv", limits=few)
    assert refused.value.code == FileReason.LIMIT


def test_mojibake_of_all_letters_is_undone() -> None:
    text = "ابي الخصيب چەمچەماڵ پ ڤ گ ف ق ك ل م ن ه و ي ً"
    broken = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
    assert broken != text
    assert restore_mojibake(broken) == text


SHARED = {
    "events/geocausal_iraq_sigact_2007-2008.csv": 68_573,
    "events/ucdp_ged231_sample1000.csv": 1_000,
    "events/crimedata_homicides15.csv": 1_922,
    "kobo/koboexport_cpf_ar.csv": 40,
    "kobo/onadata_tutorial_w_repeats.csv": 1,
    "dtm/20151118_IOM_DTM_Master_List.csv": 3_542,
    "population/IraqEstimatedPopulation2014.csv": 393,
    "gazetteer/openadmindata_all-flat.csv": 119,
    "hxl/input-valid.csv": 4,
    "hxl/input-fuzzy.csv": 4,
    "hxl/input-multiple-headers.csv": 2,
    "hxl/input-untagged.csv": 4,
}


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "n_records"), SHARED.items())
def test_real_files_are_read_to_the_row(name: str, n_records: int, shared_data: Path) -> None:
    path = shared_data / name
    kept, refused = read(opened(path))
    assert (len(kept), refused) == (n_records, {})


@pytest.mark.shared_data
def test_real_tags_are_found_and_a_comment_is_none(shared_data: Path) -> None:
    assert opened(shared_data / "hxl/input-valid.csv").hxl == [
        "", "#sector+es", "#subsector+es", "#org+es", "#targeted+f", "#targeted+m", "#country", "#adm1",
        "#date+reported",
    ]  # fmt: skip
    assert opened(shared_data / "hxl/input-fuzzy.csv").hxl is not None
    for name in ("hxl/input-invalid.csv", "hxl/input-untagged.csv", "gazetteer/openadmindata_all-flat.csv"):
        assert opened(shared_data / name).hxl is None
