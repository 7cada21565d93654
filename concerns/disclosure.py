"""What may be published: which cells a release has, which reports count in them, and how noisy they are drawn.

A release is three fixed tables of noisy counts, and a fourth for sensitive categories, drawn once for closed quarters
(`loaders.release` draws them). Each report adds 1 to at most one cell of each of the three tables, or of the fourth
alone; whatever is asked later is a sum of those cells, so no set of questions tells more than the cells do.

Budget: a table that takes the share s of ε draws discrete Laplace noise of scale 1/(s·ε). Quarters, and the months of
a quarter, hold different reports: they compose in parallel, their ε is not added. The tables hold the same reports:
their shares are added, to at most ε. So everything ever published about one report together costs ε; a case or
household, of which two reports are counted at most, costs 2ε (one of its reports too: without it another would count).
Ghosh, Roughgarden, Sundararajan (2009); Dwork, McSherry, Nissim, Smith (2006).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
import pandas as pd

from concerns.access import Codes, is_sensitive
from concerns.schema import ADM1_LENGTH, GeoPrecision

MAX_OF_A_CASE = 2
MAX_EPSILON = 10.0  # beyond it the noise protects nobody: at 10 already 96 % of the district cells are exact


class Table(StrEnum):
    """The tables of a release, by their cells."""

    DISTRICT_QUARTER = "district_quarter"
    GOVERNORATE_QUARTER = "governorate_category_quarter"
    NATIONAL_MONTH = "category_month"
    SENSITIVE_YEAR = "governorate_sensitive_year"


SPLIT: dict[Table, float] = {
    Table.DISTRICT_QUARTER: 0.4,
    Table.GOVERNORATE_QUARTER: 0.4,
    Table.NATIONAL_MONTH: 0.2,
    Table.SENSITIVE_YEAR: 0.4,  # of a sensitive report, which is in none of the other three
}
CELL_KEYS: dict[Table, tuple[str, ...]] = {
    Table.DISTRICT_QUARTER: ("adm2_pcode", "quarter"),
    Table.GOVERNORATE_QUARTER: ("adm1_pcode", "category", "quarter"),
    Table.NATIONAL_MONTH: ("category", "month"),
    Table.SENSITIVE_YEAR: ("adm1_pcode", "category", "year"),
}


@dataclass(frozen=True)
class Domain:
    """All members that the cells are made of, known without looking at any report, so that zeros are published too.

    `districts`: adm2 p-codes, kept sorted; their first letters are the governorates. `codes`: the taxonomy.

    >>> Domain(("IQG15Q03", "IQG15Q01"), Codes(frozenset({"C05", "C07"}), frozenset({"C05"}))).categories
    ('C07',)
    """

    districts: tuple[str, ...]
    codes: Codes

    def __post_init__(self) -> None:
        object.__setattr__(self, "districts", tuple(sorted(set(self.districts))))

    @property
    def governorates(self) -> tuple[str, ...]:
        """Parents of the districts, sorted."""
        return tuple(sorted({code[:ADM1_LENGTH] for code in self.districts}))

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that are open as a whole, sorted; their sensitive sub-categories are counted apart."""
        return tuple(sorted(code for code in self.codes.known - self.codes.sensitive if "." not in code))

    @property
    def sensitive_categories(self) -> tuple[str, ...]:
        """Every category, sorted: each may hold a report that its source flagged as sensitive."""
        return tuple(sorted(code for code in self.codes.known if "." not in code))

    def cells(self, table: Table, period: str) -> pd.MultiIndex:
        """Give the full domain of a table in one quarter ("2024Q1"; for SENSITIVE_YEAR a year, "2024").

        >>> domain = Domain(("IQG15Q03",), Codes(frozenset({"C05", "C07"}), frozenset({"C05"})))
        >>> domain.cells(Table.NATIONAL_MONTH, "2024Q1").to_list()
        [('C07', '2024-01'), ('C07', '2024-02'), ('C07', '2024-03')]
        """
        members = {
            "adm2_pcode": self.districts,
            "adm1_pcode": self.governorates,
            "category": self.sensitive_categories if table is Table.SENSITIVE_YEAR else self.categories,
            "month": months_of(period) if table is Table.NATIONAL_MONTH else (),
            "quarter": (period,),
            "year": (period,),
        }
        keys = CELL_KEYS[table]
        return pd.MultiIndex.from_tuples(list(product(*(members[key] for key in keys))), names=list(keys))


def period_of(days: pd.Series, table: Table) -> pd.Series:
    """Name the period of a table that each day lies in: its quarter, or for SENSITIVE_YEAR its year.

    >>> period_of(pd.Series(["2024-03-31", "2024-04-01"]), Table.DISTRICT_QUARTER).to_list()
    ['2024Q1', '2024Q2']
    """
    return _named(days, "Y" if table is Table.SENSITIVE_YEAR else "Q")


def _named(days: pd.Series, freq: str) -> pd.Series:
    """Each day's period as text; a store has few days and many reports, so each day is named once."""
    position, unique = pd.factorize(days)
    names = pd.Series(pd.to_datetime(pd.Series(unique)).dt.to_period(freq).astype("str"), dtype="str")
    return pd.Series(names.reindex(position).to_numpy(), index=days.index, dtype="str")


def quarters_between(first: str, last: str) -> tuple[str, ...]:
    """Give all quarters from `first` to `last`, both included; none when `last` lies before.

    >>> quarters_between("2023Q4", "2024Q2")
    ('2023Q4', '2024Q1', '2024Q2')
    """
    return tuple(str(quarter) for quarter in pd.period_range(first, last, freq="Q"))


