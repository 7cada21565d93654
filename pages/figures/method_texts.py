"""Each method in two plain sentences, when not to trust it, and the function whose docstring holds the definition."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass

from pages.figures.texts import marked


@dataclass(frozen=True)
class Method:
    """One method. key: its place in the address; function: module:name, the one source of the exact definition."""

    key: str
    title: str
    plain: str
    caution: str
    function: str

    def definition(self) -> str:
        """The function's docstring: formula, units, null hypothesis, source."""
        module, name = self.function.split(":")
        return inspect.getdoc(getattr(importlib.import_module(module), name)) or ""


METHODS = (
    Method(
        "place",
        marked("From a point to its district"),
        marked(
            "A report counts in the district in which its point lies. On a shared border it counts once, in the "
            "district with the lowest code; just outside every district it goes to the nearest within 500 m."
        ),
        marked("Near a border the district is uncertain: most points stand for a whole place, not for an address."),
        "geo.join:assign_districts",
    ),
    Method(
        "precision",
        marked("How exact a location is"),
        marked(
            "Every report carries how exact its place is: GPS, named place, sub-district, district or governorate. "
            "What is coarser than a place is never drawn as a point."
        ),
        marked("Six decimals do not make a GPS point: many equal coordinates are the centre of a place."),
        "concerns.schema:GeoPrecision",
    ),
    Method(
        "change",
        marked("Change between two periods"),
        marked(
            "The reports of a period are compared with those of the equally long period before. A difference is named "
            "only where it is larger than chance would explain, after correction for many comparisons."
        ),
        marked("More reports can mean more meetings or more trust: read the change per meeting beside it."),
        "concerns.changes:changes",
    ),
    Method(
        "rates",
        marked("Rates and their intervals"),
        marked(
            "A rate divides the reports by the meetings held, or by people and years. Its interval says how far chance "
            "alone could have moved it."
        ),
        marked("Without meetings or population there is no rate; an old population makes it wrong by its own growth."),
        "concerns.rates:rate_interval",
    ),
    Method(
        "smoothed",
        marked("Smoothed rates"),
        marked(
            "The rate of a small district is moved towards the average of all, the more the fewer people live there. "
            "This keeps chance in small districts from looking like a finding."
        ),
        marked("A small district that really differs is pulled to the average too."),
        "concerns.rates:empirical_bayes",
    ),
    Method(
        "funnel",
        marked("Funnel: districts against their size"),
        marked(
            "Each district's reports are set against what its size lets expect. The funnel shows how far districts of "
            "that size differ by chance alone."
        ),
        marked("Outside the funnel means different, not worse."),
        "concerns.rates:funnel_limits",
    ),
    Method(
        "density",
        marked("Density surface"),
        marked(
            "Each report is spread over its surroundings by a bell-shaped kernel, wider where its location is less "
            "exact. The sum is drawn in reports per km²."
        ),
        marked("It is a picture, not a test: where many people live and meet, more is raised."),
        "geo.surface:density",
    ),
    Method(
        "gi_star",
        marked("Hot and cold spots (Gi*)"),
        marked(
            "A district is hot when it and its neighbours together hold more than their share of the values. Chance is "
            "judged by shuffling the values over the districts many times."
        ),
        marked("Fewer than eight districts, or one district that holds nearly everything, cannot be tested."),
        "geo.hotspots:getis_ord_gi_star",
    ),
    Method(
        "lisa",
        marked("Alike and unlike neighbours (local Moran)"),
        marked(
            "It tells districts that are like their neighbours (high among high, low among low) from those that "
            "differ. Only differences beyond chance are coloured."
        ),
        marked("Islands and districts without data cannot be tested."),
        "geo.hotspots:local_moran",
    ),
    Method(
        "emerging",
        marked("Emerging hot spots"),
        marked(
            "Month by month each district is hot, cold or neither; its history puts it into one of 17 classes such "
            "as new, growing or on and off. The class says how the hot spot behaves over time."
        ),
        marked("At least ten months are needed, and a missing last month leaves no class."),
        "geo.emerging:classify",
    ),
    Method(
        "scan",
        marked("Scan for clusters"),
        marked(
            "Circles of every size, and spans of months, are searched for more reports than expected. The p-value "
            "allows for having looked everywhere."
        ),
        marked("The circle is only the best of those tried; its edge is not a border on the ground."),
        "geo.scan:poisson_scan",
    ),
    Method(
        "near_repeat",
        marked("Near repeats (Knox)"),
        marked(
            "Pairs of reports that are close in both place and time are counted and compared with what shuffled "
            "dates give. It tells how near and how soon reports follow each other."
        ),
        marked("Only GPS points are used: reports at the centre of a place would all look like repeats."),
        "geo.near_repeat:near_repeat",
    ),
    Method(
        "trend",
        marked("Trend (Mann–Kendall and Sen)"),
        marked(
            "Every later month is compared with every earlier one; when later ones are larger more often than chance "
            "explains, the series rises. Sen's slope says by how much a month."
        ),
        marked("Fewer than ten months are not tested; a season can look like a trend."),
        "concerns.trends:mann_kendall",
    ),
    Method(
        "alerts",
        marked("Alerts (EARS and Farrington)"),
        marked(
            "A month is held against the few months before it, or against the same season in earlier years. An alert "
            "says that it is out of line with them."
        ),
        marked("An alert is a reason to look, not a finding; a new forum raises reports too."),
        "concerns.alerts:farrington",
    ),
)
