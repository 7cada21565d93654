"""The process that reads one untrusted vector file and writes its features as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loaders import features, geopackage, geoparquet, shapefile
from loaders.confine import serve

_READERS = {"geopackage": geopackage.read, "geoparquet": geoparquet.read, "shapefile": shapefile.read}


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Write the features of the chosen layer to `rows.csv`. Returns coordinate system, encoding and number of rows."""
    found = _READERS[request["kind"]](Path(request["path"]), request)
    target = Path(request["folder"]) / "rows.csv"
    return features.write(found, target, limits=request["limits"], as_shapes=request["as_shapes"])


if __name__ == "__main__":
    serve(work)
