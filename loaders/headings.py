"""What our columns are called elsewhere: the words under which tables and forms ask for the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from loaders.cells import fold

# Our text columns, as a source hands them on; see the dictionary of the templates.
TEXT_COLUMNS = (
    "report_id", "case_id", "forum_id", "occurred_on", "reported_on", "date_precision", "submitted_at", "adm1_pcode",
    "adm2_pcode", "adm3_pcode", "governorate", "district", "place_name", "lat", "lon", "geopoint", "accuracy_m",
    "geo_precision", "category", "subcategory", "severity", "n_affected", "affected_women", "affected_children",
    "reporter_group", "reporter_sex", "reporter_status", "validation", "description", "text_lang", "sensitive",
)  # fmt: skip

# Our column → words for it, the likeliest first; compared without case, spaces, underscores and unseen marks.
WORDS: dict[str, tuple[str, ...]] = {
    "report_id": (
        "report_id", "_uuid", "uuid", "meta/instanceID", "instanceID", "event_id", "incident_id", "record_id",
        "id", "_id", "KEY", "ref", "reference", "رقم البلاغ", "المعرف", "ناسنامە",
    ),
    "case_id": ("case_id", "case number", "household_id", "hh_id", "رقم القضية", "رقم الأسرة", "ژمارەی کەیس"),
    "forum_id": ("forum_id", "forum", "cpf", "cpf_id", "forum code", "المنتدى", "رمز المنتدى", "کۆڕ"),
    "occurred_on": (
        "occurred_on", "incident_date", "date of incident", "date of concern", "concern_date", "event_date",
        "date of event", "date_occurred", "occurrence date", "when", "date", "day", "date_time", "datetime",
        "تاريخ الحادث", "تاريخ الحادثة", "تاريخ الحدث", "تاريخ القلق", "تاريخ الواقعة", "التاريخ", "تاريخ",
        "ڕێکەوتی ڕووداو", "بەرواری ڕووداو", "ڕێکەوت", "بەروار",
    ),
    "reported_on": (
        "reported_on", "date_reported", "report_date", "reporting_date", "date of report", "تاريخ البلاغ",
        "تاريخ التبليغ",
    ),
    "submitted_at": ("submitted_at", "_submission_time", "submission_time", "SubmissionDate", "submitted"),
    "adm1_pcode": ("adm1_pcode", "admin1_pcode", "admin1Pcode", "adm1_code", "admin1_code", "governorate_pcode"),
    "adm2_pcode": (
        "adm2_pcode", "admin2_pcode", "admin2Pcode", "adm2_code", "admin2_code", "district_pcode", "pcode", "p-code",
    ),
    "adm3_pcode": ("adm3_pcode", "admin3_pcode", "admin3Pcode", "adm3_code", "subdistrict_pcode"),
    "governorate": (
        "governorate", "adm1_name", "adm1_en", "admin1_name", "admin1Name", "admin1", "adm1", "province", "gov",
        "المحافظة", "محافظة", "پارێزگا",
    ),
    "district": (
        "district", "adm2_name", "adm2_en", "admin2_name", "admin2Name", "admin2", "adm2", "qada", "qadha", "القضاء",
        "قضاء", "قەزا",
    ),
    "place_name": (
        "place_name", "place", "village", "town", "city", "site", "site_name", "neighbourhood", "neighborhood",
        "location_name", "locality", "المكان", "القرية", "الحي", "اسم المكان", "گوند", "شوێن",
    ),
    "lat": (
        "lat", "latitude", "_latitude", "gps_lat", "gps_latitude", "lat_dd", "point_y", "y", "northing", "خط العرض",
        "دائرة العرض", "هێڵی پانی",
    ),
    "lon": (
        "lon", "lng", "long", "longitude", "_longitude", "gps_lon", "gps_longitude", "lon_dd", "point_x", "x",
        "easting", "خط الطول", "هێڵی درێژی",
    ),
    "geopoint": (
        "geopoint", "gps", "gps_point", "gps_location", "gps_coordinates", "coordinates", "coords", "location",
        "point", "lat_lon", "latlon", "lat_long", "الموقع", "الإحداثيات", "احداثيات", "شوێن",
    ),
    "accuracy_m": ("accuracy_m", "accuracy", "gps_accuracy", "gps_precision", "horizontal_accuracy", "الدقة"),
    "category": (
        "category", "concern_type", "type of concern", "concern_category", "concern", "incident_type",
        "type of incident", "event_type", "issue_type", "issue", "type", "نوع القلق الأمني", "نوع القلق", "الفئة",
        "نوع الحادث", "النوع", "فئة", "پۆل", "جۆری نیگەرانی", "جۆر",
    ),
    "subcategory": ("subcategory", "sub_category", "sub type", "subtype", "الفئة الفرعية"),
    "severity": ("severity", "severity_level", "seriousness", "الخطورة", "درجة الخطورة", "الشدة", "توندی"),
    "n_affected": (
        "n_affected", "people_affected", "persons_affected", "number affected", "affected", "number_of_victims",
        "عدد المتأثرين", "المتأثرون", "ژمارەی زیانلێکەوتووان",
    ),
    "affected_women": ("affected_women", "women_affected", "النساء المتأثرات"),
    "affected_children": ("affected_children", "children_affected", "الأطفال المتأثرون"),
    "reporter_group": ("reporter_group", "reported_by_group", "source_group"),
    "reporter_sex": ("reporter_sex", "sex of reporter", "reporter_gender"),
    "reporter_status": ("reporter_status", "displacement_status"),
    "validation": ("validation", "_validation_status", "validation_status", "ReviewState"),
    "description": (
        "description", "details", "narrative", "event_description", "comments", "notes", "summary", "الوصف",
        "التفاصيل", "ملاحظات", "وەسف", "وردەکاری",
    ),
    "text_lang": ("text_lang", "language"),
    "date_precision": ("date_precision",),
    "geo_precision": ("geo_precision",),
    "sensitive": ("sensitive",),
}  # fmt: skip

# Names that a mapping may use for ours: every word above, and some more.
OUR_NAMES = {fold(word): column for column in reversed(TEXT_COLUMNS) for word in WORDS[column]}
OUR_NAMES |= {fold(word): "submitted_at" for word in ("submission_date", "submitted_on", "end")}
OUR_NAMES |= {fold(column): column for column in TEXT_COLUMNS}

_PLACES = ("geopoint", "adm3_pcode", "adm2_pcode", "adm1_pcode", "district", "governorate", "place_name")


def find_headers(columns: Mapping[str, str] | Iterable[str], *, wanted: Iterable[str] = TEXT_COLUMNS) -> dict[str, str]:
    """Match our columns with headers by their words: our column → header.

    columns: headers, or a name by which to compare → header (a form's question without its group, say). A header
    serves one column only; the likeliest word wins.

    >>> find_headers(["Date", "LATITUDE", "Longitude", "Type"])
    {'occurred_on': 'Date', 'lat': 'LATITUDE', 'lon': 'Longitude', 'category': 'Type'}
    """
    named = columns if isinstance(columns, Mapping) else {column: column for column in columns}
    by_key: dict[str, str] = {}
    for name, header in named.items():
        by_key.setdefault(fold(name), header)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in wanted:
        for word in WORDS[column]:
            header = by_key.get(fold(word))
            if header is not None and header not in taken:
                found[column] = header
                taken.add(header)
                break
    return found


def missing_groups(columns: Iterable[str]) -> list[str]:
    """Say which of the things that every report needs (a day, a place, a category) are not among our columns."""
    present = set(columns)
    missing = [name for name, column in (("date", "occurred_on"), ("category", "category")) if column not in present]
    has_place = {"lat", "lon"} <= present or bool(present & set(_PLACES))
    return missing + ([] if has_place else ["place (latitude and longitude, a geopoint, or a district)"])
