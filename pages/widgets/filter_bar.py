"""The filter bar that every page shares: period, categories, severities, governorates; kept in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from concerns.schema import BadSetting
from concerns.selection import SEVERITIES, Selection
from loaders.view import View
from pages.figures import texts
from pages.figures.texts import _, format_number, format_period, in_language, markdown_safe, ngettext

CHOSEN = "chosen_selection"
MOST_DISTRICTS = 4
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2100, 1, 1)
_OWNED = ("from", "to", "category", "severity", "adm1", "adm2")


def severity_label(level: int) -> str:
    """The word for a severity; 0 is what the source did not say."""
    return [_("not stated"), _("low"), _("medium"), _("high")][level]


def category_label(view: View, code: str) -> str:
    """A category's code and label in the reader's language."""
    return f"{code} {view.taxonomy.label(code, texts.language())}"


def category_names(view: View) -> dict[str, str]:
    """Code and label of every category in the reader's language."""
    return {code: category_label(view, code) for code in view.taxonomy.categories}


def governorate_names(view: View) -> pd.Series:
    """Names in the reader's language, index adm1_pcode."""
    districts = view.district_set.districts
    name = in_language("adm1_name", districts.columns)
    return districts.drop_duplicates("adm1_pcode").set_index("adm1_pcode")[name].sort_values()


def district_names(view: View) -> pd.Series:
    """Names in the reader's language, index adm2_pcode; equal names carry their governorate."""
    districts = view.district_set.districts.set_index("adm2_pcode")
    name = districts[in_language("adm2_name", districts.columns)].astype("str")
    governorate = districts["adm1_pcode"].map(governorate_names(view)).astype("str")
    return name.where(~name.duplicated(keep=False), name + " (" + governorate + ")").sort_values()


def district_choice(view: View, selection: Selection, names: pd.Series) -> tuple[str, ...]:
    """Let the reader choose districts to compare; without a choice those of one governorate with reports."""
    within = [code for code in names.index if not selection.governorates or code[:5] in selection.governorates]
    if not selection.districts:
        totals = view.cube.totals(selection).sort_values(["n_reports", "adm2_pcode"], ascending=[False, True])
        first = str(totals["adm2_pcode"].iloc[0])[:5]
        default = [code for code in within if code.startswith(first)]
    else:
        default = [code for code in within if code in selection.districts]
    st.session_state["district_choice"] = default
    chosen = st.multiselect(
        _("Districts to compare"), within, format_func=lambda code: str(names[code]), key="district_choice",
        on_change=lambda: choose_districts(tuple(st.session_state["district_choice"])),
    )  # fmt: skip
    return tuple(chosen or default)


def show(view: View, *, link: Callable[[View], None]) -> Selection:
    """Draw the bar; give the selection with both ends of its period set (by default the latest twelve months).

    link: draws what `copy_link` draws, as a part of the page that runs alone.
    """
    chosen = _remembered()
    first, last = view.cube.first_day or dt.date.min, view.cube.last_day or dt.date.max
    effective = _with_period(chosen, first, last)
    names = governorate_names(view)
    values = {
        "filter_from": effective.start,
        "filter_to": effective.end,
        "filter_category": [code for code in view.taxonomy.categories if code in chosen.categories],
        "filter_severity": list(chosen.severities),
        "filter_adm1": [code for code in names.index if code in chosen.governorates],
    }
    for key, value in values.items():
        st.session_state[key] = value
    columns = st.columns([1.7, 1.7, 2, 1.3, 2])
    for column, label, key in ((columns[0], _("From"), "filter_from"), (columns[1], _("To"), "filter_to")):
        column.date_input(
            label, key=key, on_change=_remember, min_value=EARLIEST, max_value=LATEST, format="YYYY-MM-DD"
        )
    columns[2].multiselect(
        _("Categories"),
        view.taxonomy.categories,
        format_func=lambda code: category_label(view, code),
        key="filter_category",
        on_change=_remember,
        placeholder=_("All"),
    )
    columns[3].multiselect(
        _("Severity"), SEVERITIES, format_func=severity_label, key="filter_severity", on_change=_remember,
        placeholder=_("All"),
    )  # fmt: skip
    columns[4].multiselect(
        _("Governorates"), names.index, format_func=lambda code: str(names[code]), key="filter_adm1",
        on_change=_remember, placeholder=_("All"),
    )  # fmt: skip
    _active(view, chosen, effective, link)
    return effective


