"""What a store learnt from its users, as a load needs it: kept forms, and other spellings of places."""

from __future__ import annotations

import pandas as pd

from geo.places import Places
from loaders.district_set import DistrictSet
from loaders.mapping import Mapping
from loaders.place_names import load_places
from loaders.shelf import Shelf
from loaders.store import Store


def kept_form(store: Store, sample: pd.DataFrame) -> tuple[str, Mapping] | None:
    """The form that the store keeps for the version that an export of a form states in its records."""
    column = next((name for name in ("__version__", "_version", "FormVersion") if name in sample), None)
    if store.folder is None or column is None:
        return None
    return Shelf(store.folder).form_for(sample[column].str.strip().unique())


def known_places(store: Store, districts: DistrictSet) -> Places:
    """The names of the districts, and the other spellings that users of this store confirmed."""
    aliases = None if store.folder is None else Shelf(store.folder).aliases()
    return districts.places if aliases is None else load_places(districts.districts, remembered=aliases)
