"""The vocabulary: closed lists and the columns of each table. Nothing of ours lies below it but `errors`."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from concerns.errors import (
    AccessDenied,
    BadBoundaries,
    BadSetting,
    DataError,
    MissingColumns,
    StoreError,
    UnknownFormat,
    UnreadableFile,
)

__all__ = [
    "ADM1_LENGTH",
    "AccessDenied",
    "BadBoundaries",
    "BadSetting",
    "DataError",
    "FileOutcome",
    "FileReason",
    "GeoPrecision",
    "INDICATOR_COLUMNS",
    "JoinMethod",
    "MissingColumns",
    "QUARANTINE_COLUMNS",
    "REPORT_COLUMNS",
    "Repair",
    "Reason",
    "StoreError",
    "UnknownFormat",
    "UnreadableFile",
]

ADM1_LENGTH = 5  # "IQG15" of "IQG15Q03": in COD-AB the parent of a p-code is its prefix


class JoinMethod(StrEnum):
    """How a report came to its district."""

    WITHIN = "within"
    BORDER = "border"
    NEAREST = "nearest"
    NAME = "name"


class GeoPrecision(IntEnum):
    """How exact a place is. Coarser than PLACE is never drawn as a point."""

    GPS = 1
    PLACE = 2
    SUBDISTRICT = 3
    DISTRICT = 4
    GOVERNORATE = 5


class FileOutcome(StrEnum):
    """What became of a file as a whole."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_QUARANTINE = "accepted_with_quarantine"
    QUARANTINED_ALL = "quarantined_all"
    REJECTED = "rejected"
    ALREADY_INGESTED = "already_ingested"


class Reason(StrEnum):
    """Why a row is in quarantine: a closed list, one a row, the first that applies."""

    COORD_MISSING = "COORD_MISSING"
    COORD_UNPARSEABLE = "COORD_UNPARSEABLE"
    COORD_RANGE = "COORD_RANGE"
    COORD_PROJECTED = "COORD_PROJECTED"
    COORD_ZERO = "COORD_ZERO"
    COORD_SWAPPED = "COORD_SWAPPED"
    COORD_LOW_ACCURACY = "COORD_LOW_ACCURACY"
    OUTSIDE_COUNTRY = "OUTSIDE_COUNTRY"
    NO_DISTRICT = "NO_DISTRICT"
    DISTRICT_UNKNOWN = "DISTRICT_UNKNOWN"
    DISTRICT_MISMATCH = "DISTRICT_MISMATCH"
    DATE_MISSING = "DATE_MISSING"
    DATE_UNPARSEABLE = "DATE_UNPARSEABLE"
    DATE_INVALID = "DATE_INVALID"
    DATE_AMBIGUOUS = "DATE_AMBIGUOUS"
    DATE_FUTURE = "DATE_FUTURE"
    DATE_TOO_OLD = "DATE_TOO_OLD"
    DATE_HIJRI = "DATE_HIJRI"
    DATE_AFTER_SUBMISSION = "DATE_AFTER_SUBMISSION"
    CATEGORY_MISSING = "CATEGORY_MISSING"
    CATEGORY_UNKNOWN = "CATEGORY_UNKNOWN"
    SEVERITY_INVALID = "SEVERITY_INVALID"
    VALIDATION_NOT_APPROVED = "VALIDATION_NOT_APPROVED"
    UUID_CONFLICT = "UUID_CONFLICT"
    ROW_WIDTH = "ROW_WIDTH"
    SUMMARY_ROW = "SUMMARY_ROW"
    REPEATED_HEADER = "REPEATED_HEADER"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    CONTROL_CHARS = "CONTROL_CHARS"
    ENCODING_ERROR = "ENCODING_ERROR"
    FORMULA_NO_VALUE = "FORMULA_NO_VALUE"
    GEOM_EMPTY = "GEOM_EMPTY"
    GEOM_INVALID = "GEOM_INVALID"
    GEOM_TYPE = "GEOM_TYPE"
    PCODE_MISSING = "PCODE_MISSING"


