"""A chart with all that belongs to it: its finding in words, also for those who cannot see it, its table, its files."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd
import streamlit as st

from pages.figures.files import About
from pages.figures.texts import _, markdown_safe
from pages.widgets import downloads, tables


def show(
    chart: alt.Chart | alt.LayerChart | alt.FacetChart,
    table: pd.DataFrame,
    *,
    finding: str,
    name: str,
    about: About,
    width: Literal["stretch", "content"] = "stretch",
    is_said: bool = True,
) -> None:
    """Draw a chart under its finding, and below it the same numbers as a table and as files.

    finding: plain text, one or two sentences; it is the picture's text alternative too. table: what the chart shows and
    no more. name: one a figure. is_said False: the page has said it already.
    """
    if is_said:
        st.markdown(markdown_safe(finding))
    st.altair_chart(chart, width=width, theme=None, alt=finding)
    with st.expander(_("The same numbers as a table")):
        tables.show(table)
    downloads.show(table, name=name, about=about, chart=chart)
