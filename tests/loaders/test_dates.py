from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.schema import Reason
from loaders.cells import Mended
from loaders.dates import (
    MONTH_LONG,
    NO_DAY,
    WEEK,
    YEAR,
    OrderProof,
    baghdad_days,
    parse_date,
    parse_dates,
    parse_instants,
)

EPOCH = dt.date(1970, 1, 1)


def day_of(text: str, **settings: object) -> dt.date | None:
    found = parse_date(text, **settings)  # type: ignore[arg-type]
    return None if found.day == NO_DAY else EPOCH + dt.timedelta(days=found.day)


def column(*cells: str) -> pa.Array:
    return pa.array(cells, pa.large_string())


FIFTH_OF_MARCH = dt.date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05", "2024-3-5", "2024/03/05", "2024.03.05", "20240305", "05/03/2024", "5.3.2024", "05-03-2024",
        "5/3/24", "05 / 03 / 2024", "5 March 2024", "March 5, 2024", "5-Mar-24", "5th of March 2024",
        "Tue, 5 March 2024",
        "2024-03-05 23:59:59.999", "05/03/2024 11:30 PM", "2024-03-05T10:00", "2024-03-05 م", "2024-W10-2",
        "٠٥/٠٣/٢٠٢٤", "۲۰۲۴-۰۳-۰۵", "٥ آذار ٢٠٢٤", "5 اذار 2024", "5 آذار/مارس 2024", "5 مارس 2024", "٥ی ئازاری ٢٠٢٤",
        "الثلاثاء 5 آذار 2024",
    ],
)  # fmt: skip
def test_one_day_in_many_forms(text):
    assert day_of(text) == FIFTH_OF_MARCH


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("كانون الثاني", 1), ("شباط", 2), ("آذار", 3), ("نيسان", 4), ("أيار", 5), ("حزيران", 6), ("تموز", 7),
        ("آب", 8), ("أيلول", 9), ("تشرين الأول", 10), ("تشرين الثاني", 11), ("كانون الأول", 12),
        ("کانوونی دووەم", 1), ("شوبات", 2), ("ئازار", 3), ("نیسان", 4), ("ئایار", 5), ("حوزەیران", 6), ("تەمموز", 7),
        ("ئاب", 8), ("ئەیلوول", 9), ("تشرینی یەکەم", 10), ("تشرینی دووەم", 11), ("کانوونی یەکەم", 12),
        ("يناير", 1), ("فبراير", 2), ("يونيو", 6), ("يوليو", 7), ("ديسمبر", 12), ("Jan", 1), ("sept", 9),
        ("DECEMBER", 12),
    ],
)  # fmt: skip
def test_names_of_months_in_three_languages(name, month):
    assert day_of(f"17 {name} 2023") == dt.date(2023, month, 17)
    only_month = parse_date(f"{name} 2023")
    assert (only_month.day, only_month.precision) == (parse_date(f"2023-{month:02}-01").day, MONTH_LONG)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2024", Reason.DATE_INVALID), ("2024-02-30", Reason.DATE_INVALID), ("2023-02-29", Reason.DATE_INVALID),
        ("2024-13-05", Reason.DATE_INVALID), ("32/01/2024", Reason.DATE_INVALID), ("00/03/2024", Reason.DATE_INVALID),
        ("2024-03-05T25:00", Reason.DATE_INVALID), ("2024-03-05 13:00 PM", Reason.DATE_INVALID),
        ("2024-03-05T10:00+99:00", Reason.DATE_INVALID), ("2024-13", Reason.DATE_INVALID),
        ("2024-W60", Reason.DATE_INVALID),
        ("31 حزيران 2024", Reason.DATE_INVALID),
        ("1446-09-15", Reason.DATE_HIJRI), ("15/09/1446", Reason.DATE_HIJRI), ("١٥/٠٩/١٤٤٦", Reason.DATE_HIJRI),
        ("15 رمضان 1446", Reason.DATE_HIJRI), ("15 Ramadan 1446", Reason.DATE_HIJRI),
        ("1446/09/15 هـ", Reason.DATE_HIJRI),
        ("1446", Reason.DATE_HIJRI), ("14460915", Reason.DATE_HIJRI), ("1403-01-05", Reason.DATE_HIJRI),
        ("ربيع الأول 1446", Reason.DATE_HIJRI), ("31/02/1446", Reason.DATE_HIJRI),
        ("yesterday", Reason.DATE_UNPARSEABLE), ("12:30", Reason.DATE_UNPARSEABLE),
        ("5 March", Reason.DATE_UNPARSEABLE),
        ("3 or 4 March 2024", Reason.DATE_UNPARSEABLE), ("March or May 2024", Reason.DATE_UNPARSEABLE),
        ("5/3", Reason.DATE_UNPARSEABLE), ("1/2/3", Reason.DATE_UNPARSEABLE), ("0", Reason.DATE_UNPARSEABLE),
        ("-45352", Reason.DATE_UNPARSEABLE), ("1710460800", Reason.DATE_UNPARSEABLE),
        ("9" * 500, Reason.DATE_UNPARSEABLE),
        ("1 2 " * 2000, Reason.DATE_UNPARSEABLE), ("=TODAY()", Reason.DATE_UNPARSEABLE),
        ("رمضان", Reason.DATE_UNPARSEABLE),
    ],
)  # fmt: skip
def test_what_is_no_day_says_why(text, reason):
    assert parse_date(text).reason == reason
    assert parse_date(text).day == NO_DAY


