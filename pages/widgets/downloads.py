"""Download buttons under a figure; a file is made when somebody clicks, never before."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import geopandas as gpd
import pandas as pd
import streamlit as st

from pages.figures import files, texts
from pages.figures.texts import _
from pages.widgets import sign_in


def in_language(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """The same, in the language of this run: the click is answered outside of any session."""
    who = texts.reader()

    def made() -> bytes:
        with texts.reading(*who):
            return make()

    return made


def show(
    table: pd.DataFrame,
    *,
    name: str,
    about: files.About,
    chart: alt.TopLevelMixin | None = None,
    shapes: gpd.GeoDataFrame | None = None,
) -> None:
    """A row of buttons for the table on screen, and for the chart or map where there is one.

    table: what the screen shows and no more; it comes from the viewer's `View`. name: in the file's name and the
    buttons' keys, one a figure. about: filters, date, source and licence, written into every file.
    """
    with st.container(horizontal=True, gap="small"):
        for ending, (kind, make) in files.makers(about, table, chart, shapes).items():
            st.download_button(
                _("Download {format}").format(format=ending.upper()),
                data=sign_in.exported(in_language(make), what=name, format=ending, n_rows=len(table)),
                file_name=f"concern-atlas_{name}.{ending}",
                mime=kind,
                key=f"download-{name}-{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )
