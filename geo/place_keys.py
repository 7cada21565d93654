"""Keys under which spellings of one place name meet: Latin, Arabic and Sorani."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = re.compile(r"['’‘ʿʾʼ`´\-‐‑–—_.,/\s]+")
_LATIN_LEVELS = re.compile(
    r"\b(qada|qadaa|qdha|district|distict|sub-?district|province|governorate|gov|markaz|nahiyah?|nahia|city|town)\b"
)
_LATIN_ARTICLE = re.compile(r"^\s*(al|as|ar|ash|an|ad|at|az|el)[\s\-‐‑–]+(?=\S)")
_ARABIC_LETTERS = str.maketrans("أإآٱىةیک", "اااايهيك")
_ARABIC_LEVELS = re.compile(r"^(قضاء|ناحيه|ناحية|مركز|محافظه|محافظة|قهزاي|پارێزگاي|پاريزگاي|ناحيهي|شاري)\s+(?=\S)")
_SORANI_LETTERS = str.maketrans("ەۆێڕڵگچپژڤ", "هويرلكجبزف")
_ARABIC_SCRIPT = re.compile(r"[؀-ۿݐ-ݿﭐ-﷿ﹰ-﻿]")


def is_arabic(text: str) -> bool:
    """Tell whether a text holds a letter of the Arabic script (Arabic, Sorani, Persian)."""
    return _ARABIC_SCRIPT.search(text) is not None


def visible(text: str) -> str:
    """Drop marks that nobody sees (bidi, zero-width, BOM), fold the spaces; the spelling stays.

    >>> visible("\\u200f الموصل\\u00a0")
    'الموصل'
    """
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c in "\t\n\r")
    return " ".join(kept.split())


def latin_key(text: str) -> str:
    """First Latin key: without accents, case, apostrophes, hyphens, dots and spaces.

    >>> latin_key("Al-Ka'im"), latin_key("Al Kaim")
    ('alkaim', 'alkaim')
    """
    return _DROPPED.sub("", _plain(text))


def latin_stem(text: str) -> str:
    """Second Latin key: the first, without the word for the level and without a leading article.

    >>> latin_stem("Qaḑā’ ar Ramādī"), latin_stem("Al-Ramadi"), latin_stem("Al Anbār province")
    ('ramadi', 'ramadi', 'anbar')
    """
    plain = re.sub(r"['’‘ʿʾʼ`´]", "", _plain(text))
    bare = _LATIN_LEVELS.sub(" ", plain).strip()
    return _DROPPED.sub("", _LATIN_ARTICLE.sub("", bare)) or latin_key(text)


def arabic_key(text: str) -> str:
    """First Arabic key: one form of alif, ya, ha and kaf, no diacritics, no tatweel, no leading word for the level.

    >>> arabic_key("قضاء الفلّوجة") == arabic_key("الفلوجه")
    True
    """
    folded = unicodedata.normalize("NFKC", visible(text)).translate(_ARABIC_LETTERS)
    kept = "".join(c for c in unicodedata.normalize("NFC", folded) if not unicodedata.combining(c) and c != "ـ")
    plain = " ".join(_DROPPED.sub(" ", kept).split())
    previous = ""
    while previous != plain:
        previous, plain = plain, _ARABIC_LEVELS.sub("", plain)
    return plain


def sorani_key(text: str) -> str:
    """Second Arabic key, weaker: Sorani letters written as their nearest Arabic ones, spaces dropped.

    >>> sorani_key("ڕەمادی") == sorani_key("رهمادى")
    True
    """
    return arabic_key(text).translate(_SORANI_LETTERS).replace(" ", "")


def keys(text: str) -> tuple[str, str]:
    """Return the first and the second key of a name; ("", "") for a name without a letter.

    >>> keys("Al-Mosul"), keys("Mosul")
    (('almosul', 'mosul'), ('mosul', 'mosul'))
    """
    return (arabic_key(text), sorani_key(text)) if is_arabic(text) else (latin_key(text), latin_stem(text))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", visible(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
