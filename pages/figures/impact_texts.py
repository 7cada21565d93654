"""Impact in words: what was delivered, what each design says, what it could have seen, and the verdict by rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from concerns.impact import AggregatedEffects
from concerns.robustness import Robustness
from loaders.impact_figures import Effect, is_certain
from pages.figures.referral_texts import word
from pages.figures.sentences import interval
from pages.figures.texts import _, format_number, format_percent, format_quarter, isolated

LIGHTS: dict[str, Callable[[], str]] = {
    "on_track": lambda: _("● on track"),
    "behind": lambda: _("◐ behind"),
    "far_behind": lambda: _("○ far behind"),
    "no_data": lambda: _("– no data"),
}
VERDICTS: dict[str, Callable[[], str]] = {
    "cannot_tell": lambda: _("Cannot tell."),
    "consistent_with_no_change": lambda: _("Consistent with no change."),
    "change_in_expected_direction": lambda: _("A change in the expected direction."),
    "change_in_other_direction": lambda: _("A change in the other direction than expected."),
}
REASONS: dict[str, Callable[[], str]] = {
    "no_interval": lambda: _("too few districts started at the same time for an interval"),
    "too_wide": lambda: _("the interval is too wide to tell anything that matters"),
    "interval_holds_zero": lambda: _("the interval holds zero"),
    "pre_trend": lambda: _("the districts moved apart before the start"),
    "placebo_date": lambda: _("a made-up start shows an effect too"),
    "placebo_districts": lambda: _("districts drawn at random show as much"),
    "sign_depends_on_choices": lambda: _("another period or comparison turns the sign"),
    "rests_on_one_district": lambda: _("it rests on one district"),
    "holds_throughout": lambda: _("it holds under every check below"),
}
CHECKS: dict[str, Callable[[], str]] = {
    "main": lambda: _("Main result"),
    "window": lambda: _("Another period"),
    "control": lambda: _("Another comparison"),
    "two_way": lambda: _("Two-way fixed effects (not for the verdict)"),
    "placebo_date": lambda: _("Made-up start, quarters earlier"),
    "placebo_districts": lambda: _("Districts drawn at random"),
    "leave_one_out": lambda: _("Without one district"),
}
VARIANTS: dict[str, Callable[[], str]] = {
    "nevertreated": lambda: _("never a forum"),
    "notyettreated": lambda: _("no forum yet"),
    "without_first_quarter": lambda: _("without the first quarter of the time"),
    "without_last_quarter": lambda: _("without the last quarter of the time"),
}
TOO_FEW = "–"


def prior() -> str:
    """What was known before any number of ours: the published trials."""
    return _(
        "What is known from elsewhere: six randomised trials of community policing in Brazil, Colombia, Liberia, "
        "Pakistan, the Philippines and Uganda found no gain in trust in the police and no fall in crime (Blair et "
        "al. 2021, Science 374, eabd3446, doi:10.1126/science.abd3446). A forum that helps here would be an "
        "exception; expect small effects or none, and read what follows in that light."
    )


def logframe_table(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """What was delivered against what was promised, one line an indicator."""
    return pd.DataFrame(
        {
            _("Indicator"): [labels[one] for one in table["key"]],
            _("Standing"): [LIGHTS[one]() for one in table["light"]],
            _("Actual"): [format_number(one) for one in table["actual"]],
            _("Target"): [format_number(one) for one in table["target"]],
            _("Baseline"): [format_number(one) for one in table["baseline"]],
            _("Women"): [format_number(one) for one in table["women"]],
            _("Men"): [format_number(one) for one in table["men"]],
            _("Districts"): [format_number(int(one)) for one in table["n_districts"]],
            _("Records without a number"): [format_number(int(one)) for one in table["n_unknown"]],
        }
    )


def verification_table(labels: Mapping[str, str], means: Mapping[str, str]) -> pd.DataFrame:
    """How each indicator can be verified."""
    return pd.DataFrame({_("Indicator"): list(labels.values()), _("Means of verification"): [means[k] for k in labels]})


def place_table(table: pd.DataFrame, labels: Mapping[str, str], governorates: Mapping[str, str]) -> pd.DataFrame:
    """What was delivered where, and to whom: one line a governorate and indicator, by sex where it was counted."""
    return pd.DataFrame(
        {
            _("Governorate"): [governorates.get(one, isolated(one)) for one in table["adm1_pcode"]],
            _("Indicator"): [labels[one] for one in table["key"]],
            _("Delivered"): [format_number(one) for one in table["total"]],
            _("Women"): [format_number(one) for one in table["women"]],
            _("Men"): [format_number(one) for one in table["men"]],
            _("Districts"): [format_number(int(one)) for one in table["n_districts"]],
        }
    )


def delivered(table: pd.DataFrame) -> str:
    """Say how many indicators are on track, by the rule under the table."""
    n = int((table["light"] == "on_track").sum())
    return _("{n} of {total} indicators of delivery are on track or reached.").format(
        n=format_number(n), total=format_number(len(table))
    )


def light_rule() -> str:
    """The rule of the signs in the logframe."""
    return _(
        "On track: at least 90 % of what the time that has passed asks for, or the target is reached; behind: at least "
        "60 %; else far behind. A record without its number is not taken for zero. Women and men: over the "
        "records that counted both."
    )


def _signed(value: float, *, decimals: int = 2) -> str:
    return format_number(value, decimals=decimals, signed=True)


def effect_sentence(found: Effect) -> str:
    """The overall effect with its interval and what it is measured against; without an interval, that it has none."""
    limits = (
        interval(found.overall.lower, found.overall.upper)
        if is_certain(found.overall)
        else _("no interval can be given")
    )
    return _(
        "After a forum opened, reports that came other ways changed by {effect} a district and quarter ({limits}), "
        "against {before} before."
    ).format(effect=_signed(found.overall.estimate), limits=limits, before=format_number(found.mean_before, decimals=2))


def design(found: Effect) -> str:
    """The design in words, before any number of an effect."""
    return _(
        "Design: {treated} districts whose first forum opened within the data are compared, before and after, with "
        "{never} districts that never had one; {left} with a forum from the start have no “before” and are left out. "
        "It holds if both would have moved alike without forums. Expected beforehand: a decrease."
    ).format(
        treated=format_number(found.n_treated), never=format_number(found.n_never), left=format_number(found.n_left_out)
    )


def smallest(found: Robustness, mean_before: float) -> str:
    """The smallest effect that the design could have seen."""
    if pd.isna(found.detectable):
        return _("What this design could have seen cannot be said.")
    share = format_percent(found.detectable / mean_before) if mean_before > 0 else TOO_FEW
    return _(
        "This design could not have seen an effect smaller than {n} reports a quarter ({share} of before)."
    ).format(n=format_number(found.detectable, decimals=2), share=share)


def verdict(found: Robustness) -> str:
    """The verdict and its reasons, by the rule of `concerns.verdict.judge`."""
    reasons = "; ".join(REASONS[str(one)]() for one in found.finding.reasons)
    return _("{verdict} Because: {reasons}.").format(verdict=VERDICTS[str(found.finding.verdict)](), reasons=reasons)


def two_way_warning(found: Robustness) -> str | None:
    """A warning where two-way fixed effects lie outside the main interval or turn the sign."""
    main = found.table[found.table["check"] == "main"].iloc[0]
    other = float(found.table.loc[found.table["check"] == "two_way", "estimate"].iloc[0])
    outside = pd.notna(main["lower"]) and not main["lower"] <= other <= main["upper"]
    if outside or main["estimate"] * other < 0:
        return _(
            "Two-way fixed effects say something else here: they mix early and late openings and are not to be used."
        )
    return None


def robustness_table(found: Robustness, districts: Mapping[str, str]) -> pd.DataFrame:
    """Every other choice in one table."""
    table = found.table
    variants = [_variant(one, districts) for one in table["variant"]]
    return pd.DataFrame(
        {
            _("Check"): [CHECKS[one]() for one in table["check"]],
            _("Variant"): variants,
            _("Effect"): [_signed(one) for one in table["estimate"]],
            _("95 % interval"): limits(table),
            _("p"): [p_value(one) for one in table["p_value"]],
        }
    )


def _variant(name: str, districts: Mapping[str, str]) -> str:
    """A choice in words, a district's name, or a number of quarters or draws."""
    if name in VARIANTS:
        return VARIANTS[name]()
    return (
        format_number(int(name)) if name.lstrip("-").isdigit() else districts.get(name, isolated(name) if name else "")
    )


