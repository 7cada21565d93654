"""Files with strange, broken and good concerns, ids and layouts; and text that is no longer what it was."""

from __future__ import annotations

import json

from tests.corpus.way import BASE, HEAD, LAT, LON, Way, column, table

AGAIN = f"{HEAD},submitted_at\n"
ROW = f"2024-03-05,{LAT},{LON}"
ACLED = "event_id_cnty,event_date,time_precision,event_type,sub_event_type,country,admin1,admin2,location,latitude,longitude,geo_precision,fatalities,timestamp\n"  # noqa: E501
KOBO = "_id;_uuid;_submission_time;_validation_status;q/incident_date;q/concern_type;where;_where_latitude;_where_longitude;_where_precision\n"  # noqa: E501
ODK = "SubmissionDate,grp-incident_date,grp-concern_type,loc-Latitude,loc-Longitude,loc-Accuracy,district,KEY,SubmitterName,ReviewState\n"  # noqa: E501


def acled(
    key: str, sub_event: str = "Attack", *, admin2: str = "Al-Mosul", precision: str = "1", fatalities: str = "0",
    stamp: str = "1655229600",
) -> str:  # fmt: skip
    return f"{key},2022-06-13,1,x,{sub_event},Iraq,Ninewa,{admin2},Mosul,{LAT},{LON},{precision},{fatalities},{stamp}\n"


def kobo(key: str, *, day: str = "2025-02-24", concern: str = "theft", status: str = "", point: str = "") -> str:
    lat, lon, _alt, accuracy = point.split(" ") if point else ("",) * 4
    return f"1;{key};2025-03-13T21:30:00;{status};{day};{concern};{point};{lat};{lon};{accuracy}\n"


def odk(key: str, *, day: str = "2025-01-14", review: str = "", lat: str = LAT, district: str = "Al-Mosul") -> str:
    lon = LON if lat else ""
    return f"2025-01-15T06:19:23.000Z,{day},theft,{lat},{lon},4.5,{district},uuid:{key},Ali,{review}\n"


def feature(geometry: object, **properties: object) -> dict[str, object]:
    good = {"occurred_on": "2024-03-05", "category": "C07"}
    return {"type": "Feature", "geometry": geometry, "properties": good | properties}


