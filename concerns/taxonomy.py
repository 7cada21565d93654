"""The concern categories: codes, labels in three languages, and which of them are sensitive."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from concerns.errors import BadSetting

LANGUAGES = ("en", "ar", "ckb")
NOT_SECURITY = frozenset({"C12"})  # services and livelihoods: in the mix, never in a security total

_CODE = re.compile(r"C\d{2}")
_SUBCODE = re.compile(r"C\d{2}\.\d")
_LETTERS = str.maketrans("أإآٱىةیکەۆێڕڵ", "اااايهيكهويرل")


def label_key(text: str) -> str:
    """Fold a code or label so that case, spaces, marks and letter variants do not matter.

    >>> label_key("  Armed  groups ") == label_key("armed groups"), label_key("c07.2")
    (True, 'c07.2')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c) and c != "ـ")
    visible = "".join(c for c in kept.translate(_LETTERS) if unicodedata.category(c) not in ("Cf", "Cc"))
    return " ".join(visible.replace("_", " ").split())


@dataclass(frozen=True)
class Concern:
    """One row of the taxonomy: a category (`subcode` empty) or a sub-category."""

    code: str
    subcode: str
    labels: tuple[str, str, str]
    is_sensitive: bool
    iccs: tuple[str, ...]


class Taxonomy:
    """Categories C01–C12 and C99 with their sub-categories, in the order of the file they come from.

    >>> taxonomy = Taxonomy.from_rows([
    ...     {"code": "C07", "subcode": "", "label_en": "Drugs", "label_ar": "مخدرات", "label_ckb": "هۆشبەر",
    ...      "sensitive": "no", "iccs": "06"},
    ...     {"code": "C07", "subcode": "C07.2", "label_en": "Dealing", "label_ar": "اتجار", "label_ckb": "فرۆشتن",
    ...      "sensitive": "no", "iccs": ""}])
    >>> taxonomy.resolve("dealing"), taxonomy.resolve("مخدّرات"), taxonomy.resolve("rain")
    (('C07', 'C07.2'), ('C07', None), None)
    """

    def __init__(self, concerns: Iterable[Concern]) -> None:
        self._concerns = {item.subcode or item.code: item for item in concerns}
        self.categories = tuple(code for code, item in self._concerns.items() if not item.subcode)
        self.security = tuple(code for code in self.categories if code not in NOT_SECURITY)
        self.sensitive = frozenset(code for code, item in self._concerns.items() if item.is_sensitive)
        self._by_key: dict[str, tuple[str, str | None]] = {}
        for item in self._concerns.values():
            target = (item.code, item.subcode or None)
            for text in (item.subcode or item.code, *item.labels):
                self._by_key.setdefault(label_key(text), target)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]]) -> Taxonomy:
        """Build from text rows: code, subcode, label_en, label_ar, label_ckb, sensitive (yes/no), iccs (`;` between).

        Raises BadSetting: a code or flag in the wrong form, a code twice, or a sub-category before its category.
        """
        concerns: list[Concern] = []
        seen: set[str] = set()
        for number, row in enumerate(rows, start=2):
            item = _concern(row, where=f"categories, line {number}")
            code = item.subcode or item.code
            if code in seen or (item.subcode and item.code not in seen):
                raise BadSetting(
                    "The code stands twice or before its category.",
                    where=f"categories, line {number}",
                    hint="Give each code one row, the category above its sub-categories.",
                )
            seen.add(code)
            concerns.append(item)
        return cls(concerns)

    def resolve(self, text: str) -> tuple[str, str | None] | None:
        """Return (category, sub-category or None) of a code or of a label in any of the three languages, else None."""
        return self._by_key.get(label_key(text))

    def label(self, code: str, language: str = "en") -> str:
        """Return the label of a code; a language without a catalogue of its own falls back to English.

        Raises KeyError: the code is not in the taxonomy.
        """
        position = LANGUAGES.index(language) if language in LANGUAGES else 0
        return self._concerns[code].labels[position]

    def subcategories(self, category: str) -> tuple[str, ...]:
        """Return the sub-codes of one category, in order."""
        return tuple(item.subcode for item in self._concerns.values() if item.code == category and item.subcode)

    def iccs(self, category: str) -> tuple[str, ...]:
        """Return the level 1 sections of the International Classification of Crime for Statistical Purposes."""
        return self._concerns[category].iccs

    def is_sensitive(self, category: str, subcategory: str | None = None) -> bool:
        """Tell whether a report is kept at governorate precision; what the taxonomy does not know is sensitive."""
        if category not in self._concerns or (subcategory and subcategory not in self._concerns):
            return True
        return category in self.sensitive or (subcategory is not None and subcategory in self.sensitive)


def _concern(row: Mapping[str, str], *, where: str) -> Concern:
    code, subcode, flag = row["code"], row["subcode"], row["sensitive"]
    form = _CODE.fullmatch(code) and (not subcode or (_SUBCODE.fullmatch(subcode) and subcode.startswith(code + ".")))
    if not form or flag not in ("yes", "no"):
        raise BadSetting(
            "A code or the sensitive flag is in the wrong form.",
            where=where,
            hint="Write codes as C07 and C07.2, the flag as yes or no.",
        )
    labels = (row["label_en"], row["label_ar"], row["label_ckb"])
    return Concern(code, subcode, labels, flag == "yes", tuple(part for part in row["iccs"].split(";") if part))
