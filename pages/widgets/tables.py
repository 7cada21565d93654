"""Tables as the reader reads them: own digits and dates, first column where reading begins, a dash for none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from pandas.api import types

from pages.figures import texts
from pages.figures.texts import format_date, format_number

MOST_DECIMALS = 3
MARK = "background-color: rgba(213, 94, 0, 0.25); font-weight: 600"
LONG_TEXT = 40  # characters


def show(table: pd.DataFrame, *, chosen: int | None = None) -> None:
    """Draw a table. Sorting still goes by the values; only what is seen of them is in the reader's language.

    Read from the right, long texts are cut: a table that is wider than the page would hide its first columns.
    chosen: position of the row that is chosen elsewhere on the page; it comes first and is marked.
    """
    if chosen is not None:
        table = table.iloc[[chosen, *(at for at in range(len(table)) if at != chosen)]]
    spoken = _spoken(without_notes(table))
    if chosen is not None:
        spoken = spoken.apply(_marked, axis=1)
    if texts.direction() == "ltr":
        st.dataframe(spoken, hide_index=True, placeholder=texts.MISSING)
        return
    long = [column for column in table.columns if table[column].astype("str").str.len().max() > LONG_TEXT]
    narrow = {str(column): st.column_config.Column(width="medium") for column in long}
    order = list(table.columns)[::-1]
    st.dataframe(spoken, hide_index=True, column_order=order, column_config=narrow, placeholder=texts.MISSING)


def without_notes(table: pd.DataFrame) -> pd.DataFrame:
    """The rows without what a statistic noted beside its table: the browser refuses a table whose notes hold a NaN."""
    bare = table.reset_index(drop=True)
    bare.attrs = {}
    return bare


def _marked(row: pd.Series) -> list[str]:
    return [MARK if row.name == 0 else ""] * len(row)


def _spoken(table: pd.DataFrame) -> Any:
    said: dict[Any, Any] = {column: say for column in table.columns if (say := _words(table[column])) is not None}
    return table.style.format(said, na_rep=texts.MISSING)


def _words(column: pd.Series) -> Callable[[Any], str] | None:
    """How the values of a column are said; None for texts, and for yes or no, which is drawn as a tick."""
    if types.is_bool_dtype(column):
        return None
    if types.is_integer_dtype(column):
        return format_number
    if types.is_float_dtype(column):
        return partial(format_number, decimals=_decimals(column))
    if types.is_datetime64_any_dtype(column):
        return format_date
    return None


def _decimals(column: pd.Series) -> int:
    """As few as show every value, `MOST_DECIMALS` at most.

    >>> _decimals(pd.Series([1.5, 2.25])), _decimals(pd.Series([1.0, None])), _decimals(pd.Series([1 / 3]))
    (2, 0, 3)
    """
    values = column.dropna().to_numpy(float)
    values = values[np.isfinite(values)]
    shown = (n for n in range(MOST_DECIMALS) if np.allclose(values, values.round(n), rtol=0, atol=1e-9))
    return next(shown, MOST_DECIMALS)
