"""The 2014 population estimate by sub-district of the Central Statistical Organization, added up to our districts.

Its districts are matched by their own names, English or Arabic; the governorate only helps where a name is ambiguous,
since contested districts stand under another governorate there. Pairs that match nothing keep their name and no code.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo.places import PlaceMatch, Places

NAME = "census_2014"
SOURCE, YEAR = "CSO estimate", "2014"
_HEADERS = {
    "gov_en": "gov_en",
    "gov_ar": "gov_ar",
    "dis_en": "dis_en",
    "dis_ar": "dis_ar",
    "total.pop": "total",
    "female.pop": "female",
    "male.pop": "male",
}
_PEOPLE = ("total", "female", "male")


def recognise(columns: Sequence[str]) -> bool:
    """Tell whether a file has this layout, by its columns (case and spaces around do not matter)."""
    return set(_HEADERS) <= {name.strip().lower() for name in columns}


def to_population(text: pd.DataFrame, places: Places, *, boundary_version: str) -> pd.DataFrame:
    """Add sub-districts up to districts in the columns of the population template.

    text: the file's own columns, cells as text. Grain out: one row a matched district, and one row for each pair of
    names that matches none, its code being the pair of names, so that the check refuses it by name.
    """
    ours = text.rename(columns=lambda name: str(name).strip().lower())[list(_HEADERS)].rename(columns=_HEADERS)
    people = ours[list(_PEOPLE)].apply(_persons)
    names = zip(ours["gov_en"], ours["dis_en"], ours["gov_ar"], ours["dis_ar"], strict=True)
    codes = [_code((gov_en, dis_en), (gov_ar, dis_ar), places) for gov_en, dis_en, gov_ar, dis_ar in names]
    added = people.groupby(pd.Series(codes, index=text.index, name="adm_pcode")).sum().reset_index()
    # Women and men were rounded in each sub-district, so that together they may exceed the total by a few.
    added["total"] = added[["total"]].assign(parts=added["female"] + added["male"]).max(axis=1)
    added[list(_PEOPLE)] = added[list(_PEOPLE)].astype("int64").astype("str")
    return added.assign(year=YEAR, source=SOURCE, boundary_version=boundary_version)


def _persons(cells: pd.Series) -> pd.Series:
    """Persons from ` 1,305,790 `; a dash is none."""
    plain = cells.str.replace(",", "", regex=False).str.strip()
    return pd.to_numeric(plain.where(plain != "-", "0"), errors="coerce").fillna(0)


def _code(english: tuple[str, str], arabic: tuple[str, str], places: Places) -> str:
    """The district that a pair of governorate and district means, or the pair where none is known."""
    for governorate, district in (english, arabic):
        if not district.strip():
            continue
        for match in (places.resolve(district=district), places.resolve(governorate=governorate, district=district)):
            if _is_certain(match):
                return match.adm2_pcode
    return f"{english[0].strip()} / {english[1].strip() or arabic[1].strip()}"


def _is_certain(match: PlaceMatch) -> bool:
    return bool(match.adm2_pcode) and match.how not in ("ambiguous", "unknown", "fuzzy")
