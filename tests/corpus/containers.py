"""Workbooks, archives and vector files made by hand, down to what no proper program would write."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def zipped(entries: Mapping[str, bytes | str], *, stored: bool = False) -> bytes:
    """A zip file of these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def cell(reference: str, value: object, style: int | None = None) -> str:
    """One cell: a text, a number, `=formula`, `=formula|cached`, `#ERROR!`, True or None."""
    mark = f' s="{style}"' if style is not None else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{reference}"{mark} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{reference}"{mark}><v>{value!r}</v></c>'
    text = str(value)
    if text.startswith("="):
        formula, _, cached = text[1:].partition("|")
        return f'<c r="{reference}"{mark}><f>{escape(formula)}</f>' + (f"<v>{cached}</v></c>" if cached else "<v/></c>")
    if text.startswith("#") and text.endswith("!"):
        return f'<c r="{reference}"{mark} t="e"><v>{escape(text)}</v></c>'
    return f'<c r="{reference}"{mark} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def letters(column: int) -> str:
    """The letters of a column, from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheet(
    rows: Sequence[Sequence[object]],
    *,
    merges: Sequence[str] = (),
    dimension: str = "",
    hidden: Sequence[int] = (),
    days: Sequence[int] = (),
    right_to_left: bool = False,
    prolog: str = "",
) -> str:
    """The XML of a sheet. days: columns whose numbers are shown as dates; hidden: rows from 0."""
    body = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            cell(f"{letters(n)}{number}", value, 1 if n in days and isinstance(value, (int, float)) else None)
            for n, value in enumerate(row)
        )
        body.append(
            f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if number - 1 in hidden else ""}>{cells}</row>'
        )
    shown = f'<dimension ref="{dimension}"/>' if dimension else ""
    view = '<sheetViews><sheetView rightToLeft="1" workbookViewId="0"/></sheetViews>' if right_to_left else ""
    merged = "".join(f'<mergeCell ref="{reference}"/>' for reference in merges)
    merged = f"<mergeCells>{merged}</mergeCells>" if merges else ""
    return f'{prolog}<worksheet xmlns="{MAIN}">{shown}{view}<sheetData>{"".join(body)}</sheetData>{merged}</worksheet>'


def workbook_parts(
    sheets: Mapping[str, str], *, is_1904: bool = False, hidden: Sequence[str] = ()
) -> dict[str, bytes | str]:
    """The parts of a workbook with these sheets."""
    relations, listed = [], []
    parts: dict[str, bytes | str] = {"[Content_Types].xml": TYPES}
    for number, (name, xml) in enumerate(sheets.items(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = xml
        relations.append(
            f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="r{number}"/>')
    relations.append(f'<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/>')
    properties = '<workbookPr date1904="1"/>' if is_1904 else ""
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{"".join(listed)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{"".join(relations)}</Relationships>'
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    return parts


def workbook(*rows: Sequence[object], name: str = "reports", is_1904: bool = False, **options: object) -> bytes:
    """A workbook of one sheet; options as of `sheet`."""
    return zipped(workbook_parts({name: sheet(rows, **options)}, is_1904=is_1904))  # type: ignore[arg-type]


def dbase(columns: Sequence[str], rows: Sequence[Sequence[bytes]], width: int = 20) -> bytes:
    """A dBASE table of text columns."""
    size = 1 + width * len(columns)
    head = struct.pack("<4BIHH20x", 3, 124, 1, 1, len(rows), 33 + 32 * len(columns), size)
    fields = b"".join(
        name.encode()[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width]) + bytes(15) for name in columns
    )
    body = b"".join(b" " + b"".join(value[:width].ljust(width) for value in row) for row in rows)
    return head + fields + b"\r" + body + b"\x1a"


def shapes(points: Sequence[tuple[float, float] | None]) -> tuple[bytes, bytes]:
    """The .shp and .shx of some points; None is a null shape."""
    records, index, at = b"", b"", 50
    for number, point in enumerate(points, start=1):
        content = struct.pack("<i", 0) if point is None else struct.pack("<idd", 1, *point)
        records += struct.pack(">ii", number, len(content) // 2) + content
        index += struct.pack(">ii", at, len(content) // 2)
        at += 4 + len(content) // 2

    def head(n_bytes: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + n_bytes) // 2) + struct.pack("<ii8d", 1000, 1, *[0.0] * 8)

    return head(len(records)) + records, head(len(index)) + index


def shapefile(**changes: bytes | None) -> dict[str, bytes | str]:
    """The entries of a zipped shapefile of two reports; a change replaces or, when None, leaves out a part."""
    shp, shx = shapes([(44.1, 33.2), (44.2, 33.3)])
    table = dbase(["date", "category"], [[b"2024-03-01", b"C07"], [b"2024-03-02", b"C08"]])
    parts: dict[str, bytes | None] = {"shp": shp, "shx": shx, "dbf": table, "prj": WGS84.encode(), "cpg": b"UTF-8"}
    parts |= changes
    return {f"reports.{ending}": content for ending, content in parts.items() if content is not None}


def geopackage(*statements: str, layers: Sequence[str] = ("reports",), srs: int = 4326) -> bytes:
    """A GeoPackage with layers of one point each, then changed by SQL statements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        made = sqlite3.connect(path)
        made.executescript(
            "PRAGMA application_id = 1196444487;"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,"
            " organization_coordsys_id INTEGER, definition TEXT, description TEXT);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('none', -1, 'NONE', -1, 'undefined', ''),"
            " ('none', 0, 'NONE', 0, 'undefined', ''), ('WGS 84', 4326, 'EPSG', 4326, 'x', ''),"
            " ('UTM', 32638, 'EPSG', 32638, 'x', ''), ('odd', 99, 'OURS', 99, 'nonsense', ''),"
            " ('wrong', 98, 'EPSG', 999999, 'x', '');"
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,"
            " srs_id INTEGER, z TINYINT, m TINYINT);"
        )
        for layer in layers:
            made.execute(f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, geom BLOB, date TEXT, category TEXT)')
            blob = b"GP" + struct.pack("<BBi", 0, 1, srs) + struct.pack("<BIdd", 1, 1, 44.1, 33.2)
            made.execute(f"INSERT INTO \"{layer}\" VALUES (1, ?, '2024-03-01', 'C07')", (blob,))  # noqa: S608 - our own names
            made.execute("INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?)", (layer, layer, srs))
            made.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)", (layer, srs))
        for statement in statements:
            made.executescript(statement)
        made.commit()
        made.close()
        return path.read_bytes()


def geoparquet(**changes: object) -> bytes:
    """A GeoParquet table of one point; changes go into the description of its geometry, `geo=None` takes it away."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    described: dict[str, object] = {"encoding": "WKB", "geometry_types": ["Point"]} | changes
    wkb = struct.pack("<BIdd", 1, 1, 44.1, 33.2)
    table = pa.table({"date": ["2024-03-01"], "category": ["C07"], "geometry": pa.array([wkb], pa.binary())})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": described}}
    if "geo" not in changes:
        table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def features(*found: object, **members: object) -> str:
    """A FeatureCollection."""
    return json.dumps({"type": "FeatureCollection", "features": list(found)} | members)


def feature(geometry: object, **properties: object) -> dict[str, object]:
    """A feature; a pair stands for a point."""
    if isinstance(geometry, tuple):
        geometry = {"type": "Point", "coordinates": list(geometry)}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"date": "2024-03-01", "category": "C07"} | properties,
    }
