"""The scorecard: what knowing more may do, and the rule of the verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.scorecard import Criteria, Criterion, scorecard

KEYS = ["meetings_held", "police", "women", "plan", "funds"]
WEIGHTS = [0.3, 0.2, 0.2, 0.2, 0.1]
CRITERIA = Criteria(
    tuple(
        Criterion(key, weight, 0.5 if key == "women" else 1.0, 0.6 if key in ("meetings_held", "police") else 0.0, age)
        for key, weight, age in zip(KEYS, WEIGHTS, [190, 190, 190, 365, None], strict=True)
    )
)
VALUES = st.dictionaries(st.sampled_from(KEYS), st.floats(0, 2), max_size=5)


def evidence(now: dict[str, float], before: dict[str, float] | None = None) -> pd.DataFrame:
    rows = [(key, value, "2024-06-20") for key, value in now.items()]
    rows += [(key, value, "2024-03-20") for key, value in (now if before is None else before).items()]
    return pd.DataFrame(rows, columns=["criterion", "value", "observed_on"])


def score(now: dict[str, float], before: dict[str, float] | None = None, **kwargs):
    return scorecard("F", evidence(now, before), kwargs.pop("criteria", CRITERIA), "2024-06-30", **kwargs)


FULL = dict.fromkeys(KEYS, 1.0)


@settings(max_examples=60, deadline=None)
@given(known=VALUES, key=st.sampled_from(KEYS), value=st.floats(0, 2))
def test_learning_a_value_never_lowers_the_floor_nor_raises_the_ceiling(known, key, value):
    without = {name: v for name, v in known.items() if name != key}
    before, after = score(without, draws=0), score(without | {key: value}, draws=0)
    assert after.floor >= before.floor - 1e-12
    assert after.ceiling <= before.ceiling + 1e-12
    assert after.coverage >= before.coverage


@settings(max_examples=30, deadline=None)
@given(known=VALUES, order=st.permutations(range(5)))
def test_the_order_of_criteria_and_evidence_changes_nothing(known, order):
    plain = score(known)
    shuffled = score(
        dict(reversed(known.items())), criteria=Criteria(tuple(CRITERIA.criteria[k] for k in order)), seed=0
    )
    assert (shuffled.floor, shuffled.ceiling, shuffled.coverage) == (plain.floor, plain.ceiling, plain.coverage)
    assert (shuffled.verdict, shuffled.label) == (plain.verdict, plain.label)
    assert shuffled.band == pytest.approx(plain.band)


def test_nothing_known_is_everything_possible():
    card = score({})
    assert (card.floor, card.ceiling, card.coverage) == (0, 1, 0)
    assert (card.verdict, card.label) == ("cannot_tell", "missing_evidence")
    assert (card.table["state"] == "missing").all()
    assert card.table["cost_of_missing"].to_list() == pytest.approx(WEIGHTS)


def test_the_score_by_hand():
    card = score({"meetings_held": 0.5, "women": 0.25, "plan": 1.0})
    assert card.floor == pytest.approx(0.3 * 0.5 + 0.2 * 0.5 + 0.2)
    assert card.ceiling == pytest.approx(card.floor + 0.2 + 0.1)
    assert card.coverage == pytest.approx(0.7)


def test_more_than_the_target_earns_no_more():
    assert score({"women": 3.0}).floor == pytest.approx(0.2)


def test_what_does_not_apply_shares_its_weight_out_and_what_is_missing_does_not():
    rows = evidence({"meetings_held": 1.0, "police": 1.0, "plan": 1.0})
    away = pd.concat([rows.assign(is_applicable=True), rows.head(1).assign(criterion="women", is_applicable=False)])
    card = scorecard("F", away, CRITERIA, "2024-06-30")
    assert card.floor == pytest.approx(0.7 / 0.8)
    assert card.ceiling == pytest.approx(1.0)
    assert score({"meetings_held": 1.0, "police": 1.0, "plan": 1.0}).floor == pytest.approx(0.7)
    nothing = pd.concat([rows.head(1).assign(criterion=key, is_applicable=False) for key in KEYS])
    empty = scorecard("F", nothing, CRITERIA, "2024-06-30")
    assert (empty.floor, empty.ceiling, empty.verdict) == (0, 1, "cannot_tell")


def test_ready_takes_two_quarters_running():
    assert score(FULL).verdict == "ready"
    assert score(FULL).label == "ready_to_hand_over"
    once = score(FULL, before={})
    assert (once.verdict, once.label) == ("cannot_tell", "on_track")


@pytest.mark.parametrize(
    ("change", "unmet"),
    [
        ({"meetings_held": 0.59}, "meetings_held"),
        ({"police": 0.5}, "police"),
        ({"women": 0.0, "funds": 0.0}, "floor"),
    ],
)
def test_ready_takes_every_condition(change, unmet):
    card = score(FULL | change)
    assert card.verdict != "ready"
    assert card.conditions.query("not is_met")["condition"].to_list() == [unmet]


def test_ready_takes_coverage():
    known = {"meetings_held": 1.0, "police": 1.0, "women": 0.5}
    lenient = Criteria(CRITERIA.criteria, ready_floor=0.6)
    card = score(known, criteria=lenient)
    assert card.floor >= 0.6
    assert (card.verdict, card.label) == ("cannot_tell", "missing_evidence")
    assert card.conditions.set_index("condition").loc["coverage", "is_met"].item() is False


def test_a_ceiling_below_the_line_is_not_ready_whatever_is_missing():
    card = score({"meetings_held": 0.1})
    assert card.ceiling == pytest.approx(0.73)
    assert (card.verdict, card.label) == ("not_ready", "needs_support")


def test_what_would_change_the_verdict():
    card = score({"meetings_held": 0.1})
    assert card.table.set_index("criterion")["changes_verdict"].to_dict() == {
        "meetings_held": True, "police": False, "women": False, "plan": False, "funds": False,
    }  # fmt: skip
    nearly = score(FULL | {"police": 0.5})
    assert nearly.table.query("changes_verdict")["criterion"].to_list() == ["police"]
    assert not score(FULL).table["changes_verdict"].any()


def test_old_evidence_is_missing_and_later_evidence_counts():
    rows = pd.DataFrame(
        [
            ("plan", 1.0, "2023-06-01"),
            ("funds", 1.0, "2019-01-01"),
            ("women", 0.1, "2024-02-01"),
            ("women", 0.5, "2024-05-01"),
            ("women", 0.0, "2024-08-01"),
            ("police", np.nan, "2024-06-01"),
        ],
        columns=["criterion", "value", "observed_on"],
    )
    states = scorecard("F", rows, CRITERIA, "2024-06-30").table.set_index("criterion")
    assert states["state"].to_dict() == {
        "meetings_held": "missing", "police": "missing", "women": "known", "plan": "stale", "funds": "known",
    }  # fmt: skip
    assert states.loc["women", "score"] == 1.0
    assert states.loc["plan", "cost_of_missing"] == pytest.approx(0.2)


def test_the_band_holds_the_floor_and_narrows_with_the_concentration():
    known = {"meetings_held": 1.0, "women": 0.1}
    loose, firm = score(known), score(known, criteria=Criteria(CRITERIA.criteria, concentration=5000))
    assert loose.band[0] < loose.floor < loose.band[1]
    assert firm.band[1] - firm.band[0] < 0.2 * (loose.band[1] - loose.band[0])
    assert score(known).band == score(known).band
    assert score(FULL).band == pytest.approx((1.0, 1.0))


def test_evidence_of_other_forums_is_left_out():
    rows = pd.concat([evidence(FULL).assign(forum_id="G"), evidence({"women": 0.5}).assign(forum_id="F")])
    assert scorecard("F", rows, CRITERIA, "2024-06-30").coverage == pytest.approx(0.2)


def test_evidence_that_is_none_is_refused():
    with pytest.raises(ValueError, match="unknown criteria"):
        score({"dances": 1.0})
    with pytest.raises(ValueError, match="negative"):
        score({"women": -0.1})
    with pytest.raises(ValueError, match="observed_on"):
        scorecard("F", evidence({}).drop(columns="observed_on"), CRITERIA, "2024-06-30")
