"""Words, numbers and dates for three readers at once; the catalogues against the source."""

from __future__ import annotations

import ast
import math
import re
import string
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from pages.figures import texts

ROOT = Path(__file__).resolve().parents[3]
KEYWORDS = DEFAULT_KEYWORDS | {"marked": None}


def source_messages() -> set[str | tuple[str, ...]]:
    """Every message of pages/ and dashboard.py."""
    found: set[str | tuple[str, ...]] = set()
    methods = [("pages/**.py", "python"), ("dashboard.py", "python")]
    wanted = lambda folder: Path(folder).name not in (".venv", "node_modules", "tests", "static", "data", ".git")  # noqa: E731
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT, method_map=methods, keywords=KEYWORDS, directory_filter=wanted
    ):
        found.add(message)
    return found


def catalogue(code: str) -> Catalog:
    with (ROOT / "locale" / code / "LC_MESSAGES" / "atlas.po").open("rb") as file:
        return read_po(file, locale=code)


def fields(text: str) -> set[str]:
    """The names in braces."""
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def forms(message: object) -> Iterator[str]:
    yield from (message if isinstance(message, tuple | list) else [message])  # type: ignore[misc]


def test_the_search_finds_messages():
    assert {"Hot spots", "No data"} <= {form for message in source_messages() for form in forms(message)}


def test_no_message_hides_in_an_f_string():
    """There the search for messages does not look, so it would stay English for good."""
    files = [*(ROOT / "pages").rglob("*.py"), ROOT / "dashboard.py"]
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in files
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext", "marked") and isinstance(call.args[0], ast.Constant)
    ]  # fmt: skip
    assert len(files) > 50
    assert hidden == []


def test_arabic_is_complete():
    arabic = catalogue("ar")
    missing = [
        message
        for message in source_messages()
        if (entry := arabic.get(message)) is None or entry.fuzzy or not all(forms(entry.string))
    ]
    assert missing == [], "run `make messages` and translate these in locale/ar/LC_MESSAGES/atlas.po"


def test_arabic_has_all_six_plural_forms():
    plurals = [entry for entry in catalogue("ar") if isinstance(entry.id, tuple | list)]
    assert all(len(entry.string) == 6 for entry in plurals)


@pytest.mark.parametrize("code", ["ar", "ckb"])
def test_translations_keep_the_names_in_braces(code: str):
    wrong = []
    for entry in catalogue(code):
        allowed = set().union(*(fields(form) for form in forms(entry.id)))
        for text in forms(entry.string):
            if (
                entry.id
                and text
                and not (fields(text) == allowed or (isinstance(entry.id, tuple) and fields(text) <= allowed))
            ):
                wrong.append(entry.id)
    assert wrong == []


@pytest.mark.parametrize("code", ["ar", "ckb"])
def test_translations_are_in_the_arabic_script(code: str):
    arabic_letters = re.compile(r"[\u0600-\u06ff]")
    only_signs = re.compile(r"^[\W\d_]*$")
    wrong = [
        entry.id
        for entry in catalogue(code)
        for text in forms(entry.string)
        if entry.id and text and not arabic_letters.search(text) and not only_signs.match(re.sub(r"\{\w+\}", "", text))
    ]
    assert wrong == []


def test_kurdish_exists_and_falls_back_to_english():
    with texts.reading("ckb"):
        assert texts._("Hot spots") != "Hot spots"
        assert texts._("a message that no catalogue has") == "a message that no catalogue has"


def test_no_message_is_built_before_it_is_translated():
    """`_(f"…")` and `_("…".format())` would never be found in a catalogue."""
    sources = [*ROOT.glob("pages/**/*.py"), ROOT / "dashboard.py"]
    wrong = [
        path.name for path in sources if re.search(r"\b_\(\s*f[\"']|\b_\([^()]*\.format\(", path.read_text("utf-8"))
    ]
    assert len(sources) > 10
    assert wrong == []


