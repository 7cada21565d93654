"""Each method in two plain sentences, when not to trust it, and the function whose docstring holds the definition."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass

from pages.figures.formulas import FORMULAS
from pages.figures.texts import marked


@dataclass(frozen=True)
class Method:
    """One method. key: its place in the address; function: module:name, the one source of the exact definition."""

    key: str
    title: str
    plain: str
    caution: str
    function: str

    @property
    def formula(self) -> str:
        """Its formula in LaTeX; empty where there is none."""
        return FORMULAS.get(self.key, "")

    def definition(self) -> str:
        """The function with its defaults, and its docstring: units, null hypothesis, source."""
        module, name = self.function.split(":")
        function = getattr(importlib.import_module(module), name)
        text = inspect.getdoc(function) or ""
        if not inspect.isfunction(function):
            return text
        signature = inspect.signature(function)
        plain = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
        bare = signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)
        return f"{name}{bare}\n\n{text}"


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
        "many_tests",
        marked("Many tests on one picture"),
        marked(
            "When a hundred districts are tested, some stand out by chance alone. The correction keeps the expected "
            "share of such false findings among all that are coloured at 5 %."
        ),
        marked(
            "It does not say which of the findings is the false one; and a district that is not coloured is not "
            "shown to be quiet."
        ),
        "concerns.multiple_tests:q_values",
    ),
    Method(
        "standardised",
        marked("Standardised rates"),
        marked(
            "Districts with another mix of people are compared as if all had the same mix. Each group's own rate is "
            "weighted by a standard population."
        ),
        marked("Not shown below ten reports; a group that nobody counted leaves the district without a rate."),
        "concerns.rates:standardised_rate",
    ),
    Method(
        "spatial_smoothed",
        marked("Rates smoothed by neighbours"),
        marked(
            "The rate of a small district is moved towards the average of itself and its neighbours instead of that "
            "of all. An island borrows from all and is flagged."
        ),
        marked("A border between two really different areas is blurred."),
        "concerns.rates:spatial_empirical_bayes",
    ),
    Method(
        "peers",
        marked("Districts like mine"),
        marked(
            "Peers are the districts nearest in population and, where it is known, in the share of displaced people."
            " Both differences are measured against how much districts differ."
        ),
        marked(
            "Alike in size and displacement does not mean alike in what matters; an old population chooses old peers."
        ),
        "concerns.comparison:nearest_peers",
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
        "precision_aware",
        marked("Surface with uncertain locations"),
        marked(
            "A report known by place or district only is spread over where it may lie, so that it says no more than "
            "is known. The honesty panel says how many exact reports that is worth."
        ),
        marked("It blurs and never sharpens: a cluster of coarse reports cannot be told from an even spread."),
        "geo.surface:precision_aware",
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
        "global_moran",
        marked("Is there any clustering at all (Moran's I)"),
        marked(
            "One number says whether districts near each other are more alike than districts far apart. It is set "
            "against what shuffled values would give."
        ),
        marked("It says nothing of where; one large outlier can hide or make it."),
        "geo.hotspots:moran",
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
        "space_time_scan",
        marked("Clusters in space and time"),
        marked(
            "Cylinders of districts and months are searched for more reports than place and month lead to expect. It"
            " needs no population, since each place is held against its own level."
        ),
        marked("It also fires where one forum merely starts to report more: look at its meetings."),
        "geo.scan:space_time_scan",
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
        "season",
        marked("The usual year (STL and month effects)"),
        marked(
            "The series is split into trend, usual year and rest; each month's ratio says how far it lies from the "
            "usual month at equal trend and meetings. Thirty-six months are needed."
        ),
        marked("Four years are few: a single unusual month moves its ratio."),
        "concerns.trends:seasonal",
    ),
    Method(
        "hijri",
        marked("Seasons of the Hijri calendar"),
        marked(
            "Ramadan, the feasts, Ashura and the Arbaeen walk move through the Gregorian year, and are tested beside"
            " it. A ratio says how a month wholly inside the window would compare."
        ),
        marked(
            "Fewer than three passages cannot be told from the month of the year; the day of sighting may differ by "
            "one."
        ),
        "concerns.hijri:hijri_effects",
    ),
    Method(
        "change_points",
        marked("Changes of level"),
        marked(
            "The months are cut into spans of equal level where that explains the counts best, and each cut has to "
            "earn its place. On the page the cost of a cut grows with how much more than chance the months differ."
        ),
        marked("It describes and does not test; a steady rise is cut into steps."),
        "concerns.trends:change_points",
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
    Method(
        "ears",
        marked("Alerts from the months before (EARS)"),
        marked(
            "A month is held against the seven months that end three before it. It is an alert when it lies above "
            "their mean by more than chance would explain."
        ),
        marked("It knows no season: a month that is high every year is an alert every year."),
        "concerns.alerts:ears",
    ),
    Method(
        "backtest",
        marked("Forecast and back-test"),
        marked(
            "At the end of each past month the map is drawn from what was known then, and set against the month that"
            " followed. Naive maps, such as last month's, are drawn beside it."
        ),
        marked(
            "Reports follow attention: a forecast that sends attention proves itself right. It names places, never "
            "persons."
        ),
        "concerns.forecast:backtest",
    ),
)
