from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.schema import Repair
from loaders.cells import Mended, encode, fold, plain, take_text, to_text, trim


def test_common_spaces_are_trimmed_without_a_mark_and_unseen_ones_with_it():
    cells, stripped = trim(pa.array([" a\t", "\u00a0a", "a\u200f\u200b ", "\ufeffa", "a\u200cb", ""]))
    assert cells.to_pylist() == ["a", "a", "a", "a", "a\u200cb", ""]
    assert stripped is not None
    assert stripped.tolist() == [False, True, True, True, False, False]


def test_a_column_of_plain_text_has_nothing_to_report():
    assert trim(pa.array([" a ", "نص"]))[1] is None


@pytest.mark.parametrize(
    ("text", "result", "mended"),
    [
        ("٣٣", "33", Mended.DIGITS_NORMALISED),
        ("۳۳٫۵", "33.5", Mended.DIGITS_NORMALISED),
        ("١٬٢٣٤", "1234", Mended.DIGITS_NORMALISED),
        ("3\u200e3", "33", Mended.INVISIBLE_STRIPPED),
        ("\u202a٣٣\u202c", "33", Mended.DIGITS_NORMALISED | Mended.INVISIBLE_STRIPPED),
        ("33", "33", Mended.NONE),
        ("نص", "نص", Mended.NONE),
    ],
)
def test_digits_and_marks_are_made_plain(text, result, mended):
    assert plain(text) == (result, mended)


def test_every_bit_is_a_repair_of_the_closed_list():
    everything = Mended(31)
    assert set(everything.repairs()) == set(Repair) - {Repair.RING_CLOSED}
    assert Mended.NONE.repairs() == []


def test_folding_ignores_case_spaces_underscores_and_marks():
    assert {fold(text) for text in ("Event Date", "event_date", "EVENTDATE", "\u200fevent\u00a0date")} == {"eventdate"}
    assert fold("event-date") != fold("event date")


def test_columns_of_any_kind_become_text_without_missing_cells():
    expected = ["a", ""]
    for column in (pd.Series(["a", None], dtype="str"), pd.Series(["a", None], dtype=object), pd.Series(["a", np.nan])):
        assert to_text(column).to_pylist() == expected


@given(st.lists(st.text(max_size=8), max_size=30))
def test_distinct_cells_and_positions_give_the_column_back(cells):
    codes, distinct = encode(pa.array(cells, pa.large_string()))
    assert [distinct[code] for code in codes] == cells
    assert len(set(distinct)) == len(distinct)
    assert take_text(codes, distinct).to_list() == cells


@given(st.text(max_size=30))
def test_trimming_twice_changes_nothing(text):
    once, _ = trim(pa.array([text]))
    again, stripped = trim(once)
    assert again.to_pylist() == once.to_pylist()
    assert stripped is None
