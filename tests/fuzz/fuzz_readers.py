"""A coverage-guided fuzzer over the readers: no crash, no hang, no memory growth, no record lost.

    python -m tests.fuzz [-max_total_time=600] [libFuzzer options]

Needs `atheris` (a wheel for Linux, Python 3.11): `pip install atheris`.
The work of child processes is done in this one, so that it is guided too and a crash is seen; only GDAL's is not.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS_A_FILE = 10
MEMORY_MB = 1000

try:
    import atheris
except ModuleNotFoundError:
    sys.exit("fuzz_readers needs atheris, which is not installed here: pip install atheris")

with atheris.instrument_imports(include=["loaders", "zipfile", "json", "csv"]):
    from concerns.schema import FileReason
    from loaders import child, confine, vector_child, workbook_child
    from loaders.limits import Limits
    from loaders.sniff import refuse
    from tests.corpus.hostile import CASES
    from tests.corpus.mutation import read_whole

WORK = {"loaders.workbook_child": workbook_child.work, "loaders.vector_child": vector_child.work}
ENDINGS = (".csv", ".tsv", ".json", ".geojson", ".xlsx", ".zip", ".gpkg", ".parquet", "")
LIMITS = Limits(upload_mb=5, expanded_mb=20, rows=20_000)
FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-")


def run_here(module: str, request: dict[str, Any], *, folder: Path, name: str, limits: Limits) -> dict[str, Any]:
    """Do a child's work in this process, but for GDAL's: a process a file is too slow, and GDAL is fuzzed at home."""
    if request.get("kind") == "shapefile":
        raise refuse(FileReason.CORRUPT, name, "Not read here.", "Nothing to do.")
    answer = confine.attempt(WORK[module], request | {"folder": str(folder)})
    if "refused" in answer:
        code = answer["refused"] if answer["refused"] in set(FileReason) else FileReason.LIMIT
        raise refuse(FileReason(code), name, answer["what"], answer["hint"])
    return answer["found"]


def one_file(data: bytes) -> None:
    """Read what the first byte names as its ending, and the rest as its content."""
    if not data:
        return
    path = Path(FOLDER.name) / f"reports{ENDINGS[data[0] % len(ENDINGS)]}"
    path.write_bytes(data[1:])
    read_whole(path, LIMITS)


def seeds(folder: Path) -> None:
    """Start from the corpus of hostile files."""
    for number, case in enumerate(case for case in CASES if not callable(case.content)):
        ending = Path(case.filename).suffix.lower()
        first = ENDINGS.index(ending) if ending in ENDINGS else len(ENDINGS) - 1
        (folder / f"{number:03}").write_bytes(bytes([first]) + case.data)


def main() -> None:
    """Fuzz for the time that is stated, 60 s unless told."""
    child.run = run_here  # type: ignore[assignment]
    found = tempfile.mkdtemp(prefix="fuzz-corpus-")
    seeds(Path(found))
    options = sys.argv[1:]
    if not any(option.startswith("-max_total_time") for option in options):
        options.append("-max_total_time=60")
    fixed = [f"-timeout={SECONDS_A_FILE}", f"-rss_limit_mb={MEMORY_MB}", "-max_len=60000"]
    fixed += [f"-artifact_prefix={found}/", found]
    atheris.Setup([sys.argv[0], *options, *fixed], one_file)
    atheris.Fuzz()
