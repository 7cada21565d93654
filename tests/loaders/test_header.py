"""Where the table begins in what people put above it."""

from __future__ import annotations

import pytest

from concerns.schema import FileReason, UnreadableFile
from loaders.header import Layout, find_layout
from loaders.limits import Limits

COLUMNS = ["date", "lat", "lon", "category"]
ROWS = [["2024-03-01", "33.2", "44.1", "C07"], ["2024-03-02", "33.3", "44.2", "C08"]]
TAGS = ["#date+occurred", "#geo+lat", "#geo+lon", "#event+type+code"]


def layout(*rows: list[str], merges: tuple[tuple[int, int, int, int], ...] = ()) -> Layout:
    return find_layout(rows, name="a.csv", limits=Limits(), merges=merges)


@pytest.mark.parametrize(
    "above",
    [
        [],
        [["Security reports"]],
        [["Security reports", "", "", ""], ["", "", "", ""]],
        [["Governorate:", "Ninewa"], ["Month:", "March"]],
        [["Date:", "2024-03-01", "", ""]],
        [["Printed", "2024-03-01", "10:00"], ["Security reports"]],
        [["# Data from the field, by hand"]],
        [["# Data from the field", " by hand", " not checked", " 2024"]],
        [["", "Where", "", "What"]],
        [["When", "Where", "", "What"]],
    ],
)
def test_what_stands_above_the_header_is_no_record(above: list[list[str]]) -> None:
    found = layout(*above, COLUMNS, *ROWS)
    assert (found.columns, found.n_skip, found.hxl) == (COLUMNS, len(above) + 1, None)


def test_header_in_two_rows_where_the_lower_fills_the_gaps() -> None:
    found = layout(["date", "Where", "", "category"], ["", "lat", "lon", ""], *ROWS)
    assert (found.columns, found.n_skip) == (COLUMNS, 2)


def test_header_in_two_rows_under_merged_cells() -> None:
    merges = ((0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3))
    found = layout(["date", "Where", "", "category"], ["", "lat", "lon", ""], *ROWS, merges=merges)
    assert (found.columns, found.n_skip) == (COLUMNS, 2)


def test_text_table_keeps_its_first_record() -> None:
    found = layout(["", "name", "city"], ["a", "Ali", "Mosul"], ["b", "Omar", "Sinjar"])
    assert (found.columns, found.n_skip) == (["column 1", "name", "city"], 1)


def test_tags_take_the_row_above_as_header_and_name_what_it_leaves_blank() -> None:
    found = layout(["Title"], ["date", "lat", "", ""], TAGS, *ROWS)
    assert found.columns == ["date", "lat", "#geo+lon", "#event+type+code"]
    assert (found.hxl, found.n_skip) == (TAGS, 3)
    assert layout(TAGS, *ROWS).columns == TAGS


def test_tags_tell_columns_of_one_name_apart() -> None:
    found = layout(["date", "place", "place", "category"], ["#date", "#adm1+name", "#adm2+name", "#event"], *ROWS)
    assert found.columns == ["date", "place #adm1+name", "place #adm2+name", "category"]


def test_half_of_the_cells_must_be_tags() -> None:
    assert layout(COLUMNS, ["#date", "#geo", "x", "y"], *ROWS).hxl == ["#date", "#geo", "", ""]
    assert layout(COLUMNS, ["#date", "x", "y", "z"], *ROWS).hxl is None
    assert layout(COLUMNS, ["#date", "#geo", "x", "y", "z"], *ROWS).hxl is None


def test_marks_and_empty_columns_at_the_end_are_no_part_of_a_name() -> None:
    found = layout(["\ufeffdate\u200f", " lat ", "\u00a0lon", "cate\x00gory", "", " "], *ROWS)
    assert found.columns == COLUMNS


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], FileReason.EMPTY),
        ([["", " "], ["\u200b"]], FileReason.EMPTY),
        (ROWS, FileReason.HEADER_MISSING),
        ([["Reports of March", "", "", ""], *ROWS], FileReason.HEADER_MISSING),
        ([["date", "Date", "lon", "x"], *ROWS], FileReason.HEADER_DUPLICATE),
        ([[f"column_{n}" for n in range(501)]], FileReason.TOO_MANY_COLUMNS),
        ([["x" * 10_001, "lat"], ["a", "b"]], FileReason.LIMIT),
    ],
)
def test_tables_without_a_usable_header(rows: list[list[str]], code: FileReason) -> None:
    with pytest.raises(UnreadableFile) as refused:
        layout(*rows)
    assert refused.value.code == code