@pytest.mark.parametrize(
    ("order", "is_forced", "text", "expected"),
    [
        ("dmy", False, "04/05/2024", dt.date(2024, 5, 4)),
        ("mdy", False, "04/05/2024", dt.date(2024, 4, 5)),
        ("mdy", False, "25/03/2024", dt.date(2024, 3, 25)),  # it can only be one
        (None, False, "25/03/2024", dt.date(2024, 3, 25)),
        (None, False, "03/25/2024", dt.date(2024, 3, 25)),
        (None, False, "05/05/2024", dt.date(2024, 5, 5)),
        ("dmy", False, "2024-04-05", dt.date(2024, 4, 5)),  # ISO is never in question
        (None, False, "2024/04/05", dt.date(2024, 4, 5)),
    ],
)
def test_the_order_of_day_and_month_decides_where_both_fit(order, is_forced, text, expected):
    assert day_of(text, order=order, is_forced=is_forced) == expected


def test_no_order_makes_a_date_ambiguous_and_a_forced_one_makes_the_other_invalid():
    assert parse_date("04/05/2024", order=None).reason == Reason.DATE_AMBIGUOUS
    assert parse_date("25/03/2024", order="mdy", is_forced=True).reason == Reason.DATE_INVALID
    assert parse_date("03/25/2024", order="dmy", is_forced=True).reason == Reason.DATE_INVALID


@pytest.mark.parametrize(
    ("cells", "order", "is_proved"),
    [
        (["25/03/2024", "04/05/2024"], "dmy", True),
        (["03/25/2024", "04/05/2024"], "mdy", True),
        (["25/03/2024", "03/25/2024"], None, False),
        (["04/05/2024", "01/02/2024"], "dmy", False),
        (["2024-03-25"], "dmy", False),
        (["25/09/1446", "09/25/1446"], "dmy", False),  # Hijri dates prove nothing
        (["45/03/2024", "no"], "dmy", False),
        (["٢٥/٠٣/٢٠٢٤"], "dmy", True),
        (["03/25/24 10:30"], "mdy", True),
    ],
)
def test_a_column_proves_its_own_order(cells, order, is_proved):
    proof = OrderProof()
    for cell in cells:
        proof.look([cell])
    assert (proof.order, proof.is_proved) == (order, is_proved)