def months_of(quarter: str) -> tuple[str, ...]:
    """Give the three months of a quarter.

    >>> months_of("2024Q4")
    ('2024-10', '2024-11', '2024-12')
    """
    first = pd.Period(quarter, freq="Q").asfreq("M", how="start")
    return tuple(str(first + step) for step in range(3))


def count_cells(reports: pd.DataFrame, domain: Domain, table: Table, period: str) -> pd.Series:
    """Count the reports of one quarter (or year) in every cell of a table, exactly; never to be shown.

    reports: occurred_on, adm1_pcode, adm2_pcode, geo_precision, category, subcategory, sensitive; at most
    `MAX_OF_A_CASE` of a case. Returns int64 on `domain.cells(table, period)`, zeros included. Sensitive reports are
    counted in SENSITIVE_YEAR alone. What lies outside the domain (an unknown category, a district of another
    boundary set) is counted in no cell; a report known by governorate only is in no district.

    >>> domain = Domain(("IQG15Q01", "IQG15Q03"), Codes(frozenset({"C07"}), frozenset()))
    >>> report = {"occurred_on": "2024-02-03", "adm1_pcode": "IQG15", "adm2_pcode": "IQG15Q03", "geo_precision": 1,
    ...           "category": "C07", "subcategory": None, "sensitive": False}
    >>> count_cells(pd.DataFrame([report]), domain, Table.DISTRICT_QUARTER, "2024Q1").to_list()
    [0, 1]
    """
    cells = domain.cells(table, period)
    keys = {
        "adm1_pcode": reports["adm1_pcode"],
        "adm2_pcode": reports["adm2_pcode"].where(reports["geo_precision"] < GeoPrecision.GOVERNORATE),
        "category": reports["category"],
        CELL_KEYS[table][-1]: _named(reports["occurred_on"], CELL_KEYS[table][-1][0].upper()),
    }
    wanted = is_sensitive(reports, domain.codes) == (table is Table.SENSITIVE_YEAR)
    labels = pd.MultiIndex.from_arrays([keys[key][wanted].astype("object") for key in CELL_KEYS[table]])
    at = cells.get_indexer(labels)
    return pd.Series(np.bincount(at[at >= 0], minlength=len(cells)), index=cells, dtype="int64", name="n_reports")


def limit_cases(reports: pd.DataFrame, *, already: pd.Series | None = None) -> pd.Series:
    """Say which reports count when at most `MAX_OF_A_CASE` of a case or household may, in all releases together.

    reports: occurred_on, report_key, and case_key (missing: the report stands alone).
    already: how many reports of a case earlier releases counted, index case_key. The earliest reports count.
    Returns bool on the index of `reports`, whose order does not matter.

    >>> three = pd.DataFrame({"report_key": list("abc"), "case_key": ["H1"] * 3, "occurred_on": ["2024-01-03"] * 3})
    >>> limit_cases(three).to_list()
    [True, True, False]
    """
    ranked = reports.sort_values(["occurred_on", "report_key"])["case_key"]
    position = ranked.groupby(ranked).cumcount().reindex(reports.index)
    before = 0 if already is None else already.reindex(reports["case_key"]).fillna(0).to_numpy()
    return reports["case_key"].isna() | (position + before < MAX_OF_A_CASE)


def noise_scale(epsilon: float, table: Table) -> float:
    """Give the scale of a table's discrete Laplace noise: 1 over its share of ε.

    Raises ValueError: ε is not a number above 0 and at most `MAX_EPSILON`.

    >>> [noise_scale(1.0, table) for table in SPLIT]
    [2.5, 2.5, 5.0, 2.5]
    """
    if not (math.isfinite(epsilon) and 0 < epsilon <= MAX_EPSILON):
        raise ValueError(f"epsilon must lie above 0 and at most at {MAX_EPSILON:g}")
    return 1 / (SPLIT[table] * epsilon)


def best_guess(epsilon: float) -> float:
    """Give the most that somebody who knows every other report can be right about one: e^ε/(1+e^ε), 0.5 to 1.

    >>> round(best_guess(1.0), 2)
    0.73
    """
    return 1 / (1 + math.exp(-epsilon))


def due_periods(table: Table, quarters: Sequence[str]) -> tuple[str, ...]:
    """Give the periods of a table that newly closed quarters complete: themselves, or the years that they end.

    >>> due_periods(Table.SENSITIVE_YEAR, ["2023Q3", "2023Q4", "2024Q1"])
    ('2023',)
    """
    if table is Table.SENSITIVE_YEAR:
        return tuple(quarter[:4] for quarter in quarters if quarter.endswith("Q4"))
    return tuple(quarters)


LATE_QUARTERS = 4  # how long a published quarter still takes corrections; each adds noise to whoever adds them up
GUARANTEE = (
    "Take any one report away and each possible release is at most e^ε times as likely, or e^ε times less.",
    "Somebody who knows every other report and all that was ever published here can therefore be right about whether "
    "that report exists in at most e^ε/(1+e^ε) of cases: 73 % at ε = 1, where tossing a coin gives 50 %.",
    "Of a case or household that the source names, two reports are counted at most, ever; all its reports together "
    "are protected by 2ε.",
    "A quarter is drawn once. Asking again, combining filters or waiting for the next release adds nothing.",
)
NOT_COVERED = (
    "Several reports of one person that the source does not tie to a case: what they cost adds up.",
    "Exact figures, maps or stories that planners publish elsewhere.",
    "Conclusions about a district or a group that would be the same without any single report.",
    "Changes: a report is counted once, as it stood then; one that is changed or withdrawn later is not corrected.",
    "Reports that arrive more than four quarters late, and those without a known district or category: in no figure.",
)
