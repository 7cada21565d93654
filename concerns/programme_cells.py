"""Text cells of a programme table to typed values, keeping the first reason to refuse each row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from concerns.errors import MissingColumns
from concerns.programme_schema import ProgrammeReason
from concerns.taxonomy import label_key

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_INTEGER = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,10}(?:\.0+)?")
_DECIMAL = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d+)?|-?\.\d+")
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class RefusedProgrammeRow:
    """One row that goes to quarantine: its index in the frame, why, the column at fault, its text as it stood."""

    row: int
    reason: ProgrammeReason
    column: str | None
    original: dict[str, str]


@dataclass(frozen=True)
class CheckedRows:
    """What became of the rows: read = accepted + duplicates + refused.

    accepted: typed, columns of the table, index = that of the text. n_duplicates: the same row again.
    """

    accepted: pd.DataFrame
    refused: list[RefusedProgrammeRow]
    n_duplicates: int


@dataclass
class Cells:
    """The text of a table, its typed columns as they are read, and the first reason to refuse each row."""

    text: pd.DataFrame
    typed: dict[str, pd.Series] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reason = pd.Series([None] * len(self.text), index=self.text.index, dtype="object")
        self.column = self.reason.copy()

    def refuse(self, where: pd.Series, reason: ProgrammeReason, column: str | None) -> None:
        """Refuse the marked rows that have no reason yet."""
        fresh = where.fillna(False).astype("bool") & self.reason.isna()
        self.reason[fresh], self.column[fresh] = str(reason), column

    def blank(self, column: str) -> pd.Series:
        """Say which cells of a column are blank; all are where the column is absent."""
        return self._raw(column) == ""

    def require(self, columns: Sequence[str]) -> None:
        """Refuse rows with a blank in any of the columns."""
        for column in columns:
            self.refuse(self.blank(column), ProgrammeReason.REQUIRED_MISSING, column)

    def texts(self, columns: Sequence[str]) -> None:
        """Read columns as they are."""
        for column in columns:
            raw = self._raw(column)
            self.typed[column] = raw.where(raw != "").astype("str")

    def choices(
        self, column: str, allowed: type[StrEnum], labels: Mapping[str, str], *, own: re.Pattern[str] | None = None
    ) -> None:
        """Read one of a closed list, by code or by label in any language; `own` lets other codes of a form pass."""
        raw = self._raw(column)
        codes = {label_key(plain_cell(text)): code for text, code in labels.items()}
        codes |= {label_key(str(value)): str(value) for value in allowed}
        found = raw.map(lambda cell: codes.get(label_key(cell), cell if own and own.fullmatch(cell) else None))
        self.refuse((raw != "") & found.isna(), ProgrammeReason.VALUE_UNKNOWN, column)
        self.typed[column] = found.astype("str").where(found.notna())

    def dates(self, columns: Sequence[str], *, latest: pd.Timestamp | None = None) -> None:
        """Read ISO days; those after `latest` are refused as future."""
        for column in columns:
            raw = self._raw(column)
            parts = raw.str.extract(f"^{_ISO.pattern}$")
            joined = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)
            days = pd.to_datetime(joined, format="%Y-%m-%d", errors="coerce")
            self.refuse((raw != "") & days.isna(), ProgrammeReason.DATE_INVALID, column)
            if latest is not None:
                self.refuse(days > latest, ProgrammeReason.DATE_FUTURE, column)
            self.typed[column] = days.astype("datetime64[s]")

    def counts(self, columns: Sequence[str], *, least: int = 0) -> None:
        """Read whole numbers from `least` on."""
        for column in columns:
            raw = self._raw(column)
            values = self._numbers(raw, _INTEGER)
            bad = (raw != "") & ~(values.between(least, _LARGEST) & (values == values.round()))
            self.refuse(bad, ProgrammeReason.NUMBER_INVALID, column)
            self.typed[column] = values.where(~bad).astype("Int32")

    def decimals(
        self, columns: Sequence[str], *, least: float = 0.0, most: float = np.inf, above: bool = False
    ) -> None:
        """Read numbers within [least, most], or (least, most] where `above`."""
        for column in columns:
            raw = self._raw(column)
            values = self._numbers(raw, _DECIMAL)
            inside = (values > least if above else values >= least) & (values <= most)
            bad = (raw != "") & ~(inside & np.isfinite(values))
            self.refuse(bad, ProgrammeReason.NUMBER_INVALID, column)
            self.typed[column] = values.where(~bad)

    def ascending(self, columns: Sequence[str]) -> None:
        """Refuse rows in which a given date comes before one to its left."""
        latest = self.typed[columns[0]]
        for column in columns[1:]:
            day = self.typed[column]
            self.refuse(day < latest, ProgrammeReason.DATES_OUT_OF_ORDER, column)
            latest = latest.where(~(day > latest) & latest.notna() | day.isna(), day)

    def parts(self, total: str, columns: Sequence[str], *, slack: int = 0) -> None:
        """Refuse rows in which a part is larger than its total."""
        for column in columns:
            over = self.typed[column] > self.typed[total] + slack
            self.refuse(over, ProgrammeReason.PART_EXCEEDS_TOTAL, column)

    def known(self, column: str, codes: Collection[str] | None, reason: ProgrammeReason) -> None:
        """Refuse rows whose code is not among the known ones; None: not asked."""
        if codes is not None:
            raw = self._raw(column)
            self.refuse((raw != "") & ~raw.isin(set(codes)), reason, column)

    def settle(self, columns: Sequence[str], keys: Sequence[str]) -> CheckedRows:
        """Set duplicates and conflicting ids apart, and lay out the accepted rows in the table's columns."""
        typed = pd.DataFrame({name: self.typed[name] for name in columns}, index=self.text.index)
        good = typed[self.reason.isna()]
        is_duplicate = good.duplicated(keep="first").reindex(typed.index, fill_value=False)
        first = good[~good.duplicated(keep="first")]
        conflict = first.duplicated(list(keys), keep="first").reindex(typed.index, fill_value=False)
        self.refuse(conflict, ProgrammeReason.ID_CONFLICT, keys[0])
        refused = [
            RefusedProgrammeRow(
                row=int(row),
                reason=ProgrammeReason(self.reason[row]),
                column=self.column[row],
                original={str(name): str(cell) for name, cell in self.text.loc[row].items()},
            )
            for row in self.text.index[self.reason.notna()]
        ]
        accepted = typed[self.reason.isna() & ~is_duplicate]
        return CheckedRows(accepted, refused, int((is_duplicate & self.reason.isna()).sum()))

    def _raw(self, column: str) -> pd.Series:
        if column not in self.text.columns:
            return pd.Series("", index=self.text.index, dtype="str")
        return self.text[column].map(plain_cell).astype("str")

    def _numbers(self, raw: pd.Series, form: re.Pattern[str]) -> pd.Series:
        plain = raw.where(raw.map(lambda cell: bool(form.fullmatch(cell))).astype("bool"), "")
        return pd.to_numeric(plain.str.replace(",", "", regex=False), errors="coerce").astype("float64")


def plain_cell(cell: object) -> str:
    """Return a cell without spaces around, invisible marks and foreign digits; "" for blank and "n/a".

    >>> plain_cell(" ٢٠٢٤-٠٣-٠٥\u200f "), plain_cell("n/a"), plain_cell(None)
    ('2024-03-05', '', '')
    """
    if cell is None or cell != cell:
        return ""
    text = _INVISIBLE.sub("", str(cell)).replace("\u00a0", " ").strip()
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    text = text.replace("٫", ".").replace("٬", ",")
    return "" if text.casefold() in ("n/a", "na") else text


def require_headers(text: pd.DataFrame, columns: Sequence[str], *, table: str) -> None:
    """Raise MissingColumns unless the text has every column that this table cannot do without."""
    absent = [name for name in columns if name not in text.columns]
    if absent:
        found = ", ".join(str(name) for name in text.columns)
        raise MissingColumns(
            f"The columns {', '.join(absent)} are missing; found: {found}.",
            where=table,
            hint="Use the template that the dashboard offers for download.",
        )
