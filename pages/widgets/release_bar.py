"""The question that the reader of a release asks, kept in the address: which table, which quarters, where, what."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from concerns.release_question import TABLES, ReleaseQuestion
from concerns.schema import BadSetting
from loaders.release_view import Answer, ReleaseView
from pages.figures import noisy, texts
from pages.figures.files import About
from pages.figures.texts import _, format_date, format_number, format_quarter, in_language, markdown_safe

ASKED = "release_question"
_OWNED = ("table", "first", "last", "adm1", "category")


def table_name(table: str) -> str:
    """What a table is about, for people."""
    return {
        "districts": _("Districts"),
        "governorates": _("Governorates and categories"),
        "country": _("The country by month"),
        "sensitive": _("Sensitive concerns by year"),
    }[table]


def category_names(view: ReleaseView) -> dict[str, str]:
    """Code and label of every category in the reader's language."""
    return {code: f"{code} {view.taxonomy.label(code, texts.language())}" for code in view.taxonomy.categories}


def place_names(view: ReleaseView, level: str) -> pd.Series:
    """Names in the reader's language. level: adm1 or adm2; index: p-code."""
    districts = view.district_set.districts
    name = in_language(f"{level}_name", districts.columns)
    return districts.drop_duplicates(f"{level}_pcode").set_index(f"{level}_pcode")[name].astype("str").sort_values()


def show(view: ReleaseView) -> ReleaseQuestion:
    """Draw the bar and give the question."""
    asked = _remembered()
    quarters, governorates, categories = view.release.quarters, place_names(view, "adm1"), category_names(view)
    within = asked.within(quarters)
    values = {
        "release_table": asked.table,
        "release_span": (within[0], within[-1]),
        "release_adm1": [code for code in governorates.index if code in asked.governorates],
        "release_category": [code for code in categories if code in asked.categories],
    }
    for key, value in values.items():
        st.session_state[key] = value
    st.segmented_control(
        _("What is counted"), list(TABLES), format_func=table_name, key="release_table", on_change=_remember,
        required=True,
    )  # fmt: skip
    columns = st.columns([2, 2, 2])
    if len(quarters) > 1:
        columns[0].select_slider(
            _("Quarters"), quarters, format_func=format_quarter, key="release_span", on_change=_remember
        )
    columns[1].multiselect(
        _("Governorates"), governorates.index, format_func=governorates.__getitem__, key="release_adm1",
        on_change=_remember, placeholder=_("All"), disabled=asked.table == "country",
    )  # fmt: skip
    columns[2].multiselect(
        _("Categories"), list(categories), format_func=categories.__getitem__, key="release_category",
        on_change=_remember, placeholder=_("All"), disabled=asked.table == "districts",
    )  # fmt: skip
    return asked


def line_names(view: ReleaseView, lines: pd.DataFrame) -> dict[str, pd.Series]:
    """Heading → what stands there, for each place and category that a line is about, and its exact columns."""
    kinds = {
        "adm2_pcode": (_("District"), place_names(view, "adm2")),
        "adm1_pcode": (_("Governorate"), place_names(view, "adm1")),
        "category": (_("Category"), pd.Series(category_names(view))),
    }
    found = {heading: lines[key].map(names) for key, (heading, names) in kinds.items() if key in lines}
    exact = {"n_held": _("Meetings held"), "n_forums": _("Forums")}
    return found | {heading: lines[key] for key, heading in exact.items() if key in lines}


def _remembered() -> ReleaseQuestion:
    """The question of this session; on its first run what the address asks. The address then follows."""
    if ASKED not in st.session_state:
        try:
            st.session_state[ASKED] = ReleaseQuestion.from_query(st.query_params.to_dict())
        except BadSetting as error:
            st.session_state[ASKED] = ReleaseQuestion()
            st.warning(markdown_safe(str(error)))
    asked: ReleaseQuestion = st.session_state[ASKED]
    query = asked.to_query()
    for key in _OWNED:
        if key in query and st.query_params.get(key) != query[key]:
            st.query_params[key] = query[key]
        elif key not in query and key in st.query_params:
            del st.query_params[key]
    return asked


def _remember() -> None:
    """Take over what the widgets show."""
    state = st.session_state
    first, last = state.get("release_span") or ("", "")
    state[ASKED] = replace(
        state[ASKED],
        table=state["release_table"] or "districts",
        first=first,
        last=last,
        governorates=tuple(state["release_adm1"]),
        categories=tuple(state["release_category"]),
    )


def in_words(view: ReleaseView, asked: ReleaseQuestion, answer: Answer) -> str:
    """What was asked and answered as one line, for files."""
    names, labels = place_names(view, "adm1"), category_names(view)
    parts = [table_name(asked.table), noisy.span(answer.periods["period"].to_list())]
    parts += [str(names.get(code, code)) for code in asked.governorates if asked.table != "country"]
    parts += [labels.get(code, code) for code in asked.categories if asked.table != "districts"]
    return "; ".join(parts)


def about(view: ReleaseView, asked: ReleaseQuestion, answer: Answer, *, title: str) -> About:
    """What a file made from the release says of itself."""
    notes = [_("SYNTHETIC data")] if view.is_synthetic else []
    notes += [_("APPROXIMATE boundaries")] if view.district_set.is_approximate else []
    notes.append(_("Every count carries noise; 95 % of it lies within the interval."))
    source = _("Concern Atlas, release of {day} ({version}), ε = {epsilon}; boundaries: {boundaries}").format(
        day=format_date(view.published_on), version=view.version[:12],
        epsilon=format_number(view.release.epsilon, decimals=2), boundaries=view.district_set.source,
    )  # fmt: skip
    return About(title, in_words(view, asked, answer), None, source, note="; ".join(notes))
