"""What stands on every page: whether the data is real, how good the borders are, what was loaded last."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from concerns.access import Right
from concerns.schema import DataError
from concerns.selection import Selection
from loaders.office import Office
from loaders.release_view import ReleaseView
from loaders.view import View
from pages.figures.files import About
from pages.figures.texts import _, format_date, format_number, markdown_safe
from pages.widgets import filter_bar, sign_in

log = logging.getLogger(__name__)


def page(title: str, draw: Callable[[View], None]) -> None:
    """Draw a page of the store: its title, its banners and then the page; a refusal shows its text."""
    _page(title, sign_in.current_view, draw)


def release_page(title: str, draw: Callable[[ReleaseView], None]) -> None:
    """Draw a page of the published release, as `page`."""
    _page(title, sign_in.current_release, draw)


def any_page(title: str, draw: Callable[[View | ReleaseView], None]) -> None:
    """Draw a page for whoever sees the store or else the release, as `page`."""
    _page(title, sign_in.current_view if sign_in.may(Right.COUNTS) else sign_in.current_release, draw)


def office_page(title: str, draw: Callable[[Office], None]) -> None:
    """Draw a page of the office, as `page`, without banners: it shows no report."""
    st.title(title)
    with _guarded():
        draw(sign_in.current_office())


def _page(title: str, opened: Callable[[], Any], draw: Callable[[Any], None]) -> None:
    st.title(title)
    with _guarded():
        view = opened()
        banners(view)
        draw(view)


def fragment(draw: Callable[..., None]) -> Callable[..., None]:
    """A part of a page that a click redraws alone; its first argument is the view.

    Where this person sees something else by now, or nothing, or new data came in, the whole page runs instead.
    """

    @st.fragment
    @wraps(draw)
    def part(view: View | ReleaseView, *arguments: Any) -> None:
        with _guarded():
            if _is_alone() and not _is_current(view):
                st.rerun()
            draw(view, *arguments)

    return part


def _is_alone() -> bool:
    """Whether a fragment runs without its page."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and bool(context.fragment_ids_this_run)


def _is_current(view: View | ReleaseView) -> bool:
    opened = sign_in.current_view if isinstance(view, View) else sign_in.current_release
    try:
        now = opened()
    except DataError:
        return False
    return (now.scope, now.version) == (view.scope, view.version)


@contextmanager
def _guarded() -> Iterator[None]:
    """A refusal shows its text, a defect only its number; the log has its kind and lines, for its words may be data."""
    try:
        yield
    except DataError as error:
        st.error(markdown_safe(str(error)))
    except Exception as error:
        number = uuid.uuid4().hex[:8]
        log.error("defect %s: %s\n%s", number, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        st.error(
            _("Something went wrong here. Please tell the maintainers this number: {number}").format(number=number)
        )


@fragment
def _link(view: View) -> None:
    filter_bar.copy_link()


def selected(view: View) -> Selection | None:
    """Draw the filter bar and give the selection; None, with a sentence, where there is nothing to show."""
    if view.is_empty:
        st.info(_("No reports yet. Load a file on the page “Data”, or fill the store with the synthetic demo."))
        st.code("python -m loaders demo", language=None)
        return None
    selection = filter_bar.show(view, link=_link)
    coverage(view, selection)
    if view.cube.totals(selection, by=())["n_reports"].sum() == 0:
        st.info(_("No report matches this selection. Widen the period or reset the filters."))
        return None
    return selection


def banners(view: View | ReleaseView) -> None:
    """Say what must be known before any figure is read; what to do about it, to those who can."""
    if isinstance(view, ReleaseView):
        _release_banners(view)
        return
    if view.is_synthetic:
        text = _(
            "SYNTHETIC data: this is made up for demonstration. No figure here says anything about a real place. "
            "Take it out with {command}."
        )
        st.warning(text.format(command="`python -m loaders demo --remove`"), icon=":material/science:")
    if view.district_set.is_approximate:
        text = _(
            "APPROXIMATE boundaries: drawn around places, they give only about 70 % of points their official district. "
            "Install the official ones with {command}."
        )
        st.warning(text.format(command="`python -m loaders boundaries install FILE`"), icon=":material/map:")


def _release_banners(view: ReleaseView) -> None:
    if view.is_synthetic:
        text = _("SYNTHETIC data: this is made up for demonstration. No figure here says anything about a real place.")
        st.warning(text, icon=":material/science:")
    if view.district_set.is_approximate:
        text = _(
            "APPROXIMATE boundaries: drawn around places, they give only about 70 % of points their official district."
        )
        st.warning(text, icon=":material/map:")


def coverage(view: View, selection: Selection) -> None:
    """Say how complete the reporting of the period is, and when data last came in."""
    found = view.coverage(selection)
    parts = [
        _("{n} of {total} districts reported").format(
            n=format_number(found.n_districts_reported), total=format_number(found.n_districts)
        )
    ]
    if found.n_forums:
        parts.append(
            _("{n} of {total} forums met").format(
                n=format_number(found.n_forums_reported), total=format_number(found.n_forums)
            )
        )
    if found.n_meetings_planned:
        parts.append(
            _("{n} of {total} planned meetings held").format(
                n=format_number(found.n_meetings_held), total=format_number(found.n_meetings_planned)
            )
        )
    if view.last_load:
        parts.append(_("last load {day}").format(day=format_date(view.last_load.date())))
    st.caption(" · ".join(parts))


def about(view: View, selection: Selection, *, title: str) -> About:
    """What a file made from this selection says of itself."""
    notes = [_("SYNTHETIC data")] if view.is_synthetic else []
    notes += [_("APPROXIMATE boundaries")] if view.district_set.is_approximate else []
    source = _("Concern Atlas, store version {version}; boundaries: {boundaries}").format(
        version=view.version, boundaries=view.district_set.source
    )
    filters = filter_bar.in_words(view, selection)
    return About(title, filters, view.cube.last_day, source, note="; ".join(notes))
