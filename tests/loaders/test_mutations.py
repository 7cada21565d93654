"""Nearly right files at random: each is read to the last record or refused with a reason, and never anything else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from concerns.schema import FileReason
from loaders.limits import Limits
from tests.corpus.containers import sheet, workbook_parts, zipped
from tests.corpus.hostile import CASES
from tests.corpus.mutation import mutated, read_whole

IN_PROCESS = (".csv", ".tsv", ".txt", ".json", ".geojson")
IN_CHILD = (".xlsx", ".zip", ".gpkg", ".parquet")
CODES = {"", *FileReason}


def seeds(endings: tuple[str, ...]) -> list[tuple[str, bytes]]:
    cases = [case for case in CASES if not callable(case.content) and Path(case.filename).suffix in endings]
    return [(Path(case.filename).suffix, case.data) for case in cases if 20 < len(case.data) < 40_000]


@pytest.mark.parametrize(
    ("endings", "n_files", "seed"),
    [
        (IN_PROCESS, 300, 1),
        (IN_CHILD, 25, 2),
        pytest.param(IN_PROCESS, 20_000, 3, marks=pytest.mark.slow),
        pytest.param(IN_CHILD, 1_500, 4, marks=pytest.mark.slow),
    ],
)
def test_mutated_file_is_read_or_refused(endings: tuple[str, ...], n_files: int, seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    found = seeds(endings)
    for _ in range(n_files):
        ending, data = chance.choice(found)
        path = tmp_path / f"reports{ending}"
        path.write_bytes(mutated(data, chance))
        assert read_whole(path, Limits()) in CODES


def test_workbook_with_a_mutated_part_is_read_or_refused(tmp_path: Path) -> None:
    chance = random.Random(5)
    parts = workbook_parts({"reports": sheet([("date", "lat", "lon", "category"), ("2024-03-01", 33.2, 44.1, "C07")])})
    path = tmp_path / "reports.xlsx"
    for _ in range(25):
        name = chance.choice(list(parts))
        path.write_bytes(zipped(parts | {name: mutated(str(parts[name]).encode(), chance)}))
        assert read_whole(path, Limits()) in CODES
