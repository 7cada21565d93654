"""A table is read from where reading begins, in the reader's digits, and sorts by its values all the same."""

from __future__ import annotations

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import pandas as pd
from pages.widgets import language, tables
language.show()
tables.show(pd.DataFrame({"Place": ["A", "B"], "Reports": [1234, 7], "Rate": [1.5, None], "Open": [True, False]}))
"""


def drawn(lang: str) -> AppTest:
    page = AppTest.from_string(SCRIPT)
    page.session_state["lang"] = lang
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> list[list[str]]:
    """What stands in the cells, by column."""
    table = pa.ipc.open_stream(page.dataframe[0].proto.arrow_data.styler.display_values).read_pandas()
    return [table[column].to_list() for column in table.columns]


@pytest.mark.parametrize(
    ("lang", "order", "reports", "rates"),
    [("en", [], ["1,234", "7"], ["1.5", "–"]),
     ("ar", ["Open", "Rate", "Reports", "Place"], ["١٬٢٣٤", "٧"], ["١٫٥", "–"])],
)  # fmt: skip
def test_cells_and_order_are_the_readers(lang, order, reports, rates):
    page = drawn(lang)
    assert list(page.dataframe[0].proto.column_order) == order
    assert said(page)[1:3] == [reports, rates]


def test_values_stay_numbers_to_sort_by():
    values = drawn("ar").dataframe[0].value
    assert values["Reports"].to_list() == [1234, 7]
    assert values["Open"].to_list() == [True, False]
