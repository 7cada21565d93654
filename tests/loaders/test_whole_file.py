"""Files in place whole, and damage that is seen."""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa
import pytest

from loaders.whole_file import read_parquet, replace_file, write_parquet


def test_a_file_is_replaced_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "a.json"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    replace_file(path, b"old")
    with pytest.raises(TypeError):
        replace_file(path, "text is no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"


def test_parquet_comes_back_and_its_checksum_is_that_of_the_file(tmp_path):
    frame = pd.DataFrame({"who": ["a", None], "n": [1, -2]})
    digest = write_parquet(tmp_path / "a.parquet", frame)
    data = (tmp_path / "a.parquet").read_bytes()
    assert hashlib.sha256(data).hexdigest() == digest
    pd.testing.assert_frame_equal(read_parquet(data), frame)


def test_a_flipped_bit_in_a_page_is_seen(tmp_path):
    write_parquet(tmp_path / "a.parquet", pd.DataFrame({"n": range(1000)}))
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[120] ^= 1
    with pytest.raises((OSError, pa.ArrowInvalid)):
        read_parquet(bytes(data))
