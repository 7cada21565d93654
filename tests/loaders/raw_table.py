"""A file in memory: what a reader hands on, without a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from loaders.raw import RawChunk


@dataclass
class RawTable:
    """Columns of text as a `RawFile`; records are numbered from 1."""

    cells: dict[str, list[str]]
    hxl: list[str] | None = None
    kind: str = "csv"
    is_1904: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    warnings: list[str] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        return list(self.cells)

    @property
    def table(self) -> pd.DataFrame:
        frame = pd.DataFrame(self.cells, dtype="str")
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
        return frame

    def chunks(self, *, n_rows: int = 100_000) -> Iterator[RawChunk]:
        for start in range(0, len(self.table), n_rows):
            yield RawChunk(self.table.iloc[start : start + n_rows])
