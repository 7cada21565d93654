"""Every visible word, number and date, in the reader's language: gettext catalogues and Babel, without Streamlit.

Who reads is asked each time and never kept here: one server speaks three languages at once. A page's reader is told
by `follow` (see `pages.widgets.language`); briefs, downloads and tests say it themselves with `reading`.
"""

from __future__ import annotations

import gettext as gnu
import io
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import dates, numbers
from babel.messages import mofile, pofile

CATALOGUES = Path(__file__).resolve().parents[2] / "locale"
LOCALES = {"en": "en_GB", "ar": "ar_IQ", "ckb": "ckb_IQ"}
ENDONYMS = {"en": "English", "ar": "العربية", "ckb": "کوردی"}
RIGHT_TO_LEFT = frozenset({"ar", "ckb"})
MISSING = "–"
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


class Reader(NamedTuple):
    """Who reads: a language of LOCALES, and the digits shown ("latn" or "arab")."""

    language: str = "en"
    digits: str = "latn"


_said: ContextVar[Reader | None] = ContextVar("reader", default=None)
_asked: list[Callable[[], Reader]] = []


def follow(source: Callable[[], Reader]) -> None:
    """Ask `source` for the reader wherever nobody says it: it must answer for the session that is running."""
    _asked[:] = [source]


@contextmanager
def reading(language: str, digits: str | None = None) -> Iterator[Reader]:
    """Write for this reader inside the block; digits are those the language is used to, unless said.

    >>> with reading("ar"):
    ...     format_month(date(2024, 3, 1))
    'آذار ٢٠٢٤'
    """
    if language not in LOCALES:
        raise ValueError(f"language must be one of {', '.join(LOCALES)}")
    told = _said.set(Reader(language, digits or ("arab" if language in RIGHT_TO_LEFT else "latn")))
    try:
        yield reader()
    finally:
        _said.reset(told)


def reader() -> Reader:
    """The reader of this run."""
    return _said.get() or (_asked[0]() if _asked else Reader())


def language() -> str:
    """The reader's language: "en", "ar" or "ckb"."""
    return reader().language


def direction() -> str:
    """ "rtl" or "ltr"."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=len(LOCALES))
def catalogue(code: str) -> gnu.NullTranslations:
    """The catalogue of one language, read from its .po file; what it lacks or marks fuzzy stays English."""
    path = CATALOGUES / code / "LC_MESSAGES" / "atlas.po"
    if not path.is_file():
        return gnu.NullTranslations()
    with path.open("rb") as file, io.BytesIO() as compiled:
        mofile.write_mo(compiled, pofile.read_po(file, locale=code))
        compiled.seek(0)
        return gnu.GNUTranslations(compiled)


def _(message: str) -> str:
    """The message in the reader's language.

    >>> with reading("en"):
    ...     _("No report matches this selection.")
    'No report matches this selection.'
    """
    return catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form that n takes in the reader's language: six of them in Arabic."""
    return catalogue(language()).ngettext(singular, plural, n)


def marked(message: str) -> str:
    """Mark a message for the catalogue; `_` translates it later."""
    return message


def in_language(column: str, available: Iterable[str]) -> str:
    """The column that holds this name for the reader: adm2_name → adm2_name_ar, where it exists.

    >>> with reading("ar"):
    ...     in_language("adm2_name", ["adm2_name", "adm2_name_ar"])
    'adm2_name_ar'
    """
    local = f"{column}_ar" if language() in RIGHT_TO_LEFT else column
    exact = f"{column}_{language()}"
    columns = set(available)
    return next((name for name in (exact, local) if name in columns), column)


def isolated(text: str) -> str:
    """Left-to-right inside any text: numbers, codes and signs keep their order between Arabic words."""
    return f"\u2066{text}\u2069"


def _missing(value: float | None) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value != value


def _without_minus_zero(value: float, decimals: int) -> float:
    """0 for what is shown as zero, so that it has no sign."""
    return 0 if abs(value) < 0.5 * 10**-decimals else value


def _signed(text: str, value: float, signed: bool) -> str:
    return isolated(f"+{text}" if signed and value > 0 else text) if signed or value < 0 else text


def format_number(value: float | None, *, decimals: int = 0, signed: bool = False) -> str:
    """A number with the reader's digits and separators; a dash where there is none.

    >>> with reading("en"):
    ...     format_number(12345.678, decimals=1), format_number(float("nan"))
    ('12,345.7', '–')
    """
    if _missing(value) or value is None:
        return MISSING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    who, value = reader(), _without_minus_zero(value, decimals)
    text = numbers.format_decimal(value, pattern, locale=LOCALES[who.language], numbering_system=who.digits)
    return _signed(text.translate(ARABIC_DIGITS) if who.digits == "arab" else text, value, signed)


def format_percent(share: float | None, *, decimals: int = 0, signed: bool = False) -> str:
    """A share of 0 to 1 as per cent.

    >>> with reading("en"):
    ...     format_percent(0.123, decimals=1)
    '12.3%'
    """
    if _missing(share) or share is None:
        return MISSING
    who, share = reader(), _without_minus_zero(share, decimals + 2)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
    text = numbers.format_percent(share, pattern, locale=LOCALES[who.language], numbering_system=who.digits)
    text = text.translate(ARABIC_DIGITS).replace("%", "٪") if who.digits == "arab" else text
    return _signed(text, share, signed)


def _dated(day: date | None, pattern: str) -> str:
    if day is None or day != day:
        return MISSING
    who = reader()
    text = dates.format_date(day, pattern, locale=LOCALES[who.language])
    return text.translate(ARABIC_DIGITS) if who.digits == "arab" else text


def format_date(day: date | None) -> str:
    """A day written out: 3 March 2024."""
    return _dated(day, "d MMMM y")


def format_month(day: date | None) -> str:
    """A month written out: March 2024."""
    return _dated(day, "MMMM y")


def format_short_month(day: date | None) -> str:
    """A month for an axis: Mar 2024."""
    return _dated(day, "MMM y")


def format_quarter(quarter: str) -> str:
    """A quarter written out, from its name.

    >>> with reading("en"):
    ...     format_quarter("2024Q1")
    'Q1 2024'
    """
    return _dated(date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1), "QQQ y")


def format_year(year: int) -> str:
    """A year, without a separator of thousands."""
    return _dated(date(year, 1, 1), "y")


def format_period(start: date, end: date) -> str:
    """A period, both ends included.

    >>> with reading("en"):
    ...     format_period(date(2024, 1, 1), date(2024, 6, 30))
    '1 January 2024 – 30 June 2024'
    """
    return f"{format_date(start)} – {format_date(end)}"


def markdown_safe(text: str) -> str:
    r"""Text from data for a place that Streamlit renders as Markdown (labels, metrics, messages): shown literally.

    >>> markdown_safe("![x](//a.example/b)")
    '\\!\\[x\\]\\(\\/\\/a\\.example\\/b\\)'
    """
    flat = "".join(" " if ord(char) < 32 else char for char in text)
    return "".join("\\" + char if char.isascii() and not char.isalnum() and char != " " else char for char in flat)
