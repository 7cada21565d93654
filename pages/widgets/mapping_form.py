"""What the columns and words of an uploaded file mean: suggested, saved by name, or taken from the form behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import streamlit as st

from concerns.schema import DataError
from concerns.taxonomy import Taxonomy
from loaders.desk import Desk
from loaders.first_look import FirstLook
from loaders.mapping import Mapping
from pages.figures import texts
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import tables

COLUMNS: dict[str, Callable[[], str]] = {
    "occurred_on": lambda: _("Day of the concern"),
    "category": lambda: _("Category of the concern"),
    "lat": lambda: _("Latitude"),
    "lon": lambda: _("Longitude"),
    "geopoint": lambda: _("Point in one column (latitude longitude …)"),
    "district": lambda: _("District"),
    "governorate": lambda: _("Governorate"),
    "place_name": lambda: _("Name of the place"),
    "severity": lambda: _("Severity"),
    "report_id": lambda: _("Id of the report"),
    "subcategory": lambda: _("Sub-category"),
    "accuracy_m": lambda: _("Accuracy in metres"),
    "description": lambda: _("Description"),
}
MOST_WORDS = 20


def columns(desk: Desk, look: FirstLook, *, mapping: Mapping | None) -> Mapping | None:
    """Ask which column holds what; the mapping that the reader settled on just now, None for none."""
    from_form = _form(desk)
    if from_form is not None:
        return from_form
    tables.show(look.sample.head(5))
    saved = desk.shelf.fitting(look.columns)
    chosen = st.selectbox(_("Saved mapping"), list(saved), index=None, key="saved-mapping", placeholder=_("None"))
    base = saved[chosen] if chosen else mapping or Mapping()
    with st.form(f"mapping-form-{chosen}"):
        left, right = st.columns(2)
        picked = {
            ours: (left if number % 2 == 0 else right).selectbox(
                title(),
                look.columns,
                index=_position(look, base.columns.get(ours, ()), ours),
                placeholder=_("not in the file"),
            )
            for number, (ours, title) in enumerate(COLUMNS.items())
        }
        name_of_it = st.text_input(_("Save this mapping as"), value=chosen or "", max_chars=80)
        if not st.form_submit_button(_("Use this mapping"), type="primary"):
            return None
    headers: dict[str, tuple[str, ...]] = {ours: (header,) for ours, header in picked.items() if header}
    made = Mapping(headers, base.values, base.severity_scale, base.date_order)
    return made if not name_of_it or _saved(desk, name_of_it, made) else None


def words(desk: Desk, unknown: Counter[str], taxonomy: Taxonomy, *, mapping: Mapping | None) -> Mapping | None:
    """Ask what words of the column of categories mean; the mapping with what the reader settled on, None for none."""
    asked = [word for word, _n in unknown.most_common(MOST_WORDS) if word]
    if not asked:
        return None
    st.subheader(_("What do these words mean?"))
    st.write(
        _("They stand where the category is expected, and mean none of ours. What you leave out stays in quarantine.")
    )
    codes = [code for one in taxonomy.categories for code in (one, *taxonomy.subcategories(one))]
    with st.form("words-form"):
        picked = {
            word: st.selectbox(
                f"{markdown_safe(word)} ({format_number(unknown[word])})",
                codes,
                index=None,
                format_func=lambda code: f"{code} {taxonomy.label(code, texts.language())}",
                placeholder=_("none of ours"),
                key=f"word-{word}",
            )
            for word in asked
        }
        name_of_it = st.text_input(_("Save this mapping as"), max_chars=80, key="words-name")
        if not st.form_submit_button(_("Use these meanings"), type="primary"):
            return None
    base = mapping or Mapping()
    known = {word: code for word, code in picked.items() if code}
    values = {**base.values, "category": {**base.values.get("category", {}), **known}}
    made = Mapping(base.columns, values, base.severity_scale, base.date_order, base.answers)
    return made if not name_of_it or _saved(desk, name_of_it, made) else None


def _form(desk: Desk) -> Mapping | None:
    """Offer to read the file by the form that it came from."""
    file = st.file_uploader(
        _("If the file is an export of a Kobo or ODK form: the form itself (XLSForm)"), key="xlsform", type=["xlsx"]
    )
    if file is None or st.session_state.get("xlsform-read") == file.file_id:
        return None
    try:
        mapping = desk.read_form(file.getvalue(), file.name)
    except DataError as error:
        st.error(markdown_safe(str(error)))
        return None
    st.session_state["xlsform-read"] = file.file_id
    return mapping


def _saved(desk: Desk, name: str, mapping: Mapping) -> bool:
    try:
        desk.shelf.save_mapping(name, mapping)
    except DataError as error:
        st.error(markdown_safe(str(error)))
        return False
    return True


def _position(look: FirstLook, named: tuple[str, ...], ours: str) -> int | None:
    """Where the header stands that a mapping names, or else the suggested one."""
    suggested = look.suggested.get(ours)
    by_key = {column.strip().casefold(): column for column in look.columns}
    wanted = next((by_key[name.strip().casefold()] for name in named if name.strip().casefold() in by_key), None)
    wanted = wanted or (suggested.header if suggested else None)
    return look.columns.index(wanted) if wanted in look.columns else None