def features(*members: object, **outside: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": members} | outside, ensure_ascii=False)


def twice(text: str) -> bytes:
    """Text that was saved as UTF-8, read as Windows-1252 and saved as UTF-8 again."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode()).encode()


POINT = {"type": "Point", "coordinates": [float(LON), float(LAT)]}
GOOD_POINT = f"{LAT} {LON} 0 5"

CONTENT = (
    Way(
        "categories.csv",
        column(
            "category",
            ["C07", "c07", "C07.2", "Theft", "سرقة", "دزی", " C07 ", "C99", "", "n/a", "C13", "zzz", "C08.9"],
        ),
        "ok " * 8 + "CATEGORY_MISSING CATEGORY_MISSING CATEGORY_UNKNOWN CATEGORY_UNKNOWN CATEGORY_UNKNOWN",
        {4: {"category": "C08", "subcategory": "C08.1"}},
    ),
    Way(
        "values.csv",
        f"date,lat,lon,type\n{ROW},SAF\n{ROW},ied \n{ROW},Other\n",
        "ok ok CATEGORY_UNKNOWN",
        {2: {"subcategory": "C01.2"}},
        mapping="values:\n  category: {SAF: C01, IED: C01.2}",
    ),
    Way(
        "blank_value.csv",
        f"d,lat,lon,k\n{ROW},\n",
        "ok",
        {1: {"category": "C99"}},
        mapping="columns: {occurred_on: d, category: k}\nvalues: {category: {'': C99}}",
    ),
    Way(
        "subcategories.csv",
        column("subcategory", ["C07.2", "C08.1", "", "xxx"]),
        "ok CATEGORY_UNKNOWN ok CATEGORY_UNKNOWN",
    ),
    Way(
        "severities.csv",
        column("severity", ["1", "3", "", "high", "متوسط", "٣", "n/a", "1.0", "0", "4", "-1", "abc", "2.5"]),
        "ok " * 8 + " ".join(["SEVERITY_INVALID"] * 5),
        {n: {"severity": level} for n, level in enumerate(("1", "3", "", "3", "2", "3", "", "1"), start=1)},
    ),
    Way(
        "scale.csv",
        column("severity", ["1", "2", "3", "4", "5", "0", "6", "", "worst"]),
        "ok ok ok ok ok SEVERITY_INVALID SEVERITY_INVALID ok ok",
        {n: {"severity": level} for n, level in ((1, "1"), (2, "1"), (3, "2"), (4, "3"), (5, "3"), (9, "3"))},
        mapping="severity_scale: [1, 5]\nvalues: {severity: {worst: 3}}",
    ),
    Way(
        "statuses.csv",
        column(
            "validation",
            [
                "approved",
                "pending",
                "on_hold",
                "",
                "Approved",
                "validation_status_approved",
                "not_approved",
                "Not approved",
                "rejected",
                "validation_status_not_approved",
            ],
        ),
        "ok " * 6 + " ".join(["VALIDATION_NOT_APPROVED"] * 4),
    ),
    Way(
        "same_id.csv",
        f"{HEAD}\n" + "".join(f"{key},{ROW},C07\n" for key in ("a", "A", "uuid:a", "UUID:A")),
        "ok dup dup dup",
    ),
    Way(
        "torn_id.csv",
        f"{HEAD}\na,{ROW},C07\nuuid:A,{ROW},C07\na,{ROW},C08\nb,{ROW},C09\n",
        "UUID_CONFLICT UUID_CONFLICT UUID_CONFLICT ok",
    ),
    Way("blank_ids.csv", f"{HEAD}\n,{ROW},C07\n,{ROW},C07\n ,{ROW},C07\n", "ok ok ok"),
    Way("unanswered_ids.csv", f"{HEAD}\nn/a,{ROW},C07\nn/a,{ROW},C08\nNA,{ROW},C08\n", "ok ok ok"),
    Way("no_ids.csv", f"date,lat,lon,category\n{ROW},C07\n{ROW},C07\n", "ok dup"),
    Way("bad_twin.csv", f"{HEAD}\na,2024-03-05,0,0,C07\na,{ROW},C07\n", "COORD_ZERO ok"),
    Way(
        "near.csv",
        f"{HEAD}\na,{ROW},C07\nb,{ROW},C07\nc,{ROW},C08\n",
        "ok ok ok",
        {1: {"near_duplicate": "True"}, 2: {"near_duplicate": "True"}, 3: {"near_duplicate": "False"}},
    ),
    Way("renamed.csv", BASE, "", before=BASE, outcome="already_ingested"),
    Way("recoded.csv", BASE.encode("utf-16"), "dup dup", before=BASE),
    Way("resaved.csv", ("\ufeff" + BASE.replace(",", ";")).encode(), "dup dup", before=BASE),
    Way("newer.csv", f"{HEAD}\na,{ROW},C01\n", "ok", {1: {"category": "C01"}}, before=BASE),
    Way(
        "older.csv",
        f"{AGAIN}a,{ROW},C01,2024-03-06T10:00:00Z\n",
        "dup",
        before=f"{AGAIN}a,{ROW},C07,2024-03-08T10:00:00Z\n",
        said="older",
    ),
    Way("torn_later.csv", f"{HEAD}\na,{ROW},C01\na,{ROW},C02\n", "UUID_CONFLICT UUID_CONFLICT", before=BASE),
    Way("near_later.csv", f"{HEAD}\nz,{ROW},C07\n", "ok", {1: {"near_duplicate": "True"}}, before=BASE),
    Way(
        "twice_encoded.csv",
        twice(table({"district": "الموصل", "category": "سرقة"}, {}, district="")),
        "ok ok",
        {1: {"subcategory": "C08.1"}},
        said="UTF-8 twice",
    ),
    Way("lost_letters.csv", column("district", ["??????"]), "DISTRICT_UNKNOWN"),
    Way(
        "acled.csv",
        ACLED
        + acled("I1")
        + acled("I2", fatalities="3")
        + acled("I3", "Peaceful protest")
        + acled("I4", admin2="", precision="3")
        + acled("I5", admin2="Sinjar", precision="2")
        + acled("I6", "Sexual violence")
        + acled("I7", admin2="Sinjar"),
        "ok ok CATEGORY_UNKNOWN ok ok ok ok",
        {
            1: {"subcategory": "C02.2", "geo_precision": "2"},
            2: {"subcategory": "C02.1"},
            4: {"adm2_pcode": ""},
            5: {"adm2_pcode": "IQG15Q07", "geo_precision": "4"},
            6: {"category": "C05"},
            7: {"location_conflict": "True"},
        },
        source="acled",
    ),
    Way(
        "acled_newer.csv",
        ACLED + acled("I1", fatalities="2", stamp="1655229700"),
        "ok",
        {1: {"subcategory": "C02.1"}},
        before=ACLED + acled("I1"),
    ),
    Way("acled_older.csv", ACLED + acled("I1", fatalities="2", stamp="1655229500"), "dup", before=ACLED + acled("I1")),
    Way(
        "acled.json",
        json.dumps(
            {"status": 200, "data": [dict(zip(ACLED.strip().split(","), acled("I1").strip().split(","), strict=True))]}
        ),
        "ok",
        source="acled",
    ),
    Way(
        "kobo.csv",
        KOBO
        + kobo("a", point=GOOD_POINT)
        + kobo("b")
        + kobo("uuid:A", point=GOOD_POINT)
        + kobo("c", concern="theft drugs", point=GOOD_POINT)
        + kobo("d", status="validation_status_not_approved", point=GOOD_POINT)
        + kobo("e", day="2025-03-14", point=GOOD_POINT)
        + kobo("f", day="2025-03-15", point=GOOD_POINT)
        + kobo("g", concern="n/a", point=GOOD_POINT),
        "ok COORD_MISSING dup CATEGORY_UNKNOWN VALIDATION_NOT_APPROVED ok DATE_AFTER_SUBMISSION CATEGORY_MISSING",
        {1: {"subcategory": "C08.1", "place_name": ""}},
        source="kobo",
    ),
    Way(
        "odk.csv",
        ODK
        + odk("a")
        + odk("b", review="rejected")
        + odk("c", review="hasIssues")
        + odk("d", lat="", district="سنجار")
        + odk("e", day="2025-01-16")
        + odk("a"),
        "ok VALIDATION_NOT_APPROVED ok ok DATE_AFTER_SUBMISSION dup",
        {1: {"report_id": "uuid:a"}, 3: {"validation": "on_hold"}, 4: {"join_method": "name"}},
        source="odk",
    ),
    Way(
        "tagged.csv",
        "Title\n\nId,When,What,,Qada,N,E\n#event +id,#date+occurred,#event+code+type,,#adm2+name,#geo+lat,# geo+lon\n"
        f"a,2024-03-05,C07,x,Al-Mosul,{LAT},{LON},extra\nb,1 March 2015,C08\nc,2024-03-05,C07,,Sinjar,{LAT},{LON}\n",
        "ok COORD_MISSING DISTRICT_MISMATCH",
        source="hxl",
    ),
    Way(
        "points.geojson",
        features(
            feature(POINT, report_id=1),
            feature(None),
            feature({"type": "Point", "coordinates": [LAT, LON]}),
            5,
            feature({"type": "LineString", "coordinates": [[43, 36], [43.1, 36]]}),
            feature(POINT, category=None),
            feature({"type": "Point", "coordinates": [float(LAT), float(LON)]}),
            {"type": "Feature", "geometry": POINT},
            feature(None, district="Sinjar"),
            feature(POINT, occurred_on=45356, severity=2.0, report_id=True),
        ),
        "ok GEOM_EMPTY GEOM_INVALID GEOM_INVALID GEOM_TYPE CATEGORY_MISSING COORD_SWAPPED DATE_MISSING ok ok",
        {1: {"report_id": "1"}, 9: {"adm2_pcode": "IQG15Q07"}, 10: {"severity": "2"}},
    ),
    Way("formula.csv", column("description", ["=cmd|' /C calc'!A0"]), "ok", {1: {"description": "=cmd|' /C calc'!A0"}}),
    Way(
        "written_otherwise.csv",
        f"{HEAD}\na,2024-03-05,{LAT},{LON},C07\nA ,2024/3/5,{LAT}0,{LON}0,c07\na,٢٠٢٤-٠٣-٠٥,٣٦٫١٠٥٦٧,{LON},C07\n",
        "ok dup dup",
    ),
    Way("weather.csv", f"{HEAD},weather\na,{ROW},C07,sun\na,{ROW},C07,rain\n", "ok dup"),  # no column of ours
    Way("told_twice.csv", f"{HEAD},description\na,{ROW},C07,one\na,{ROW},C07,two\n", "UUID_CONFLICT UUID_CONFLICT"),
    Way(
        "numbered.csv",
        f"id,date,lat,lon,type\n1,2024-05-05,{LAT},{LON},C07\n",
        "ok",
        before=f"id,date,lat,lon,type\n1,2024-03-05,{LAT},{LON},C07\n",
        said="1 rows take the place",
    ),
    Way(
        "two_encodings.csv",
        f"{HEAD}\na,{ROW},سرقة\n".encode() + f"b,{ROW},سرقة\n".encode("cp1256") + f"c,{ROW},سرقة\n".encode() * 2,
        "ok ENCODING_ERROR ok dup",
    ),
    Way(
        "many_commas.csv",
        table(*[{"description": "a,b,c,d,e,f,g"}] * 3, delimiter=";", description="").replace('"', ""),
        "ok ok ok",
    ),
    Way(
        "sheet_errors.csv",
        table({"occurred_on": "#####"}, {"occurred_on": "#VALUE!"}, {"lat": "#REF!"}, {"category": "#N/A"}),
        "DATE_UNPARSEABLE DATE_UNPARSEABLE COORD_UNPARSEABLE CATEGORY_UNKNOWN",
    ),
)
