"""A file of districts: read, checked row by row and as a whole, installed; or fetched with a checksum."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import requests

from concerns.schema import BadBoundaries, BadSetting, DataError, FileOutcome, FileReason
from loaders import district_set as sets
from loaders.boundary_layer import Layer, read_layer
from loaders.district_set import DistrictSet
from loaders.ledger import Ledger
from loaders.limits import MB, Limits
from loaders.sniff import shown_name

_MOST_WARNINGS = 50
_TIMEOUT_S = 60


def check(path: Path, *, name: str | None = None, limits: Limits | None = None) -> Ledger:
    """Look a district file over as `install` would, and change nothing. A refused file is a ledger, not an error.

    Rows are districts. `warnings` name gaps, holes, clockwise rings, slivers, and repairs with the change in area.
    Raises BadSetting: there is no such file.
    """
    name = name or path.name
    try:
        layer = read_layer(path, name=name, limits=limits)
        n_sound = 0 if layer.prepared is None else len(layer.prepared)
        ledger = Ledger(
            format=layer.family.name,
            rows_read=n_sound + len(layer.refused),
            quarantined=len(layer.refused),
            reasons=Counter(str(row.reason) for row in layer.refused),
            repairs=layer.repairs,
            warnings=layer.warnings,
        )
        if n_sound:
            ledger.boundary_version = _set_of(layer, name).version
            ledger.warnings = [*layer.warnings, *layer.findings[:_MOST_WARNINGS]]
            if len(layer.findings) > _MOST_WARNINGS:
                ledger.warnings.append(f"{len(layer.findings) - _MOST_WARNINGS} more findings of the same kinds.")
    except BadSetting:
        raise
    except DataError as error:
        sentence = f"{shown_name(name)}: {error.what} {error.hint}"
        return Ledger(FileOutcome.REJECTED, file_reason=error.code, sentence=sentence)
    ledger.accepted = n_sound
    ledger.close()
    return ledger


def load_districts(path: Path, *, name: str | None = None, limits: Limits | None = None) -> DistrictSet:
    """Read a district file for use, rows that cannot be districts left out.

    Raises UnreadableFile, MissingColumns, BadBoundaries with a `FileReason` as code. BadSetting: no such file.
    """
    name = name or path.name
    return _set_of(read_layer(path, name=name, limits=limits), name)


def _set_of(layer: Layer, name: str) -> DistrictSet:
    shown = shown_name(name)
    if layer.prepared is None:
        what = "No row of the file can be a district."
        raise BadBoundaries(what, where=shown, hint="Check it first.", code=layer.refused[0].reason)
    return sets.of(layer.prepared) if layer.family.is_official else sets.of(layer.prepared, source=shown)


def district_set(folder: Path | None, *, file: Path | None = None) -> DistrictSet:
    """The districts for a load: those of a file, else those that the store in `folder` uses."""
    return load_districts(file, limits=Limits.for_command_line()) if file is not None else sets.installed(folder)


def install(path: Path, folder: Path, *, name: str | None = None, limits: Limits | None = None) -> DistrictSet:
    """Make the districts of a file those of the store in `folder`. A file that is refused changes nothing."""
    chosen = load_districts(path, name=name, limits=limits)
    sets.install(folder, chosen)
    return chosen


def download(url: str, *, sha256: str, folder: Path, limits: Limits | None = None) -> DistrictSet:
    """Fetch a district file, install it when it is the very file that was meant, and nothing otherwise.

    sha256: checksum of the file in hexadecimal, from a place that can be trusted.
    Raises BadSetting: no http(s) address, no checksum, no answer. BadBoundaries (CORRUPT): another file came.
    """
    limits = limits or Limits()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting("This is no address to fetch from.", where="url", hint="Give one that starts with https://.")
    if len(sha256) != 64 or not set(sha256.lower()) <= set("0123456789abcdef"):
        raise BadSetting("This is no SHA-256 checksum.", where="sha256", hint="Give its 64 hexadecimal digits.")
    with tempfile.TemporaryDirectory(prefix="concern-atlas-") as scratch:
        copy = Path(scratch) / "download"
        found = _fetch(url, copy, limits)
        if found != sha256.lower():
            what = "The file that came has another checksum than the one given; nothing was installed."
            hint = "Check address and checksum; the file may have been replaced."
            raise BadBoundaries(what, where=parts.hostname, hint=hint, code=FileReason.CORRUPT)
        name = PurePosixPath(unquote(parts.path)).name or "download"
        return install(copy, folder, name=name, limits=limits)


def _fetch(url: str, target: Path, limits: Limits) -> str:
    digest, n_bytes = hashlib.sha256(), 0
    host = urlsplit(url).hostname or "url"
    try:
        with requests.get(url, stream=True, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:
            answer.raise_for_status()
            for block in answer.iter_content(1 << 16):
                n_bytes += len(block)
                if n_bytes > limits.upload_mb * MB:
                    what = f"The file is larger than {limits.upload_mb} MB."
                    raise BadBoundaries(what, where=host, hint="Check the address.", code=FileReason.LIMIT)
                digest.update(block)
                file.write(block)
    except requests.RequestException as error:
        hint = "Check the connection and the address, or copy the file by hand and install it."
        raise BadSetting("The file could not be fetched.", where=host, hint=hint) from error
    return digest.hexdigest()
