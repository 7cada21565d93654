"""Damage done to sound containers."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.corpus.containers import zipped


def overlapping_bomb() -> bytes:
    """A zip whose directory lists one member many times over."""
    data = bytearray(zipped({"reports.shp": bytes(1 << 20)}))
    end = data.rfind(b"PK\x05\x06")
    start = data.rfind(b"PK\x01\x02")
    entry = bytes(data[start:end])
    directory = b"".join(entry.replace(b"reports.shp", b"repor%03d.sh" % n)[: len(entry)] for n in range(150))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 150, 150, len(directory), start, 0)
    return bytes(data[:start]) + directory + tail


def with_flag(data: bytes, bit: int) -> bytes:
    """A zip whose entries carry a flag."""
    made = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = made.find(mark)
        while start >= 0:
            made[start + at] |= bit
            start = made.find(mark, start + 4)
    return bytes(made)


def symlink() -> bytes:
    """A zip with a link that leads out of it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("reports.shp")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def flipped(data: bytes, at: float) -> bytes:
    """Data with some bytes turned over."""
    made = bytearray(data)
    start = int(len(made) * at)
    made[start : start + 16] = bytes(byte ^ 0xFF for byte in made[start : start + 16])
    return bytes(made)
