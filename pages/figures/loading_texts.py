"""What the loaders say about a file, in the reader's language: why it was refused, and what the ledger remarks.

The loaders speak English, on the command line and in logs; what varies in a sentence is kept as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from concerns.schema import FileReason
from loaders.ledger import Ledger
from pages.figures import texts
from pages.figures.texts import _, marked

REFUSALS: dict[FileReason, Callable[[], str]] = {
    FileReason.EMPTY: lambda: _("The file holds no records. Export it again, with its rows."),
    FileReason.HEADER_MISSING: lambda: _("The columns are not known. Say below which column holds what."),
    FileReason.HEADER_DUPLICATE: lambda: _("Two columns have the same name. Give every column its own name."),
    FileReason.CSV_MALFORMED: lambda: _("The quotes of the text do not fit together. Mend them in a text editor."),
    FileReason.ENCODING_UNDETERMINED: lambda: _("The encoding of the letters cannot be told. Save the file as UTF-8."),
    FileReason.MAGIC_MISMATCH: lambda: _("The content is of another type than the name says. Export the file again."),
    FileReason.TYPE_NOT_ALLOWED: lambda: _("Files of this type are not loaded. Use one of the types named above."),
    FileReason.ENCRYPTED_OR_LEGACY: lambda: _("The workbook has a password or is of the old format. Save it as .xlsx."),
    FileReason.CORRUPT: lambda: _("The file is damaged. Copy or export it again."),
    FileReason.JSON_INVALID: lambda: _("The text is no JSON, or it was cut short. Export the file again."),
    FileReason.JSON_DUPLICATE_KEY: lambda: _("A name stands twice in one object of the JSON. Export the file again."),
    FileReason.NOT_A_FEATURECOLLECTION: lambda: _("This JSON is no list of records. Export a FeatureCollection."),
    FileReason.XML_FORBIDDEN: lambda: _("The workbook holds XML that is never read. Save it again as plain .xlsx."),
    FileReason.DECOMPRESSION_LIMIT: lambda: _("Unpacked, the file is too large. Split it and load the parts."),
    FileReason.DIMENSION_LIMIT: lambda: _("The sheet is too large. Delete its empty rows and columns."),
    FileReason.TOO_MANY_COLUMNS: lambda: _("There are too many columns. Leave out those that are not needed."),
    FileReason.ZIP_PATH: lambda: _("The zip file names places outside itself. Zip the files again."),
    FileReason.ZIP_NESTED: lambda: _("The zip file holds another one. Unpack it and zip the files themselves."),
    FileReason.ZIP_TOO_MANY_FILES: lambda: _("The zip file holds too many files. Zip only those of one table."),
    FileReason.SHAPEFILE_INCOMPLETE: lambda: _("Parts of the shapefile are missing. Zip all its parts together."),
    FileReason.CRS_MISSING: lambda: _("The file states no coordinate system. Export it again in WGS84."),
    FileReason.CRS_UNSUPPORTED: lambda: _("The coordinate system is not known. Export the file again in WGS84."),
    FileReason.LAYER_AMBIGUOUS: lambda: _("Several layers look like records. Leave one of them in the file."),
    FileReason.SHEET_AMBIGUOUS: lambda: _("Several sheets look like records. Leave one of them in the workbook."),
    FileReason.COVERAGE_OVERLAP: lambda: _("Districts overlap. Mend the boundaries and load them again."),
    FileReason.PCODE_DUPLICATE: lambda: _("A district code stands twice. Mend the boundaries and load them again."),
    FileReason.FILENAME: lambda: _("The name of the file holds signs that are not taken. Rename it."),
    FileReason.LIMIT: lambda: _("The file is larger than is loaded here. Split it, or use the command line."),
}  # fmt: skip

# Remarks of the ledger as the loaders write them; a name in braces stands for what varies.
REMARKS = (
    marked("The text is not UTF-8; it was read as {encoding}. Check the names."),
    marked("The text was saved as UTF-8 twice (“Ø§Ù„”); that was undone. Check the names."),
    marked("Some bytes are no text in the encoding of the file; their rows are quarantined."),
    marked("{n} rows take the place of what is stored under their ids; the history keeps it."),
    marked("{n} rows are older than what is stored and were passed over."),
    marked("This is one page of several; load the others too, or pull them from the server."),
    marked("Latitude and longitude were exchanged back as asked: {n} of {total} points."),
    marked("Latitude and longitude look exchanged in the whole file: {n} of {total} points."),
    marked("Dates in “{column}” prove both orders of day and month; ambiguous ones are refused."),
    marked("Nothing in “{column}” proves the order of day and month; read as day first."),
    marked("Dates in “{column}” have the month first, as the column itself proves."),
    marked("Values of {column} that are no count were left blank: {n}."),
    marked("Values of {column} outside its list became “{word}”: {n}."),
    marked("Times of submission that could not be read were left blank: {n}."),
    marked("Accuracies that are no number of metres were left blank: {n}."),
    marked("Values of geo_precision that are not 1 to 5 were left out: {n}."),
    marked("Points with few decimals or shared by many records count as less exact: {n}."),
    marked("The sheet {name} was read, of {n} in the workbook."),
    marked("The workbook counts days from 1904."),
    marked("The mapping names no column of this file for {columns}."),
    marked("Read with the kept form {form}."),
    marked("A GeoJSON export holds only submissions with a point; the others are not in this file."),
)
_PATTERNS = {
    template: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template)), re.DOTALL)
    for template in REMARKS
}


def refusal(ledger: Ledger) -> str:
    """Why a file was refused and what to do; in another language than English the loaders' own words follow."""
    if texts.language() == "en" or ledger.file_reason is None:
        return ledger.sentence
    return f"{REFUSALS[FileReason(ledger.file_reason)]()} ({texts.isolated(ledger.sentence)})"


def remark(text: str) -> str:
    """A remark of a ledger in the reader's language; one that is not among REMARKS stays as it is.

    >>> with texts.reading("en"):
    ...     remark("The workbook counts days from 1904.")
    'The workbook counts days from 1904.'
    """
    for template, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(text):
            return _(template).format(**found.groupdict())
    return text