class FileReason(StrEnum):
    """Why a whole file was refused: a closed list."""

    EMPTY = "EMPTY"
    HEADER_MISSING = "HEADER_MISSING"
    HEADER_DUPLICATE = "HEADER_DUPLICATE"
    CSV_MALFORMED = "CSV_MALFORMED"
    ENCODING_UNDETERMINED = "ENCODING_UNDETERMINED"
    MAGIC_MISMATCH = "MAGIC_MISMATCH"
    TYPE_NOT_ALLOWED = "TYPE_NOT_ALLOWED"
    ENCRYPTED_OR_LEGACY = "ENCRYPTED_OR_LEGACY"
    CORRUPT = "CORRUPT"
    JSON_INVALID = "JSON_INVALID"
    JSON_DUPLICATE_KEY = "JSON_DUPLICATE_KEY"
    NOT_A_FEATURECOLLECTION = "NOT_A_FEATURECOLLECTION"
    XML_FORBIDDEN = "XML_FORBIDDEN"
    DECOMPRESSION_LIMIT = "DECOMPRESSION_LIMIT"
    DIMENSION_LIMIT = "DIMENSION_LIMIT"
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    ZIP_PATH = "ZIP_PATH"
    ZIP_NESTED = "ZIP_NESTED"
    ZIP_TOO_MANY_FILES = "ZIP_TOO_MANY_FILES"
    SHAPEFILE_INCOMPLETE = "SHAPEFILE_INCOMPLETE"
    CRS_MISSING = "CRS_MISSING"
    CRS_UNSUPPORTED = "CRS_UNSUPPORTED"
    LAYER_AMBIGUOUS = "LAYER_AMBIGUOUS"
    SHEET_AMBIGUOUS = "SHEET_AMBIGUOUS"
    COVERAGE_OVERLAP = "COVERAGE_OVERLAP"
    PCODE_DUPLICATE = "PCODE_DUPLICATE"
    FILENAME = "FILENAME"
    LIMIT = "LIMIT"


class Repair(StrEnum):
    """What was mended in an accepted row; the original text is kept."""

    DIGITS_NORMALISED = "DIGITS_NORMALISED"
    DECIMAL_COMMA = "DECIMAL_COMMA"
    COORD_DMS = "COORD_DMS"
    INVISIBLE_STRIPPED = "INVISIBLE_STRIPPED"
    DATE_EXCEL_SERIAL = "DATE_EXCEL_SERIAL"
    RING_CLOSED = "RING_CLOSED"


# Grain: one row a report. Column → Arrow type name of the stored table; "?" marks what may be missing.
REPORT_COLUMNS: dict[str, str] = {
    "report_id": "string",
    "source": "string",
    "case_id": "string?",  # ties the reports of one case or household; nobody sees it, the release limits by it
    "forum_id": "string?",
    "occurred_on": "date32",
    "reported_on": "date32?",
    "date_precision": "int8",
    "submitted_at": "timestamp?",
    "adm1_pcode": "string",
    "adm2_pcode": "string?",  # missing: known by governorate only
    "adm3_pcode": "string?",
    "adm2_stated": "string?",
    "place_name": "string?",
    "lat": "float64?",
    "lon": "float64?",
    "accuracy_m": "float64?",
    "geo_precision": "int8",
    "category": "string",
    "subcategory": "string?",
    "severity": "int8?",
    "n_affected": "int32?",
    "affected_women": "int32?",
    "affected_children": "int32?",
    "reporter_group": "string?",
    "reporter_sex": "string?",
    "reporter_status": "string?",
    "validation": "string?",
    "description": "string?",
    "text_lang": "string?",
    "join_method": "string",
    "distance_m": "float64",
    "location_conflict": "bool",
    "near_duplicate": "bool",
    "sensitive": "bool",
    "is_context": "bool",  # an event of others: never added to forum reports in one total
    "repairs": "string?",
    "boundary_version": "string",
    "batch_id": "string",
    "row": "int32",
    "id_hash": "int64",  # of source and folded report_id: the identity across files
    "near_hash": "int64",  # of place, day and category: equal under different ids means a near-duplicate
    "content_hash": "int64",  # of what the source said: equal for the same answers in any export
}

# Grain: one row a figure of others for an area (displaced people, events of a month): no report, in no total.
INDICATOR_COLUMNS: dict[str, str] = {
    "report_id": "string",
    "source": "string",
    "indicator": "string?",
    "occurred_on": "date32?",
    "date_precision": "int8",
    "submitted_at": "timestamp?",
    "adm1_pcode": "string",
    "adm2_pcode": "string?",
    "adm3_pcode": "string?",
    "adm2_stated": "string?",
    "place_name": "string?",
    "lat": "float64?",
    "lon": "float64?",
    "geo_precision": "int8",
    "n_events": "int32?",
    "n_fatalities": "int32?",
    "n_families": "int32?",
    "n_persons": "int32?",
    "validation": "string?",
    "join_method": "string",
    "distance_m": "float64",
    "location_conflict": "bool",
    "repairs": "string?",
    "boundary_version": "string",
    "batch_id": "string",
    "row": "int32",
    "id_hash": "int64",
    "near_hash": "int64",
    "content_hash": "int64",
}

# Grain: one row a refused row of one batch.
QUARANTINE_COLUMNS: dict[str, str] = {
    "batch_id": "string",
    "row": "int32",
    "reason": "string",
    "column": "string?",
    "original": "string",  # the row as it stood in the file: one JSON object, column → text
}
