"""The programme's tables cut to a selection, and the slow figures made of them; pages keep what they get."""

from __future__ import annotations

import pandas as pd

from concerns import forums
from concerns.chain import chain
from concerns.scorecard import Scorecard, scorecard
from concerns.selection import Selection
from loaders.criteria import load_criteria
from loaders.view import View


def in_places(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Keep the rows of the selected districts and governorates, by `adm2_pcode`."""
    keep = pd.Series(True, index=table.index)
    if selection.governorates:
        keep &= table["adm2_pcode"].str[:5].isin(selection.governorates)
    if selection.districts:
        keep &= table["adm2_pcode"].isin(selection.districts)
    return table[keep].reset_index(drop=True)


def referrals(view: View, selection: Selection, *, is_sent_within: bool = False) -> pd.DataFrame:
    """The referrals of the selected places and categories, sent by its end; with the flag, within its period."""
    table = in_places(view.referrals, selection)
    first, last = selection.bounds
    sent = pd.to_datetime(table["sent_on"])
    keep = sent <= pd.Timestamp(last)
    if is_sent_within:
        keep &= sent >= pd.Timestamp(first)
    if selection.categories:
        keep &= table["category"].isin(selection.categories)
    return table[keep].reset_index(drop=True)


def register(view: View, selection: Selection) -> pd.DataFrame:
    """The register of the selected places on the last day of the selection; see `concerns.forums.register`."""
    chosen = in_places(view.forums, selection)
    table = forums.register(chosen, view.meetings, view.referrals, selection.bounds[1])
    return table[table["state"] != "planned"].reset_index(drop=True)


def one_forum(view: View, forum_id: str) -> pd.Series:
    """The register's own row of a forum. Raises IndexError: the viewer sees no such forum."""
    return view.forums[view.forums["forum_id"] == forum_id].iloc[0]


def card(view: View, forum_id: str, selection: Selection) -> Scorecard:
    """The scorecard of one forum on the last day of the selection, by the published criteria."""
    criteria, as_of = load_criteria(), selection.bounds[1]
    evidence = forums.forum_evidence(
        one_forum(view, forum_id),
        view.meetings,
        view.referrals,
        view.activities,
        as_of,
        quarters=criteria.quarters_running,
    )
    return scorecard(forum_id, evidence, criteria, as_of)


def chain_of_forum(view: View, forum_id: str, selection: Selection) -> pd.DataFrame:
    """The way of the reports that one forum raised in the selection; see `concerns.chain.chain`."""
    ways = view.ways(selection)
    return chain(ways[ways["forum_id"] == forum_id], view.referrals, selection.bounds[1])


def chain_of(view: View, selection: Selection) -> pd.DataFrame:
    """The way of the selected reports from raised to resolved; see `concerns.chain.chain`."""
    return chain(view.ways(selection), view.referrals, selection.bounds[1])
