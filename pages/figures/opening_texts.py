"""The months around the openings in words: before and after, the break, and the surroundings, each by a rule."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from concerns.impact import Displacement, Estimate
from loaders.impact_figures import is_certain
from loaders.opening_figures import BeforeAfter, Broken, Surroundings
from pages.figures.sentences import interval
from pages.figures.texts import _, format_number, format_percent, ngettext

AREAS: dict[str, Callable[[], str]] = {
    "treated": lambda: _("The district with the forum"),
    "control": lambda: _("Its comparison: districts without a forum"),
    "ring": lambda: _("Its neighbours without a forum"),
    "ring_control": lambda: _("The neighbours’ comparison: other districts without a forum"),
}


def before_after_design(found: BeforeAfter) -> str:
    """The design of the plainest comparison, before its number."""
    return ngettext(
        "Design: {n} district observed for a whole year before and after its first forum opened, with itself. Whatever "
        "else changed in that time counts as if the forum had done it.",
        "Design: {n} districts observed for a whole year before and after their first forum opened, each with itself. "
        "Whatever else changed in that time counts as if the forum had done it.",
        found.n_districts,
    ).format(n=format_number(found.n_districts))


def before_after(found: BeforeAfter) -> str:
    """Say how far the counts changed. Rule: no change is named where the interval holds none."""
    counts = {"before": format_number(found.before), "after": format_number(found.after)}
    if not is_certain(found.change):
        return _(
            "Reports that came other ways: {before} in the year before, {after} in the year after. Too few districts "
            "for an interval."
        ).format(**counts)
    limits = _as_change(found.change.lower, found.change.upper)
    if found.change.lower <= 0 <= found.change.upper:
        return _(
            "Reports that came other ways: {before} in the year before, {after} in the year after. No change beyond "
            "chance could be seen (95 % interval {limits})."
        ).format(**counts, limits=limits)
    return _(
        "Reports that came other ways: {before} in the year before, {after} in the year after, a change of {change} "
        "(95 % interval {limits})."
    ).format(**counts, change=format_percent(np.expm1(found.change.estimate), signed=True), limits=limits)


def _as_change(low: float, high: float) -> str:
    return _("{low} to {high}").format(
        low=format_percent(np.expm1(low), signed=True), high=format_percent(np.expm1(high), signed=True)
    )


def broken_design(found: Broken) -> str:
    """The design of the interrupted series, before its number."""
    season = (
        _("The season of districts without a forum is taken out.")
        if found.has_season
        else _("Too few reports from districts without a forum to take the season out.")
    )
    first = _("Design: the months before each district's first forum are carried on; nothing else may change then.")
    return f"{first} {season}"


def broken(found: Broken) -> str:
    """The break of level and slope at the opening. Rule: none is named where the interval of its ratio holds 1."""
    if not is_certain(found.series.level):
        return _("There are too few months on one side of the opening to say anything.")
    level, slope = found.series.table.iloc[0], found.series.table.iloc[1]
    return f"{_level(level)} {_slope(slope)}"


def _level(row: pd.Series) -> str:
    limits = interval(row["ratio_lower"], row["ratio_upper"])
    if row["ratio_lower"] <= 1 <= row["ratio_upper"]:
        return _("At the opening no break of the level could be seen (ratio {limits}).").format(limits=limits)
    change = format_percent(row["ratio"] - 1, signed=True)
    return _("At the opening the level breaks by {change} (ratio {limits}).").format(change=change, limits=limits)


def _slope(row: pd.Series) -> str:
    limits = interval(row["ratio_lower"], row["ratio_upper"], decimals=3)
    if row["ratio_lower"] <= 1 <= row["ratio_upper"]:
        return _("No break of the slope could be seen (ratio a month {limits}).").format(limits=limits)
    change = format_percent(row["ratio"] - 1, decimals=1, signed=True)
    return _("From then on the slope changes by {change} a month (ratio {limits}).").format(
        change=change, limits=limits
    )


def broken_smallest(found: Broken) -> str:
    """The smallest break that the series could have shown."""
    if not found.smallest > 0:
        return _("What this design could have seen cannot be said.")
    return _("This design could not have seen a fall of less than {change}.").format(
        change=format_percent(1 - found.smallest)
    )


def surroundings_design() -> str:
    """The design of the displacement difference, before its number."""
    return _(
        "Design: the year after the opening against the year before, in the district and in its neighbours without a "
        "forum, less the change in districts without a forum that touch neither; their counts are weighted down to "
        "as many districts. If reports only moved next door, the district falls and its neighbours rise."
    )


def surroundings_table(found: Surroundings) -> pd.DataFrame:
    """The counts behind the difference."""
    table = found.table
    return pd.DataFrame(
        {
            _("Area"): [AREAS[one]() for one in table["area"]],
            _("Districts"): [format_number(int(one)) for one in table["n_districts"]],
            _("Reports before"): [format_number(int(one)) for one in table["before"]],
            _("Reports after"): [format_number(int(one)) for one in table["after"]],
            _("Weight"): [format_number(one, decimals=2) for one in table["weight"]],
        }
    )


def surroundings(found: Displacement) -> str:
    """Say whether reports fell here or moved next door.

    Rule: a part is named only where its interval excludes 0; moved is said only where the district fell and its
    neighbours rose, both beyond chance.
    """
    parts = [_part(_("In the district: {effect} reports against the comparison ({limits})."), found.local)]
    if found.displaced is None:
        parts.append(_("It has no neighbours without a forum, so that nothing can be said about its surroundings."))
        return " ".join(parts)
    parts.append(_part(_("In its neighbours: {effect} ({limits})."), found.displaced))
    parts.append(_part(_("Both together (weighted displacement difference): {effect} ({limits})."), found.total))
    parts.append(_verdict(found.local, found.displaced))
    return " ".join(parts)


def _part(sentence: str, estimate: Estimate) -> str:
    limits = (
        _("95 % interval {limits}").format(limits=interval(estimate.lower, estimate.upper, decimals=1))
        if is_certain(estimate)
        else _("too few reports for an interval")
    )
    return sentence.format(effect=format_number(estimate.estimate, decimals=1, signed=True), limits=limits)


def _verdict(local: Estimate, displaced: Estimate) -> str:
    if not (is_certain(local) and is_certain(displaced)):
        return _("Cannot tell.")
    if displaced.lower > 0:
        return _("Reports moved next door.") if local.upper < 0 else _("The neighbours rose beyond chance.")
    if displaced.upper < 0:
        return _("The neighbours fell too.")
    return _("No displacement could be seen; small counts cannot exclude it.")
