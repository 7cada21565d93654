"""Any file of reports as text: what it is told by its content, and the reader for it."""

from __future__ import annotations

import errno
from pathlib import Path

from concerns.schema import BadSetting, FileReason, StoreError
from loaders import sniff
from loaders.archive import open_archive
from loaders.delimited import open_delimited
from loaders.json_text import open_json
from loaders.limits import Limits
from loaders.raw import RawFile
from loaders.vector import open_vector
from loaders.workbook import is_workbook, open_workbook

KINDS = ("csv", "xlsx", "geojson", "json", "geopackage", "geoparquet", "shapefile")


def open_raw(
    path: Path,
    *,
    limits: Limits,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    kind: str | None = None,
    name: str | None = None,
) -> RawFile:
    """Open a file that somebody sent, after the checks that its kind needs; its name is never trusted.

    sheet: of a workbook, or layer of a GeoPackage or zipped shapefile. encoding, delimiter: of a CSV file, where the
    choice made from the content was wrong. kind: one of KINDS, for a name without ending. name: the name that the user
    gave, where `path` is a copy under another.

    Raises UnreadableFile with a `FileReason`. BadSetting: no such file, or an option that cannot be used.
    StoreError: no room for the copy that some kinds need.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "reports.csv"
    ...     _ = path.write_text("date,lat,lon,category\\n2024-03-01,36.34,43.13,C07\\n")
    ...     raw = open_raw(path, limits=Limits())
    ...     [chunk.table.to_dict("index") for chunk in raw.chunks()]
    [{1: {'date': '2024-03-01', 'lat': '36.34', 'lon': '43.13', 'category': 'C07'}}]
    """
    name = path.name if name is None else name
    try:
        return _open(path, name, limits, kind=kind, sheet=sheet, encoding=encoding, delimiter=_delimiter(delimiter))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what, hint = "There is no room for a private copy of the file.", "Free some space and load it again."
            raise StoreError(what, where=sniff.shown_name(name), hint=hint) from error
        raise


def _open(
    path: Path,
    name: str,
    limits: Limits,
    *,
    kind: str | None,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> RawFile:
    kind = kind or sniff_kind(path, name=name, limits=limits)
    if kind not in KINDS:
        raise BadSetting("There is no such kind of file.", where=f"kind {kind[:20]}", hint=f"Use {', '.join(KINDS)}.")
    if kind == "csv":
        return open_delimited(path, name=name, limits=limits, encoding=encoding, delimiter=delimiter)
    if kind == "xlsx":
        return open_workbook(path, name=name, limits=limits, sheet=sheet)
    if kind in ("geojson", "json"):
        return open_json(path, name=name, limits=limits, is_geojson=kind == "geojson")
    return open_vector(path, name=name, limits=limits, kind=kind, layer=sheet)


def sniff_kind(path: Path, *, name: str, limits: Limits) -> str:
    """Tell the kind of a file, one of KINDS; name and size are checked on the way.

    Raises UnreadableFile: FILENAME, EMPTY, LIMIT, TYPE_NOT_ALLOWED, MAGIC_MISMATCH, ENCRYPTED_OR_LEGACY,
    ENCODING_UNDETERMINED, SHAPEFILE_INCOMPLETE, CORRUPT. BadSetting: there is no such file.
    """
    sniff.check_name(name, limits=limits)
    sniff.check_size(path, name, limits=limits)
    suffix = Path(name).suffix.lower()
    with path.open("rb") as file:
        head = file.read(sniff.HEAD_BYTES)
    content = sniff.content_of(head, suffix=suffix)
    if content == "blank":
        if path.stat().st_size <= len(head) or not _has_text(path):
            raise sniff.refuse(FileReason.EMPTY, name, "The file holds nothing but blanks.", "Export it again.")
        content = sniff.SUFFIXES.get(suffix, "text")
    sniff.check_content(name, content)
    if content == "zip":
        if suffix == ".xlsx":
            return "xlsx"
        if suffix == ".zip":
            return "shapefile"
        with open_archive(path, name, limits=limits, n_files=limits.workbook_parts) as archive:
            return "xlsx" if is_workbook(archive) else "shapefile"
    if content == "json":
        return "geojson" if suffix == ".geojson" else "json"
    return {"text": "csv", "sqlite": "geopackage", "parquet": "geoparquet"}[content]


def _has_text(path: Path) -> bool:
    with path.open("rb") as file:
        return any(block.strip() for block in iter(lambda: file.read(1 << 20), b""))


def _delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n'):
        raise BadSetting("This cannot part the cells.", where="delimiter", hint="Give one character, as , ; or |.")
    return delimiter
