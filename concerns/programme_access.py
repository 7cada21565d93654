"""Who may see what of the programme's tables: forums, meetings, referrals, activities, surveys, population.

A forum lead has the own districts. A referral tells about a report, so it is no better known than that report: where
its category or its report is sensitive to the viewer, or where neither can be decided, it stays without place, forum,
ids and receiving body. What a meeting raised in all, less what is seen of it, would tell that something sensitive came
from one place: that total is for those alone who are cleared for everything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pandas as pd

from concerns.access import Codes, Right, Viewer, is_cleared, is_cleared_for_all, rights
from concerns.schema import ADM1_LENGTH

_OF_A_REPORT = ("referral_id", "report_id", "forum_id", "adm2_pcode", "receiving_body", "batch_id", "row")


def permitted_programme(
    table: str,
    frame: pd.DataFrame,
    viewer: Viewer,
    codes: Codes,
    *,
    today: dt.date,
    forums: Collection[str] = (),
    open_reports: Collection[str] = (),
) -> pd.DataFrame:
    """Cut a programme table to what a viewer may see.

    table: its name in `PROGRAMME_TABLES`; frame: its columns. forums: ids of the forums that the viewer sees (for
    meetings). open_reports: ids of the reports that the viewer sees with their place (for referrals).
    Returns a new frame, index 0 …; nobody without the right to count reports sees a row.

    >>> held = pd.DataFrame({"meeting_id": ["M1", "M2"], "forum_id": ["F1", "F2"], "n_concerns": [4, 5]})
    >>> lead = Viewer("a", "forum_lead", frozenset({"IQG15Q03"}))
    >>> permitted_programme("meetings", held, lead, Codes(frozenset(), frozenset()), today=dt.date(2024, 1, 1))
    Empty DataFrame
    Columns: [meeting_id, forum_id, n_concerns]
    Index: []
    """
    if Right.COUNTS not in rights(viewer, today=today):
        return frame.iloc[:0].reset_index(drop=True)
    if table == "referrals":
        return _referrals(frame, viewer, codes, open_reports)
    if table == "meetings":
        own = frame["forum_id"].isin(list(forums)) if viewer.districts else pd.Series(True, index=frame.index)
        seen = frame[own].reset_index(drop=True)
        return seen if is_cleared_for_all(viewer, codes) else _blank(seen, ("n_concerns",))
    if viewer.districts and "adm2_pcode" in frame:
        whole_area = frame["adm2_pcode"].isna() if table == "surveys" else pd.Series(False, index=frame.index)
        frame = frame[whole_area | frame["adm2_pcode"].isin(viewer.districts)]
    return frame.reset_index(drop=True)


def _referrals(frame: pd.DataFrame, viewer: Viewer, codes: Codes, open_reports: Collection[str]) -> pd.DataFrame:
    """Rows with their place, then, in an order of their own, rows without: of the governorate, as for reports."""
    marks = frame[["category"]].assign(subcategory=None, sensitive=False)
    known = frame["report_id"].isna() | frame["report_id"].isin(list(open_reports))
    fine = pd.Series(True, index=frame.index)
    if not is_cleared_for_all(viewer, codes):
        fine = is_cleared(marks, viewer.clearances & codes.known, codes) & known
    if viewer.districts:
        governorates = {code[:ADM1_LENGTH] for code in viewer.districts}
        near = frame["adm2_pcode"].str[:ADM1_LENGTH].isin(governorates)
        own = frame["adm2_pcode"].isin(viewer.districts).where(fine, near)
        frame, fine = frame[own], fine[own]
    blurred = _blank(frame[~fine], _OF_A_REPORT)
    shown = [name for name in blurred.columns if name not in _OF_A_REPORT]
    blurred = blurred.sort_values(shown)
    return pd.concat([frame[fine], blurred], ignore_index=True) if len(blurred) else frame[fine].reset_index(drop=True)


def _blank(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The same rows with nothing in these columns."""
    present = [name for name in names if name in frame.columns]
    return frame.assign(**{name: pd.Series(None, frame.index, dtype=_may_miss(frame[name])) for name in present})


def _may_miss(column: pd.Series) -> str:
    """The column's type, or the one beside it that can hold a missing value."""
    return {"int32": "Int32", "int64": "Int64", "bool": "boolean"}.get(str(column.dtype), str(column.dtype))