def limits(table: pd.DataFrame, *, scale: float = 1.0, decimals: int = 2) -> list[str]:
    """The interval of each row, a word where there is none."""
    return [
        interval(scale * low, scale * high, decimals=decimals) if pd.notna(low) else _("too few")
        for low, high in zip(table["lower"], table["upper"], strict=True)
    ]


def pretrend(found: Robustness) -> str:
    """The joint test of the quarters before the opening. Rule: apart where p < 0.05; else only not seen to differ."""
    if pd.isna(found.pretrend_p):
        return _("Whether the districts moved alike before the opening cannot be tested here.")
    p = p_value(found.pretrend_p)
    if found.pretrend_p < 0.05:
        return _("Before the opening the districts already moved apart (joint test, p: {p}).").format(p=p)
    return _(
        "Before the opening no difference could be seen (joint test, p: {p}); such a test sees large differences only."
    ).format(p=p)


def p_value(p: float) -> str:
    """A p in the reader's digits, as “0.030” or “< 0.001”."""
    return isolated(f"< {format_number(0.001, decimals=3)}") if p < 0.001 else format_number(p, decimals=3)


def by_quarter(effects: AggregatedEffects, quarters: Mapping[float, pd.Period]) -> pd.DataFrame:
    """Effects of each cohort or calendar quarter with the quarter's name as `label`, in order of time."""
    key = "cohort" if effects.how == "group" else "time"
    labels = [format_quarter(str(quarters[one])) for one in effects.table[key]]
    return effects.table.assign(label=labels)


