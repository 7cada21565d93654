"""CSV and its kin as users send them: any encoding and delimiter, with titles, comments and tags above the records."""

from __future__ import annotations

import tempfile
from pathlib import Path

from loaders.encodings import Decoding, as_utf8, detect
from loaders.header import agreement
from loaders.limits import Limits
from loaders.text_table import SAMPLE_BYTES, TextTable, first_rows, open_table

DELIMITERS = (",", ";", "\t", "|")


def open_delimited(
    path: Path, *, name: str, limits: Limits, encoding: str | None = None, delimiter: str | None = None
) -> TextTable:
    """Open a CSV file as users send it: encoding, delimiter, titles, header and tags are found.

    Raises UnreadableFile: EMPTY, HEADER_MISSING, HEADER_DUPLICATE, CSV_MALFORMED, ENCODING_UNDETERMINED,
    TOO_MANY_COLUMNS, LIMIT. BadSetting: an unknown encoding.
    """
    decoding = detect(path, name, override=encoding)
    folder, text, start = None, path, decoding.n_skip
    if decoding.encoding != "utf-8" or decoding.is_twice:
        folder = tempfile.TemporaryDirectory(prefix="concern-atlas-")
        text, start = Path(folder.name) / "text.csv", 0
        with text.open("wb") as copy:
            copy.writelines(as_utf8(path, decoding))
    with text.open("rb") as file:
        file.seek(start)
        head = file.read(SAMPLE_BYTES)
    named, n_directive = _directive(head)
    delimiter = delimiter or named or _best_delimiter(head[n_directive:])
    found = open_table(text, name=name, limits=limits, start=start + n_directive, delimiter=delimiter)
    found.encoding, found.folder = decoding.encoding, folder
    found.warnings += _about_encoding(decoding)
    return found


def _about_encoding(decoding: Decoding) -> list[str]:
    said = []
    if decoding.encoding in ("cp1252", "cp1256"):
        label = {"cp1252": "Windows-1252 (Western)", "cp1256": "Windows-1256 (Arabic)"}[decoding.encoding]
        said.append(f"The text is not UTF-8; it was read as {label}. Check the names.")
    if decoding.is_twice:
        said.append("The text was saved as UTF-8 twice (“Ø§Ù„”); that was undone. Check the names.")
    if decoding.has_errors:
        said.append("Some bytes are no text in the encoding of the file; their rows are quarantined.")
    return said


def _directive(head: bytes) -> tuple[str | None, int]:
    """The delimiter that a first line `sep=;` names, as some spreadsheet programs write it, and its length."""
    line = head[:20].splitlines(keepends=True)[0] if head else b""
    text = line.rstrip(b"\r\n").strip(b'"').lower()
    if text.startswith(b"sep=") and len(text) == 5 and chr(text[4]) in DELIMITERS:
        return chr(text[4]), len(line)
    return None, 0


def _best_delimiter(head: bytes) -> str:
    """The delimiter that gives the widest header which the rows below agree with; a comma when none is better."""
    all_of_them = "".join(DELIMITERS)
    scores = {one: agreement(first_rows(head, one)[0], others=all_of_them.replace(one, "")) for one in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])
