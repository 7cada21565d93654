"""Templates of the programme's tables to fill in: one workbook a table, with lists to choose from."""

from __future__ import annotations

import io

from concerns.programme_schema import PROGRAMME_TABLES
from loaders.categories import load_taxonomy
from loaders.programme_lists import load_lists

ROWS = 2_000  # that offer the lists
COMPUTED = frozenset({"is_se_computed"})
MAY_BE_BLANK = frozenset({"se"})  # the load computes it
_KINDS = {
    "string": ("text", "نص"),
    "date32": ("day, as 2024-03-05", "تاريخ، مثل 2024-03-05"),
    "int32": ("whole number", "عدد صحيح"),
    "float64": ("number", "رقم"),
}
_NEEDED = {True: ("required", "مطلوب"), False: ("may be blank", "يمكن تركه فارغاً")}
_CHOOSE = ("choose from the list", "اختر من القائمة")
_NO_NAMES = "No names of people, in any cell. · لا تُكتب أسماء أشخاص في أي خانة."


def template(table: str, *, language: str = "en") -> bytes:
    """Make the XLSX template of one table of `PROGRAMME_TABLES`: its columns, notes in English and Arabic, lists.

    The sheet to fill in stands first and has the columns' own names as header; a comment on each says in English and
    Arabic what it takes. language: of the labels in the lists; a load knows all languages and the codes.
    Raises KeyError: there is no such table.
    """
    import xlsxwriter

    columns = [name for name in PROGRAMME_TABLES[table] if name not in COMPUTED]
    lists = load_lists()
    with io.BytesIO() as file:
        book = xlsxwriter.Workbook(file, {"in_memory": True})
        sheet, offered = book.add_worksheet(table), book.add_worksheet("lists")
        bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        n_lists = 0
        for position, name in enumerate(columns):
            sheet.write(0, position, name, bold)
            sheet.set_column(position, position, max(14, len(name) + 2), text)
            sheet.write_comment(0, position, note(table, name), {"x_scale": 2})
            if name in lists.labels or name == "category":
                options = _codes() if name == "category" else lists.options(name, language)
                offered.write_column(0, n_lists, [name, *options])
                source = f"=lists!${_letter(n_lists)}$2:${_letter(n_lists)}${len(options) + 1}"
                rule = {
                    "validate": "list",
                    "source": source,
                    "error_type": "warning" if name == "indicator" else "stop",
                }
                sheet.data_validation(1, position, ROWS, position, rule)
                n_lists += 1
        sheet.freeze_panes(1, 1)
        about = book.add_worksheet("notes")
        about.write_column(0, 0, [_NO_NAMES, *(f"{name}: {note(table, name)}" for name in columns)])
        about.set_column(0, 0, 100)
        book.close()
        return file.getvalue()


def template_csv(table: str) -> bytes:
    """Make the CSV template of one table: the header line, UTF-8 with a BOM so that Excel reads Arabic right.

    >>> template_csv("population").decode("utf-8-sig").strip().split(",")[:3]
    ['adm_pcode', 'year', 'source']
    """
    columns = [name for name in PROGRAMME_TABLES[table] if name not in COMPUTED]
    return (",".join(columns) + "\r\n").encode("utf-8-sig")


def _codes() -> list[str]:
    return sorted(load_taxonomy().categories)


def note(table: str, column: str) -> str:
    """What a column takes, in English and Arabic.

    >>> note("meetings", "meeting_id")
    'text, required · نص، مطلوب'
    """
    kind = PROGRAMME_TABLES[table][column]
    words = _CHOOSE if column in load_lists().labels or column == "category" else _KINDS[kind.rstrip("?")]
    needed = _NEEDED[not kind.endswith("?") and column not in MAY_BE_BLANK]
    return f"{words[0]}, {needed[0]} · {words[1]}، {needed[1]}"


def _letter(position: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[position]
