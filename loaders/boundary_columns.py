"""What the columns of district files are called elsewhere: the rename boundary of districts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from concerns.schema import FileReason, MissingColumns
from loaders.encodings import restore_mojibake
from loaders.header import INVISIBLE

# Our column → what it may be called, in lower case, the likeliest first.
FOREIGN: Mapping[str, Sequence[str]] = {
    "adm2_pcode": ("adm2_pcode", "admin2pcod", "a2code", "pcode"),
    "adm2_name": ("adm2_en", "adm2_name", "admin2name", "a2nameen", "name_en"),
    "adm2_name_ar": ("adm2_ar", "a2namear", "adm2_name_ar", "name_ar"),
    "adm2_name_ckb": ("adm2_ckb", "adm2_ku", "adm2_name_ckb", "name_ckb", "name_ku"),
    "adm1_pcode": ("adm1_pcode", "admin1pcod", "a1code"),
    "adm1_name": ("adm1_en", "adm1_name", "admin1name", "a1nameen"),
    "adm1_name_ar": ("adm1_ar", "a1namear", "adm1_name_ar"),
}
SECOND_LEVEL = FOREIGN["adm2_pcode"]
THIRD_LEVEL = ("adm3_pcode", "admin3pcod", "a3code", "adm3_en", "adm3_name")
_LANGUAGES = {"en": "", "ar": "_ar", "ckb": "_ckb", "ku": "_ckb", "kur": "_ckb"}
_OFFICIAL = frozenset({"adm2_pcode", "admin2pcod", "a2code"})
_WITHOUT_CODES = {"gid_2": "GADM", "shapeid": "geoBoundaries", "shapename": "geoBoundaries"}


@dataclass(frozen=True)
class Family:
    """A way to name the columns of a district file. `headers`: our column → header. `is_official`: OCHA's names."""

    name: str
    headers: Mapping[str, str]
    is_official: bool


def recognise(columns: Sequence[str], *, where: str) -> Family:
    """Tell which of our columns a district file has.

    Raises MissingColumns: no column of p-codes, or none of names; the text lists what was found instead.

    >>> recognise(["ADM2_EN", "ADM2_PCODE", "ADM1_PCODE"], where="a.shp").name
    'cod-ab'
    """
    by_name = {column.lower(): column for column in reversed(columns)}
    headers = {
        ours: by_name[found]
        for ours, names in FOREIGN.items()
        if (found := next((name for name in names if name in by_name), None)) is not None
    }
    has_names = {"adm2_name", "adm2_name_ar", "adm2_name_ckb"} & headers.keys() or "adm2_ref_name" in by_name
    if "adm2_pcode" not in headers or not has_names:
        named = next((name for column, name in _WITHOUT_CODES.items() if column in by_name), None)
        what = f"The file has no column of {'p-codes' if 'adm2_pcode' not in headers else 'names'} of districts"
        what += f" ({named} has none)" if named else ""
        listed = ", ".join(column[:40] for column in columns[:15]) or "none"
        hint = "Use a COD-AB file of level 2, or name the columns adm2_pcode, adm2_name, name_ar."
        raise MissingColumns(f"{what}; found: {listed}.", where=where, hint=hint, code=FileReason.HEADER_MISSING)
    if headers["adm2_pcode"].lower() == "a2code":
        return Family("ocha-legacy", headers, is_official=True)
    is_official = headers["adm2_pcode"].lower() in _OFFICIAL and "adm1_pcode" in headers
    return Family("cod-ab" if is_official else "named-districts", headers, is_official=is_official)


def rename(table: pd.DataFrame, family: Family) -> tuple[pd.DataFrame, int]:
    """Give our columns as text without marks around them, and how many broken names were mended.

    In the newer COD-AB layout the columns `lang, lang1 …` say in which language `adm2_name, adm2_name1 …` are.
    """
    by_name = {column.lower(): column for column in reversed(table.columns)}
    sources: dict[str, list[pd.Series]] = {ours: [table[header]] for ours, header in family.headers.items()}
    if "lang" in by_name:
        for level in ("adm1", "adm2"):
            sources |= _by_language(table, by_name, level)
    made = pd.DataFrame(index=table.index)
    n_mended = 0
    for ours in FOREIGN:
        if ours not in sources:
            continue
        filled = pd.Series("", index=table.index, dtype="str")
        for texts in sources[ours]:
            mended = texts.map(restore_mojibake)  # before marks are taken off: a broken letter may end in one
            n_mended += int((mended != texts).sum())
            filled = filled.where(filled != "", mended.str.strip(INVISIBLE))
        made[ours] = filled
    return made, n_mended


def _by_language(table: pd.DataFrame, by_name: Mapping[str, str], level: str) -> dict[str, list[pd.Series]]:
    found: dict[str, list[pd.Series]] = {}
    for number in ("", "1", "2", "3"):
        names, languages = by_name.get(f"{level}_name{number}"), by_name.get(f"lang{number}")
        if names is None or languages is None:
            continue
        stated = table[languages].str.strip(INVISIBLE).str.lower()
        for language, ending in _LANGUAGES.items():
            texts = table[names].where(stated == language, "")
            if (texts != "").any():
                found.setdefault(f"{level}_name{ending}", []).append(texts)
    spare = [by_name[name] for name in (f"{level}_ref_name", f"{level}_name") if name in by_name]
    found.setdefault(f"{level}_name", []).extend(table[name] for name in spare)
    return found
