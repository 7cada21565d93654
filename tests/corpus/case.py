"""One hostile or broken file, and the pieces that many of them are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from concerns.schema import FileReason, Reason

HEAD = "date,lat,lon,category\n"
ROW = "2024-03-01,33.2,44.1,C07\n"
BASE = HEAD + ROW + "2024-03-02,33.3,44.2,C08\n"
COLUMNS = ("date", "lat", "lon", "category")
CELLS = ("2024-03-01", 33.2, 44.1, "C07")
ARABIC = HEAD + ROW + "2024-03-02,33.3,44.2,سرقة في الموصل\n2024-03-03,33.3,44.2,نزاع عشائري في الرمادي\n"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)
Expected = FileReason | tuple[int, dict[Reason, int]]


@dataclass(frozen=True)
class Case:
    """A file: its name, its content (or how to make it), and what must become of it."""

    filename: str
    content: bytes | str | Callable[[], bytes]
    expect: Expected

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        made = self.content() if callable(self.content) else self.content
        return made.encode() if isinstance(made, str) else made


def sound(n: int = 2, **refused: int) -> tuple[int, dict[Reason, int]]:
    """So many records, so many of them refused for a reason."""
    return n, {Reason(reason): count for reason, count in refused.items()}
