"""Every hostile and broken file of the corpus, and what the door to the readers promises."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from concerns.schema import BadSetting, DataError, FileReason, Reason, StoreError, UnreadableFile
from loaders.limits import Limits
from loaders.read import open_raw, sniff_kind
from tests.corpus.case import BASE, VRT, Case
from tests.corpus.containers import shapefile, zipped
from tests.corpus.hostile import CASES
from tests.corpus.workbooks import with_part

ROOT = Path(__file__).resolve().parents[2]
FROM_ELSEWHERE = {FileReason.COVERAGE_OVERLAP, FileReason.PCODE_DUPLICATE}  # of district files: test_boundaries
ROW_REASONS = {
    Reason.ROW_WIDTH, Reason.SUMMARY_ROW, Reason.REPEATED_HEADER, Reason.FIELD_TOO_LONG, Reason.CONTROL_CHARS,
    Reason.ENCODING_ERROR, Reason.FORMULA_NO_VALUE, Reason.GEOM_EMPTY, Reason.GEOM_INVALID, Reason.GEOM_TYPE,
}  # fmt: skip


def written(case: Case, folder: Path) -> Path:
    path = folder / case.filename
    path.write_bytes(case.data)
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.filename)[:40])
def test_file_ends_as_its_kind_of_damage_says(case: Case, tmp_path: Path) -> None:
    path = written(case, tmp_path)
    if isinstance(case.expect, FileReason):
        with pytest.raises(UnreadableFile) as refused:
            open_raw(path, limits=Limits.for_command_line())
        assert refused.value.code == case.expect, str(refused.value)
        assert refused.value.what.endswith(".") and refused.value.hint.endswith(".")
        assert str(tmp_path) not in str(refused.value)
        assert str(refused.value).isprintable()
        return
    n_records, reasons = case.expect
    raw = open_raw(path, limits=Limits.for_command_line())
    chunks = list(raw.chunks())
    rows = [int(row) for chunk in chunks for row in chunk.table.index]
    refused_rows = [row for chunk in chunks for row in chunk.refused]
    assert Counter(row.reason for row in refused_rows) == reasons
    assert sorted([*rows, *(row.row for row in refused_rows)]) == list(range(1, n_records + 1))
    assert all(list(chunk.table.columns) == raw.columns for chunk in chunks)
    assert len({column.casefold() for column in raw.columns}) == len(raw.columns)


def test_corpus_reaches_every_reason() -> None:
    assert {case.expect for case in CASES if isinstance(case.expect, FileReason)} == set(FileReason) - FROM_ELSEWHERE
    found = {reason for case in CASES if not isinstance(case.expect, FileReason) for reason in case.expect[1]}
    assert found == ROW_REASONS
    assert len({case.filename for case in CASES}) == len(CASES)


AGAIN = (
    "total.csv",
    "tags.csv",
    "cp1256.csv",
    "formula_no_value.xlsx",
    "null.geojson",
    "controls.json",
    "utm.gpkg",
    "plain.zip",
)


@pytest.mark.parametrize("case", [case for case in CASES if case.filename in AGAIN], ids=lambda case: case.filename)
def test_chunks_can_be_read_again_and_in_any_size(case: Case, tmp_path: Path) -> None:
    raw = open_raw(written(case, tmp_path), limits=Limits())
    whole = [(row, cells) for chunk in raw.chunks() for row, cells in chunk.table.to_dict("index").items()]
    parts = list(raw.chunks(n_rows=1))
    assert [(row, cells) for chunk in parts for row, cells in chunk.table.to_dict("index").items()] == whole
    assert all(len(chunk.table) + len(chunk.refused) <= 1 for chunk in parts)
    assert whole


def test_upload_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(UnreadableFile) as refused:
        open_raw(path, limits=Limits())
    assert refused.value.code == FileReason.LIMIT


def test_what_is_no_file_is_a_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        open_raw(tmp_path / "absent.csv", limits=Limits())
    with pytest.raises(UnreadableFile) as refused:
        open_raw(tmp_path, limits=Limits())
    assert refused.value.code == FileReason.TYPE_NOT_ALLOWED
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UnreadableFile) as refused:
        open_raw(tmp_path / "pipe.csv", limits=Limits())
    assert refused.value.code == FileReason.TYPE_NOT_ALLOWED


def test_full_disk_is_trouble_of_the_store_and_not_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    path = tmp_path / "reports.csv"
    path.write_bytes("name,place\nسرقة,الموصل\n".encode("cp1256"))
    monkeypatch.setattr("loaders.delimited.as_utf8", full)
    with pytest.raises(StoreError, match="no room"):
        open_raw(path, limits=Limits())


def test_name_that_the_user_gave_is_used_for_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "upload.tmp"
    path.write_text(BASE)
    assert sniff_kind(path, name="reports.csv", limits=Limits()) == "csv"
    with pytest.raises(UnreadableFile) as refused:
        open_raw(path, limits=Limits(), name="../reports.csv")
    assert refused.value.code == FileReason.FILENAME


def test_unknown_kind_and_delimiter_are_settings(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(BASE)
    for options in ({"kind": "word"}, {"delimiter": "::"}, {"delimiter": '"'}, {"encoding": "rot13"}):
        with pytest.raises(BadSetting):
            open_raw(path, limits=Limits(), **options)


PEAK = """
import json, os, sys, threading, time
from pathlib import Path
from loaders.limits import Limits
from loaders.read import open_raw

