"""Files with strange, broken and good places."""

from __future__ import annotations

from tests.corpus.way import BASE, HEAD, LAT, LON, Way, column, table

HERE = {"adm2_pcode": "IQG15Q05", "join_method": "within"}
GEOPOINTS = "geopoint: where\ncolumns: {occurred_on: d, category: k}"
DMS = (
    ("36°06'20\"N", "42°57'16\"E"), ("N36°06'20.4\"", "E42°57'16.5\""), ("36º06′20″N", "42º57′16″E"),
    ("36 06 20 N", "42 57 16 E"), ("36°06.333'N", "42°57.267'E"), ("36d06m20s N", "42d57m16s E"),
    ("36:06:20", "42:57:16"), ("36-06-20", "42-57-16"), ("36° 06' 20\" شمالا", "42° 57' 16\" شرقا"),
    ("٣٦°٠٦'٢٠\"", "٤٢°٥٧'١٦\""), ("36.10567°", "42.95456°"), ("N 36.10567", "E 42.95456"),
)  # fmt: skip

PLACES = (
    Way(
        "missing.csv",
        table({}, {"lat": ""}, {"lon": ""}, {"lat": "", "lon": ""}, {"lat": "n/a", "lon": "NA"}, {"lat": "-"}),
        "ok COORD_MISSING COORD_MISSING COORD_MISSING COORD_MISSING COORD_UNPARSEABLE",
        {1: HERE},
    ),
    Way(
        "no_number.csv",
        column("lat", ["north", "36.3.4", "36,34,5", "NaN", "inf", "36°61'00\"N", "36.10567E", "36 .1"]),
        " ".join(["COORD_UNPARSEABLE"] * 8),
    ),
    Way(
        "letters.csv",
        table(
            {"lat": "36.10567E", "lon": "42.95456N"},
            {"lat": "42°57'16\"E", "lon": "36°06'20\"N"},
            {"lat": "36.10567N", "lon": "42.95456E"},
        ),
        "COORD_UNPARSEABLE COORD_SWAPPED ok",
    ),
    Way(
        "range.csv",
        table({"lat": "91"}, {"lon": "181"}, {"lat": "583.0"}, {"lon": "431.3456"}, {"lat": "1e400"}),
        " ".join(["COORD_RANGE"] * 5),
    ),
    Way(
        "metres.csv",
        table(
            {"lat": "4022000", "lon": "332000"},
            {"lat": "332000", "lon": "4022000"},
            {"lat": "4,022,000.5", "lon": "332,000.2"},
            {"lat": "4350000", "lon": "4800000"},
        ),
        " ".join(["COORD_PROJECTED"] * 4),
    ),
    Way(
        "zero.csv",
        table({"lat": "0", "lon": "0"}, {"lat": "٠", "lon": "-0.0"}, {"lat": "0"}, {"lon": "0"}),
        "COORD_ZERO COORD_ZERO OUTSIDE_COUNTRY OUTSIDE_COUNTRY",
    ),
    Way("some_swapped.csv", table({}, {"lat": LON, "lon": LAT}, {}), "ok COORD_SWAPPED ok"),
    Way(
        "all_swapped.csv",
        table(*[{"lat": f"42.9{n}", "lon": "36.1"} for n in range(4)]),
        " ".join(["COORD_SWAPPED"] * 4),
        said="look exchanged in the whole file",
    ),
    Way(
        "swapped_back.csv",
        table({"lat": LON, "lon": LAT}),
        "ok",
        {1: HERE | {"lat": LAT, "lon": LON}},
        settings={"swap_coordinates": True},
    ),
    Way(
        "outside.csv",
        table(
            {"lat": "52.5", "lon": "13.4"},
            {"lat": "28.99", "lon": "45"},
            {"lat": "37.4", "lon": "48.7"},
            {"lat": "-36.1"},
            {"lat": "−36.1"},
        ),
        "OUTSIDE_COUNTRY OUTSIDE_COUNTRY NO_DISTRICT OUTSIDE_COUNTRY OUTSIDE_COUNTRY",
    ),
    Way(
        "coarse.csv",
        table({}, {"lat": "36", "lon": "43"}, {"lat": "36.1", "lon": "43.0"}, {"lat": "36.10"}, accuracy_m="5"),
        "ok ok ok ok",
        {n: {"geo_precision": level} for n, level in ((1, "1"), (2, "4"), (3, "3"), (4, "1"))},
    ),
    Way(
        "crowded.csv",
        table(*[{"lon": LON, "occurred_on": f"2024-03-0{n}"} for n in range(1, 7)], accuracy_m="5"),
        " ".join(["ok"] * 6),
        {1: {"geo_precision": "2"}},
        said="shared by many records",
    ),
    Way(
        "dms.csv",
        table(*[{"lat": lat, "lon": lon} for lat, lon in DMS], delimiter=";"),
        " ".join(["ok"] * len(DMS)),
        dict.fromkeys(range(1, len(DMS) + 1), HERE),
        {"COORD_DMS": len(DMS), "DIGITS_NORMALISED": 1},
    ),
    Way(
        "dms_beyond.csv",
        table({"lat": "36°60'00\"N"}, {"lat": "36°06'60\"N"}, {"lat": "36°06'20\"S"}, delimiter=";"),
        "COORD_UNPARSEABLE COORD_UNPARSEABLE OUTSIDE_COUNTRY",
    ),
    Way(
        "comma.csv", table({"lat": "36,10567", "lon": "42,95456"}, delimiter=";"), "ok", {1: HERE}, {"DECIMAL_COMMA": 1}
    ),
    Way(
        "digits.csv",
        table({"lat": "٣٦٫١٠٥٦٧", "lon": "٤٢٫٩٥٤٥٦"}, {"lat": "۳۶.۱۰۵۶۷", "lon": "۴۲.۹۵۴۵۶"}),
        "ok ok",
        {1: HERE | {"lat": LAT}, 2: HERE},
        {"DIGITS_NORMALISED": 2},
    ),
    Way(
        "marks.csv",
        table(
            {"lat": f"\u200f{LAT}\u200f"}, {"lon": "\u00a042.95456"}, {"lat": f"\ufeff{LAT}\u200b"}, {"lat": f" {LAT} "}
        ),
        "ok ok ok ok",
        {1: HERE | {"lat": LAT}},
        {"INVISIBLE_STRIPPED": 3},
    ),
    Way(
        "accuracy.csv",
        column("accuracy_m", ["12", "101", "100", "0", "", "abc", "-5", "٢٠٠"]),
        "ok COORD_LOW_ACCURACY ok ok ok ok ok COORD_LOW_ACCURACY",
        {1: {"geo_precision": "1"}, 4: {"geo_precision": "2", "accuracy_m": ""}},
        settings={"max_accuracy_m": 100.0},
    ),
    Way(
        "geopoint.csv",
        f"d,where,k\n2024-03-05,{LAT} {LON} 0 0,C07\n2024-03-05,{LAT} {LON},C08\n2024-03-05,{LAT} {LON} 230 4.5,C09\n"
        f"2024-03-05,,C07\n2024-03-05,{LAT},C07\n2024-03-05,{LON} {LAT} 0 5,C07\n2024-03-05,0 0 0 0,C07\n"
        f"2024-03-05,n/a,C07\n2024-03-05,{LAT} {LON} 1 2 3,C07\n2024-03-05,{LAT} {LON} 0 2000,C01\n"
        f'2024-03-05,"{LAT}, {LON}",C02\n',
        "ok ok ok COORD_MISSING COORD_UNPARSEABLE COORD_SWAPPED COORD_ZERO COORD_MISSING COORD_UNPARSEABLE "
        "COORD_LOW_ACCURACY ok",
        {1: HERE | {"geo_precision": "2"}, 11: HERE},
        mapping=GEOPOINTS,
        settings={"max_accuracy_m": 500.0},
    ),
    Way(
        "names.csv",
        column("district", ["Al-Mosul", "Mosul", "الموصل", "قضاء الموصل", "iqg15q05", "AL MOSUL", " الموصل ", ""]),
        " ".join(["ok"] * 8),
    ),
    Way(
        "kurdish.csv",
        "report_id,occurred_on,category,district\n"
        + "".join(
            f"k{n},2024-03-05,C07,{name}\n"
            for n, name in enumerate(
                ("هەولێر", "دهۆک", "سلێمانی", "زاخۆ", "کەرکووک", "كَرْكوك", "السليمانيه", "الرمادى", "ابو الخصيب")
            )
        ),
        " ".join(["ok"] * 9),
        {
            n: {"adm2_pcode": code, "join_method": "name"}
            for n, code in enumerate(
                (
                    "IQG11Q02",
                    "IQG09Q02",
                    "IQG06Q01",
                    "IQG09Q04",
                    "IQG13Q04",
                    "IQG13Q04",
                    "IQG06Q01",
                    "IQG01Q03",
                    "IQG02Q01",
                ),
                start=1,
            )
        },
    ),
    Way(
        "contradiction.csv",
        column("district", ["Sinjar", "سنجار", "IQG15Q07", "شنگال", "Atlantis", "???", "IQG99Q99", "12"]),
        " ".join(["DISTRICT_MISMATCH"] * 4 + ["DISTRICT_UNKNOWN"] * 4),
    ),
    Way(
        "codes.csv",
        column("adm2_pcode", ["IQG15Q07", "IQG15Q05", "IQ-D001", "", "IQG15"]),
        "DISTRICT_MISMATCH ok DISTRICT_UNKNOWN ok DISTRICT_UNKNOWN",
    ),
    Way(
        "without_point.csv",
        table(*[{"lat": "", "lon": "", "district": name} for name in ("Mosul", "", "Nowhere")], district=""),
        "ok COORD_MISSING DISTRICT_UNKNOWN",
        {1: {"join_method": "name", "adm2_pcode": "IQG15Q05", "geo_precision": "4"}},
    ),
    Way(
        "governorate.csv",
        table(
            {"governorate": "Al-Basrah"},
            {"governorate": "نينوى"},
            {"lat": "", "lon": "", "governorate": "نينوى"},
            governorate="",
        ),
        "ok ok ok",
        {
            1: HERE | {"location_conflict": "True"},
            2: {"location_conflict": "False"},
            3: {"adm2_pcode": "", "adm1_pcode": "IQG15", "geo_precision": "5"},
        },
    ),
    Way(
        "mapped_district.csv",
        f"d,la,lo,k,qada\n2024-03-05,{LAT},{LON},C07,Sinjar\n2024-03-05,{LAT},{LON},C08,الموصل\n"
        f"2024-03-05,{LAT},{LON},C09,xyzzy\n2024-03-05,{LAT},{LON},C01,IQG15Q05\n2024-03-05,{LAT},{LON},C02,\n",
        "DISTRICT_MISMATCH ok DISTRICT_UNKNOWN ok ok",
        mapping="district: qada\ncolumns: {occurred_on: d, lat: la, lon: lo, category: k}",
    ),
    Way(
        "first_reason.csv",
        "report_id,occurred_on,lat,lon,category,severity,district\n"
        f"a,bad,0,0,zzz,9,Nowhere\nb,bad,{LAT},{LON},zzz,9,Nowhere\nc,bad,{LAT},{LON},zzz,9,Sinjar\n"
        f"d,bad,{LAT},{LON},zzz,9,Mosul\ne,2024-03-05,{LAT},{LON},zzz,9,Mosul\nf,2024-03-05,{LAT},{LON},C07,9,Mosul\n",
        "COORD_ZERO DISTRICT_UNKNOWN DISTRICT_MISMATCH DATE_UNPARSEABLE CATEGORY_UNKNOWN SEVERITY_INVALID",
    ),
    Way("words.csv", f"Date,Latitude,Longitude,Type\n2024-03-05,{LAT},{LON},Theft\n", "ok", {1: HERE}, source="mapped"),
    Way("template_words.csv", BASE.replace("lat,lon", "Latitude,Longitude"), "ok ok", {1: HERE}, source="template"),
    Way(
        "easting.csv",
        f"{HEAD.replace('lat,lon', 'northing,easting')}\na,2024-03-05,4023700,332600,C07\n",
        "COORD_PROJECTED",
    ),
    Way(
        "one_missing.csv",
        table({"lat": "", "lon": "bad"}, {"lat": "bad", "lon": ""}, {"lat": "99", "lon": ""}),
        "COORD_MISSING COORD_MISSING COORD_MISSING",
    ),
    Way("code_digits.csv", column("adm2_pcode", ["IQG١٥Q٠٥", " iqg15q05\u200f"]), "ok ok", {1: HERE}),
    Way(
        "not_among_the_101.csv",
        "report_id,occurred_on,category,district\na,2024-03-05,C07,Soran\nb,2024-03-05,C07,Abu Ghraib\n",
        "ok ok",
        {1: {"geo_precision": "4"}, 2: {"geo_precision": "4"}},
    ),
    Way(
        "spelling.csv",
        table(
            {"lat": "", "lon": "", "district": "Sinjaar", "governorate": "Ninewa"},
            {"district": "Mosull", "governorate": "Ninewa"},
            district="",
            governorate="",
        ),
        "ok ok",
        {1: {"adm2_pcode": "IQG15Q07"}, 2: HERE},
    ),
)
