"""Survey effects from the table as forums and partners send it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from concerns.selection import Selection
from loaders import impact_figures

EVERYWHERE = Selection()


def surveys(districts: list[str | None], *, effect: float = 0.1, survey: str = "PERC") -> pd.DataFrame:
    """A forum site and a comparison site in every district, two rounds, one indicator."""
    rng = np.random.default_rng(0)
    rows = [
        (
            survey,
            wave,
            "IQG15",
            district,
            site,
            arm,
            "trust_police",
            group,
            80,
            0.5 + effect * (arm == "forum") * (wave - 1),
        )
        for district in districts
        for site, arm in (("near", "forum"), ("far", "comparison"))
        for wave in (1, 2)
        for group in ("all", "women")
    ]
    names = ["survey_id", "wave", "adm1_pcode", "adm2_pcode", "site", "arm", "indicator", "group", "n", "estimate"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(estimate=table["estimate"] + rng.normal(0, 0.01, len(table)))


def effects(table: pd.DataFrame) -> pd.DataFrame:
    return impact_figures.survey_effects(SimpleNamespace(surveys=table), EVERYWHERE)


def test_both_kinds_of_sites_may_lie_in_one_district():
    found = effects(surveys([f"IQG15Q{k:02d}" for k in range(1, 13)])).iloc[0]
    assert (found["n_clusters"], found["status"]) == (12, "ok")
    assert found["lower"] < 0.1 < found["upper"]
    assert np.isnan(found["smallest_p"])


def test_five_communities_say_before_the_result_what_they_can_show():
    table = surveys([f"IQG15Q{k:02d}" for k in range(1, 6)])
    programme = table["adm2_pcode"].isin(["IQG15Q01", "IQG15Q02", "IQG15Q03"])
    table = table[programme == (table["arm"] == "forum")]  # three with a forum, two without
    found = effects(table).iloc[0]
    assert (found["status"], found["smallest_p"], found["n_clusters"]) == ("too_few", 0.1, 5)
    assert found["p_assignment"] >= 0.1


def test_two_surveys_are_not_mixed_and_a_place_may_be_known_to_its_governorate_only():
    both = pd.concat([surveys([None], effect=0.3), surveys([f"IQG15Q{k:02d}" for k in range(1, 13)], survey="OTHER")])
    found = effects(both).set_index("survey_id")
    assert found["status"].to_dict() == {"PERC": "too_few", "OTHER": "ok"}
    assert found.loc["PERC", "estimate"] > 0.2 > found.loc["OTHER", "estimate"]


def test_one_round_or_one_arm_has_no_effect():
    table = surveys(["IQG15Q01", "IQG15Q02"])
    assert effects(table[table["wave"] == 1]).empty
    assert effects(table[table["arm"] == "forum"]).empty
    assert effects(table.iloc[:0]).empty