def test_english_is_the_default():
    assert texts.reader() == texts.Reader("en", "latn")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="en, ar, ckb"), texts.reading("de"):
        pass


def test_months_are_those_of_iraq():
    """Babel's CLDR gives the Levantine names for ar_IQ; the order is that of the calendar."""
    levantine = [
        "كانون الثاني",
        "شباط",
        "آذار",
        "نيسان",
        "أيار",
        "حزيران",
        "تموز",
        "آب",
        "أيلول",
        "تشرين الأول",
        "تشرين الثاني",
        "كانون الأول",
    ]
    with texts.reading("ar", "latn"):
        assert [texts.format_month(date(2024, m, 1)) for m in range(1, 13)] == [f"{name} 2024" for name in levantine]


@pytest.mark.parametrize(
    ("code", "digits", "shown"),
    [
        ("en", "latn", "3 March 2024"),
        ("ar", "arab", "٣ آذار ٢٠٢٤"),
        ("ar", "latn", "3 آذار 2024"),
        ("ckb", "arab", "٣ ئازار ٢٠٢٤"),
    ],
)
def test_dates_are_written_out(code: str, digits: str, shown: str):
    with texts.reading(code, digits):
        assert texts.format_date(date(2024, 3, 3)) == shown


@pytest.mark.parametrize(
    ("code", "digits", "shown"),
    [("en", "latn", "1,234,567.5"), ("ar", "arab", "١٬٢٣٤٬٥٦٧٫٥"), ("ckb", "latn", "1,234,567.5")],
)
def test_numbers_use_the_readers_digits_and_separators(code: str, digits: str, shown: str):
    with texts.reading(code, digits):
        assert texts.format_number(1234567.46, decimals=1) == shown


@pytest.mark.parametrize("nothing", [None, math.nan, float("nan")])
def test_what_is_missing_is_a_dash_and_not_zero(nothing: float | None):
    assert texts.format_number(nothing) == texts.format_percent(nothing) == texts.MISSING
    assert texts.format_number(0) == "0"


@pytest.mark.parametrize("value", [-0.0, -0.001, 0.004])
def test_what_is_shown_as_zero_has_no_sign(value: float):
    assert texts.format_number(value, decimals=2, signed=True) == texts.isolated("0.00")
    assert texts.format_percent(value, signed=True) == texts.isolated("0%")


def test_signs_stay_with_their_numbers():
    with texts.reading("ar", "latn"):
        text = texts.format_percent(-0.03)
    assert text[0] == "\u2066"
    assert text[-1] == "\u2069"
    assert "3%" in text


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_the_digits_say_the_same_number(value: float):
    with texts.reading("ar", "arab"):
        eastern = texts.format_number(value, decimals=2)
    with texts.reading("ar", "latn"):
        western = texts.format_number(value, decimals=2)
    back = str.maketrans("٠١٢٣٤٥٦٧٨٩٬٫", "0123456789,.")
    keep = re.compile(r"[^\d.,-]")
    assert keep.sub("", eastern.translate(back)) == keep.sub("", western)


def test_readers_in_two_threads_do_not_meet():
    """One server, three languages: what one session reads is never another's."""
    heard: dict[str, str] = {}
    barrier = threading.Barrier(3)

    def reads(code: str) -> None:
        with texts.reading(code):
            barrier.wait()
            heard[code] = texts.format_month(date(2024, 3, 1))
            barrier.wait()

    threads = [threading.Thread(target=reads, args=(code,)) for code in texts.LOCALES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": "March 2024", "ar": "آذار ٢٠٢٤", "ckb": "ئازار ٢٠٢٤"}


@given(st.text())
def test_markdown_safe_leaves_no_markup(text: str):
    safe = texts.markdown_safe(text)
    assert not re.search(r"(?<!\\)[!\[\]()<>*_`$:~#|{}]", safe.replace("\\\\", ""))
    assert "\n" not in safe
