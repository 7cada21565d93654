"""Broken and unusual workbooks."""

from __future__ import annotations

from concerns.schema import FileReason as F
from tests.corpus.case import CELLS, COLUMNS, DOCTYPE, Case, sound
from tests.corpus.containers import sheet, workbook, workbook_parts, zipped
from tests.corpus.damage import flipped, with_flag


def with_part(name: str, content: bytes | str) -> bytes:
    """A workbook with a part replaced or added."""
    return zipped(workbook_parts({"reports": sheet([COLUMNS, CELLS])}) | {name: content})


PARTS = workbook_parts({"reports": sheet([COLUMNS, CELLS])})
TWO = {"January": sheet([COLUMNS, CELLS]), "February": sheet([COLUMNS, CELLS])}
BOMB = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
XLSX = (
    Case("plain.xlsx", workbook(COLUMNS, CELLS), sound(1)),
    Case("empty.xlsx", workbook(), F.EMPTY),
    Case("header_only.xlsx", workbook(COLUMNS), F.EMPTY),
    Case("no_header.xlsx", workbook(CELLS, CELLS), F.HEADER_MISSING),
    Case("duplicate.xlsx", workbook(("date", "lat", "LAT ", "category"), CELLS), F.HEADER_DUPLICATE),
    Case("columns.xlsx", workbook([f"c{n}" for n in range(501)], ["x"] * 501), F.TOO_MANY_COLUMNS),
    Case("cut.xlsx", workbook(COLUMNS, CELLS)[:-60], F.CORRUPT),
    Case("half.xlsx", workbook(COLUMNS, CELLS)[:700], F.CORRUPT),
    Case("flipped.xlsx", flipped(workbook(COLUMNS, CELLS), 0.2), F.CORRUPT),
    Case("no_sheet.xlsx", zipped({k: v for k, v in PARTS.items() if "sheet1" not in k}), F.CORRUPT),
    Case("no_workbook.xlsx", zipped({k: v for k, v in PARTS.items() if "workbook" not in k}), F.CORRUPT),
    Case("broken_xml.xlsx", with_part("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"), F.CORRUPT),
    Case(
        "text_number.xlsx",
        with_part("xl/worksheets/sheet1.xml", BOMB.format('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')),
        F.CORRUPT,
    ),
    Case("encrypted.xlsx", with_flag(workbook(COLUMNS, CELLS), 1), F.ENCRYPTED_OR_LEGACY),
    Case("macros.xlsx", with_part("xl/vbaProject.bin", b"x"), F.TYPE_NOT_ALLOWED),
    Case("binary.xlsx", with_part("xl/workbook.bin", b"x"), F.TYPE_NOT_ALLOWED),
    Case("entities.xlsx", with_part("xl/worksheets/sheet1.xml", DOCTYPE + BOMB.format("")), F.XML_FORBIDDEN),
    Case(
        "external.xlsx",
        with_part(
            "xl/sharedStrings.xml",
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst><si><t>&e;</t></si></sst>',
        ),
        F.XML_FORBIDDEN,
    ),
    Case("doctype.xlsx", with_part("xl/styles.xml", "<!DOCTYPE styleSheet><styleSheet/>"), F.XML_FORBIDDEN),
    Case(
        "doctype_utf16.xlsx",
        with_part("docProps/core.xml", "<!DOCTYPE x><x/>".encode("utf-16")),
        F.XML_FORBIDDEN,
    ),
    Case("doctype_rels.xlsx", with_part("_rels/.rels", DOCTYPE + "<Relationships/>"), F.XML_FORBIDDEN),
    Case("bomb.xlsx", lambda: with_part("xl/media/x.bin", bytes(100_000_000)), F.DECOMPRESSION_LIMIT),
    Case(
        "ratio.xlsx",
        lambda: with_part("xl/worksheets/sheet1.xml", BOMB.format(" " * 20_000_000)),
        F.DECOMPRESSION_LIMIT,
    ),
    Case(
        "cell_far_away.xlsx",
        with_part("xl/worksheets/sheet1.xml", BOMB.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        F.DIMENSION_LIMIT,
    ),
    Case("declared.xlsx", workbook(COLUMNS, CELLS, dimension="A1:XFD1048576"), F.DIMENSION_LIMIT),
    Case("declared_beyond.xlsx", workbook(COLUMNS, CELLS, dimension="A1:ZZZ9999999"), F.DIMENSION_LIMIT),
    Case("declared_oddly.xlsx", workbook(COLUMNS, CELLS, dimension="all of it"), sound(1)),
    Case("declared_rows.xlsx", workbook(COLUMNS, CELLS, dimension="A1:D1048576"), sound(1)),
    Case(
        "out_of_order.xlsx",
        with_part("xl/worksheets/sheet1.xml", BOMB.format('<row r="2"/><row r="1"/>')),
        F.CORRUPT,
    ),
    Case("two_sheets.xlsx", zipped(workbook_parts(TWO)), F.SHEET_AMBIGUOUS),
    Case("template.xlsx", zipped(workbook_parts({"reports": TWO["January"], "meetings": TWO["February"]})), sound(1)),
    Case(
        "later_sheet.xlsx",
        zipped(
            workbook_parts(
                {
                    "Read me": sheet([["How to fill this in"]]),
                    "Lists": sheet([["code", "name"], ["x", "y"]]),
                    "Data": TWO["January"],
                }
            )
        ),
        sound(1),
    ),
    Case("hidden_sheet.xlsx", zipped(workbook_parts(TWO, hidden=["February"])), sound(1)),
    Case(
        "repeat_sheet.xlsx",
        zipped(workbook_parts(TWO | {"February": sheet([["name", "date", "_parent_index"], ["x", "2024-03-01", 1]])})),
        sound(1),
    ),
    Case("hidden_rows.xlsx", workbook(COLUMNS, CELLS, CELLS, CELLS, hidden=[2]), sound(3)),
    Case("right_to_left.xlsx", workbook(COLUMNS, CELLS, right_to_left=True), sound(1)),
    Case("formula.xlsx", workbook(COLUMNS, CELLS, ("2024-03-01", "=B2|33.2", 44.1, "C07")), sound(2)),
    Case(
        "formula_no_value.xlsx",
        workbook(COLUMNS, CELLS, ("2024-03-01", "=B2", 44.1, "C07")),
        sound(2, FORMULA_NO_VALUE=1),
    ),
    Case(
        "formula_total.xlsx", workbook(COLUMNS, CELLS, ("Total", None, None, "=COUNTA(D2:D2)")), sound(2, SUMMARY_ROW=1)
    ),
    Case("formula_beside.xlsx", workbook(COLUMNS, (*CELLS, None, "=A1")), sound(1)),
    Case("error_cell.xlsx", workbook(COLUMNS, ("2024-03-01", "#REF!", 44.1, "C07")), sound(1)),
    Case("title.xlsx", workbook(["Reports"], [], COLUMNS, CELLS, merges=["A1:D1"]), sound(1)),
    Case(
        "two_header_rows.xlsx",
        workbook(["When", "Where", None, "What"], ["date", "lat", "lon", "category"], CELLS, merges=["B1:C1"]),
        sound(1),
    ),
    Case(
        "merged_header.xlsx",
        workbook(
            ["date", "Where", None, "category"], [None, "lat", "lon", None], CELLS, merges=["A1:A2", "B1:C1", "D1:D2"]
        ),
        sound(1),
    ),
    Case("note_beside.xlsx", workbook(COLUMNS, CELLS, (*CELLS, None, "check this")), sound(2, ROW_WIDTH=1)),
    Case("repeated.xlsx", workbook(COLUMNS, CELLS, COLUMNS, CELLS), sound(3, REPEATED_HEADER=1)),
    Case("long_cell.xlsx", workbook(COLUMNS, ("2024-03-01", 33.2, 44.1, "x" * 20_000)), sound(1, FIELD_TOO_LONG=1)),
    Case("control.xlsx", workbook(COLUMNS, ("2024-03-01", 33.2, 44.1, "a_x0007_b")), sound(1, CONTROL_CHARS=1)),
    Case("path.xlsx", lambda: with_part("../../evil.xml", "x"), F.ZIP_PATH),
    Case(
        "parts.xlsx",
        lambda: zipped(PARTS | {f"xl/media/{n}.bin": b"" for n in range(3000)}),
        F.ZIP_TOO_MANY_FILES,
    ),
)
