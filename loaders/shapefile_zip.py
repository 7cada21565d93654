"""A zipped shapefile: which of its entries belong together, copied out under names of our own, and their sizes held
against each other before any parser sees them.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from concerns.schema import FileReason
from loaders.archive import check_nothing_nested, open_archive, read_head, unpack
from loaders.confine import RefusedError
from loaders.encodings import ENCODINGS
from loaders.features import pick_layer
from loaders.limits import Limits
from loaders.sniff import refuse
from loaders.workbook import is_workbook

_PARTS = ("shp", "shx", "dbf", "prj", "cpg")
_MAGIC = b"\x00\x00\x27\x0a"
_ZIP_HINT = "Zip .shp, .shx, .dbf and .prj together."


@dataclass(frozen=True)
class ShapefileParts:
    """projection: the text of the .prj part. charset: the encoding that the .cpg part names, if it is a known one."""

    n_records: int
    projection: str
    charset: str | None


def unpack_shapefile(
    path: Path,
    folder: Path,
    *,
    name: str,
    limits: Limits,
    layer: str | None = None,
    wanted: Sequence[str] = (),
    unwanted: Sequence[str] = (),
) -> ShapefileParts:
    """Copy the parts of the chosen layer to `folder` as features.shp, .shx, .dbf.

    Raises UnreadableFile: SHAPEFILE_INCOMPLETE, CRS_MISSING, LAYER_AMBIGUOUS, CORRUPT, MAGIC_MISMATCH,
    TYPE_NOT_ALLOWED, ENCRYPTED_OR_LEGACY, ZIP_PATH, ZIP_NESTED, ZIP_TOO_MANY_FILES, DECOMPRESSION_LIMIT, LIMIT.
    """
    with open_archive(path, name, limits=limits, n_files=limits.zip_files) as archive:
        if is_workbook(archive):
            what = "The name says zip file, but this is a workbook."
            raise refuse(FileReason.MAGIC_MISMATCH, name, what, "Rename it to .xlsx.")
        check_nothing_nested(archive, name)
        layers = _layers(archive)
        complete = {stem: parts for stem, parts in layers.items() if "shp" in parts}
        if not complete:
            _refuse_without_shapes(layers, name)
        parts = complete[_choose(archive, complete, name, layer, wanted, unwanted)]
        missing = [f".{ending}" for ending in ("shx", "dbf") if ending not in parts]
        if missing:
            what = f"The shapefile lacks its {' and '.join(missing)} part."
            raise refuse(FileReason.SHAPEFILE_INCOMPLETE, name, what, _ZIP_HINT)
        if "prj" not in parts:
            what = "The shapefile states no coordinate system: its .prj part is missing."
            raise refuse(FileReason.CRS_MISSING, name, what, "Zip the .prj with it, or export it again.")
        for ending in _PARTS:
            if ending in parts:
                with (folder / f"features.{ending}").open("wb") as target:
                    unpack(archive, parts[ending], target, name)
    stated, projection = folder / "features.cpg", folder / "features.prj"
    charset = _charset(stated.read_bytes()[:40]) if stated.exists() else None
    text = projection.read_bytes()[:50_000].decode("utf-8", "replace")
    stated.unlink(missing_ok=True)
    projection.unlink()
    return ShapefileParts(_check_parts(folder, name, limits), text, charset)


def _refuse_without_shapes(layers: dict[str, dict[str, zipfile.ZipInfo]], name: str) -> NoReturn:
    if layers:
        what = "The shapefile lacks its .shp part."
        raise refuse(FileReason.SHAPEFILE_INCOMPLETE, name, what, _ZIP_HINT)
    what = "The zip file holds no shapefile."
    raise refuse(FileReason.TYPE_NOT_ALLOWED, name, what, "Unpack it and load the file that is inside.")


def _layers(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """The parts of each shapefile in the archive: folder and stem → ending → entry."""
    layers: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in archive.infolist():
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        is_hidden = "__MACOSX" in inside.parts or inside.name.startswith(".")
        ending = inside.suffix[1:].lower()
        if not entry.is_dir() and not is_hidden and ending in _PARTS:
            layers.setdefault(str(inside.with_suffix("")).casefold(), {})[ending] = entry
    return layers


def _choose(
    archive: zipfile.ZipFile,
    layers: dict[str, dict[str, zipfile.ZipInfo]],
    name: str,
    layer: str | None,
    wanted: Sequence[str],
    unwanted: Sequence[str],
) -> str:
    stems = {PurePosixPath(stem).name: stem for stem in layers}
    if len(stems) != len(layers):
        stems = {stem: stem for stem in layers}
    columns = {short: _column_names(archive, layers[stem].get("dbf"), name) for short, stem in stems.items()}
    try:
        return stems[pick_layer(columns, name=layer, wanted=wanted, unwanted=unwanted)]
    except RefusedError as error:
        raise refuse(FileReason(error.answer["refused"]), name, error.answer["what"], error.answer["hint"]) from error


def _column_names(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | None, name: str) -> list[str]:
    """The column names in the head of a dBASE table."""
    if entry is None:
        return []
    head = read_head(archive, entry, name, 32 + 32 * 256)
    (n_head,) = struct.unpack_from("<H", head.ljust(12, b"\x00"), 8)
    fields = [head[at : at + 11] for at in range(32, min(n_head, len(head)) - 31, 32)]
    return [field.partition(b"\x00")[0].decode("latin-1") for field in fields]


def _charset(stated: bytes) -> str | None:
    """The encoding that a .cpg part names; None for one that is not known, which the content then tells."""
    text = re.sub(r"[^a-z0-9]", "", stated.decode("latin-1").lower())
    number = text.removeprefix("windows").removeprefix("cp").removeprefix("ansi")
    named = {"utf8": "utf-8", "65001": "utf-8", "1256": "cp1256", "1252": "cp1252", "88591": "iso-8859-1"}
    named |= {"iso88591": "iso-8859-1", "iso88596": "iso-8859-6", "88596": "iso-8859-6"}
    found = named.get(text) or named.get(number)
    return found if found in ENCODINGS else None


def _check_parts(folder: Path, name: str, limits: Limits) -> int:
    """Hold the three parts against each other; give the number of records."""
    shapes, index, table = (folder / f"features.{ending}" for ending in ("shp", "shx", "dbf"))
    heads = []
    for part in (shapes, index, table):
        with part.open("rb") as file:
            heads.append(file.read(100).ljust(100, b"\x00"))
    n_records, left_over = divmod(index.stat().st_size - 100, 8)
    (n_words,) = struct.unpack(">i", heads[0][24:28])
    n_table, n_head, n_row = struct.unpack("<IHH", heads[2][4:12])
    is_whole = (
        heads[0][:4] == heads[1][:4] == _MAGIC
        and 50 <= n_words <= shapes.stat().st_size // 2
        and left_over == 0
        and n_table == n_records
        and n_row > 0
        and n_head >= 33
        and n_head + n_table * n_row <= table.stat().st_size + 1
    )
    if not is_whole:
        what = "The parts of the shapefile are damaged or do not belong together."
        raise refuse(FileReason.CORRUPT, name, what, "Export it and zip it again.")
    if n_records > limits.rows:
        what = f"The shapefile has more than {limits.rows} records."
        raise refuse(FileReason.LIMIT, name, what, "Split it and load the parts one by one.")
    return n_records
