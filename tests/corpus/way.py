"""One file of reports on its whole way into a store: what must become of each of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HEAD = "report_id,occurred_on,lat,lon,category"
LAT, LON = "36.10567", "42.95456"  # well inside IQG15Q05 in every set of boundaries
BASE = f"{HEAD}\na,2024-03-05,{LAT},{LON},C07\nb,2024-03-06,{LAT},{LON},C08\n"


@dataclass(frozen=True)
class Way:
    """rows: for each record in order `ok`, `dup` or a reason code. stored: number of a row → columns as text.

    repairs: all that are counted, where given. before: a file that was loaded first. said: part of a warning.
    settings: of the load. mapping: as YAML. outcome: where the counts do not tell it.
    """

    filename: str
    content: str | bytes
    rows: str
    stored: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    repairs: Mapping[str, int] | None = None
    said: str = ""
    mapping: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    before: str | bytes | None = None
    source: str = ""
    outcome: str = ""

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.content.encode() if isinstance(self.content, str) else self.content


def table(*rows: Mapping[str, str], delimiter: str = ",", **extra: str) -> str:
    """A template table, a good row for each of `rows` but for the cells that it names; the rows have ids of their own.

    extra: further columns, with the cell of every row.
    """
    columns = [*HEAD.split(","), *extra]
    lines = [delimiter.join(columns)]
    for number, row in enumerate(rows, start=1):
        good = {"report_id": f"r{number}", "occurred_on": "2024-03-05", "lat": LAT, "category": "C07"}
        cells = good | {"lon": f"42.95{number:03d}"} | extra | dict(row)
        lines.append(
            delimiter.join(f'"{cells[name]}"' if delimiter in cells[name] else cells[name] for name in columns)
        )
    return "\n".join(lines) + "\n"


def column(name: str, cells: Sequence[str], **extra: str) -> str:
    """A template table with these cells in one column."""
    return table(*({name: cell} for cell in cells), **({} if name in HEAD.split(",") else {name: ""}), **extra)


def days(*cells: str) -> str:
    """A template table with these days."""
    return column("occurred_on", cells)


def on(*iso: str, precision: str = "1") -> dict[int, dict[str, str]]:
    """What is stored of accepted days, "" for rows that are not looked at."""
    return {n: {"occurred_on": day, "date_precision": precision} for n, day in enumerate(iso, start=1) if day}