def _with_period(chosen: Selection, first: dt.date, last: dt.date) -> Selection:
    """Fill an open period: the end of the data, and twelve months back from the chosen or that end."""
    end = chosen.end or max(last, chosen.start or last)
    year_before = end.replace(year=end.year - 1, day=min(end.day, 28)) + dt.timedelta(days=1)
    start = chosen.start or min(max(first, year_before), end)
    return replace(chosen, start=start, end=end)


def _remembered() -> Selection:
    """The choice of this session; on its first run what the address says. The address then follows the choice."""
    if CHOSEN not in st.session_state:
        try:
            st.session_state[CHOSEN] = Selection.from_query(st.query_params.to_dict())
        except BadSetting as error:
            st.session_state[CHOSEN] = Selection()
            st.warning(markdown_safe(str(error)))
    chosen: Selection = st.session_state[CHOSEN]
    query = chosen.to_query()
    for key in _OWNED:
        if key in query and st.query_params.get(key) != query[key]:
            st.query_params[key] = query[key]
        elif key not in query and key in st.query_params:
            del st.query_params[key]
    return chosen


def _remember() -> None:
    """Take over what the widgets show; a period that ends before it begins keeps only the end that was changed."""
    state = st.session_state
    before: Selection = state[CHOSEN]
    start, end = state["filter_from"], state["filter_to"]
    if start and end and start > end:
        start, end = (start, None) if start != before.start else (None, end)
    state[CHOSEN] = Selection(
        start, end, tuple(state["filter_category"]), tuple(state["filter_severity"]), tuple(state["filter_adm1"]),
        before.districts,
    )  # fmt: skip


def in_words(view: View, selection: Selection) -> str:
    """The selection as one line, for files and captions."""
    return "; ".join(_parts(view, selection, selection))


def choose_districts(districts: tuple[str, ...]) -> None:
    """Restrict the session's selection to districts, as a page's own choice does."""
    st.session_state[CHOSEN] = replace(st.session_state.get(CHOSEN, Selection()), districts=districts)


def brushed(event: object) -> tuple[dt.date, dt.date] | None:
    """The whole months under a brush called `period`, as the browser returned it; None when nothing is drawn."""
    selection = event.get("selection", {}) if isinstance(event, dict) else {}
    ends = next(iter(selection.get("period", {}).values()), None)
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, int | float) for end in ends):
        return None
    first, last = (pd.Timestamp(end, unit="ms").to_period("M") for end in ends)
    return first.start_time.date(), last.end_time.date()


def choose_period(period: tuple[dt.date, dt.date] | None) -> None:
    """Make a period the filter of the session."""
    if period is not None:
        st.session_state[CHOSEN] = replace(st.session_state[CHOSEN], start=period[0], end=period[1])


def _reset() -> None:
    st.session_state[CHOSEN] = Selection()


def _active(view: View, chosen: Selection, effective: Selection, link: Callable[[View], None]) -> None:
    """Say in words what is selected, and offer the way back and the link."""
    parts = _parts(view, chosen, effective)
    row = st.columns([5, 1.2, 1.6], vertical_alignment="center")
    row[0].markdown(" ".join(f":gray-badge[{markdown_safe(part)}]" for part in parts))
    row[1].button(_("Reset"), on_click=_reset, disabled=chosen == Selection(), width="stretch")
    with row[2]:
        link(view)


def copy_link() -> None:
    """The link, made anew whenever somebody opens it: parts of the page add to the address after the bar is drawn."""
    with st.popover(_("Copy link"), width="stretch", key="copy-link", on_change="rerun"):
        st.code(_link(), language=None, wrap_lines=True)
        st.caption(_("The link holds this whole view: page, filters, language. So does the address bar."))


def _link() -> str:
    """The address of this view, as somebody else can open it."""
    address = (st.context.url or "").split("?")[0]
    return f"{address}?{urlencode(st.query_params.to_dict() | {'lang': texts.language()}, safe=',')}"


def _parts(view: View, chosen: Selection, effective: Selection) -> list[str]:
    names = governorate_names(view)
    parts = [format_period(effective.start, effective.end)] if effective.start and effective.end else []
    parts += [category_label(view, code) for code in chosen.categories]
    parts += [_("severity: {level}").format(level=severity_label(level)) for level in chosen.severities]
    parts += [str(names.get(code, code)) for code in chosen.governorates]
    return parts + _district_parts(view, chosen.districts)


def _district_parts(view: View, districts: tuple[str, ...]) -> list[str]:
    """The first few districts by name, and how many more are chosen."""
    if not districts:
        return []
    names = district_names(view)
    shown = [str(names.get(code, code)) for code in districts[:MOST_DISTRICTS]]
    more = len(districts) - len(shown)
    said = ngettext("{n} more district", "{n} more districts", more).format(n=format_number(more))
    return [*shown, said] if more else shown
