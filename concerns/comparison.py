"""Districts side by side: counts with the effort behind them, rates with intervals, and the mix of concerns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from concerns.rates import rate_interval

DAYS_A_YEAR = 365.25


def side_by_side(
    reports: pd.Series, meetings: pd.Series, population: pd.Series, *, n_days: int, level: float = 0.95
) -> pd.DataFrame:
    """Give each district its reports, its meetings, and its rates with their limits.

    reports, meetings, population: by adm2_pcode; a district that meetings or population do not name has none there.
    n_days: length of the period. Grain out: one row a district, in the order of `reports`; columns n_reports,
    n_meetings, population, per_meeting, per_meeting_lower, per_meeting_upper and rate_per_10k, …_lower, …_upper (a
    year), NaN where no meeting was held or nobody is known to live. Limits as in `concerns.rates.rate_interval`.

    >>> one = pd.Series({"IQG01Q01": 20})
    >>> side_by_side(one, one / 2, one * 5000, n_days=365)[["per_meeting", "rate_per_10k"]].round(2).to_dict("list")
    {'per_meeting': [2.0], 'rate_per_10k': [2.0]}
    """
    held = meetings.reindex(reports.index).fillna(0).astype(float)
    people = population.reindex(reports.index).astype(float)
    per_meeting = rate_interval(reports, held.replace(0, np.nan), per=1, level=level)
    per_head = rate_interval(reports, people * (n_days / DAYS_A_YEAR), per=10_000, level=level)
    names = {"rate": "", "lower": "_lower", "upper": "_upper"}
    return pd.concat(
        [
            pd.DataFrame({"n_reports": reports, "n_meetings": held.astype(int), "population": people}),
            per_meeting.rename(columns=lambda name: f"per_meeting{names[name]}"),
            per_head.rename(columns=lambda name: f"rate_per_10k{names[name]}"),
        ],
        axis=1,
    )


def mix(totals: pd.DataFrame) -> pd.DataFrame:
    """Add to counts by adm2_pcode and category each category's share of its district; missing where nothing was raised.

    >>> mix(pd.DataFrame({"adm2_pcode": ["A", "A"], "category": ["C01", "C07"], "n_reports": [1, 3]}))["share"].tolist()
    [0.25, 0.75]
    """
    whole = totals.groupby("adm2_pcode")["n_reports"].transform("sum")
    return totals.assign(share=totals["n_reports"] / whole.where(whole > 0))


def latest_population(population: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Give each p-code its latest population up to a year, else its earliest: adm_pcode, year, source, total.

    >>> two = pd.DataFrame({"adm_pcode": ["A", "A"], "year": [2014, 2020], "source": ["x", "y"], "total": [5, 9]})
    >>> latest_population(two, year=2016)["total"].tolist()
    [5]
    """
    distance = np.where(population["year"] <= year, year - population["year"], 10_000 + population["year"])
    order = np.argsort(distance, kind="stable")
    return population.iloc[order].drop_duplicates("adm_pcode").sort_values("adm_pcode", ignore_index=True)


def nearest_peers(people: pd.DataFrame, adm2_pcode: str, *, n: int = 6) -> pd.DataFrame:
    """The districts most like one in size and, where it is known, in the share of displaced people.

    people: index adm2_pcode, columns size (people, or meetings) and displaced_share (0 to 1, NaN where unknown).
    Distance: √(a² + b²), a the difference of the logarithms of size and b that of the shares, each in standard
    deviations over the districts; without the share of the one, by size alone. A district without size, or without a
    share where it counts, is no peer. Grain out: one row a peer, nearest first; columns size, displaced_share,
    size_ratio (its size over that of the one), share_difference, distance. attrs: by_share.

    >>> people = pd.DataFrame({"size": [100, 110, 100, 400], "displaced_share": [0.1, 0.1, 0.9, 0.1]}, [*"ABCD"])
    >>> nearest_peers(people, "A").index.to_list()
    ['B', 'C', 'D']
    """
    known = people.assign(size=people["size"].where(people["size"] > 0)).dropna(subset=["size"])
    share = known["displaced_share"]
    by_share = adm2_pcode in known.index and bool(np.isfinite(share.get(adm2_pcode, np.nan))) and share.count() > 1
    known = known[share.notna()] if by_share else known
    columns = ["size", "displaced_share", "size_ratio", "share_difference", "distance"]
    if adm2_pcode not in known.index:
        return pd.DataFrame(columns=columns)
    one = known.loc[adm2_pcode]
    apart = [_in_deviations(known["size"].astype(float).map(np.log), adm2_pcode)]
    apart += [_in_deviations(known["displaced_share"], adm2_pcode)] if by_share else []
    found = known.assign(
        size_ratio=known["size"] / one["size"],
        share_difference=known["displaced_share"] - one["displaced_share"],
        distance=np.sqrt(sum(each**2 for each in apart)),
    ).drop(index=adm2_pcode)
    found = found.sort_values("distance", kind="stable").head(n)[columns]
    found.attrs["by_share"] = by_share
    return found


def _in_deviations(values: pd.Series, one: str) -> pd.Series:
    """How far each value lies from that of one district, in standard deviations; 0 where nothing varies."""
    spread = values.std(ddof=0)
    return (values - values[one]) / spread if spread > 0 else values * 0.0
