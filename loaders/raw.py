"""What passes between the steps of a load: a file as text, its chunks, and rows that were refused on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from concerns.schema import Reason

GEOMETRY_LAT, GEOMETRY_LON = "geometry:lat", "geometry:lon"  # columns that a reader of geometries adds, as text


@dataclass(frozen=True)
class RefusedRow:
    """One row that goes to quarantine: its number in the file, why, where, and its text as it stood."""

    row: int
    reason: Reason
    column: str | None
    original: dict[str, str]


@dataclass(frozen=True)
class RawChunk:
    """Some records of a file. `table`: text cells, "" is blank; index `row` (1-based number of the record)."""

    table: pd.DataFrame
    refused: list[RefusedRow] = field(default_factory=list)


class RawFile(Protocol):
    """A file that passed the checks of its container and may be read, more than once, in bounded chunks.

    `columns`: header cells, trimmed of spaces and invisible marks, unique. `hxl`: the tag of each column ("" none),
    or None where the file has no tag row. `is_1904`: the workbook counts days from 1904.
    Every record is in exactly one chunk, either in its table or among its refused rows.
    """

    @property
    def kind(self) -> str:
        """One of csv, xlsx, geojson, json, geopackage, geoparquet, shapefile."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in file order."""

    @property
    def hxl(self) -> list[str] | None:
        """The tag of each column, or None."""

    @property
    def encoding(self) -> str:
        """How the text was encoded."""

    @property
    def delimiter(self) -> str:
        """What parts the cells; "" where nothing does."""

    @property
    def is_1904(self) -> bool:
        """Whether serial numbers of days count from 1904."""

    @property
    def warnings(self) -> list[str]:
        """Sentences for the ledger about how the file was read."""

    def chunks(self, *, n_rows: int = 100_000) -> Iterator[RawChunk]:
        """Yield the records in file order, at most `n_rows` a chunk."""
        ...
