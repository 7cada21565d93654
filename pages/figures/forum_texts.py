"""Forums in words and tables of the reader: states, milestones, who came, and what the scorecard says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from concerns.scorecard import Criteria, Scorecard
from pages.figures import texts
from pages.figures.sentences import interval
from pages.figures.texts import _, format_date, format_number, format_percent, markdown_safe

STATES: dict[str, Callable[[], str]] = {
    "mentored": lambda: _("mentored"),
    "on_its_own": lambda: _("on its own"),
    "closed": lambda: _("closed"),
    "planned": lambda: _("planned"),
}
MILESTONES: dict[str, Callable[[], str]] = {
    "opened": lambda: _("Opened"),
    "mentoring_start": lambda: _("Mentoring began"),
    "ssp_adopted": lambda: _("Safety plan adopted"),
    "mentoring_end": lambda: _("Mentoring ended"),
    "handover": lambda: _("Handed over"),
    "handover_due": lambda: _("Hand-over due"),
    "closed": lambda: _("Closed"),
}
GROUPS: dict[str, Callable[[], str]] = {
    "women": lambda: _("Women"),
    "youth": lambda: _("Youth (15 to 29)"),
    "police": lambda: _("Police"),
    "idp": lambda: _("Displaced people"),
    "returnee": lambda: _("Returned people"),
}
LABELS: dict[str, Callable[[], str]] = {
    "ready_to_hand_over": lambda: _("Ready to hand over"),
    "on_track": lambda: _("On track, not yet proved"),
    "needs_support": lambda: _("Needs support"),
    "missing_evidence": lambda: _("Cannot tell: too much evidence is missing"),
}
EVIDENCE: dict[str, Callable[[], str]] = {
    "known": lambda: _("known"),
    "missing": lambda: _("missing"),
    "stale": lambda: _("too old"),
    "not_applicable": lambda: _("does not apply"),
}
CONDITIONS: dict[str, Callable[[], str]] = {
    "floor": lambda: _("Proved score"),
    "coverage": lambda: _("Share of the weight that is known"),
}


def day(value: object) -> str:
    """A day in the reader's words, a dash where there is none."""
    stamp = pd.Timestamp(value) if value is not None else pd.NaT  # type: ignore[arg-type]
    return format_date(None if pd.isna(stamp) else stamp.date())


def count(value: object) -> str:
    """A count, a dash where nothing is recorded."""
    return format_number(None if pd.isna(value) else int(value))  # type: ignore[call-overload]


def answer(register: pd.DataFrame) -> str:
    """Say how many forums stand how, which hand-overs are late, and what is open. Rule: counts only, no ranking."""
    states = register["state"].value_counts()
    first = _("{n} forums: {mentored} mentored, {alone} on their own, {closed} closed.").format(
        n=format_number(len(register)),
        mentored=format_number(int(states.get("mentored", 0))),
        alone=format_number(int(states.get("on_its_own", 0))),
        closed=format_number(int(states.get("closed", 0))),
    )
    late = _("At {n} the hand-over is late.").format(n=format_number(int(register["is_handover_late"].sum())))
    if register["n_referrals_open"].isna().all():
        return f"{first} {late}"
    waits = _("{n} referrals are open, {late} of them past their time.").format(
        n=format_number(int(register["n_referrals_open"].sum())),
        late=format_number(int(register["n_referrals_overdue"].sum())),
    )
    return f"{first} {late} {waits}"


def register_table(register: pd.DataFrame, names: Mapping[str, str], districts: Mapping[str, str]) -> pd.DataFrame:
    """The register as it is read: one line a forum."""
    return pd.DataFrame(
        {
            _("Forum"): [names[one] for one in register["forum_id"]],
            _("District"): [districts.get(code, code) for code in register["adm2_pcode"]],
            _("Opened"): [day(one) for one in register["opened_on"]],
            _("State"): [STATES[one]() for one in register["state"]],
            _("Months of mentoring"): register["months_mentored"],
            _("Hand-over"): [_("late") if late else "" for late in register["is_handover_late"]],
            _("Meetings held of planned, 6 months"): [
                _("{n} of {total}").format(n=count(held), total=count(planned))
                for held, planned in zip(register["n_held"], register["n_planned"], strict=True)
            ],
            _("Concerns raised, 6 months"): register["n_concerns"],
            _("Last meeting"): [day(one) for one in register["last_held_on"]],
            _("Open referrals"): register["n_referrals_open"],
            _("Past their time"): register["n_referrals_overdue"],
        }
    )


