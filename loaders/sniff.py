"""What a file is, told by its first bytes, and whether its name says the same."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from pathlib import Path

from concerns.schema import BadSetting, FileReason, UnreadableFile
from loaders.limits import MB, Limits

HEAD_BYTES = 65_536
_SHOWN_CHARACTERS = 60
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")

# Name ending → what the content must be.
SUFFIXES: dict[str, str] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), "text"),
    ".xlsx": "zip",
    **dict.fromkeys((".json", ".geojson"), "json"),
    ".gpkg": "sqlite",
    **dict.fromkeys((".parquet", ".geoparquet"), "parquet"),
    ".zip": "zip",
}
_LEGACY = frozenset({".xls", ".xlt"})
_SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix"})
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole2"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "media"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"MZ\x00", "program"),
    (b"#!/", "program"),
    (b"{\\rtf", "rtf"),
    (b"fgb\x03", "flatgeobuf"),
    (b"\x00\x00\x27\x0a", "shp"),
)
ARCHIVES = frozenset({"zip", "gzip", "7z", "rar", "bzip2", "xz", "zstd"})
_BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DRIVE = re.compile(r"[A-Za-z]:")
_MARKUP = re.compile(r"<(?:\?xml|!|/?[A-Za-z][\w.:-]*(?:\s|/?>|$))")
_JSON = re.compile(r"\{|\[\s*(?:[\[\]{\"'\d-]|true|false|null|$)")
_SCALAR = re.compile(r"(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\"[^\"]*\")\s*\Z")


def shown_name(name: str) -> str:
    """A file name for people: no control or direction marks, short.

    >>> shown_name("report\\u202e\\nvsc.csv")
    'report??vsc.csv'
    """
    safe = "".join("?" if c in _OVERRIDES or unicodedata.category(c) in ("Cc", "Cs") else c for c in name)
    return safe if len(safe) <= _SHOWN_CHARACTERS else f"{safe[:40]}…{safe[-15:]}"


def refuse(code: FileReason, name: str, what: str, hint: str) -> UnreadableFile:
    """Make the refusal of a file; the caller raises it."""
    return UnreadableFile(what, where=shown_name(name), hint=hint, code=code)


def check_name(name: str, *, limits: Limits) -> None:
    """Refuse a name that could pass for a path or hides what it is.

    Raises UnreadableFile: FILENAME.
    """
    hint = "Rename the file and load it again."
    if not name.strip(". ") or len(name) > limits.filename_characters:
        what = f"The file name is empty or longer than {limits.filename_characters} characters."
        raise refuse(FileReason.FILENAME, name, what, hint)
    if "/" in name or "\\" in name or _DRIVE.match(name):
        raise refuse(FileReason.FILENAME, name, "The file name holds a path separator.", hint)
    if any(c in _OVERRIDES or unicodedata.category(c) in ("Cc", "Cs") for c in name):
        what = "The file name holds control characters or marks that turn the direction of writing."
        raise refuse(FileReason.FILENAME, name, what, hint)


def check_size(path: Path, name: str, *, limits: Limits) -> int:
    """Give the size in bytes of a regular file that is neither empty nor too large.

    Raises BadSetting: there is no such file. UnreadableFile: TYPE_NOT_ALLOWED, EMPTY, LIMIT.
    """
    try:
        status = path.stat()
        readable = os.access(path, os.R_OK)
    except (OSError, ValueError) as error:
        what, hint = "There is no such file, or it may not be opened.", "Check the path and its permissions."
        raise BadSetting(what, where=shown_name(name), hint=hint) from error
    if not stat.S_ISREG(status.st_mode):
        what = "This is a folder or a device, not a file."
        raise refuse(FileReason.TYPE_NOT_ALLOWED, name, what, "Give one data file.")
    if not readable:
        raise BadSetting("The file may not be read.", where=shown_name(name), hint="Check its permissions.")
    if status.st_size == 0:
        raise refuse(FileReason.EMPTY, name, "The file is empty.", "Export it again.")
    if status.st_size > limits.upload_mb * MB:
        what = f"The file is larger than {limits.upload_mb} MB."
        hint = "Split it, or load it on the command line, where larger files are allowed."
        raise refuse(FileReason.LIMIT, name, what, hint)
    return status.st_size


def bom_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def content_of(head: bytes, *, suffix: str = "") -> str:
    """Name the content by its first bytes: text, json, markup, one of the magic names, blank or binary.

    suffix: a name that ends in .json or .geojson makes JSON of any text in square brackets.

    >>> content_of(b"date,lat,lon"), content_of(b' {"type": 1}'), content_of(b"<OGRVRTDataSource>"), content_of(b" ")
    ('text', 'json', 'markup', 'blank')
    """
    for magic, content in _MAGIC:
        if head.startswith(magic):
            return content
    if head[257:262] == b"ustar":
        return "tar"
    encoding = bom_encoding(head)
    if encoding is None and head.count(b"\x00") * 5 > len(head):
        even, odd = head[0::2].count(b"\x00"), head[1::2].count(b"\x00")
        return "utf-16" if max(even, odd) > 10 * min(even, odd) else "binary"
    text = head.decode(encoding or "utf-8", "replace").lstrip("\ufeff \t\r\n\x0b\x0c\xa0")
    if not text:
        return "blank"
    if _MARKUP.match(text):
        return "markup"
    if _JSON.match(text) or _SCALAR.match(text) or (SUFFIXES.get(suffix) == "json" and text.startswith("[")):
        return "json"
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32)))
    return "binary" if controls * 16 > len(text) else "text"


def check_content(name: str, content: str) -> None:
    """Refuse a type that is not allowed, or a name that claims another type than the content has.

    Raises UnreadableFile: TYPE_NOT_ALLOWED, MAGIC_MISMATCH, ENCRYPTED_OR_LEGACY, SHAPEFILE_INCOMPLETE.
    """
    suffix = Path(name).suffix.lower()
    allowed = "Load CSV, XLSX, GeoJSON, JSON, GeoPackage, GeoParquet or a zipped shapefile."
    if content == "ole2" and suffix in {"", ".xlsx", *_LEGACY}:
        what = "This is a password-protected workbook or one of the old Excel format."
        hint = "Open it in a spreadsheet program, remove the password and save it as .xlsx."
        raise refuse(FileReason.ENCRYPTED_OR_LEGACY, name, what, hint)
    if suffix in _SHAPEFILE_PARTS:
        what = "This is one part of a shapefile."
        raise refuse(FileReason.SHAPEFILE_INCOMPLETE, name, what, "Zip its .shp, .shx, .dbf and .prj together.")
    if suffix in _LEGACY:
        what = "The name ends like an old Excel file, the content is something else."
        raise refuse(FileReason.MAGIC_MISMATCH, name, what, "Save it as .xlsx or .csv.")
    expected = SUFFIXES.get(suffix)
    if suffix and expected is None:
        raise refuse(FileReason.TYPE_NOT_ALLOWED, name, "Files of this type are not loaded.", allowed)
    if content == "utf-16" and expected in (None, "text", "json"):
        what = "The text has two bytes a character but no mark that says so."
        raise refuse(FileReason.ENCODING_UNDETERMINED, name, what, "Save it as UTF-8.")
    if expected is None and content not in set(SUFFIXES.values()):
        raise refuse(FileReason.TYPE_NOT_ALLOWED, name, "Files of this type are not loaded.", allowed)
    if expected is not None and content != expected:
        what = f"The name ends in {suffix}, but the content is of another type ({content})."
        raise refuse(FileReason.MAGIC_MISMATCH, name, what, "Export the file again, or correct its name.")
