"""Text to days: ISO, day and month in the order that the column proves, serials of Excel, names of months, zones."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from concerns.schema import Reason
from loaders.cells import Mended, encode, plain
from loaders.coordinates import BLANKS
from loaders.date_words import HIJRI, MONTH, MONTH_NAMES, WEEKDAY, word_key

NO_DAY = np.iinfo(np.int32).min
DAY, WEEK, MONTH_LONG, YEAR = 1, 2, 3, 4  # date_precision
BAGHDAD_MINUTES = 180  # UTC+3 all year, no daylight saving since 2008
HIJRI_YEARS = range(1300, 1501)  # also solar Hijri; as years of our era they are older than any report

_EPOCH = dt.date(1970, 1, 1).toordinal()
_EXCEL_1900, _EXCEL_1904 = dt.date(1899, 12, 30).toordinal() - _EPOCH, dt.date(1904, 1, 1).toordinal() - _EPOCH
_PARTS = re.compile(r"(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})")
_TIME = re.compile(
    r"(?P<date>.*?\d\D*?)[T\s,،]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?|[صم])?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_OUR_ERA = re.compile(r"(?<=\d)\s*(?:م|ميلادي|ميلادية|A\.?D\.?|C\.?E\.?)$")
_LONGEST = 80  # characters of a date; longer ones are not looked into
_MANY = 50  # from so many distinct cells on, plain dates and timestamps are read at once


@dataclass(frozen=True)
class Day:
    """One cell: days since 1970 (NO_DAY where there is none), precision, why it is refused, what was mended."""

    day: int = NO_DAY
    precision: int = DAY
    reason: Reason | None = None
    mended: Mended = Mended.NONE


@dataclass(frozen=True)
class Days:
    """A column of days. `reason`: one of `reasons` by position, -1 where the cell is good or blank."""

    day: np.ndarray
    precision: np.ndarray
    is_blank: np.ndarray
    reason: np.ndarray
    reasons: tuple[Reason, ...]
    mended: np.ndarray


@dataclass
class OrderProof:
    """What a column says about the order of day and month; feed it all chunks, then ask.

    >>> proof = OrderProof()
    >>> proof.look(["25/03/2024", "04/05/2024"])
    >>> proof.order, proof.n_ambiguous
    ('dmy', 1)
    >>> proof.look(["03/25/2024"])
    >>> print(proof.order)
    None
    """

    n_dmy: int = 0
    n_mdy: int = 0
    n_ambiguous: int = 0

    def look(self, texts: list[str]) -> None:
        """Take the distinct cells of a chunk into account."""
        for text in texts:
            parts = _ordered_parts(text)
            if parts is None:
                continue
            first, second = parts
            if 12 < first <= 31 and 1 <= second <= 12:
                self.n_dmy += 1
            elif 12 < second <= 31 and 1 <= first <= 12:
                self.n_mdy += 1
            elif 1 <= first <= 12 and 1 <= second <= 12 and first != second:
                self.n_ambiguous += 1

    @property
    def order(self) -> str | None:
        """dmy (proved, or nothing proves anything), mdy (proved), or None: the column contradicts itself."""
        if self.n_dmy and self.n_mdy:
            return None
        return "mdy" if self.n_mdy else "dmy"

    @property
    def is_proved(self) -> bool:
        """True when every ambiguous cell has an order that another cell of the column proves."""
        return bool(self.n_dmy) != bool(self.n_mdy)


def parse_date(text: str, *, order: str | None = "dmy", is_forced: bool = False, is_1904: bool = False) -> Day:
    """Read one date.

    order: of day and month where a number can be both; None: unknown, such a date is ambiguous. is_forced: a date that
    only fits the other order is invalid. is_1904: the workbook counts its days from 1904.

    >>> parse_date("05/03/2024").day == parse_date("2024-03-05").day == parse_date("٥ آذار ٢٠٢٤").day
    True
    >>> parse_date("1446-09-15").reason, parse_date("31/02/2024").reason, parse_date("2024-03").precision
    (<Reason.DATE_HIJRI: 'DATE_HIJRI'>, <Reason.DATE_INVALID: 'DATE_INVALID'>, 3)
    """
    if len(text) > _LONGEST:
        return Day(reason=Reason.DATE_UNPARSEABLE)
    bare, mended = plain(text.strip())
    bare = bare.strip().replace("،", ",")
    if re.fullmatch(r"\d{5}(\.\d+)?", bare):
        start = _EXCEL_1904 if is_1904 else _EXCEL_1900
        return Day(start + int(float(bare)), mended=mended | Mended.DATE_EXCEL_SERIAL)
    bare, shift = _without_time(bare)
    if shift is None:
        return Day(reason=Reason.DATE_INVALID)
    bare = _OUR_ERA.sub("", bare)
    found = _digits_only(bare, order, is_forced) or _with_words(bare)
    if found is None or found.reason is not None:
        return found or Day(reason=Reason.DATE_UNPARSEABLE)
    return Day(found.day + shift, found.precision, None, mended)


def parse_dates(values: pa.Array, *, order: str | None, is_forced: bool = False, is_1904: bool = False) -> Days:
    """Read a column of trimmed cells: each distinct cell once, and where there are many, the plain ones at once."""
    codes, distinct = encode(values)
    n = len(distinct)
    day, precision = np.full(n, NO_DAY, np.int32), np.full(n, DAY, np.int8)
    reason, mended = np.full(n, -1, np.int8), np.zeros(n, np.uint8)
    is_blank = np.array([text.casefold() in BLANKS for text in distinct], dtype=bool)
    todo = np.flatnonzero(~is_blank)
    if len(todo) > _MANY:
        quick = _timestamps(pa.array(distinct, pa.large_string()))
        day = np.where(is_blank, day, quick)
        todo = np.flatnonzero(~is_blank & (day == NO_DAY))
    reasons = tuple(Reason)
    for position in todo:
        found = parse_date(distinct[position], order=order, is_forced=is_forced, is_1904=is_1904)
        day[position], precision[position], mended[position] = found.day, found.precision, int(found.mended)
        reason[position] = -1 if found.reason is None else reasons.index(found.reason)
    return Days(day[codes], precision[codes], is_blank[codes], reason[codes], reasons, mended[codes])


def parse_instants(values: pa.Array) -> pd.Series:
    """Read a column of instants as UTC; a text without a zone is UTC already, as servers write it; NaT: not read."""
    codes, distinct = encode(values)
    read = pd.to_datetime(pd.Series(distinct, dtype="str"), format="ISO8601", utc=True, errors="coerce")
    instants = read.to_numpy("datetime64[us]").copy()
    for position in np.flatnonzero(np.isnat(instants)):
        if re.fullmatch(r"\d{9,10}", distinct[position]):  # seconds since 1970, as ACLED writes them
            instants[position] = np.datetime64(int(distinct[position]), "s")
    return pd.Series(instants[codes]).dt.tz_localize("UTC")


def baghdad_days(instants: pd.Series) -> np.ndarray:
    """Return the day of each instant in Asia/Baghdad, as days since 1970; NO_DAY where there is none."""
    local = instants.dt.tz_localize(None) + pd.Timedelta(minutes=BAGHDAD_MINUTES)
    days = local.to_numpy("datetime64[D]").astype(np.int64)
    return np.where(instants.isna().to_numpy(), NO_DAY, days).astype(np.int32)


def _ordered_parts(text: str) -> tuple[int, int] | None:
    if len(text) > _LONGEST:
        return None
    match = _PARTS.fullmatch(_without_time(plain(text.strip())[0].strip())[0])
    if match is None or len(match[1]) > 2 or len(match[3]) == 3 or int(match[3]) in HIJRI_YEARS:
        return None
    return int(match[1]), int(match[2])


def _without_time(text: str) -> tuple[str, int | None]:
    """Cut the time of day off; returns the date and by how many days its zone moves it (None: no time of day)."""
    match = _TIME.fullmatch(text)
    if match is None:
        return text, 0
    hour, minute, second = (int(match[part] or 0) for part in ("h", "m", "s"))
    half = (match["half"] or "").lower().replace(".", "")
    if half and not 1 <= hour <= 12:
        return text, None
    if half:
        hour = hour % 12 + (12 if half in ("pm", "م") else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return text, None
    zone = match["zone"]
    if zone is None:
        return match["date"].strip(), 0
    offset = 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)
        if abs(offset) > 14 * 60 or int(digits[2:]) > 59:
            return text, None
    return match["date"].strip(), (hour * 60 + minute - offset + BAGHDAD_MINUTES) // 1440


def _digits_only(text: str, order: str | None, is_forced: bool) -> Day | None:
    if match := _PARTS.fullmatch(text):
        return _three_parts(match[1], match[2], match[3], order, is_forced)
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4})", text):
        return _day(int(match[1] or match[4]), int(match[2] or match[3]), 1, MONTH_LONG)
    if re.fullmatch(r"\d{4}", text) and (1900 <= int(text) < 2200 or int(text) in HIJRI_YEARS):
        return _day(int(text), 1, 1, YEAR)
    if re.fullmatch(r"\d{8}", text) and (1900 <= int(text[:4]) < 2200 or int(text[:4]) in HIJRI_YEARS):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if match := re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})(?:-?([1-7]))?", text):
        try:
            day = dt.date.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 1))
        except ValueError:
            return Day(reason=Reason.DATE_INVALID)
        return Day(day.toordinal() - _EPOCH, DAY if match[3] else WEEK)
    return None


def _three_parts(first: str, second: str, third: str, order: str | None, is_forced: bool) -> Day | None:
    a, b, c = int(first), int(second), int(third)
    if len(first) == 4 and len(third) <= 2:
        return _day(a, b, c)
    if len(first) > 2 or len(third) == 3 or len(third) == 1:
        return None
    year = c if len(third) == 4 else 2000 + c
    if year in HIJRI_YEARS:
        return Day(reason=Reason.DATE_HIJRI)
    if is_forced:
        return _day(year, b, a) if order == "dmy" else _day(year, a, b)
    if a > 12 or b > 12:
        return _day(year, b, a) if a > 12 else _day(year, a, b)
    if order is None and a != b:
        return Day(reason=Reason.DATE_AMBIGUOUS)
    return _day(year, a, b) if order == "mdy" else _day(year, b, a)


def _with_words(text: str) -> Day | None:
    words = word_key(text)
    if HIJRI.search(words):
        return Day(reason=Reason.DATE_HIJRI) if re.search(r"\d", words) else None
    months = {MONTH_NAMES[name] for name in MONTH.findall(words)}
    rest = WEEKDAY.sub(" ", MONTH.sub(" ", words))
    rest = re.sub(r"(?<=\d)(?:st|nd|rd|th|[يی])(?!\w)|\bof\b|(?<!\w)(?:من|سنه|سالي|ي|عام)(?!\w)", " ", rest)
    if len(months) != 1 or re.search(r"[^\d\s]", rest):
        return None
    month = months.pop()
    numbers = rest.split()
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return _day(int(numbers[0]), month, 1, MONTH_LONG)
    if len(numbers) != 2 or not {len(numbers[0]), len(numbers[1])} <= {1, 2, 4}:
        return None
    day, year = numbers if len(numbers[1]) != 1 and len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2 or len(year) == 1:
        return None
    return _day(int(year) + (2000 if len(year) == 2 else 0), month, int(day))


def _day(year: int, month: int, day: int, precision: int = DAY) -> Day:
    if year in HIJRI_YEARS:
        return Day(reason=Reason.DATE_HIJRI)
    try:
        return Day(dt.date(year, month, day).toordinal() - _EPOCH, precision)
    except ValueError:
        return Day(reason=Reason.DATE_INVALID)


def _timestamps(values: pa.Array) -> np.ndarray:
    """Read the cells that are plain ISO dates or timestamps, all at once; NO_DAY for the others."""
    pattern = r"^(1[6-9]|20|21)\d\d-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$"
    is_iso = pc.match_substring_regex(values, pattern)
    is_zoned = pc.match_substring_regex(values, r"\d:\d\d.*(Z|[+-]\d\d:\d\d)$")
    days = np.full(len(values), NO_DAY, np.int32)
    for chosen, minutes in ((pc.and_(is_iso, pc.invert(is_zoned)), 0), (pc.and_(is_iso, is_zoned), BAGHDAD_MINUTES)):
        where = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
        if len(where):
            texts = pd.Series(values.take(pa.array(where)), dtype="str")
            instants = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
            days[where] = baghdad_days(instants + pd.Timedelta(minutes=minutes - BAGHDAD_MINUTES))
    return days
