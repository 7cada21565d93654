"""One recognised file layout: which header holds which of our columns, and what its words mean in ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pandas as pd

from concerns.errors import MissingColumns
from loaders.cells import encode, fold, take_text, to_text
from loaders.headings import TEXT_COLUMNS, missing_groups
from loaders.people import personal_columns

Recode = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


class Declared(StrEnum):
    """What a stated district is worth beside coordinates."""

    BINDING = "binding"  # a column that was declared: a contradiction refuses the row
    ANSWER = "answer"  # a question of a form: near the border of what was stated the contradiction is only flagged
    CONTEXT = "context"  # events of others, on other vintages of borders: a contradiction is only flagged


@dataclass(frozen=True)
class Source:
    """How one file's columns become ours; the only door through which foreign names come in.

    headers: our text column → header. values: our column → folded foreign text → our text. constants: our column → the
    text of every row. recode: what neither can say; gets our frame and the file's table. people: headers that are never
    read. context_only: events of others, never added to forum reports in one total. is_aggregate: one row is a
    total, no event. has_ids: the layout has an id column, so a blank id is nobody's duplicate.
    """

    name: str
    headers: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    recode: Recode | None = None
    people: frozenset[str] = frozenset()
    declared: Declared = Declared.BINDING
    context_only: bool = False
    is_aggregate: bool = False
    date_order: str | None = None
    severity_scale: tuple[float, float] = (1.0, 3.0)
    warnings: tuple[str, ...] = ()

    @property
    def has_ids(self) -> bool:
        """True when the layout names a column of ids."""
        return "report_id" in self.headers

    def person_columns(self, columns: Iterable[str]) -> frozenset[str]:
        """Return the headers that name or reach people; they are left out of every table, quarantine included."""
        return self.people | personal_columns(columns, kept=self.headers.values())

    def header_of(self, column: str) -> str:
        """Return the file's own header for one of our columns."""
        return self.headers.get(column, column)

    def rename(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return our text columns of some records; index and order are those of the table, "" is blank."""
        frame = pd.DataFrame({ours: table[header] for ours, header in self.headers.items()}, index=table.index)
        if "category" in frame:
            frame["category_text"] = frame["category"]
        if self.recode is not None:
            frame = self.recode(frame, table)
        for column, text in self.constants.items():
            frame[column] = text
        for column, meanings in self.values.items():
            if column in frame:
                frame[column] = translate(frame[column], meanings)
        return frame

    def with_mapping(
        self,
        headers: Mapping[str, str],
        *,
        values: Mapping[str, Mapping[str, str]],
        is_binding: bool = False,
        date_order: str | None = None,
        severity_scale: tuple[float, float] | None = None,
        warnings: Sequence[str] = (),
    ) -> Source:
        """Return this source with a user's mapping laid over it: what the mapping names is taken from there.

        is_binding: the mapping declares the district, so that a contradiction refuses the row.
        """
        merged = {key: header for key, header in self.headers.items() if header not in headers.values()} | dict(headers)
        if "geopoint" in headers:
            merged = {
                key: header
                for key, header in merged.items()
                if key not in ("lat", "lon", "accuracy_m") or key in headers
            }
        elif {"lat", "lon"} <= headers.keys():
            merged.pop("geopoint", None)
        declared = Declared.BINDING if is_binding else self.declared
        both = {key: {**self.values.get(key, {}), **values.get(key, {})} for key in {*self.values, *values}}
        return replace(
            self,
            headers=merged,
            values=both,
            declared=declared,
            date_order=date_order or self.date_order,
            severity_scale=severity_scale or self.severity_scale,
            warnings=(*self.warnings, *warnings),
        )

    def check_complete(self, columns: Sequence[str], *, where: str) -> Source:
        """Return self when every report can have a day, a place and a category.

        Raises MissingColumns: one of the three is not among the columns; the text lists what was found.
        """
        present = {*self.headers, *self.constants}
        missing = [] if self.is_aggregate else missing_groups(present)
        if missing:
            raise MissingColumns(
                f"The columns hold no {' and no '.join(missing)}; found: {listed(columns)}.",
                where=where,
                hint="Name the columns in a mapping (--mapping FILE.yaml, or on the page Data).",
                code="HEADER_MISSING",
            )
        return self


def translate(texts: pd.Series, meanings: Mapping[str, str]) -> pd.Series:
    """Replace foreign words by ours; words without a meaning stay as they are.

    meanings: folded foreign text → our text.
    """
    codes, distinct = encode(to_text(texts))
    ours = [meanings.get(fold(text), text) for text in distinct]
    return take_text(codes, ours).set_axis(texts.index)


def folded(meanings: Mapping[str, str]) -> dict[str, str]:
    """Fold the left side of a table of words."""
    return {fold(theirs): ours for theirs, ours in meanings.items()}


def listed(columns: Sequence[str], *, n: int = 25) -> str:
    """Return column names for a sentence, the first ones only."""
    shown = ", ".join(column[:40] for column in columns[:n])
    return shown + (f" and {len(columns) - n} more" if len(columns) > n else "")


def blank(table: pd.DataFrame) -> pd.Series:
    """Return a column of blanks for the rows of a table."""
    return pd.Series("", index=table.index, dtype="str")


def known_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are ours, in our order."""
    return frame[[column for column in TEXT_COLUMNS if column in frame]]
