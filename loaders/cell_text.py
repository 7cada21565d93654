"""The value of a spreadsheet cell as text: days as ISO dates, numbers without the noise of binary fractions."""

from __future__ import annotations

import datetime as dt
import re

_DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(50, 59)})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_TIMES = re.compile(r"h+[^a-z]*m+|m+[^a-z]*s+|am/pm|a/p|general", re.IGNORECASE)
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"-?\d{1,15}")
_LAST_SERIAL = 2_958_465  # 9999-12-31


def is_day_format(number: int, code: str | None) -> bool:
    """Whether a number format shows a day or an instant; plain times and durations are none.

    >>> is_day_format(14, None), is_day_format(164, 'dd/mm/yyyy'), is_day_format(165, '0.00 "days"')
    (True, True, False)
    >>> is_day_format(164, "h:mm AM/PM"), is_day_format(165, "[$-409]mmm yy"), is_day_format(166, "General")
    (False, True, False)
    """
    if code is None:
        return number in _DAY_FORMATS
    plain = _LITERAL.sub("", code.split(";")[0])
    return not _ELAPSED.search(plain) and re.search("[dmy]", _TIMES.sub("", plain), re.IGNORECASE) is not None


def number_text(text: str) -> str:
    """A number as people write it; the shortest digits that mean the same number.

    >>> number_text("33.299999999999997"), number_text("45.0"), number_text("4.5E1"), number_text("x")
    ('33.3', '45', '45', 'x')
    """
    if _WHOLE.fullmatch(text):
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value or value in (float("inf"), float("-inf")):
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def day_text(text: str, *, is_1904: bool) -> str:
    """An Excel serial as ISO day, with the time of day where it has one; what is no day stays a number.

    >>> day_text("45000", is_1904=False), day_text("43538", is_1904=True), day_text("45000.5", is_1904=False)
    ('2023-03-15', '2023-03-15', '2023-03-15T12:00:00')
    """
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 1 <= serial < _LAST_SERIAL:
        return number_text(text)
    # 1900 was no leap year, but the serials of the 1900 system count 29 February of it
    first = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30 if serial >= 60 else 31)
    try:
        moment = first + dt.timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return number_text(text)
    if moment.time() == dt.time():
        return moment.date().isoformat()
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def unescaped(text: str) -> str:
    """Text in which control characters are written `_x000D_`, with those characters."""
    if "_x" not in text:
        return text

    def character(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return chr(code) if code < 0x20 or code == 0x5F else found.group()

    return _ESCAPE.sub(character, text)