ME, peak = str(os.getpid()), 0.0
OURS = Path(f"/proc/{ME}/cmdline").read_bytes()

def tree_mb():
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            is_clone = status.with_name("cmdline").read_bytes() == OURS  # shares our memory until it starts
        except OSError:
            continue
        if fields["Pid"].strip() == ME or (fields["PPid"].strip() == ME and not is_clone):
            total += int(fields.get("VmRSS", "0 kB").split()[0])
    return total / 1000

def watch():
    global peak
    while True:
        peak = max(peak, tree_mb())
        time.sleep(0.01)

threading.Thread(target=watch, daemon=True).start()
for path in sys.argv[1:]:
    code, peak = "", tree_mb()
    try:
        for chunk in open_raw(Path(path), limits=Limits.for_command_line()).chunks():
            pass
    except ValueError as error:
        code = getattr(error, "code", "")
    print(json.dumps({"name": Path(path).name, "code": code, "peak_mb": max(peak, tree_mb())}))
"""
HEAVY = {
    "huge_record.csv", "huge_open_quote.csv", "rows.csv", "bomb.xlsx", "ratio.xlsx", "cell_far_away.xlsx",
    "entities.xlsx", "bomb.zip", "many.zip", "deep_open.json", "large_record.json", "two_layers.gpkg", "cut.parquet",
}  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is watched through /proc")
def test_refused_files_take_less_than_300_mb(tmp_path: Path) -> None:
    cases = {case.filename: case for case in CASES if case.filename in HEAVY}
    paths = [str(written(case, tmp_path)) for case in cases.values()]
    done = subprocess.run([sys.executable, "-c", PEAK, *paths], cwd=ROOT, capture_output=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["name"]: one["code"] for one in found} == {name: case.expect for name, case in cases.items()}
    assert {one["name"] for one in found if one["peak_mb"] >= 300} == set()


def test_children_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    for case in CASES:
        if case.filename in ("plain.xlsx", "plain.zip", "plain.gpkg", "cp1256.csv", "cut.gpkg", "two_sheets.xlsx"):
            path = written(case, tmp_path)
            if isinstance(case.expect, FileReason):
                with pytest.raises(UnreadableFile):
                    open_raw(path, limits=Limits())
            else:
                raw = open_raw(path, limits=Limits())
                assert any(scratch.iterdir()) and next(raw.chunks()).table.shape[0]
                del raw
    assert list(scratch.iterdir()) == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > 0


def test_nothing_that_a_file_names_is_opened_or_called(tmp_path: Path) -> None:
    canary = tmp_path / "canary.csv"
    canary.write_text(BASE)
    os.utime(canary, ns=(1, 2))  # an access is noted when the last one lies before the last change
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.csv"
        for target in (str(canary), f"/vsicurl/{url}", url):
            pipeline = json.dumps(
                {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {target}"}
            )
            entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]><sst><si><t>&e;</t></si></sst>'
            for ending in ("csv", "json", "geojson", "xlsx", "zip", "gpkg", "parquet", "vrt", ""):
                for text in (VRT.replace("/etc/passwd", target), pipeline, entity, target):
                    refused_or_read(tmp_path / f"layer.{ending}", text.encode())
            parts = {"xl/sharedStrings.xml": entity, "xl/drawings/drawing1.xml": entity}
            for part, content in parts.items():
                refused_or_read(tmp_path / "a.xlsx", with_part(part, content))
            for change in ({"prj": target.encode()}, {"cpg": target.encode()}, {"shp": VRT.encode()}):
                refused_or_read(tmp_path / "a.zip", zipped(shapefile(**change) | {"reports.vrt": VRT}))
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert canary.stat().st_atime_ns == 1


def refused_or_read(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with contextlib.suppress(DataError):
        list(open_raw(path, limits=Limits()).chunks())
