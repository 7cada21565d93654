"""What the parsing processes do, done in this process: the same answers, without their limits."""

from __future__ import annotations

import csv
import errno
import resource
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from concerns.schema import FileReason, StoreError
from loaders import child, confine, vector_child, workbook_child
from loaders.confine import NO_MEMORY, NO_ROOM, RefusedError
from loaders.limits import Limits
from tests.corpus.case import Case
from tests.corpus.layers import VECTOR
from tests.corpus.workbooks import XLSX

KINDS = {".gpkg": "geopackage", ".parquet": "geoparquet", ".geoparquet": "geoparquet"}
EARLIER = {  # refused before a child is asked
    FileReason.MAGIC_MISMATCH, FileReason.TYPE_NOT_ALLOWED, FileReason.ENCRYPTED_OR_LEGACY, FileReason.ZIP_PATH,
    FileReason.ZIP_TOO_MANY_FILES, FileReason.DECOMPRESSION_LIMIT,
}  # fmt: skip
LATER = {FileReason.CRS_UNSUPPORTED, FileReason.EMPTY, FileReason.HEADER_DUPLICATE}  # by whom reads the answer


def asked(case: Case, folder: Path, **options: Any) -> dict[str, Any]:
    path = folder / "copy"
    path.write_bytes(case.data)
    order = {"path": str(path), "folder": str(folder), "limits": asdict(Limits())} | options
    work = workbook_child.work if case in XLSX else vector_child.work
    return confine.attempt(work, order)


ASKED = [case for case in XLSX if not (isinstance(case.expect, FileReason) and case.expect in EARLIER)]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.filename)
def test_workbook_is_written_as_rows_or_refused(case: Case, tmp_path: Path) -> None:
    answer = asked(case, tmp_path, sheet=None)
    if isinstance(case.expect, FileReason):
        assert answer.get("refused", case.expect) == case.expect
        return
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert answer["found"]["n_sheets"] >= 1
    assert len(rows) > case.expect[0]
    assert sum(bool(row[0]) for row in rows) >= case.expect[1].get("FORMULA_NO_VALUE", 0)  # type: ignore[call-overload]


@pytest.mark.parametrize("case", VECTOR, ids=lambda case: case.filename)
@pytest.mark.parametrize("as_shapes", [False, True])
def test_layer_is_written_as_rows_or_refused(case: Case, as_shapes: bool, tmp_path: Path) -> None:
    kind = KINDS[Path(case.filename).suffix]
    answer = asked(case, tmp_path, kind=kind, layer=None, as_shapes=as_shapes, wanted=[], unwanted=[])
    if isinstance(case.expect, FileReason):
        is_later = case.expect in LATER and "found" in answer
        is_earlier = case.expect == FileReason.MAGIC_MISMATCH and answer.get("refused") == FileReason.CORRUPT
        assert is_later or is_earlier or answer["refused"] == case.expect
        return
    assert answer["found"]["n_rows"] == case.expect[0]
    with (tmp_path / "rows.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[-1] == ("geometry:wkb" if as_shapes else "geometry:lon")
    assert len(rows) == case.expect[0]


def failing(error: BaseException) -> dict[str, Any]:
    def work(_request: dict[str, Any]) -> dict[str, Any]:
        raise error

    return confine.attempt(work, {})


def test_troubles_of_a_child_have_an_answer() -> None:
    assert failing(RefusedError(FileReason.EMPTY, "Nothing.", "Try."))["refused"] == FileReason.EMPTY
    assert failing(MemoryError())["refused"] == NO_MEMORY
    assert failing(OSError(errno.ENOSPC, "full"))["refused"] == NO_ROOM
    assert failing(OSError(errno.EFBIG, "big"))["refused"] == FileReason.DECOMPRESSION_LIMIT
    assert failing(OSError(errno.EINVAL, "seek"))["refused"] == FileReason.CORRUPT
    with pytest.raises(OSError, match="gone"):
        failing(OSError(errno.ENOENT, "gone"))


def test_full_disk_is_trouble_of_the_store_and_not_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_options: Any) -> Any:
        return child.subprocess.CompletedProcess([], 0, stdout=b'{"refused": "ROOM"}')

    monkeypatch.setattr(child.subprocess, "run", full)
    with pytest.raises(StoreError, match="no room"):
        child.run("x", {}, folder=tmp_path, name="a.xlsx", limits=Limits())


def test_child_gets_no_secret_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOBO_TOKEN", "a-token-of-the-server")
    assert "a-token-of-the-server" not in str(child._environment(tmp_path))


def test_confine_sets_every_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[int, int] = {}
    monkeypatch.setattr(resource, "setrlimit", lambda what, most: found.update({what: most[1]}))
    confine.confine(memory_mb=400, seconds=60)
    assert found[resource.RLIMIT_DATA] == 400_000_000
    assert found[resource.RLIMIT_CPU] == 60
    assert found[resource.RLIMIT_CORE] == 0
    assert {resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE} <= found.keys()
