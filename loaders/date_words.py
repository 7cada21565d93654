"""Names of months and days of the week: English, Arabic (Levantine and Egyptian), Kurdish; and of Hijri months."""

from __future__ import annotations

import re

from geo.place_keys import arabic_key

_MONTHS = {
    1: "january jan كانون الثاني|كانون ثاني|كانون ثان|يناير|کانوونی دووەم|کانونی دووهم|ڕێبەندان",
    2: "february feb شباط|فبراير|شوبات|شەبات",
    3: "march mar آذار|مارس|ئازار|ئادار",
    4: "april apr نيسان|أبريل|ابريل|إبريل|نیسان",
    5: "may أيار|ايار|مايو|ئایار|مایس",
    6: "june jun حزيران|يونيو|يونيه|حوزەیران|حوزەیران",
    7: "july jul تموز|يوليو|يوليه|تەمموز|تەموز",
    8: "august aug آب|أغسطس|اغسطس|ئاب",
    9: "september sept sep أيلول|ايلول|سبتمبر|ئەیلوول|ئەیلول",
    10: "october oct تشرين الأول|تشرين أول|أكتوبر|اكتوبر|تشرینی یەکەم",
    11: "november nov تشرين الثاني|تشرين ثاني|تشرين ثان|نوفمبر|تشرینی دووەم",
    12: "december dec كانون الأول|كانون أول|ديسمبر|کانوونی یەکەم|کانونی یەکەم",
}
_HIJRI = (
    "muharram|safar|rabi|jumada|jamada|rajab|shaban|sha'ban|ramadan|ramadhan|shawwal|shawal|dhu al|dhul|zul|"
    "محرم|صفر|ربيع|جمادى|جمادي|رجب|شعبان|رمضان|شوال|ذو القعدة|ذي القعدة|ذو الحجة|ذي الحجة|هجري|هجرية"
)
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "الاثنين الإثنين الثلاثاء الاربعاء الأربعاء الخميس الجمعة السبت الاحد الأحد "
    "دووشەممە سێشەممە چوارشەممە پێنجشەممە هەینی شەممە یەکشەممە"
)


def word_key(text: str) -> str:
    """Fold the words of a date: case, letter variants and marks do not matter.

    >>> word_key("٣ آذار") == word_key("٣ اذار")
    True
    """
    return arabic_key(text.casefold())


def _month_names() -> dict[str, int]:
    names: dict[str, int] = {}
    for month, text in _MONTHS.items():
        latin = [word for word in text.split() if word.isascii()]
        arabic = text[len(" ".join(latin)) :].strip().split("|")
        names |= {word_key(name): month for name in [*latin, *arabic]}
    return names


MONTH_NAMES = _month_names()
_BY_LENGTH = sorted(MONTH_NAMES, key=len, reverse=True)
MONTH = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, _BY_LENGTH)) + r")[یي]?(?!\w)")
HIJRI = re.compile(
    r"(?<!\w)(?:"
    + "|".join(re.escape(word_key(w)) for w in _HIJRI.split("|"))
    + r")|(?<!\w)ه(?:ـ)?(?!\w)|\bah\b|\d\s*ه$"
)
WEEKDAY = re.compile(
    r"(?<!\w)(?:يوم\s+)?(?:"
    + "|".join(re.escape(word_key(w)) for w in sorted(_DAYS.split(), key=len, reverse=True))
    + r")(?!\w)[،,.]?"
)
