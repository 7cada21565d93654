"""The names of the districts in use: their own, the sub-districts of the gazetteer, and the known other spellings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo.places import ALIAS_COLUMNS, Places

DATA = Path(__file__).resolve().parents[1] / "data"
PLACES_FILE, ALIASES_FILE = DATA / "iraq_places.csv", DATA / "place_aliases.csv"


def load_places(districts: pd.DataFrame, *, remembered: pd.DataFrame | None = None) -> Places:
    """Build the index of place names for a set of districts.

    districts: as `geo.districts.prepare` gives them. remembered: aliases that users confirmed, columns ALIAS_COLUMNS.
    """
    places = pd.read_csv(PLACES_FILE, dtype=str, keep_default_na=False)
    aliases = pd.read_csv(ALIASES_FILE, dtype=str, keep_default_na=False)[list(ALIAS_COLUMNS)]
    if remembered is not None:
        aliases = pd.concat([aliases, remembered[list(ALIAS_COLUMNS)]], ignore_index=True)
    return Places.build(pd.DataFrame(districts), subdistricts=places, aliases=aliases)
