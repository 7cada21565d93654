"""Where a referral belongs when its row does not say: the district of its forum, else of its report."""

from __future__ import annotations

import pandas as pd

from loaders.store import Store


def with_places(text: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Fill blank `adm2_pcode` cells of referrals; cells that say something stay as they are."""
    filled = text.assign(adm2_pcode=text.get("adm2_pcode", ""))
    for table, key in (("forums", "forum_id"), ("reports", "report_id")):
        blank = filled["adm2_pcode"].str.strip() == ""
        if key not in filled or not blank.any():
            continue
        known = store.read(table, [key, "adm2_pcode"]).to_pandas().dropna().drop_duplicates(key)
        place = filled[key].str.strip().map(known.set_index(key)["adm2_pcode"])
        filled["adm2_pcode"] = filled["adm2_pcode"].where(~blank | place.isna(), place)
    return filled
