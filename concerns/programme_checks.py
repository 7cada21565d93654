"""Rows of the programme tables: accepted, duplicate, or refused with a reason. Text in, typed rows out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from concerns.programme_cells import Cells, CheckedRows, require_headers
from concerns.programme_schema import (
    ACTIVITY_COLUMNS,
    CLOSED_LISTS,
    FORUM_COLUMNS,
    MEETING_COLUMNS,
    POPULATION_COLUMNS,
    POPULATION_ROUNDING,
    PROGRAMME_KEYS,
    REFERRAL_COLUMNS,
    SURVEY_COLUMNS,
    ProgrammeReason,
    SurveyIndicator,
)

OWN_INDICATOR = re.compile(r"[a-z][a-z0-9_]{1,39}")
CATEGORY = re.compile(r"C\d{2}")


@dataclass(frozen=True)
class Known:
    """What the rows are held against. A set that is None is not asked; `today` None lets any day pass.

    labels: column → folded label (`concerns.taxonomy.label_key`) → code, for templates filled with labels.
    is_placed: whether the source names places; else a referral may stand without any.
    """

    today: dt.date | None = None
    adm1_pcodes: Collection[str] | None = None
    adm2_pcodes: Collection[str] | None = None
    adm_pcodes: Collection[str] | None = None
    categories: Collection[str] | None = None
    forum_ids: Collection[str] | None = None
    report_ids: Collection[str] | None = None
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_placed: bool = True

    @property
    def latest(self) -> pd.Timestamp | None:
        """Return the last day that a fact may bear."""
        return None if self.today is None else pd.Timestamp(self.today)


ANYTHING = Known()


def check_forums(text: pd.DataFrame, known: Known = ANYTHING) -> CheckedRows:
    """Check forums: id, district and day of opening; milestones ascend; women ≤ members; own funds 0 to 1.

    text: cells as text, "" blank, any further columns; the index numbers the rows. As every check here: each row is
    accepted, a duplicate of an accepted one, or refused with the first reason that applies; the same id with other
    content is a conflict, and its first row stays. Raises MissingColumns: a required column is absent.

    >>> rows = pd.DataFrame({"forum_id": ["F1", "F1", "F2"], "adm2_pcode": ["A"] * 3,
    ...                      "opened_on": ["2024-01-05", "2024-01-05", "5/1/2024"]}, index=[2, 3, 4])
    >>> checked = check_forums(rows)
    >>> checked.accepted.index.to_list(), checked.n_duplicates, checked.refused[0].reason.value
    ([2], 1, 'DATE_INVALID')
    """
    required = ["forum_id", "adm2_pcode", "opened_on"]
    cells = _start(text, required, table="forums")
    cells.texts(["forum_id", "adm2_pcode", "name_en", "name_ar", "name_ckb", "donor"])
    cells.dates(["opened_on"], latest=known.latest)
    cells.dates(["mentoring_start", "mentoring_end", "handover_on"])  # may be planned
    cells.dates(["closed_on", "ssp_adopted_on"], latest=known.latest)
    cells.decimals(["lat"], least=-90, most=90)
    cells.decimals(["lon"], least=-180, most=180)
    cells.counts(["members_total", "members_women"])
    cells.decimals(["self_funded_share"], most=1)
    cells.ascending(["opened_on", "mentoring_start", "mentoring_end", "handover_on", "closed_on"])
    cells.parts("members_total", ["members_women"])
    cells.refuse(cells.typed["lat"].isna() != cells.typed["lon"].isna(), ProgrammeReason.REQUIRED_MISSING, "lat")
    cells.known("adm2_pcode", known.adm2_pcodes, ProgrammeReason.PCODE_UNKNOWN)
    return cells.settle(list(FORUM_COLUMNS), PROGRAMME_KEYS["forums"])


def check_meetings(text: pd.DataFrame, known: Known = ANYTHING) -> CheckedRows:
    """Check meetings: planned or held; concerns counted when held, nothing counted when not; groups ≤ those present.

    Arguments, result and errors as `check_forums`.

    >>> rows = pd.DataFrame({"meeting_id": ["M1", "M2"], "forum_id": ["F1", "F9"], "planned_on": "2024-03-05",
    ...                      "held_on": ["2024-03-06", ""], "n_concerns": ["0", ""]})
    >>> checked = check_meetings(rows, Known(forum_ids={"F1"}))
    >>> checked.accepted.n_concerns.to_list(), [row.reason.value for row in checked.refused]
    ([0], ['FORUM_UNKNOWN'])
    """
    cells = _start(text, ["meeting_id", "forum_id"], table="meetings")
    cells.refuse(cells.blank("planned_on") & cells.blank("held_on"), ProgrammeReason.REQUIRED_MISSING, "held_on")
    cells.refuse(~cells.blank("held_on") & cells.blank("n_concerns"), ProgrammeReason.REQUIRED_MISSING, "n_concerns")
    cells.texts(["meeting_id", "forum_id"])
    cells.dates(["planned_on"])
    cells.dates(["held_on"], latest=known.latest)
    groups = ["att_women", "att_youth", "att_police", "att_idp", "att_returnee"]
    cells.counts(["n_concerns", "att_total", *groups])
    cells.parts("att_total", groups)
    counted = (cells.typed["n_concerns"] > 0) | (cells.typed["att_total"] > 0)
    cells.refuse(cells.blank("held_on") & counted, ProgrammeReason.CONTRADICTORY, "held_on")
    cells.known("forum_id", known.forum_ids, ProgrammeReason.FORUM_UNKNOWN)
    return cells.settle(list(MEETING_COLUMNS), PROGRAMME_KEYS["meetings"])


def check_referrals(text: pd.DataFrame, known: Known = ANYTHING) -> CheckedRows:
    """Check referrals: sent ≤ acknowledged ≤ accepted ≤ closed; the report and forum that they name exist.

    A referral whose report is unknown is refused as an orphan and kept for repair. Without a forum, a report and a
    place it belongs nowhere and is refused, unless `known.is_placed` says that its source names none. Arguments,
    result and errors as `check_forums`.

    >>> rows = pd.DataFrame({"referral_id": ["R1", "R2"], "report_id": ["", "lost"], "adm2_pcode": "A",
    ...                      "sector": "health", "priority": "urgent", "sent_on": "2024-03-05", "status": "done",
    ...                      "closed_on": ["2024-03-01", ""]})
    >>> [(r.reason.value, r.column) for r in check_referrals(rows, Known(report_ids=set())).refused]
    [('DATES_OUT_OF_ORDER', 'closed_on'), ('ORPHAN_REPORT', 'report_id')]
    """
    required = ["referral_id", "sector", "priority", "sent_on", "status"]
    cells = _start(text, required, table="referrals")
    cells.texts(["referral_id", "report_id", "forum_id", "adm2_pcode", "category", "receiving_body"])
    _closed(cells, ["sector", "priority", "status", "outcome"], known)
    steps = ["sent_on", "acknowledged_on", "accepted_on", "closed_on"]
    cells.dates(steps, latest=known.latest)
    cells.ascending(steps)
    if known.is_placed:
        nowhere = cells.typed["forum_id"].isna() & cells.typed["adm2_pcode"].isna() & cells.typed["report_id"].isna()
        cells.refuse(nowhere, ProgrammeReason.REQUIRED_MISSING, "forum_id")
    category = cells.typed["category"]
    is_code = category.map(lambda code: code == code and bool(CATEGORY.fullmatch(code)))
    is_known = is_code if known.categories is None else category.isin(set(known.categories))
    cells.refuse(category.notna() & ~is_known.astype("bool"), ProgrammeReason.VALUE_UNKNOWN, "category")
    cells.known("adm2_pcode", known.adm2_pcodes, ProgrammeReason.PCODE_UNKNOWN)
    cells.known("forum_id", known.forum_ids, ProgrammeReason.FORUM_UNKNOWN)
    cells.known("report_id", known.report_ids, ProgrammeReason.ORPHAN_REPORT)
    return cells.settle(list(REFERRAL_COLUMNS), PROGRAMME_KEYS["referrals"])


def check_activities(text: pd.DataFrame, known: Known = ANYTHING) -> CheckedRows:
    """Check activities: kind and day of start; quantity > 0 with its unit; groups ≤ participants; cost ≥ 0.

    Arguments, result and errors as `check_forums`.

    >>> rows = pd.DataFrame({"activity_id": ["A1"], "adm2_pcode": "A", "kind": "training", "started_on": "2024-03-05",
    ...                      "participants_total": "20", "participants_women": "21"})
    >>> check_activities(rows).refused[0].reason.value
    'PART_EXCEEDS_TOTAL'
    """
    cells = _start(text, ["activity_id", "adm2_pcode", "kind", "started_on"], table="activities")
    cells.texts(["activity_id", "forum_id", "adm2_pcode", "donor", "item"])
    _closed(cells, ["kind", "unit", "functional"], known)
    cells.dates(["started_on", "checked_on"], latest=known.latest)
    cells.dates(["ended_on"])
    cells.decimals(["quantity"], above=True)
    cells.decimals(["cost_usd"])
    cells.counts(["participants_total", "participants_women", "participants_police"])
    cells.ascending(["started_on", "ended_on"])
    cells.ascending(["started_on", "checked_on"])
    cells.parts("participants_total", ["participants_women", "participants_police"])
    cells.refuse(~cells.blank("quantity") & cells.blank("unit"), ProgrammeReason.REQUIRED_MISSING, "unit")
    cells.known("adm2_pcode", known.adm2_pcodes, ProgrammeReason.PCODE_UNKNOWN)
    cells.known("forum_id", known.forum_ids, ProgrammeReason.FORUM_UNKNOWN)
    return cells.settle(list(ACTIVITY_COLUMNS), PROGRAMME_KEYS["activities"])


def check_surveys(text: pd.DataFrame, known: Known = ANYTHING) -> CheckedRows:
    """Check survey estimates: a share of n > 0 respondents of one place, arm, indicator and group.

    A blank standard error is computed from n with design effect 1, and `is_se_computed` says so. An indicator may be
    an own code in lower case. Arguments, result and errors as `check_forums`.

    >>> rows = pd.DataFrame({"survey_id": ["P"], "wave": "1", "fielded_from": "2019-07-15", "fielded_to": "2019-07-20",
    ...                      "adm2_pcode": "A", "arm": "forum", "indicator": "trust_police", "group": "women",
    ...                      "n": "100", "estimate": "0.5"})
    >>> check_surveys(rows).accepted[["se", "is_se_computed"]].to_numpy().tolist()
    [[0.05, True]]
    """
    required = ["survey_id", "wave", "fielded_from", "fielded_to", "arm", "indicator", "group", "n", "estimate"]
    cells = _start(text, required, table="surveys")
    cells.refuse(cells.blank("adm1_pcode") & cells.blank("adm2_pcode"), ProgrammeReason.REQUIRED_MISSING, "adm2_pcode")
    cells.texts(["survey_id", "adm1_pcode", "adm2_pcode", "site"])
    _closed(cells, ["arm", "group"], known)
    cells.choices("indicator", SurveyIndicator, known.labels.get("indicator", {}), own=OWN_INDICATOR)
    cells.counts(["wave", "n"], least=1)
    cells.dates(["fielded_from", "fielded_to"], latest=known.latest)
    cells.decimals(["estimate"], most=1)
    cells.decimals(["se"])
    cells.ascending(["fielded_from", "fielded_to"])
    cells.known("adm1_pcode", known.adm1_pcodes, ProgrammeReason.PCODE_UNKNOWN)
    cells.known("adm2_pcode", known.adm2_pcodes, ProgrammeReason.PCODE_UNKNOWN)
    share, n, se = cells.typed["estimate"], cells.typed["n"].astype("float64"), cells.typed["se"]
    cells.typed["is_se_computed"] = se.isna()
    cells.typed["se"] = se.fillna(np.sqrt(share * (1 - share) / n))
    return cells.settle(list(SURVEY_COLUMNS), PROGRAMME_KEYS["surveys"])


def check_population(text: pd.DataFrame, known: Known = ANYTHING) -> CheckedRows:
    """Check population figures: an area's people in a year by source and boundaries; parts ≤ total + 2 by rounding.

    Arguments, result and errors as `check_forums`.

    >>> rows = pd.DataFrame({"adm_pcode": ["A"], "year": "2014", "source": "COSIT", "boundary_version": "v1",
    ...                      "total": "196,000", "female": "97,000", "male": "99,001"})
    >>> check_population(rows).accepted.total.to_list()
    [196000]
    """
    cells = _start(text, ["adm_pcode", "year", "source", "boundary_version", "total"], table="population")
    cells.texts(["adm_pcode", "source", "boundary_version"])
    cells.counts(["year"], least=1900)
    parts = ["female", "male", "youth", "idp", "returnee"]
    cells.counts(["total", *parts])
    cells.parts("total", parts, slack=POPULATION_ROUNDING)
    both = cells.typed["female"] + cells.typed["male"]
    cells.refuse(both > cells.typed["total"] + POPULATION_ROUNDING, ProgrammeReason.PART_EXCEEDS_TOTAL, "male")
    if known.today is not None:
        cells.refuse(cells.typed["year"] > known.today.year, ProgrammeReason.DATE_FUTURE, "year")
    cells.known("adm_pcode", known.adm_pcodes, ProgrammeReason.PCODE_UNKNOWN)
    return cells.settle(list(POPULATION_COLUMNS), PROGRAMME_KEYS["population"])


PROGRAMME_CHECKS = {
    "forums": check_forums,
    "meetings": check_meetings,
    "referrals": check_referrals,
    "activities": check_activities,
    "surveys": check_surveys,
    "population": check_population,
}


def _start(text: pd.DataFrame, required: list[str], *, table: str) -> Cells:
    require_headers(text, required, table=table)
    cells = Cells(text)
    cells.require(required)
    return cells


def _closed(cells: Cells, columns: list[str], known: Known) -> None:
    for column in columns:
        cells.choices(column, CLOSED_LISTS[column], known.labels.get(column, {}))
