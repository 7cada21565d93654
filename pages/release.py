"""Release: what donors and the public see, each figure with its noise, and what that noise promises."""

from __future__ import annotations

import streamlit as st

from concerns.release_question import ReleaseQuestion
from loaders.release_view import Answer, ReleaseView
from pages.figures import maps, noisy
from pages.figures.texts import _, format_date, format_number, markdown_safe
from pages.widgets import downloads, map_view, markup, page_frame, release_bar, tables


def render() -> None:
    """Draw the page."""
    page_frame.release_page(_("What was reported, without giving anybody away?"), _draw)


def _draw(view: ReleaseView) -> None:
    asked = release_bar.show(view)
    answer = view.answer(asked)
    if answer.lines.empty:
        st.info(_("Nothing is published for this choice yet."))
        return
    st.subheader(noisy.headline(answer))
    st.caption(_("Published on {day}.").format(day=format_date(view.published_on)))
    title = _("Published reports: {table}").format(table=release_bar.table_name(asked.table))
    _key_numbers(view, answer)
    table = noisy.table(answer.lines, release_bar.line_names(view, answer.lines))
    as_map, as_chart, as_table = st.tabs([_("Map"), _("Chart"), _("Table")])
    with as_table:
        tables.show(table)
    with as_chart:
        _charts(view, asked, answer)
    with as_map:
        _map(view, answer, title)
    downloads.show(table, name=f"release-{asked.table}", about=release_bar.about(view, asked, answer, title=title))
    if answer.late["n_cells"].iloc[0]:
        st.caption(noisy.late(answer.late))
    _promise(view)


def _key_numbers(view: ReleaseView, answer: Answer) -> None:
    """The sum with its noise, the effort behind it, and how the noise was chosen."""
    reports, held, budget = st.columns(3)
    reports.metric(
        _("Reports"), noisy.total(answer.total), noisy.between(answer.total), delta_color="off", delta_arrow="off",
        border=True,
    )  # fmt: skip
    held.metric(_("Meetings held, exact"), format_number(answer.n_held), border=True)
    budget.metric(_("ε, the privacy budget"), format_number(view.release.epsilon, decimals=2), border=True)


def _map(view: ReleaseView, answer: Answer, title: str) -> None:
    """Districts, or governorates where the table knows no district; never a point."""
    if answer.places is None:
        st.info(_("This table is for the whole country, so it has no map."))
        return
    layer = noisy.layer(answer.places, title=title)
    base = map_view.base(view.district_set.display, version=view.district_set.version)
    left, right = st.columns([3, 1])
    with left:
        map_view.show(base, maps.paint(base, layer.codes, layer.colours), key="release-map")
        source = markdown_safe(view.district_set.source.rstrip("."))
        st.caption(_("Boundaries: {source}. Boundaries do not imply a position.").format(source=source))
    with right:
        markup.show(layer.legend)
        st.caption(layer.finding)


def _charts(view: ReleaseView, asked: ReleaseQuestion, answer: Answer) -> None:
    """Over time, and by category where the table has categories."""
    title, finding = _("Reports, with the interval of their noise"), noisy.headline(answer)
    st.altair_chart(noisy.by_period(answer.periods, title=title), width="stretch", theme=None, alt=finding)
    if answer.categories is not None:
        names = release_bar.category_names(view)
        chart = noisy.by_category(answer.categories, names, title=title)
        st.altair_chart(chart, width="stretch", theme=None, alt=finding)


def _promise(view: ReleaseView) -> None:
    """What the noise means, and what it does not cover."""
    st.subheader(_("What these figures promise"))
    st.markdown("\n".join(f"- {line}" for line in noisy.guarantee(view.release.epsilon)))
    st.subheader(_("What the promise does not cover"))
    st.markdown("\n".join(f"- {line}" for line in noisy.not_covered()))
    st.caption(_("Meetings, forums and population are no person's data and are shown exactly."))