def overall_table(found: Effect) -> pd.DataFrame:
    """The four ways to put the effects into one number, and two-way fixed effects beside them."""
    ways = {
        _("every district and quarter after its opening alike (simple)"): found.overall,
        _("mean of the quarters of opening (by group)"): found.groups.overall,
        _("mean of the calendar quarters (by calendar time)"): found.calendar.overall,
        _("mean of the quarters since the opening (dynamic)"): found.dynamic.overall,
    }
    rows = [one.as_dict() for one in ways.values()]
    two_way = found.robustness.table[found.robustness.table["check"] == "two_way"]
    table = pd.concat([pd.DataFrame(rows), two_way], ignore_index=True)
    return pd.DataFrame(
        {
            _("Weighted by"): [*ways, CHECKS["two_way"]()],
            _("Effect"): [_signed(one) for one in table["estimate"]],
            _("95 % interval"): limits(table),
        }
    )


def assignments(table: pd.DataFrame) -> str | None:
    """What so few districts could show at all, said before the result; None where there are enough."""
    least = table["smallest_p"].max()
    if pd.isna(least):
        return None
    return _(
        "Fewer than ten districts, or a single one on a side: no interval is given, only the share of all ways to "
        "choose the districts that would show as much. With so few, that share can not fall below {p}."
    ).format(p=format_percent(least, decimals=1))


def survey_table(table: pd.DataFrame) -> pd.DataFrame:
    """Perceptions: the change at places with a forum beyond that at comparison places, in points."""
    shown = {
        _("Indicator"): [word("indicator", one) for one in table["indicator"]],
        _("Effect, points"): [_signed(100 * one, decimals=1) for one in table["estimate"]],
        _("95 % interval"): limits(table, scale=100, decimals=1),
    }
    if table["p_assignment"].notna().any():
        shown[_("Share of assignments")] = [
            TOO_FEW if pd.isna(one) else format_percent(one, decimals=1) for one in table["p_assignment"]
        ]
    shown[_("Could have seen from, points")] = [format_number(100 * one, decimals=1) for one in table["detectable"]]
    shown[_("In words")] = [_in_words(row) for _number, row in table.iterrows()]
    return pd.DataFrame(shown)


def _in_words(row: pd.Series) -> str:
    if pd.isna(row["lower"]):
        return _("cannot tell")
    if row["lower"] <= 0 <= row["upper"]:
        return _("no difference could be seen")
    return _("higher than without a forum") if row["estimate"] > 0 else _("lower than without a forum")
