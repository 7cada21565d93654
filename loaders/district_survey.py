"""What can only be told from the shapes of districts: which are none, what is odd, and the set made fit for use.

Cutting shapes against each other can cost the square of their corners, so a file of a few kilobytes could take the
machine. All but the smallest sets are therefore measured in a process of its own, with limits of memory and time.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from concerns.schema import BadBoundaries
from geo import districts as shapes
from geo.coverage import Finding, FindingKind
from loaders import child
from loaders.confine import serve
from loaders.limits import Limits

FEW_CORNERS = 500  # so many can cross each other at most 60,000 times: a matter of milliseconds
_STATED, _PREPARED = "stated.parquet", "prepared.parquet"
_HINT = "Simplify the borders, and check that they do not cross each other."


@dataclass(frozen=True)
class Survey:
    """faults: row → reason, of rows that are no district. prepared: as `geo.districts.prepare`; None without a row.
    findings: one sentence each.
    """

    faults: dict[int, str]
    prepared: gpd.GeoDataFrame | None = None
    findings: list[str] = field(default_factory=list)


def survey(stated: gpd.GeoDataFrame, *, name: str, limits: Limits) -> Survey:
    """Measure a table of districts, columns as `geo.districts.prepare` takes them, index `row`.

    Raises BadBoundaries: CRS_UNSUPPORTED, COVERAGE_OVERLAP. UnreadableFile: LIMIT, more memory or time than allowed.
    """
    if shapely.get_num_coordinates(stated.geometry.to_numpy()).sum() <= FEW_CORNERS:
        try:
            return measure(stated)
        except BadBoundaries as error:
            raise BadBoundaries(error.what, where=name, hint=error.hint, code=error.code) from error
    with tempfile.TemporaryDirectory(prefix="concern-atlas-") as scratch:
        folder = Path(scratch)
        stated.to_parquet(folder / _STATED)
        found = child.run(
            "loaders.district_survey", {}, folder=folder, name=name, limits=limits.for_shapes(), hint=_HINT
        )
        if "bad" in found:
            raise BadBoundaries(found["bad"], where=name, hint=found["hint"], code=found["code"])
        prepared = gpd.read_parquet(folder / _PREPARED) if found["has_prepared"] else None
        return Survey({int(row): code for row, code in found["faults"].items()}, prepared, found["findings"])


def measure(stated: gpd.GeoDataFrame) -> Survey:
    """Do what `survey` promises, in this process. Raises BadBoundaries."""
    faults = shapes.row_faults(stated).dropna()
    table = stated.drop(index=faults.index)
    of_rows = {int(row): str(code) for row, code in faults.items()}  # type: ignore[call-overload]
    if table.empty:
        return Survey(of_rows)
    prepared = shapes.prepare(table)
    return Survey(of_rows, prepared, _sentences(shapes.check(table)))


def _sentences(findings: list[Finding]) -> list[str]:
    """One line a finding; districts with clockwise rings, often all of them, share one."""
    turned = [name for finding in findings if finding.kind is FindingKind.CLOCKWISE for name in finding.adm2_names]
    lines = [str(finding) for finding in findings if finding.kind is not FindingKind.CLOCKWISE]
    if turned:
        more = ", …" if len(turned) > 5 else ""
        lines.append(f"clockwise: the outer rings of {len(turned)} districts ({', '.join(turned[:5])}{more})")
    return lines


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Measure the table in the folder, in the process that `survey` starts."""
    folder = Path(request["folder"])
    try:
        found = measure(gpd.read_parquet(folder / _STATED))
    except BadBoundaries as error:
        return {"bad": error.what, "hint": error.hint, "code": str(error.code)}
    except shapely.errors.GEOSException as error:
        if "bad_alloc" in str(error):
            raise MemoryError from error
        raise
    if found.prepared is not None:
        found.prepared.to_parquet(folder / _PREPARED)
    return {"faults": found.faults, "findings": found.findings, "has_prepared": found.prepared is not None}


if __name__ == "__main__":
    serve(work)
