"""The places that the rows of a part state, each distinct one resolved once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.places import PlaceMatch, Places
from loaders.cells import plain
from loaders.coordinates import BLANKS
from loaders.rules_place import NAME_COLUMNS

_DISTRICT_COLUMNS = ("adm3_pcode", "adm2_pcode", "district")


@dataclass(frozen=True)
class Stated:
    """One match a distinct statement. `code`: position of each row's statement; `texts`: statement by NAME_COLUMNS."""

    code: np.ndarray
    texts: list[tuple[str, ...]]
    matches: Sequence[PlaceMatch]

    def adm2(self) -> list[str]:
        """The district of each distinct statement, "" for none."""
        return [match.adm2_pcode for match in self.matches]

    def adm1(self) -> list[str]:
        """The governorate of each distinct statement, "" for none."""
        return [match.adm1_pcode for match in self.matches]

    @property
    def precision(self) -> np.ndarray:
        """How coarse each row's statement is, 0 for none."""
        return np.array([match.geo_precision for match in self.matches], np.int8)[self.code]

    @property
    def has_district(self) -> np.ndarray:
        """Which rows state a district or something finer, known or not."""
        columns = [NAME_COLUMNS.index(name) for name in _DISTRICT_COLUMNS]
        return np.array([any(text[at] for at in columns) for text in self.texts], bool)[self.code]

    @property
    def is_substitute(self) -> np.ndarray:
        """Which rows state a unit that stands in the boundaries under another one, for a reason."""
        return np.array([bool(match.note) for match in self.matches], bool)[self.code]

    def district_text(self, code: int) -> str:
        """The text of a statement that names its district."""
        return self.texts[code][NAME_COLUMNS.index("district")]

    def adm3_inside(self, codes: Sequence[str]) -> tuple[list[str | None], np.ndarray]:
        """Sub-districts of the distinct statements with a None at the end, and for each row its district's position."""
        position = {code: at for at, code in enumerate(codes)}
        districts = [position.get(match.adm2_pcode, -2) if match.adm3_pcode else -2 for match in self.matches]
        return [match.adm3_pcode or None for match in self.matches] + [None], np.array(districts)[self.code]

    def uncertain(self) -> pd.DataFrame:
        """List the statements that were matched by likeness, through a substitute, or not at all.

        Grain: one row a distinct statement. Columns governorate, district, place_name (as stated), how, confidence,
        adm2_pcode, note, candidates ((p-code, name, likeness), best first), n_rows.
        """
        n_rows = np.bincount(self.code, minlength=len(self.matches))
        listed = []
        for text, match, n in zip(self.texts, self.matches, n_rows, strict=True):
            if match.how in ("fuzzy", "unknown", "ambiguous") or match.note:
                shown = dict(zip(NAME_COLUMNS, text, strict=True))
                stated = {name: shown[name] for name in ("governorate", "district", "place_name")}
                found = {"how": match.how, "confidence": match.confidence, "adm2_pcode": match.adm2_pcode}
                listed.append({**stated, **found, "note": match.note, "candidates": match.candidates, "n_rows": int(n)})
        columns = (
            "governorate",
            "district",
            "place_name",
            "how",
            "confidence",
            "adm2_pcode",
            "note",
            "candidates",
            "n_rows",
        )
        return pd.DataFrame(listed, columns=list(columns))


def stated_places(rows: pd.DataFrame, places: Places, *, is_point: np.ndarray) -> Stated:
    """Resolve what the rows state. Beside a point the name of a village or quarter is not asked for."""
    code = np.zeros(len(rows), np.int64)
    columns = []
    for name in NAME_COLUMNS:
        cells = rows[name].where(~is_point) if name == "place_name" else rows[name]
        columns.append(cells)
        if cells.notna().any():
            codes, distinct = pd.factorize(cells)
            code = pd.factorize(code * (len(distinct) + 1) + codes + 1)[0]
    first = np.unique(code, return_index=True)[1]
    found = zip(*(cells.iloc[first].fillna("").tolist() for cells in columns), strict=True)
    texts = [tuple("" if cell.casefold() in BLANKS else cell for cell in cells) for cells in found]
    return Stated(code, texts, [_match(dict(zip(NAME_COLUMNS, text, strict=True)), places) for text in texts])


def _match(stated: dict[str, str], places: Places) -> PlaceMatch:
    code = plain(stated["adm3_pcode"] or stated["adm2_pcode"])[0]
    if code:
        return places.resolve(pcode=code)
    governorate = stated["adm1_pcode"] or stated["governorate"]
    return places.resolve(governorate=governorate, district=stated["district"], place_name=stated["place_name"])
