"""Files with strange, broken and good days."""

from __future__ import annotations

import datetime as dt

from tests.corpus.way import LAT, LON, Way, column, days, on, table

MONTHS = (
    ("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
     "كانون الأول"),
    ("كانون ثاني", "فبراير", "اذار", "أبريل", "ايار", "يونيو", "يوليو", "أغسطس", "ايلول", "تشرين اول", "تشرين ثاني",
     "كانون اول"),
)  # fmt: skip
FIFTH = (
    "2024-03-05", "2024-3-5", "2024/03/05", "2024.03.05", "20240305", "2024-03-05T10:00:00", "2024-03-05 10:00",
    "2024-03-05 00:00:00.000", "5 March 2024", "March 5, 2024", "05-Mar-24", "5th of March 2024",
    "Tuesday, 5 March 2024", "٥ آذار ٢٠٢٤", "الثلاثاء 5 آذار 2024", "٥/٣/٢٠٢٤", "5ی ئازار 2024", "05.03.2024",
)  # fmt: skip
HIJRI = (
    "1446-03-05", "05/03/1446", "5 رمضان 1446", "15 Ramadan 1446", "١٤٤٦/٠٩/١٥", "5 Shawwal 1445 AH", "1446",
    "12 Rabi al-Awwal 1446", "10 جمادى الآخرة 1446 هـ", "1 ذو الحجة 1445", "1446-09", "1403/12/15", "1446هـ",
)  # fmt: skip

TIMES = (
    Way("fifth.csv", days(*FIFTH), " ".join(["ok"] * len(FIFTH)), on(*["2024-03-05"] * len(FIFTH))),
    *(
        Way(
            f"months_{n}.csv",
            days(*(f"1 {name} 2024" for name in names)),
            " ".join(["ok"] * 12),
            on(*(f"2024-{month:02d}-01" for month in range(1, 13))),
        )
        for n, names in enumerate(MONTHS)
    ),
    Way(
        "zones.csv",
        days(
            "2024-03-05T20:59:59Z",
            "2024-03-05T21:00:00Z",
            "2024-03-05T23:30:00+03:00",
            "2024-03-05T22:00:00-05:00",
            "2024-03-05T00:30:00+05:00",
            "2024-03-05T23:30:00+0300",
            "2024-03-05T23:30:00.000+03",
        ),
        "ok ok ok ok ok ok ok",
        on("2024-03-05", "2024-03-06", "2024-03-05", "2024-03-06", "2024-03-04", "2024-03-05", "2024-03-05"),
    ),
    Way("hijri.csv", days(*HIJRI), " ".join(["DATE_HIJRI"] * len(HIJRI))),
    Way("day_first.csv", days("13/02/2024", "05/03/2024"), "ok ok", on("2024-02-13", "2024-03-05")),
    Way(
        "month_first.csv", days("02/13/2024", "03/05/2024"), "ok ok", on("2024-02-13", "2024-03-05"), said="month first"
    ),
    Way("no_proof.csv", days("03/05/2024", "04/06/2024"), "ok ok", on("2024-05-03", "2024-06-04"), said="day first"),
    Way(
        "both_proofs.csv",
        days("13/02/2024", "02/13/2024", "03/05/2024", "04/04/2024", "2024-03-05"),
        "ok ok DATE_AMBIGUOUS ok ok",
        on("2024-02-13", "2024-02-13", "", "2024-04-04", "2024-03-05"),
    ),
    Way(
        "proof_of_a_bad_row.csv",
        table({"occurred_on": "02/13/2024", "lat": "0", "lon": "0"}, {"occurred_on": "03/04/2024"}),
        "COORD_ZERO ok",
        on("", "2024-03-04"),
    ),
    Way(
        "two_columns.csv",
        table({"occurred_on": "03/04/2024", "reported_on": "04/13/2024"}, reported_on=""),
        "ok",
        on("2024-04-03"),
    ),
    Way(
        "forced.csv",
        days("03/05/2024", "13/02/2024"),
        "ok DATE_INVALID",
        on("2024-03-05"),
        settings={"date_order": "mdy"},
    ),
    Way(
        "mapped_order.csv",
        f"when,lat,lon,type\n03/05/2024,{LAT},{LON},C07\n",
        "ok",
        on("2024-03-05"),
        mapping="date_order: mdy",
    ),
    Way("blank.csv", days("", " ", "n/a", "NA", "\u00a0"), " ".join(["DATE_MISSING"] * 5)),
    Way(
        "no_day.csv",
        days(
            "yesterday",
            "??",
            "2024-03-05-07",
            "12",
            "March",
            "5 Foo 2024",
            "1/2",
            "1-3 March 2024",
            "غير معروف",
            "1",
            "01/02/2024 - 03/02/2024",
            "1709640000",
        ),
        " ".join(["DATE_UNPARSEABLE"] * 12),
    ),
    Way(
        "no_such_day.csv",
        days(
            "2024-02-29",
            "2023-02-29",
            "2024-06-31",
            "31/06/2024",
            "2024-13-01",
            "2024-03-00",
            "30 February 2024",
            "29 شباط 2023",
            "00/00/2024",
            "2024-02-30 10:00",
        ),
        "ok" + " DATE_INVALID" * 9,
    ),
    Way(
        "serials.csv",
        days("45356", "45356.5", "٤٥٣٥٦"),
        "ok ok ok",
        on(*["2024-03-05"] * 3),
        {"DATE_EXCEL_SERIAL": 3, "DIGITS_NORMALISED": 1},
    ),
    Way(
        "months_only.csv",
        days("2024-03", "03/2024", "March 2024", "آذار 2024"),
        "ok ok ok ok",
        on(*["2024-03-01"] * 4, precision="3"),
    ),
    Way("years_only.csv", days("2024", "٢٠٢٤"), "ok ok", on("2024-01-01", "2024-01-01", precision="4")),
    Way(
        "future.csv",
        days("2024-06-01", "2024-06-02", "2124-03-05", "2024-06-01T22:00:00Z"),
        "ok DATE_FUTURE DATE_FUTURE DATE_FUTURE",
        settings={"today": dt.date(2024, 6, 1)},
    ),
    Way("old.csv", days("2000-01-01", "1999-12-31", "0024-03-05"), "ok DATE_TOO_OLD DATE_TOO_OLD"),
    Way("oldest.csv", days("1995-01-01"), "ok", settings={"min_date": dt.date(1990, 1, 1)}),
    Way(
        "submitted.csv",
        table(
            {"submitted_at": "2024-03-05T10:00:00Z"},
            {"submitted_at": "2024-03-04T10:00:00Z"},
            {"submitted_at": "2024-03-04T21:30:00"},
            {"submitted_at": "garbage"},
            submitted_at="",
        ),
        "ok DATE_AFTER_SUBMISSION ok ok",
    ),
    Way(
        "reported.csv",
        column("reported_on", ["2024-03-04", "2024-03-05", "", "nonsense"]),
        "DATE_AFTER_SUBMISSION ok ok DATE_UNPARSEABLE",
    ),
    Way(
        "marked_days.csv",
        days("\u200f2024-03-05\u200f", "05\u200f/03\u200f/2024"),
        "ok ok",
        on("2024-03-05", "2024-03-05"),
        {"INVISIBLE_STRIPPED": 2},
    ),
    Way(
        "halves.csv",
        days("05/03/2024 11:30 PM", "05/03/2024 11:30 م", "٠٥/٠٣/٢٠٢٤ ١١:٣٠ ص"),
        "ok ok ok",
        on(*["2024-03-05"] * 3),
    ),
)
