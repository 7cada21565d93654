"""Files that are nearly right: pieces of the corpus cut, doubled, turned over and mixed."""

from __future__ import annotations

import random
from pathlib import Path

from concerns.schema import DataError
from loaders.limits import Limits
from loaders.read import open_raw

TOKENS = (
    b'"', b"\n", b"\r", b",", b";", b"\x00", b"\xff", b"\xef\xbb\xbf", b"[", b"]", b"{", b"}", b"<", b"</row>", b"&a;",
    b"\\u0000", b"1e999", b"-1", b"A1:XFD1048576", b"<!DOCTYPE x>", b"PK\x03\x04", b"PK\x05\x06", b"\xd8\xa7", b"NaN",
    b"t=\"s\"", b"null", b"Total", b"#geo+lat",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A copy with a few pieces changed."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        end = min(len(made), at + chance.randint(1, 40))
        kind = chance.randrange(6)
        if kind == 0:
            made[at:at] = chance.choice(TOKENS)
        elif kind == 1:
            del made[at:end]
        elif kind == 2:
            made[at:end] = made[at:end] * 2
        elif kind == 3 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif kind == 4 and at < len(made):
            made[at:end] = chance.randbytes(end - at)
        else:
            del made[at if chance.random() < 0.1 else len(made) :]
    return bytes(made)


def read_whole(path: Path, limits: Limits) -> str:
    """Read a file to the end: "" for a file that was read, else the code of its refusal.

    Raises AssertionError: a record was lost or given twice. Any other exception is a defect of a reader.
    """
    try:
        raw = open_raw(path, limits=limits)
        numbers = []
        for chunk in raw.chunks(n_rows=50):
            numbers += [*chunk.table.index.tolist(), *(row.row for row in chunk.refused)]
    except DataError as error:
        return error.code or "SETTING"
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        raise AssertionError("the records of a file are not numbered 1 to n")
    return ""
