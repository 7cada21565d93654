"""The form in which the owner publishes closed quarters: once, and never again."""

from __future__ import annotations

import streamlit as st

from concerns.disclosure import MAX_EPSILON, Table, best_guess, noise_scale
from concerns.noise import noise_margin
from loaders.office import Office
from pages.figures import noisy
from pages.figures.texts import _, format_number, format_percent, format_quarter

DONE = "published"


def show(office: Office) -> None:
    """Say what is published, and offer the quarters that are over."""
    if DONE in st.session_state:
        st.success(st.session_state.pop(DONE))
    manifest = office.manifest()
    if manifest is None:
        st.info(_("Nothing was published yet."))
    else:
        done = [quarter for entry in manifest["releases"] for quarter in entry["quarters"]]
        st.write(_("Published so far: {span}.").format(span=noisy.span(done)))
    quarters = office.closed_quarters()
    if not quarters:
        st.info(_("Every quarter that is over is published."))
        return
    epsilon, since = _owners_choice(quarters) if manifest is None else (float(manifest["epsilon"]), None)
    _cost(epsilon)
    until = st.selectbox(
        _("Publish up to"), quarters, index=len(quarters) - 1, format_func=format_quarter, key="publish_until"
    )
    is_sure = st.checkbox(_("I know that a quarter is drawn once and can neither be drawn again nor taken back."))
    if st.button(_("Publish"), type="primary", disabled=not is_sure, key="publish"):
        with st.spinner(_("Drawing the release …")):
            entry = office.publish(until, epsilon=epsilon if manifest is None else None, since=since)
        st.session_state[DONE] = _("Published: {span}.").format(span=noisy.span(entry["quarters"]))
        st.rerun()


def _owners_choice(quarters: tuple[str, ...]) -> tuple[float, str]:
    """What is settled with the first publication and holds from then on."""
    st.write(_("The first publication settles two things for good."))
    epsilon = st.number_input(
        _("ε, the privacy budget of a quarter: smaller protects more"),
        0.05,
        MAX_EPSILON,
        1.0,
        0.05,
        key="publish_epsilon",
    )
    since = st.selectbox(
        _("First quarter (stated to everybody: choose it without looking at the data)"), quarters,
        index=max(0, len(quarters) - 8), format_func=format_quarter, key="publish_since",
    )  # fmt: skip
    return float(epsilon), str(since)


def _cost(epsilon: float) -> None:
    """What this ε protects, and what it costs the reader."""
    margin = noise_margin(noise_scale(epsilon, Table.DISTRICT_QUARTER), 1)
    text = _(
        "With ε = {epsilon} whoever knows every other report is right about one in at most {share} of cases, and the "
        "count of a district and quarter is off by at most {margin} in 95 % of cases."
    )
    st.caption(
        text.format(
            epsilon=format_number(epsilon, decimals=2), share=format_percent(best_guess(epsilon)),
            margin=format_number(margin),
        )
    )  # fmt: skip
