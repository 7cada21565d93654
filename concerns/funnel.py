"""Which districts differ from the rest by more than their size explains? Funnel limits (Spiegelhalter)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from concerns.estimate import Floats, Status, normal_quantile
from concerns.intervals import count_interval
from concerns.vectors import Values, align, as_floats

Kind = Literal["poisson", "binomial"]
Overdispersion = Literal["multiplicative", "additive"]
MIN_UNITS_FOR_PHI = 10


def funnel_limits(
    observed: Values,
    expected_or_exposure: Values,
    *,
    kind: Kind = "poisson",
    levels: Sequence[float] = (0.95, 0.998),
    overdispersion: Overdispersion | None = None,
    limits: Literal["prediction", "interval"] = "prediction",
) -> pd.DataFrame:
    """Funnel limits for O/E: which districts differ from the rest by more than their size explains?

    observed: reports; expected_or_exposure: expected reports, people, meetings (or, with kind "binomial", cases of
    which `observed` had the feature); Series are matched by label. θ0 = ΣO/Σexposure, E = θ0·exposure.
    Grain out: one row a unit; columns observed, exposure, expected, ratio (O/E), z, then for each level (in per cent)
    lower_95, upper_95 (limits of the ratio) and outside_95 (True, False, NA), and status (`missing`: a value is absent
    or E is 0). Limits "prediction": where the ratio of a unit of this size falls by chance about θ0, exact and
    interpolated; "interval": C2's interval of each count over E, outside where it excludes 1 (health-service practice).
    overdispersion: φ = mean z² (z winsorised at its 10th and 90th percentile), used only where Iφ > χ²(0.95; I) and
    I ≥ 10; then "multiplicative" E ± z√(φ·variance) or "additive" 1 ± z√(s² + τ²). attrs: target θ0, phi, tau2,
    limits (which were used: "exact", "multiplicative", "additive", "interval"), n_used, n_excluded.
    H0: all share θ0; two-sided; 1 − level of the units fall outside by chance. Never a league table.
    Raises ValueError for negative values, observed > exposure (binomial), or interval limits with another option.
    Spiegelhalter (2005) Stat. Med. 24:1185.

    >>> funnel = funnel_limits([4, 16, 10], [10, 10, 10])
    >>> funnel[["ratio", "lower_95", "upper_95", "outside_95"]].round(3)
       ratio  lower_95  upper_95  outside_95
    0    0.4     0.378     1.616       False
    1    1.6     0.378     1.616       False
    2    1.0     0.378     1.616       False
    """
    _check(kind, overdispersion, limits, levels)
    index, (observed, exposure) = align(observed, expected_or_exposure)
    both = np.broadcast_arrays(as_floats(observed, name="observed"), as_floats(exposure, name="exposure"))
    x, m = (np.atleast_1d(vector) for vector in both)
    if kind == "binomial" and ((x > m).any() or (m[~np.isnan(m)] % 1).any()):
        raise ValueError("A binomial unit has a whole number of cases, and no more observed than cases.")
    used = ~np.isnan(x) & (m > 0)
    target = x[used].sum() / m[used].sum() if m[used].sum() > 0 else np.nan
    expected = np.where(used & (target > 0), target * m, np.nan)
    variance = expected * (1 - target) if kind == "binomial" else expected
    used = variance > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(used, (x - expected) / np.sqrt(variance), np.nan)
        ratio = np.where(used, x / expected, np.nan)
    phi, tau2, model = _spread(z[used], (variance / expected**2)[used], overdispersion)
    columns: dict[str, Floats] = {"observed": x, "exposure": m, "expected": expected, "ratio": ratio, "z": z}
    table = pd.DataFrame(columns, index=index)
    for level in levels:
        if limits == "interval":
            lower, upper = (limit / expected for limit in count_interval(np.where(used, x, np.nan), level=level))
            outside = (lower > 1) | (upper < 1)
        else:
            lower, upper = _limits(level, expected, m, target, variance, kind=kind, model=model, phi=phi, tau2=tau2)
            outside = (ratio < lower) | (ratio > upper)
        name = f"{100 * level:g}"
        table[f"lower_{name}"], table[f"upper_{name}"] = lower, upper
        table[f"outside_{name}"] = pd.array(outside, dtype="boolean")
        table.loc[~used, f"outside_{name}"] = pd.NA
    table["status"] = np.where(used, Status.OK.value, Status.MISSING.value)
    n_used = int(used.sum())
    how = "interval" if limits == "interval" else model
    table.attrs.update(target=float(target), phi=phi, tau2=tau2, limits=how, kind=kind)
    table.attrs.update(n_used=n_used, n_excluded=len(x) - n_used)
    return table


def _check(kind: str, overdispersion: str | None, limits: str, levels: Sequence[float]) -> None:
    """Refuse an unknown word, and options that do not go together."""
    if kind not in ("poisson", "binomial"):
        raise ValueError('kind is "poisson" or "binomial"')
    if overdispersion not in (None, "multiplicative", "additive"):
        raise ValueError('overdispersion is None, "multiplicative" or "additive"')
    if limits not in ("prediction", "interval"):
        raise ValueError('limits is "prediction" or "interval"')
    if limits == "interval" and (overdispersion is not None or kind == "binomial"):
        raise ValueError("interval limits are those of a Poisson count, without overdispersion")
    if not levels or not all(0 < level < 1 for level in levels):
        raise ValueError("levels lie between 0 and 1")


def _spread(z: Floats, s2: Floats, overdispersion: Overdispersion | None) -> tuple[float, float, str]:
    """φ, τ² and which limits follow: more spread than chance gives, or the exact ones."""
    from scipy.special import chdtri

    units = len(z)
    if units < MIN_UNITS_FOR_PHI:
        return np.nan, np.nan, "exact"
    phi = float((np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2).mean())
    omega = 1 / s2
    tau2 = max(0.0, (units * phi - (units - 1)) / (omega.sum() - (omega**2).sum() / omega.sum()))
    beyond_chance = units * phi > chdtri(units, 0.05)
    return phi, float(tau2), overdispersion if overdispersion is not None and beyond_chance else "exact"


def _limits(
    level: float,
    expected: Floats,
    exposure: Floats,
    target: float,
    variance: Floats,
    *,
    kind: Kind,
    model: str,
    phi: float,
    tau2: float,
) -> tuple[Floats, Floats]:
    """Prediction limits of O/E; not below 0."""
    if model == "exact":
        tails = ((1 - level) / 2, (1 + level) / 2)
        lower, upper = (_interpolated(tail, expected, exposure, target, kind) / expected for tail in tails)
        return np.maximum(lower, 0.0), upper
    s2 = variance / expected**2
    half = normal_quantile(1 - level) * np.sqrt(phi * s2 if model == "multiplicative" else s2 + tau2)
    return np.maximum(1 - half, 0.0), 1 + half


def _interpolated(tail: float, expected: Floats, exposure: Floats, target: float, kind: Kind) -> Floats:
    """q − a: the smallest count q with F(q) ≥ tail, less the share a of its step that goes beyond the tail."""
    from scipy import stats

    known = ~np.isnan(expected)
    law = stats.poisson(expected[known]) if kind == "poisson" else stats.binom(exposure[known], target)
    q = law.ppf(tail)
    at, below = law.cdf(q), law.cdf(q - 1)
    limit = np.full(expected.shape, np.nan)
    limit[known] = q - (at - tail) / (at - below)
    return limit
