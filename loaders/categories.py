"""The taxonomy file of the project: `data/categories.csv`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from concerns.errors import BadSetting
from concerns.taxonomy import Taxonomy

CATEGORIES_FILE = Path(__file__).resolve().parents[1] / "data" / "categories.csv"
COLUMNS = ("code", "subcode", "label_en", "label_ar", "label_ckb", "sensitive", "iccs")


@cache
def load_taxonomy(path: Path = CATEGORIES_FILE) -> Taxonomy:
    """Read the categories: one row a category or sub-category, columns as COLUMNS, UTF-8.

    Raises BadSetting: a column is absent, or a row breaks a rule of `Taxonomy.from_rows`.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise BadSetting(
                "The columns are not those of a categories file.",
                where=path.name,
                hint=f"Give it the columns {', '.join(COLUMNS)}.",
            )
        return Taxonomy.from_rows(reader)
