"""A figure's numbers and picture as files, each saying what it holds: filters, date of data, source, licence."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import geopandas as gpd
import pandas as pd
import shapely

from loaders.export import safe_cell, safe_texts
from pages.figures import texts
from pages.figures.texts import _, format_date

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts" / "ttf"
FONT_FAMILIES = "Noto Sans, Noto Sans Arabic"
PICTURE_SCALE = 2.0
LICENCE = "CC BY 4.0"


@dataclass(frozen=True)
class About:
    """What every file says of itself.

    title: what is shown, with its unit. filters: the active filters in words. data_until: the day of the last report
    in the data. source, licence: whose numbers, and what one may do with them. note: anything a reader must know
    (approximate boundaries, synthetic data, hidden cells).
    """

    title: str
    filters: str
    data_until: date | None
    source: str
    licence: str = LICENCE
    note: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """(label, value) pairs in the reader's language; an empty value leaves its line out."""
        pairs = [
            (_("Title"), self.title),
            (_("Filters"), self.filters),
            (_("Data until"), format_date(self.data_until)),
            (_("Source"), self.source),
            (_("Licence"), self.licence),
            (_("Note"), self.note),
        ]
        return [(label, value) for label, value in pairs if value]


def to_csv(table: pd.DataFrame, about: About) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read Arabic; below the rows, after "#", what it holds."""
    text = safe_texts(_headed(table)).to_csv(index=False, lineterminator="\r\n")
    notes = pd.Series([f"# {label}: {value}" for label, value in about.lines()])
    return (text + notes.to_csv(index=False, header=False, lineterminator="\r\n")).encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame, about: About) -> bytes:
    """A workbook: the table, and a sheet that says what it holds; right to left for those who read so."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        safe_texts(_headed(table)).to_excel(writer, sheet_name=_("Data")[:31], index=False, freeze_panes=(1, 0))
        lines = pd.DataFrame(about.lines()).map(safe_cell)
        lines.to_excel(writer, sheet_name=_("About")[:31], index=False, header=False)
        for sheet in writer.sheets.values():
            sheet.autofit(400)
            if texts.direction() == "rtl":
                sheet.right_to_left()
    return buffer.getvalue()


def _headed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its column names as safe as its cells."""
    return table.rename(columns={name: safe_cell(str(name)) for name in table.columns})


def to_geojson(shapes: gpd.GeoDataFrame, about: About) -> bytes:
    """A FeatureCollection in EPSG:4326 (RFC 7946); what it holds stands in the member "about".

    Raises ValueError if the shapes state another coordinate system or none.
    """
    if shapes.crs is None or shapes.crs.to_epsg() != 4326:
        raise ValueError("shapes must be in EPSG:4326")
    rows = json.loads(pd.DataFrame(shapes.drop(columns=shapes.geometry.name)).to_json(orient="records"))
    geometries = json.loads("[" + ",".join(shapely.to_geojson(shapes.geometry.to_numpy())) + "]")
    features = [
        {"type": "Feature", "properties": row, "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    whole = {"type": "FeatureCollection", "about": dict(about.lines()), "features": features}
    return json.dumps(whole, ensure_ascii=False).encode()


@lru_cache(maxsize=1)
def _renderer() -> Any:
    """vl-convert with our fonts; imported when a picture is first asked for."""
    import vl_convert

    if FONTS.is_dir():
        vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def _specification(chart: alt.TopLevelMixin, about: About) -> dict[str, Any]:
    """The chart as Vega-Lite, with our fonts, its title, and what it holds as the subtitle."""
    chart = chart.properties(
        title=alt.TitleParams(about.title, subtitle=[f"{label}: {value}" for label, value in about.lines()[1:]])
    )
    specification = chart.to_dict()
    specification.setdefault("config", {}).update({"font": FONT_FAMILIES, "background": "#ffffff"})
    return specification


def to_png(chart: alt.TopLevelMixin, about: About) -> bytes:
    """The chart as a picture at twice the screen's resolution; nothing is fetched to draw it."""
    return _renderer().vegalite_to_png(_specification(chart, about), scale=PICTURE_SCALE, allowed_base_urls=[])


def to_svg(chart: alt.TopLevelMixin, about: About) -> bytes:
    """The chart as a drawing, its letters kept as text."""
    return _renderer().vegalite_to_svg(_specification(chart, about), allowed_base_urls=[]).encode()


def makers(
    about: About, table: pd.DataFrame, chart: alt.TopLevelMixin | None = None, shapes: gpd.GeoDataFrame | None = None
) -> dict[str, tuple[str, Callable[[], bytes]]]:
    """What can be had of a figure: file ending → (media type, the function that makes the bytes when asked)."""
    found: dict[str, tuple[str, Callable[[], bytes]]] = {
        "csv": ("text/csv", lambda: to_csv(table, about)),
        "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", lambda: to_xlsx(table, about)),
    }
    if chart is not None:
        found["png"] = ("image/png", lambda: to_png(chart, about))
        found["svg"] = ("image/svg+xml", lambda: to_svg(chart, about))
    if shapes is not None:
        found["geojson"] = ("application/geo+json", lambda: to_geojson(shapes, about))
    return found
