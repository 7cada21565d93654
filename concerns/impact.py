"""Did it help? The designs, under the names that pages, notebooks and checks call.

What each design needs and says stands in its own module; this one gathers them. Expect nulls: six randomised trials of
community policing found no rise in trust and no fall in crime (Blair et al. 2021, Science 374:eabd3446).
"""

from __future__ import annotations

from concerns.before_after import before_after
from concerns.displacement import Displacement, area_counts, displacement
from concerns.estimate import Estimate, JointTest, Status
from concerns.interrupted import InterruptedSeries, interrupted_series
from concerns.power import log_ratio_se, minimum_detectable_effect, power_of, survey_se
from concerns.robustness import Robustness, robustness
from concerns.simulated_power import detectable_att, detectable_level_change
from concerns.staggered import GroupTimeEffects, att_gt
from concerns.staggered_aggregates import AggregatedEffects, aggregate
from concerns.two_by_two import DifferenceInDifferences, did
from concerns.two_way import EventStudy, event_study, twfe
from concerns.verdict import Direction, Finding, Verdict, VerdictReason, judge

__all__ = [
    "AggregatedEffects",
    "DifferenceInDifferences",
    "Direction",
    "Displacement",
    "Estimate",
    "EventStudy",
    "Finding",
    "GroupTimeEffects",
    "InterruptedSeries",
    "JointTest",
    "Robustness",
    "Status",
    "Verdict",
    "VerdictReason",
    "aggregate",
    "area_counts",
    "att_gt",
    "before_after",
    "detectable_att",
    "detectable_level_change",
    "did",
    "displacement",
    "event_study",
    "interrupted_series",
    "judge",
    "log_ratio_se",
    "minimum_detectable_effect",
    "power_of",
    "robustness",
    "survey_se",
    "twfe",
]
