"""Forums: what is open, with whom, and which forum can stand alone?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from loaders import programme_figures
from loaders.view import View
from pages.figures import forum_texts, layers, maps, texts
from pages.figures.texts import _, markdown_safe
from pages.widgets import downloads, filter_bar, forum_profile, map_view, markup, page_frame, tables


def render() -> None:
    """Draw the page."""
    page_frame.page(_("Which forum can stand alone, and what does it wait for?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    with st.spinner(_("Reading the register …")):
        register = _register(view, view.version, view.scope, selection)
    if register.empty:
        st.info(_("No forum is known here. Load the tables of forums and meetings on the page “Data”."))
        return
    names = _names(view)
    st.subheader(forum_texts.answer(register))
    on_map, as_table = st.tabs([_("Map"), _("Register")])
    with on_map:
        _map(view, register)
    with as_table:
        _table(view, selection, register, names)
    _profile(view, selection, register, names)


def _names(view: View) -> dict[str, str]:
    """Name of each forum in the reader's language; its id where it has none."""
    table = view.forums.set_index("forum_id")
    named = table[f"name_{texts.language()}"].fillna(
        table["name_ar"] if texts.direction() == "rtl" else table["name_en"]
    )
    return dict(
        zip(
            table.index.astype("str"),
            named.fillna(table["name_en"]).fillna(pd.Series(table.index, index=table.index)),
            strict=True,
        )
    )


def _map(view: View, register: pd.DataFrame) -> None:
    """How many forums each district has; nothing of where they meet."""
    codes = view.district_set.districts["adm2_pcode"]
    is_open = register[register["state"] != "closed"]
    layer = layers.forums(is_open["adm2_pcode"].value_counts().reindex(codes, fill_value=0))
    base = map_view.base(view.district_set.display, version=view.district_set.version)
    left, right = st.columns([3, 1])
    with left:
        map_view.show(base, maps.paint(base, layer.codes, layer.colours), key="forum-map", height=460)
        st.caption(
            _("Boundaries: {source}. Boundaries do not imply a position.").format(
                source=markdown_safe(view.district_set.source)
            )
        )
    with right:
        markup.show(layer.legend)


def _table(view: View, selection: Selection, register: pd.DataFrame, names: dict[str, str]) -> None:
    shown = forum_texts.register_table(
        register, names, {str(code): str(name) for code, name in filter_bar.district_names(view).items()}
    )
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Register of forums"))
    downloads.show(shown, name="forums", about=about)


@page_frame.fragment
def _profile(view: View, selection: Selection, register: pd.DataFrame, names: dict[str, str]) -> None:
    chosen = forum_profile.choice(register, names)
    if chosen:
        row = register[register["forum_id"] == chosen].iloc[0]
        forum_profile.show(view, selection, chosen, row, names)


@st.cache_data(max_entries=32, show_spinner=False)
def _register(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return programme_figures.register(_view, selection)
