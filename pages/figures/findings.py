"""What each chart shows, in one or two sentences: the text alternative of its picture. Each by a written rule."""

from __future__ import annotations

import pandas as pd

from pages.figures.texts import _, format_month, format_number, format_percent

MOST = 3


def months(table: pd.DataFrame, *, value: str = "n_reports") -> str:
    """From when to when, and between what numbers. table: month, `value`."""
    by_month = table.groupby("month")[value].sum()
    if by_month.empty:
        return _("No month in this selection.")
    return _("From {first} to {last}: between {low} ({low_month}) and {high} ({high_month}) a month.").format(
        first=_month(by_month.index[0]),
        last=_month(by_month.index[-1]),
        low=format_number(int(by_month.min())),
        low_month=_month(by_month.idxmin()),
        high=format_number(int(by_month.max())),
        high_month=_month(by_month.idxmax()),
    )


def largest(table: pd.DataFrame, *, value: str = "n_reports") -> str:
    """The largest few and their share of all. table: label, `value`; rows of one label are added up."""
    totals = table.groupby("label")[value].sum().sort_values(ascending=False, kind="stable")
    if not totals.sum():
        return _("Nothing was reported in this selection.")
    parts = [
        f"{label} {format_number(int(n))} ({format_percent(n / totals.sum())})"
        for label, n in totals.head(MOST).items()
    ]
    return _("The most reports: {parts}.").format(parts=_(", ").join(parts))


def changes(table: pd.DataFrame) -> str:
    """How many ratios lie above and below 1 beyond chance. table: label, ratio, direction."""
    counted = table["direction"].value_counts()
    return _(
        "Of {n} categories {up} are above the period before, {down} below, and {rest} cannot be told apart."
    ).format(
        n=format_number(len(table)),
        up=format_number(int(counted.get("up", 0))),
        down=format_number(int(counted.get("down", 0))),
        rest=format_number(int(len(table) - counted.get("up", 0) - counted.get("down", 0))),
    )


def mix(table: pd.DataFrame) -> str:
    """Which category leads in how many districts. table: adm2_pcode, label, share."""
    known = table.dropna(subset=["share"])
    if known.empty:
        return _("Nothing was reported in this selection.")
    first = known.loc[known.groupby("adm2_pcode")["share"].idxmax(), "label"].value_counts()
    return _("The largest category is {label} in {n} of {total} districts.").format(
        label=first.index[0],
        n=format_number(int(first.iloc[0])),
        total=format_number(int(known["adm2_pcode"].nunique())),
    )


def intervals(table: pd.DataFrame, *, label: str, value: str) -> str:
    """From what to what, and whether the two ends can be told apart. Rule: their intervals do not meet."""
    known = table.dropna(subset=[value, f"{value}_lower", f"{value}_upper"])
    if len(known) < 2:
        return _("Fewer than two districts have a rate.")
    low, high = (known.iloc[int(at)] for at in (known[value].argmin(), known[value].argmax()))
    apart = high[f"{value}_lower"] > low[f"{value}_upper"]
    verdict = _("their intervals do not meet") if apart else _("their intervals meet: they cannot be told apart")
    return _("From {low} ({low_label}) to {high} ({high_label}); {verdict}.").format(
        low=format_number(low[value], decimals=1),
        low_label=low[label],
        high=format_number(high[value], decimals=1),
        high_label=high[label],
        verdict=verdict,
    )


def funnel(table: pd.DataFrame) -> str:
    """How many districts lie outside, and which. table: label, outside, ratio."""
    known = table.dropna(subset=["ratio"])
    outside = known[known["outside"]]
    if outside.empty:
        return _("None of {total} districts lies outside the 99.8 % limits.").format(total=format_number(len(known)))
    far = outside.assign(apart=(outside["z"]).abs()).sort_values("apart", ascending=False, kind="stable")
    return _("{n} of {total} districts lie outside the 99.8 % limits, furthest: {names}.").format(
        n=format_number(len(outside)),
        total=format_number(len(known)),
        names=_(", ").join(map(str, far["label"].head(MOST))),
    )


def season(table: pd.DataFrame, labels: list[str]) -> str:
    """The highest and lowest months. Rule: named only where the months differ as a whole (p ≤ 0.05)."""
    p_value = table.attrs.get("p_value", float("nan"))
    if not p_value <= 0.05:
        return _("The months of the year cannot be told apart.")
    ratio = table["ratio"].reset_index(drop=True)
    return _("Most are raised in {high} ({most} times the usual month), fewest in {low} ({least} times).").format(
        high=labels[int(ratio.argmax())],
        most=format_number(ratio.max(), decimals=2),
        low=labels[int(ratio.argmin())],
        least=format_number(ratio.min(), decimals=2),
    )


def hijri(table: pd.DataFrame, labels: list[str]) -> str:
    """Which windows of the Hijri calendar differ. Rule: q ≤ 0.05 over the windows."""
    ok = (table["status"] == "ok").to_numpy()
    if not ok.any():
        return _("Too few months to tell the Hijri calendar from the months of the year.")
    seen = [
        _("{window} {ratio} times").format(window=label, ratio=format_number(ratio, decimals=2))
        for label, ratio, q in zip(labels, table["ratio"], table["q_value"], strict=True)
        if q <= 0.05
    ]
    if not seen:
        return _("No window of the Hijri calendar differs from the other days by more than chance would explain.")
    return _("In the Hijri calendar: {parts} the reports of other days.").format(parts=_(", ").join(seen))


def strip(rows: pd.DataFrame) -> str:
    """How many months were hot, cold and neither, and the last. rows: month, kind, state."""
    counted = rows["kind"].value_counts()
    text = _("Of {n} months {hot} were hot, {cold} cold and {neither} neither; the last one, {month}: {state}.")
    return text.format(
        n=format_number(int((rows["kind"] != "untested").sum())),
        **{kind: format_number(int(counted.get(kind, 0))) for kind in ("hot", "cold", "neither")},
        month=_month(rows["month"].iloc[-1]),
        state=rows["state"].iloc[-1],
    )


def flow(table: pd.DataFrame) -> str:
    """The busiest station of each step of a flow. table: category, sector, outcome, n."""
    total = table["n"].sum()
    if not total:
        return _("Nothing was referred in this selection.")
    text = _("Of {total} referrals most come from {category}, go to {sector} and stand at {outcome}.")
    steps = ("category", "sector", "outcome")
    return text.format(
        total=format_number(int(total)), **{step: table.groupby(step)["n"].sum().idxmax() for step in steps}
    )


def held(table: pd.DataFrame) -> str:
    """How many meetings of a forum were held and how many not. table: n_held, n_missed."""
    return _("{held} meetings were held and {missed} were not.").format(
        held=format_number(int(table["n_held"].sum())), missed=format_number(int(table["n_missed"].sum()))
    )


def waits(medians: pd.DataFrame, names: list[str]) -> str:
    """After how many days half of each of the largest groups has got there. medians: n, median; names: of its rows."""
    rows = medians.assign(name=names).nlargest(MOST, "n")
    parts = [
        _("{name}: not reached").format(name=row["name"])
        if pd.isna(row["median"])
        else _("{name}: {n} days").format(name=row["name"], n=format_number(row["median"]))
        for _number, row in rows.iterrows()
    ]
    return _("Half have got there after: {parts}.").format(parts=_(", ").join(parts))


def _month(day: object) -> str:
    return format_month(pd.Timestamp(str(day)).date())
