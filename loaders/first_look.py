"""The columns and first records of an uploaded file, and what they may be, before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from loaders.limits import Limits
from loaders.mapping import Suggestion, suggest
from loaders.people import personal_columns
from loaders.raw import RawChunk
from loaders.read import open_raw

N_ROWS = 200


@dataclass(frozen=True)
class FirstLook:
    """columns: the file's, without those about people. sample: some first records. suggested: our column → header."""

    columns: list[str]
    sample: pd.DataFrame
    suggested: dict[str, Suggestion]


def first_look(path: Path, *, name: str) -> FirstLook:
    """Read the head of a file. name: what its user calls it. Raises UnreadableFile: it cannot be read at all."""
    raw = open_raw(path, limits=Limits(), name=name)
    chunk = next(iter(raw.chunks(n_rows=N_ROWS)), RawChunk(pd.DataFrame(columns=raw.columns)))
    people = personal_columns(raw.columns)
    columns = [column for column in raw.columns if column not in people]
    sample = chunk.table[columns]
    return FirstLook(columns, sample, suggest(columns, sample))
