"""Files that are there wholly or not at all: written beside, flushed to the disk, and put in place in one step."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in place of a file; after a kill or a power cut the old or the new file stands there."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_parquet(path: Path, frame: pd.DataFrame) -> str:
    """Put a frame (without its index) in place as Parquet with page checksums; give the file's sha256."""
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    data = sink.getvalue().to_pybytes()
    replace_file(path, data)
    return hashlib.sha256(data).hexdigest()


def read_parquet(data: bytes) -> pd.DataFrame:
    """Read what `write_parquet` wrote; pages are checked. Raises pyarrow.ArrowInvalid or OSError: they are damaged."""
    return pq.read_table(pa.BufferReader(data), page_checksum_verification=True).to_pandas()