def milestone_table(table: pd.DataFrame) -> pd.DataFrame:
    """The milestones with their days. table: from `concerns.forums.milestones`."""
    return pd.DataFrame(
        {
            _("Milestone"): [MILESTONES[one]() for one in table["milestone"]],
            _("On"): [day(one) for one in table["on"]],
            _("Due on"): [day(one) for one in table["due_on"]],
            _("Late"): [_("late") if late else "" for late in table["is_late"]],
        }
    )


def attendance_table(table: pd.DataFrame) -> pd.DataFrame:
    """Who came, by group. table: from `concerns.forums.attendance`."""
    return pd.DataFrame(
        {
            _("Group"): [GROUPS[one]() for one in table["group"]],
            _("Share of those present"): [format_percent(one) for one in table["share"]],
            _("Meetings counted"): [
                _("{n} of {total}").format(n=count(known), total=count(held))
                for known, held in zip(table["n_known"], table["n_held"], strict=True)
            ],
        }
    )


def verdict(card: Scorecard) -> str:
    """The verdict in words, with the range of the score and how much of the weight is known."""
    text = _("{label}. Score {range} of 100; {known} of the weight is known.")
    return text.format(
        label=LABELS[str(card.label)](),
        range=interval(100 * card.floor, 100 * card.ceiling, decimals=0),
        known=format_percent(card.coverage),
    )


def criterion_names(criteria: Criteria) -> dict[str, str]:
    """The label of each criterion in the reader's language."""
    return {one.key: one.labels.get(texts.language(), one.key) for one in criteria.criteria}


def card_table(card: Scorecard, names: Mapping[str, str]) -> pd.DataFrame:
    """One line a criterion: what is known of it, since when, what it earns, and what its missing costs."""
    table = card.table
    return pd.DataFrame(
        {
            _("Criterion"): [names[one] for one in table["criterion"]],
            _("Weight"): [format_percent(one) for one in table["weight"]],
            _("Evidence"): [format_percent(one) for one in table["value"]],
            _("Full score from"): [format_percent(one) for one in table["target"]],
            _("As of"): [day(one) for one in table["observed_on"]],
            _("Standing"): [EVIDENCE[one]() for one in table["state"]],
            _("Points"): [format_number(100 * one, decimals=1) for one in table["points"]],
            _("Points open because evidence is missing"): [
                format_number(100 * one, decimals=1) for one in table["cost_of_missing"]
            ],
        }
    )


def what_would_change(card: Scorecard, names: Mapping[str, str]) -> str:
    """Which conditions of "ready" are not met, and which single criterion at full score would change the verdict."""
    unmet = card.conditions[~(card.conditions["is_met"] & card.conditions["was_met"])]
    lines = [
        "- "
        + _("{condition}: {value}, asked {threshold} in this quarter and the one before").format(
            condition=markdown_safe(CONDITIONS[one]() if one in CONDITIONS else names[one]),
            value=format_percent(value),
            threshold=format_percent(threshold),
        )
        for one, value, threshold in zip(unmet["condition"], unmet["value"], unmet["threshold"], strict=True)
    ]
    turning = card.table.loc[card.table["changes_verdict"], "criterion"]
    alone = (
        _("Each of these alone, at full score, would change the verdict: {names}.").format(
            names=", ".join(markdown_safe(names[one]) for one in turning)
        )
        if len(turning)
        else _("No single criterion would change the verdict by itself.")
    )
    if not lines:
        return _("Every condition of “ready” is met.")
    return "\n".join([_("Not met for “ready”:"), "", *lines, "", alone])


def how_scored() -> str:
    """How the scorecard is made, in two sentences."""
    return _(
        "Each criterion earns its weight times what is reached of its target; what is not known counts from nothing to "
        "full, so the score is a range. Ready: at least 75 points proved and 80 % of the weight known, in two quarters "
        "running, and the least of each criterion met; needs support: even full marks for what is missing would not do."
    )
