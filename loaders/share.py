"""Reports as they may leave the house: by district and month, or with points that were moved inside their district."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from concerns import masking
from concerns.access import Codes, is_sensitive
from concerns.schema import BadSetting
from concerns.selection import Selection
from geo.projection import geometries_to_metric, to_degrees, to_metric
from loaders.view import View

MASKING_KEY = "CONCERN_ATLAS_MASKING_KEY"
_DECIDING = ("occurred_on", "adm1_pcode", "adm2_pcode", "category", "subcategory", "severity", "sensitive")
_PLACE = ("lat", "lon", "geo_precision")
_DIGITS = re.compile(r"[0-9a-fA-F]{32,}")


def shared_reports(view: View, selection: Selection, *, key: bytes | None = None) -> pd.DataFrame:
    """The selected reports as they may be shared; columns and grain as `concerns.masking.shared_rows`.

    key: with it also lon, lat (degrees) of places that were moved by `masking.MIN_M` to `masking.MAX_M`, inside the
    district and by the same way each time; missing where a point may not be shared.
    Raises AccessDenied without the right to download rows. Raises ValueError: the key is too short.
    """
    columns = [*_DECIDING, *(_PLACE if key is not None else ())]
    reports, codes = view.rows(selection, columns=columns), Codes.of(view.taxonomy)
    points = _moved(reports, view, codes, key) if key is not None else None
    return masking.shared_rows(reports, codes, masked=points)


def masking_key(environment: Mapping[str, str] = os.environ) -> bytes:
    """The secret that chooses how far and where points are moved. Raises BadSetting: there is none, or a weak one."""
    text = environment.get(MASKING_KEY, "")
    hint = "Make one once and keep it: python3 -c 'import secrets; print(secrets.token_hex(32))'."
    if not text:
        raise BadSetting("Points are moved by a secret key, and none is set.", where=MASKING_KEY, hint=hint)
    if not _DIGITS.fullmatch(text) or len(text) % 2 or len(set(text.lower())) < 8:
        raise BadSetting("The masking key could be guessed.", where=MASKING_KEY, hint=hint)
    return bytes.fromhex(text)


def _moved(reports: pd.DataFrame, view: View, codes: Codes, key: bytes) -> pd.DataFrame:
    """Masked points as lon, lat on the index of `reports`, to a metre, which is less than they were moved by."""
    districts = view.district_set.districts
    shapes = dict(zip(districts["adm2_pcode"], geometries_to_metric(districts.geometry.to_numpy()), strict=True))
    x_m, y_m = to_metric(*(reports[name].to_numpy("float64", na_value=np.nan) for name in ("lon", "lat")))
    points = reports[["adm2_pcode", "geo_precision"]].assign(
        x_m=x_m, y_m=y_m, is_sensitive=is_sensitive(reports, codes)
    )
    moved = masking.donut_mask(points, shapes, key=key)
    lon, lat = to_degrees(moved["x_m"], moved["y_m"])
    return pd.DataFrame({"lon": lon.round(5), "lat": lat.round(5)}, index=reports.index)
