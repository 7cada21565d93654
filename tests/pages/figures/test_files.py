"""Files of a figure: what they hold, and that no spreadsheet runs them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import altair as alt
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from PIL import Image

from pages.figures import files, texts

ABOUT = files.About(
    title="Reports by district",
    filters="1 January 2024 – 30 June 2024; C01",
    data_until=date(2024, 6, 30),
    source="Community Policing Forums",
    note="SYNTHETIC",
)
ATTACKS = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']


def attacked() -> pd.DataFrame:
    return pd.DataFrame({"=name": ATTACKS, "n_reports": range(len(ATTACKS)), "rate": [-1.5] * len(ATTACKS)})


def test_csv_opens_in_a_spreadsheet_and_in_pandas():
    table = pd.DataFrame({"adm2_pcode": ["IQG15Q03"], "district": ["الموصل"], "n_reports": [12]})
    data = files.to_csv(table, ABOUT)
    assert data.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(io.BytesIO(data), comment="#", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read, table, check_dtype=False)


@pytest.mark.parametrize(
    "value",
    ["1 January 2024 – 30 June 2024; C01", "30 June 2024", "Community Policing Forums", "CC BY 4.0", "SYNTHETIC"],
)
def test_every_file_says_what_it_holds(value: str):
    table = pd.DataFrame({"a": [1]})
    shapes = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([44], [33]), crs=4326)
    assert value in files.to_csv(table, ABOUT).decode("utf-8-sig")
    assert value in json.loads(files.to_geojson(shapes, ABOUT))["about"].values()
    assert value in files.to_svg(chart(), ABOUT).decode().replace("&#x2013;", "–")
    about = openpyxl.load_workbook(io.BytesIO(files.to_xlsx(table, ABOUT)))["About"]
    assert value in [row[1].value for row in about.iter_rows()]


def test_no_cell_of_a_csv_is_a_formula():
    lines = files.to_csv(attacked(), ABOUT).decode("utf-8-sig").split("\r\n")
    assert all(not line.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r")) for line in lines)
    assert lines[0].startswith("'=name")


def test_no_cell_of_a_workbook_is_a_formula_and_numbers_stay_numbers():
    data = files.to_xlsx(attacked(), ABOUT)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Data"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert all(not str(cell.value).startswith(("=", "+", "@")) for cell in cells)
    assert sheet.cell(2, 3).value == -1.5
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist())


def test_arabic_workbooks_read_from_the_right():
    with texts.reading("ar"):
        book = openpyxl.load_workbook(io.BytesIO(files.to_xlsx(pd.DataFrame({"a": [1]}), ABOUT)))
    assert all(sheet.sheet_view.rightToLeft for sheet in book.worksheets)


def test_geojson_needs_degrees():
    shapes = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([44], [33]), crs=4326)
    found = json.loads(files.to_geojson(shapes, ABOUT))["features"]
    assert found == [
        {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [44.0, 33.0]}}
    ]
    with pytest.raises(ValueError, match="EPSG:4326"):
        files.to_geojson(shapes.to_crs(32638), ABOUT)


def chart(url: str | None = None) -> alt.Chart:
    data = alt.UrlData(url) if url else pd.DataFrame({"شهر": ["آذار", "نيسان"], "n": [3, 5]})
    return alt.Chart(data, width=200, height=120).mark_bar().encode(x="شهر:N", y="n:Q")


def test_pictures_are_drawn_and_not_empty():
    picture = Image.open(io.BytesIO(files.to_png(chart(), ABOUT)))
    assert picture.width > 400
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 10


def test_a_drawing_asks_no_foreign_host_for_data():
    with pytest.raises(ValueError, match=r"(?i)url"):
        files.to_svg(chart("https://data.invalid/a.csv"), ABOUT)


def test_makers_offer_what_there_is():
    table = pd.DataFrame({"a": [1]})
    assert set(files.makers(ABOUT, table)) == {"csv", "xlsx"}
    assert set(files.makers(ABOUT, table, chart())) == {"csv", "xlsx", "png", "svg"}
