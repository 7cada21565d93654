"""The smallest effect that a design could have seen: said beside every result, never made from the result."""

from __future__ import annotations

import numpy as np

from concerns.estimate import Floats, normal_quantile


def minimum_detectable_effect(
    se: float, n_clusters: int | None = None, *, alpha: float = 0.05, power: float = 0.80
) -> float:
    """Return (t_{1−α/2;ν} + t_{power;ν})·SE, ν = n_clusters − 2: the effect found with probability `power`.

    se: of the design (see `survey_se`, `log_ratio_se`), in the effect's unit, which the result has too; two-sided
    test. n_clusters None: normal quantiles, 2.80·SE. At most 2 clusters: NaN, nothing can be seen.
    Raises ValueError: se is negative, alpha or power is not between 0 and 1. Bloom (1995), Evaluation Review 19:547.

    >>> round(minimum_detectable_effect(1.0), 4)
    2.8016
    >>> round(minimum_detectable_effect(1.0, 15), 4)
    3.0305
    """
    if not se >= 0:
        raise ValueError("se must be 0 or more")
    critical, at_power = _quantiles(n_clusters, alpha=alpha, power=power)
    return float((critical + at_power) * se)


def power_of(effect: float, se: float, n_clusters: int | None = None, *, alpha: float = 0.05) -> float:
    """Return the probability to find `effect` on its own side, by the approximation behind `minimum_detectable_effect`.

    Raises ValueError: se is not greater than 0.

    >>> round(power_of(2.8016, 1.0), 3)
    0.8
    """
    from scipy.special import ndtr, stdtr

    if not se > 0:
        raise ValueError("se must be greater than 0")
    critical, _ = _quantiles(n_clusters, alpha=alpha, power=0.5)
    distance = abs(effect) / se - critical
    return float(ndtr(distance) if n_clusters is None else stdtr(n_clusters - 2, distance))


def survey_se(
    *,
    n_treated_clusters: int,
    n_control_clusters: int,
    n_per_cluster: float,
    icc: float,
    cluster_autocorrelation: float,
    share: float | None = None,
    sd: float = 1.0,
) -> float:
    """Return the standard error of a two-round difference in differences with fresh respondents in the same clusters.

    SE² = 2σ²[(1−ρ)/m + ρ(1−π)](1/k_T + 1/k_C); ρ the intra-cluster correlation, π how far a cluster keeps its level
    between rounds; σ² = share·(1−share) for a share, else sd².
    Raises ValueError: a size below 1, ρ, π or the share outside 0 to 1. Hooper et al. (2016), Stat. Med. 35:4718.

    >>> kwargs = dict(n_treated_clusters=6, n_control_clusters=9, n_per_cluster=40, icc=.05, cluster_autocorrelation=.7)
    >>> round(survey_se(**kwargs) ** 2, 4)
    0.0215
    """
    if min(n_treated_clusters, n_control_clusters, n_per_cluster) < 1:
        raise ValueError("each arm needs at least one cluster, each cluster one respondent")
    if not all(0 <= value <= 1 for value in (icc, cluster_autocorrelation, share or 0.0)):
        raise ValueError("icc, cluster_autocorrelation and share lie between 0 and 1")
    variance = sd**2 if share is None else share * (1 - share)
    per_cluster = (1 - icc) / n_per_cluster + icc * (1 - cluster_autocorrelation)
    return float(np.sqrt(2 * variance * per_cluster * (1 / n_treated_clusters + 1 / n_control_clusters)))


def log_ratio_se(expected: Floats | list[float], *, dispersion: float = 1.0) -> float:
    """Return the standard error of the log ratio of ratios of four expected counts: √(φ·Σ1/μ); ∞ where one is 0.

    The smallest ratio that could be seen is exp(minimum_detectable_effect(se)), or its inverse for a fall.
    Raises ValueError: an expected count is negative, the dispersion not greater than 0.

    >>> round(log_ratio_se([25, 25, 25, 25]), 3)
    0.4
    """
    counts = np.asarray(expected, dtype="float64")
    if not (counts >= 0).all() or not dispersion > 0:
        raise ValueError("expected counts are 0 or more, the dispersion is greater than 0")
    return float("inf") if not counts.all() else float(np.sqrt(dispersion * (1 / counts).sum()))


def _quantiles(n_clusters: int | None, *, alpha: float, power: float) -> tuple[float, float]:
    from scipy.special import ndtri, stdtrit

    if not 0 < power < 1:
        raise ValueError("power must lie between 0 and 1")
    if n_clusters is None:
        return normal_quantile(alpha), float(ndtri(power))
    if n_clusters <= 2:
        return float("nan"), float("nan")
    return float(stdtrit(n_clusters - 2, 1 - alpha / 2)), float(stdtrit(n_clusters - 2, power))
