"""Map legends in HTML: classes with units, and the four states that must never look alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from pages.figures import palettes
from pages.figures.palettes import NO_DATA, SUPPRESSED, UNTESTABLE, ZERO, Classes
from pages.figures.texts import _, direction, format_number

HATCH = "repeating-linear-gradient(45deg, #fff 0 3px, #6b6b6b 3px 5px)"
DASH = "repeating-linear-gradient(90deg, #6b6b6b 0 5px, #fff 5px 9px) center / 100% 2px no-repeat, #fff"
FRAME = Markup(
    '<div class="atlas-legend" role="group" aria-label="{title}" dir="{dir}" '
    'style="font-size:0.875rem;line-height:1.7;text-align:start">'
    '<div style="font-weight:600;max-width:34em">{title}</div>{rows}'
    '<div style="opacity:.8;max-width:34em">{note}</div></div>'
)
ROW = Markup(
    '<div style="display:flex;gap:.5em;align-items:center">'
    '<span aria-hidden="true" style="flex:none;width:1.9em;height:1.05em;border:1px solid #6b6b6b;background:{fill}">'
    "</span><span>{label}</span></div>"
)


@dataclass(frozen=True)
class Entry:
    """One line of a legend: a CSS background and its meaning."""

    fill: str
    label: str


def state_entries(states: Iterable[int] = (ZERO, NO_DATA, SUPPRESSED, UNTESTABLE)) -> list[Entry]:
    """The lines of the four states, in this order."""
    known = {
        ZERO: Entry(palettes.ZERO_COLOUR, _("None reported (0)")),
        NO_DATA: Entry(palettes.NO_DATA_COLOUR, _("No data")),
        SUPPRESSED: Entry(HATCH, _("Hidden or too few to show")),
        UNTESTABLE: Entry(DASH, _("Cannot be tested")),
    }
    return [known[state] for state in states]


def class_labels(classes: Classes) -> list[str]:
    """What each class holds: "3 to 5" for counts, "2.5 to under 4" for other numbers, the last one closed."""
    labels = []
    last = len(classes.colours) - 1
    decimals = 0 if classes.whole else _decimals(classes.limits)
    for i, (low, high) in enumerate(pairwise(classes.limits)):
        if classes.whole:
            top = high if i == last else high - 1
            text = (
                format_number(low)
                if low == top
                else _("{low} to {high}").format(low=format_number(low), high=format_number(top))
            )
        else:
            pattern = _("{low} to {high}") if i == last else _("{low} to under {high}")
            text = pattern.format(
                low=format_number(low, decimals=decimals), high=format_number(high, decimals=decimals)
            )
        labels.append(text)
    return labels


def _decimals(limits: Sequence[float]) -> int:
    """As few decimals as tell every limit apart exactly, at most six."""
    return next((n for n in range(6) if all(abs(limit - round(limit, n)) < 1e-9 for limit in limits)), 6)


def legend(entries: Sequence[Entry], *, title: str, note: str = "") -> Markup:
    """A legend of these lines. title: what is shown, with its unit. note: method or source, below."""
    rows = Markup("").join(ROW.format(fill=entry.fill, label=entry.label) for entry in entries)
    return FRAME.format(title=title, rows=rows, note=note, dir=direction())


def class_legend(
    classes: Classes, *, title: str, states: Sequence[int] = (ZERO, NO_DATA, SUPPRESSED, UNTESTABLE), note: str = ""
) -> Markup:
    """The legend of a district map: its classes, then the states.

    title: with the unit, such as "reports per 10,000 people and year". note: after the sentence on the classes.
    """
    named = {
        "quantiles": _("Classes: as many districts in each, limits rounded."),
        "natural_breaks": _("Classes: natural breaks, limits rounded."),
        "squares": _("Classes widen towards the top, so that thinly reported areas can be told apart."),
    }
    labels = class_labels(classes)
    lines = [Entry(colour, label) for colour, label in zip(classes.colours, labels, strict=True)]
    zero = state_entries(state for state in states if state == ZERO)
    others = state_entries(state for state in states if state != ZERO)
    return legend([*zero, *lines, *others], title=title, note=f"{named[classes.method]} {note}".strip())
