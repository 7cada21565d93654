"""Reports row by row, cut to what the reader selected."""

from __future__ import annotations

import pandas as pd

from concerns.selection import Selection


def selected_rows(frame: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Keep the rows of the period, severities, categories and places; a severity that was not stated is 0."""
    day = frame["occurred_on"].dt.date
    keep = pd.Series(True, index=frame.index)
    if selection.start:
        keep &= day >= selection.start
    if selection.end:
        keep &= day <= selection.end
    if selection.severities:
        keep &= frame["severity"].fillna(0).isin(selection.severities)
    for name, chosen in (
        ("category", selection.categories),
        ("adm1_pcode", selection.governorates),
        ("adm2_pcode", selection.districts),
    ):
        if chosen:
            keep &= frame[name].isin(chosen)
    return frame[keep]
