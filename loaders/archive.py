"""A zip file looked over before anything in it is unpacked."""

from __future__ import annotations

import errno
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from concerns.schema import FileReason
from loaders.limits import MB, Limits
from loaders.sniff import ARCHIVES, content_of, refuse

_END = b"PK\x05\x06"
_ENTRY_BYTES = 46  # of the central directory, at least
_NAME_BYTES = 1000
_NESTED = frozenset({".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".kmz", ".jar", ".cab"})
_DOCUMENTS = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods"})  # zip files by nature; they lie beside, unread
# What `zipfile` raises over an archive that is not what it says.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError, struct.error)
_HINT = "Zip the files of one shapefile or workbook again, with nothing else in it."


def open_archive(path: Path, name: str, *, limits: Limits, n_files: int) -> zipfile.ZipFile:
    """Open a zip file whose list of entries is sound; the caller closes it.

    Raises UnreadableFile: CORRUPT, ZIP_TOO_MANY_FILES, ZIP_PATH, ENCRYPTED_OR_LEGACY, DECOMPRESSION_LIMIT.
    """
    _check_directory(path, name, n_files)
    try:
        archive = zipfile.ZipFile(path)
    except (*BROKEN, ValueError, OSError) as error:
        raise corrupt(name) from error
    try:
        _check_entries(archive, path, name, limits, n_files)
    except BaseException:
        archive.close()
        raise
    return archive


def corrupt(name: str) -> Exception:
    """The refusal of a damaged container."""
    what = "The file is damaged or was cut off."
    return refuse(FileReason.CORRUPT, name, what, "Copy or export it again.")


def _check_directory(path: Path, name: str, n_files: int) -> None:
    """Look at the size of the list of entries before it is read into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_600))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise corrupt(name)
    n_entries, n_bytes, _offset = struct.unpack("<HII", tail[at + 10 : at + 20])
    if n_entries > n_files or (n_bytes != 0xFFFFFFFF and n_bytes > n_files * (_ENTRY_BYTES + _NAME_BYTES)):
        raise _too_many(name, n_files)


def _too_many(name: str, n_files: int) -> Exception:
    return refuse(FileReason.ZIP_TOO_MANY_FILES, name, f"The archive holds more than {n_files} files.", _HINT)


def _check_entries(archive: zipfile.ZipFile, path: Path, name: str, limits: Limits, n_files: int) -> None:
    entries = archive.infolist()
    if len(entries) > n_files:
        raise _too_many(name, n_files)
    for entry in entries:
        if _is_outside(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
            what = "The archive holds a link, or an entry whose name leads out of its folder."
            raise refuse(FileReason.ZIP_PATH, name, what, _HINT)
    if any(entry.flag_bits & 0x1 for entry in entries):
        what = "The archive is encrypted."
        raise refuse(FileReason.ENCRYPTED_OR_LEGACY, name, what, "Save it without a password.")
    check_expansion(sum(entry.file_size for entry in entries), path.stat().st_size, name, limits)
    files = [entry.filename for entry in entries if not entry.is_dir()]
    if len(set(files)) != len(files):
        raise refuse(FileReason.CORRUPT, name, "Two entries of the archive have one name.", _HINT)
    supported = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if any(entry.compress_type not in supported for entry in entries):
        raise refuse(FileReason.CORRUPT, name, "The archive is packed in an unusual way.", _HINT)


def check_expansion(n_unpacked: int, n_packed: int, name: str, limits: Limits) -> None:
    """Refuse what would unpack into too much; both are bytes of the whole file.

    Raises UnreadableFile: DECOMPRESSION_LIMIT.
    """
    is_steep = n_unpacked > limits.expanded_ratio_from_mb * MB and n_unpacked > limits.expanded_ratio * n_packed
    if is_steep or n_unpacked > limits.expanded_mb * MB:
        what = f"The file unpacks to more than {limits.expanded_mb} MB or {limits.expanded_ratio} times its size."
        raise refuse(FileReason.DECOMPRESSION_LIMIT, name, what, "Save it as CSV, or split it.")


def _is_outside(entry: str) -> bool:
    """Whether an entry's name is absolute, climbs up, or hides something.

    >>> _is_outside("a/b.shp"), _is_outside("../b.shp"), _is_outside("C:\\\\b.shp"), _is_outside("/etc/passwd")
    (False, True, True, True)
    """
    plain = entry.replace("\\", "/")
    return (
        not plain
        or plain.startswith("/")
        or ".." in PurePosixPath(plain).parts
        or re.match(r"[A-Za-z]:", plain) is not None
        or re.search(r"[\x00-\x1f\x7f]", plain) is not None
    )


def check_nothing_nested(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive in the archive, told by name or by its first bytes.

    Raises UnreadableFile: ZIP_NESTED, CORRUPT.
    """
    for entry in archive.infolist():
        if entry.is_dir() or PurePosixPath(entry.filename.lower()).suffix in _DOCUMENTS:
            continue
        is_archive = PurePosixPath(entry.filename.lower()).suffix in _NESTED
        if is_archive or content_of(read_head(archive, entry, name)) in ARCHIVES:
            raise refuse(FileReason.ZIP_NESTED, name, "The archive holds another archive.", "Unpack the inner one.")


def read_head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, n_bytes: int = 300) -> bytes:
    """The first bytes of an entry. Raises UnreadableFile: CORRUPT."""
    try:
        with archive.open(entry) as part:
            return part.read(n_bytes)
    except (*BROKEN, OSError) as error:
        raise corrupt(name) from error


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: BinaryIO, name: str) -> None:
    """Write an entry to a file of our own. Raises UnreadableFile: CORRUPT."""
    try:
        with archive.open(entry) as part:
            left = entry.file_size
            while block := part.read(1 << 20):
                left -= len(block)
                target.write(block)
    except BROKEN as error:
        raise corrupt(name) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place before the start of the file, by the word of the file itself
            raise corrupt(name) from error
        raise
    if left:
        raise corrupt(name)