def test_zones_become_days_in_baghdad():
    assert day_of("2024-03-05T21:00:00Z") == dt.date(2024, 3, 6)
    assert day_of("2024-03-05T20:59:59Z") == dt.date(2024, 3, 5)
    assert day_of("2024-03-06T00:30:00+05:30") == dt.date(2024, 3, 5)
    assert day_of("2024-03-05T23:30:00.123+03:00") == dt.date(2024, 3, 5)
    assert day_of("2024-03-05T23:30:00") == dt.date(2024, 3, 5)  # no zone: the day as it stands


@pytest.mark.parametrize(
    ("text", "is_1904", "expected"),
    [
        ("45356", False, FIFTH_OF_MARCH),
        ("45356.75", False, FIFTH_OF_MARCH),
        ("43894", True, FIFTH_OF_MARCH),
        ("٤٥٣٥٦", False, FIFTH_OF_MARCH),
        ("36526", False, dt.date(2000, 1, 1)),
    ],
)
def test_serials_of_both_epochs_are_counted_as_a_repair(text, is_1904, expected):
    found = parse_date(text, is_1904=is_1904)
    assert EPOCH + dt.timedelta(days=found.day) == expected
    assert found.mended & Mended.DATE_EXCEL_SERIAL


def test_coarser_dates_start_at_the_first_day_of_their_period():
    found = [parse_date(text) for text in ("2024", "2024-03", "03/2024", "2024-W10")]
    days = [EPOCH + dt.timedelta(days=item.day) for item in found]
    assert days == [dt.date(2024, 1, 1), dt.date(2024, 3, 1), dt.date(2024, 3, 1), dt.date(2024, 3, 4)]
    assert [item.precision for item in found] == [YEAR, MONTH_LONG, MONTH_LONG, WEEK]


@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_survives_every_form(day):
    forms = [
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d %B %Y}",
        f"{day:%B %d, %Y}",
        f"{day:%Y/%m/%d}",
    ]
    forms += [day.isoformat().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), f"{day.isoformat()}T12:00:00+03:00"]
    assert {day_of(form, order="dmy") for form in forms} == {day}


@given(st.text(max_size=100))
def test_any_text_is_a_day_or_a_reason(text):
    found = parse_date(text)
    assert (found.day == NO_DAY) == (found.reason is not None)


@given(st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2050, 1, 1)), min_size=60, max_size=90, unique=True))
def test_reading_many_at_once_equals_reading_one_by_one(instants):
    cells = [f"{instant:%Y-%m-%dT%H:%M:%S}" + ("Z" if at % 2 else "") for at, instant in enumerate(instants)]
    cells += ["", "n/a", "31/02/2024", "2024-02-30", "1446-09-15", "05/03/2024"]
    read = parse_dates(column(*cells), order="dmy")
    singly = [parse_date(cell) for cell in cells]
    assert read.is_blank.tolist() == [cell in ("", "n/a") for cell in cells]
    for at, found in enumerate(singly):
        if not read.is_blank[at]:
            assert read.day[at] == found.day, cells[at]
            assert (read.reasons[read.reason[at]] if read.reason[at] >= 0 else None) == found.reason, cells[at]


def test_instants_without_a_zone_are_utc_and_unix_seconds_are_read():
    read = parse_instants(column("2025-03-13T04:28:00", "2025-03-13T02:28:00.000+03:00", "1710460800", "soon", ""))
    assert read.iloc[:3].to_list() == [
        pd.Timestamp("2025-03-13T04:28:00Z"),
        pd.Timestamp("2025-03-12T23:28:00Z"),
        pd.Timestamp("2024-03-15T00:00:00Z"),
    ]
    assert read.isna().tolist() == [False, False, False, True, True]


def test_the_day_of_an_instant_is_baghdads():
    days = baghdad_days(parse_instants(column("2024-03-05T21:00:00", "2024-03-05T20:59:59", "")))
    assert days.tolist() == [parse_date("2024-03-06").day, parse_date("2024-03-05").day, NO_DAY]
