"""The closed lists of the programme's tables in three languages: `data/programme_lists.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from concerns.errors import BadSetting
from concerns.programme import CLOSED_LISTS, SurveyIndicator
from concerns.taxonomy import LANGUAGES, label_key

LISTS_FILE = Path(__file__).resolve().parents[1] / "data" / "programme_lists.csv"
COLUMNS = ("list", "code", *(f"label_{language}" for language in LANGUAGES))
LISTS = CLOSED_LISTS | {"indicator": SurveyIndicator}


@dataclass(frozen=True)
class ProgrammeLists:
    """Column of a table → code → language → label, codes in the order of their list."""

    labels: Mapping[str, Mapping[str, Mapping[str, str]]]

    def options(self, column: str, language: str) -> list[str]:
        """Return the labels that a template offers in one column.

        >>> load_lists().options("functional", "en")
        ['Yes', 'No', 'Unknown']
        """
        return [labels[language] for labels in self.labels[column].values()]

    def codes(self) -> dict[str, dict[str, str]]:
        """Return column → folded label → code, as `concerns.programme.Known` takes it."""
        return {
            column: {label_key(label): code for code, labels in codes.items() for label in labels.values()}
            for column, codes in self.labels.items()
        }


@cache
def load_lists(path: Path = LISTS_FILE) -> ProgrammeLists:
    """Read the labels: one row a list and code, columns as COLUMNS, UTF-8.

    Raises BadSetting: other columns, a code that no list has or that is missing, a label that is blank or that stands
    for two codes of its list.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            hint = f"Give it the columns {', '.join(COLUMNS)}."
            raise BadSetting("The columns are not those of the lists.", where=path.name, hint=hint)
        rows = list(reader)
    found: dict[str, dict[str, dict[str, str]]] = {column: {} for column in LISTS}
    for line, row in enumerate(rows, start=2):
        where = f"{path.name}, line {line}"
        column, code = row["list"], row["code"]
        if column not in LISTS or code not in [str(value) for value in LISTS[column]] or code in found[column]:
            raise BadSetting(
                "The code is unknown or stands twice.", where=where, hint="Keep the codes; edit labels only."
            )
        labels = {language: (row[f"label_{language}"] or "").strip() for language in LANGUAGES}
        if not all(labels.values()):
            raise BadSetting("A label is blank.", where=where, hint="Give a label in each language.")
        found[column][code] = labels
    _check(found, path.name)
    return ProgrammeLists(found)


def _check(found: Mapping[str, Mapping[str, Mapping[str, str]]], file: str) -> None:
    for column, values in LISTS.items():
        absent = [str(value) for value in values if str(value) not in found[column]]
        if absent:
            raise BadSetting(f"{column} lacks {', '.join(absent)}.", where=file, hint="Give every code a line.")
        meanings: dict[str, str] = {}
        for code, labels in found[column].items():
            for text in (code, *labels.values()):
                if meanings.setdefault(label_key(text), code) != code:
                    raise BadSetting(f"A label of {column} stands for two codes.", where=file, hint="Tell them apart.")
