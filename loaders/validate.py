"""Rows of text to typed rows, or to a reason why not; nothing is guessed and nothing is lost.

A row gets one reason: the first that applies in the order of `concerns.schema.Reason`, whatever else is wrong with it.
Rows that are broken as rows are refused by the reader before that. The reasons about districts can only be found
against the boundaries, so rows with a later reason (date, category …) travel on to `loaders.place.locate` with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from concerns.schema import Reason, Repair
from loaders.categories import load_taxonomy
from loaders.coordinates import BLANKS
from loaders.findings import Findings, Texts
from loaders.planning import Plan, plan
from loaders.raw import RefusedRow
from loaders.rules_concern import (
    ANSWERS,
    COUNTS,
    MEASURES,
    check_category,
    check_severity,
    check_validation,
    read_answer,
    read_count,
)
from loaders.rules_date import Times, check_times
from loaders.rules_place import NAME_COLUMNS, Points, check_points

__all__ = ["Checked", "Plan", "check", "plan"]


@dataclass(frozen=True)
class Checked:
    """One part, judged by everything but the boundaries.

    rows: typed columns of `REPORT_COLUMNS` as far as they are known, the stated place as text (adm1_pcode, adm2_pcode,
    adm3_pcode, governorate, district, place_name), and `reason`, `reason_column`: what stands against the row unless
    its place is worse, missing for good rows. refused: rows whose coordinates are no place at all. repairs: repair →
    numbers of the rows in which it was made.
    """

    rows: pd.DataFrame
    refused: list[RefusedRow]
    repairs: dict[Repair, np.ndarray] = field(default_factory=dict)


def check(text: pd.DataFrame, *, plan: Plan) -> Checked:
    """Judge one part of a file.

    text: our text columns as `Source.rename` gives them; index: number of the record in the file.
    """
    texts, findings = Texts(text), Findings(len(text))
    points = check_points(texts, findings, plan)
    times = check_times(texts, findings, plan)
    content = _content(texts, findings, plan)
    rows = _frame(texts, plan, points, times, content)
    rows["reason"] = findings.reasons()
    rows["reason_column"] = findings.headers([plan.source.header_of(column) for column in findings.columns()])
    is_final = findings.before(Reason.NO_DISTRICT)
    refused = [
        RefusedRow(int(row), Reason(reason), str(where), {})
        for row, reason, where in rows.loc[is_final, ["row", "reason", "reason_column"]].itertuples(index=False)
    ]
    kept = rows[~is_final].reset_index(drop=True) if refused else rows
    return Checked(kept, refused, texts.repairs())


def _content(texts: Texts, findings: Findings, plan: Plan) -> pd.DataFrame:
    """Category, severity, approval, counts and answers; an aggregate has measures in their place."""
    columns: dict[str, pd.Series] = {}
    if plan.source.is_aggregate:
        columns = {name: read_count(texts, name, plan) for name in MEASURES}
        columns["indicator"] = texts.series("indicator")
    else:
        concern = check_category(texts, findings, load_taxonomy())
        columns = {str(name): concern[name] for name in concern}
        columns["severity"] = check_severity(texts, findings, plan.source.severity_scale)
        columns |= {name: read_count(texts, name, plan) for name in COUNTS}
        columns |= {name: read_answer(texts, name, plan) for name in ANSWERS}
    columns["validation"] = check_validation(texts, findings)
    return pd.DataFrame(columns)


def _ids(texts: Texts, column: str) -> pd.Series:
    """The ids in a column of a part; what a form writes for "not answered" is none."""
    ids = texts.series(column)
    if column not in texts:
        return ids
    short = pc.less_equal(pc.binary_length(texts.get(column)), max(map(len, BLANKS)))
    if not pc.any(short).as_py():
        return ids
    return ids.mask(ids.str.casefold().isin(BLANKS))


def _frame(texts: Texts, plan: Plan, points: Points, times: Times, content: pd.DataFrame) -> pd.DataFrame:
    known = {
        "row": texts.rows.astype(np.int32),
        "source": pd.Series([plan.source.name], dtype="str").repeat(texts.n).reset_index(drop=True),
        "report_id": _ids(texts, "report_id"),
        "case_id": _ids(texts, "case_id"),
        "has_ids": np.full(texts.n, plan.source.has_ids),
        "forum_id": texts.series("forum_id"),
        "occurred_on": times.occurred_on,
        "reported_on": times.reported_on,
        "date_precision": times.date_precision,
        "submitted_at": times.submitted_at,
        "lat": points.lat,
        "lon": points.lon,
        "accuracy_m": points.accuracy_m,
        "geo_precision": points.geo_precision,
        "category_text": texts.series("category_text"),
        "description": texts.series("description"),
        **{name: texts.series(name) for name in NAME_COLUMNS},
    }
    rows = pd.concat([pd.DataFrame(known), content], axis=1)
    rows["repairs"] = texts.originals()
    return rows
