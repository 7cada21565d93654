"""What leaves the house: nothing that finds a person, and points that averaging does not bring back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.access import Codes
from concerns.masking import CELL_M, MAX_M, MIN_M, donut_mask, shared_rows

KEY = b"0123456789abcdef"
DISTRICTS = {
    "Q1": shapely.box(0, 0, 30_000, 20_000),
    "Q2": shapely.box(30_000, 0, 60_000, 20_000),
    "narrow": shapely.box(0, 30_000, 400, 30_400),
}
CODES = Codes(known=frozenset({"C05", "C07"}), sensitive=frozenset({"C05"}))


def points(*xy: tuple[float, float], **marks: object) -> pd.DataFrame:
    given_marks = {"adm2_pcode": "Q1", "geo_precision": 1, "is_sensitive": False} | marks
    return pd.DataFrame(xy, columns=["x_m", "y_m"], dtype="float64").assign(**given_marks)


def report(**values: object) -> dict[str, object]:
    return {
        "report_id": "CANARY", "description": "CANARY", "lat": 36.3, "occurred_on": "2024-03-03", "adm1_pcode": "IQG15",
        "adm2_pcode": "IQG15Q03", "category": "C07", "subcategory": None, "severity": 2, "sensitive": False,
    } | values  # fmt: skip


coordinates = st.tuples(st.floats(100, 29_900), st.floats(100, 19_900))


@settings(max_examples=60, deadline=None)
@given(st.lists(coordinates, min_size=1, max_size=6), st.binary(min_size=16, max_size=40))
def test_a_point_stays_in_its_district_and_moves_as_far_as_stated(xy, key):
    before = points(*xy)
    after = donut_mask(before, DISTRICTS, key=key)
    moved = np.hypot(after["x_m"] - before["x_m"], after["y_m"] - before["y_m"])
    assert moved.between(MIN_M, MAX_M).all()
    assert shapely.contains_xy(DISTRICTS["Q1"], after["x_m"], after["y_m"]).all()


def test_the_same_key_moves_a_place_to_the_same_place_and_another_key_elsewhere():
    before = points((9_010, 9_010), (12_000, 3_000))
    first = donut_mask(before, DISTRICTS, key=KEY)
    pd.testing.assert_frame_equal(first.iloc[::-1], donut_mask(before.iloc[::-1], DISTRICTS, key=KEY))
    other = donut_mask(before, DISTRICTS, key=KEY[::-1])
    assert (np.hypot(*(first - other).T.to_numpy()) > 1).all()


def test_many_reports_of_one_household_do_not_average_back_to_it():
    """GPS scatters by some metres; a mask drawn for each report would be undone by the mean of 200 of them."""
    rng = np.random.default_rng(3)
    home = np.array([9_120.0, 9_120.0])
    scattered = home + rng.normal(0, 8, (200, 2))
    masked = donut_mask(points(*map(tuple, scattered)), DISTRICTS, key=KEY)
    assert len(masked.drop_duplicates()) == 1
    assert np.hypot(*(masked.mean() - home)) >= MIN_M


def test_offsets_are_even_over_the_ring():
    """Places of a wide district: all directions alike, and half of the ring's area inside the middle radius."""
    rng = np.random.default_rng(4)
    wide = {"Q1": shapely.box(-1e6, -1e6, 1e6, 1e6)}
    before = points(*map(tuple, rng.uniform(-5e5, 5e5, (4_000, 2))))
    cells = (np.floor(before[["x_m", "y_m"]].to_numpy() / CELL_M) + 0.5) * CELL_M
    offset = donut_mask(before, wide, key=KEY).to_numpy() - cells
    radius, half = np.hypot(*offset.T), CELL_M * np.sqrt(2) / 2
    middle = np.sqrt(((MIN_M + half) ** 2 + (MAX_M - half) ** 2) / 2)
    assert np.mean(radius < middle) == pytest.approx(0.5, abs=0.03)
    assert np.abs(offset.mean(axis=0)).max() < 200
    quadrant = np.mean((offset > 0).all(axis=1))
    assert quadrant == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    "marks",
    [
        {"is_sensitive": True},
        {"is_sensitive": None},
        {"geo_precision": 3},
        {"geo_precision": None},
        {"adm2_pcode": "Q9"},
        {"adm2_pcode": None},
        {"x_m": np.nan},
        {"y_m": np.inf},
        {"adm2_pcode": "narrow", "x_m": 200.0, "y_m": 30_200.0},
    ],
)
def test_what_may_not_be_a_point_stays_at_district_level(marks):
    frame = points((9_000, 9_000), (9_000, 9_000))
    frame = frame.astype({"geo_precision": "object", "is_sensitive": "object"})
    for name, value in marks.items():
        frame.loc[0, name] = value
    masked = donut_mask(frame, DISTRICTS, key=KEY)
    assert masked.loc[0].isna().all()
    assert masked.loc[1].notna().all()


@pytest.mark.parametrize("wrong", [{"key": b"short"}, {"min_m": 5_000.0}, {"min_m": -1.0}, {"max_m": 1_300.0}])
def test_a_short_key_or_no_ring_is_refused(wrong):
    with pytest.raises(ValueError, match=r"key|ring"):
        donut_mask(points((9_000, 9_000)), DISTRICTS, **({"key": KEY} | wrong))


def test_no_points_give_no_points():
    assert donut_mask(points(), DISTRICTS, key=KEY).empty


def test_shared_rows_hold_no_point_person_id_or_text():
    shared = shared_rows(pd.DataFrame([report(), report(category="C05", sensitive=True)]), CODES)
    assert shared.columns.to_list() == ["month", "adm1_pcode", "adm2_pcode", "category", "severity"]
    assert "CANARY" not in shared.to_csv()
    sensitive = shared[shared["category"] == "C05"].iloc[0]
    assert pd.isna(sensitive["adm2_pcode"])
    assert sensitive["month"] == pd.Timestamp("2024-01-01")


def test_shared_rows_forget_their_order():
    rows = [report(severity=level) for level in (3, 1, 2)]
    assert shared_rows(pd.DataFrame(rows), CODES)["severity"].to_list() == [1, 2, 3]
    assert shared_rows(pd.DataFrame(rows).iloc[:0], CODES).empty


def test_two_rings_move_a_place_in_directions_that_have_nothing_in_common():
    """With one direction for both, two shares would be two points of one ray and could be solved for its start."""
    before = points(*((9_000.0 + 300 * n, 9_000.0) for n in range(20)))
    wide = {"Q1": shapely.box(-50_000, -50_000, 70_000, 70_000)}
    cells = (np.floor(before[["x_m", "y_m"]].to_numpy() / CELL_M) + 0.5) * CELL_M
    turns = [
        np.arctan2(*(donut_mask(before, wide, key=KEY, max_m=max_m).to_numpy() - cells).T[::-1])
        for max_m in (4_000, 5_000)
    ]
    apart = np.abs(np.angle(np.exp(1j * (turns[0] - turns[1]))))
    assert np.median(apart) > 0.5


def test_a_point_that_could_come_from_few_places_only_is_not_given():
    """In a strip of 4,000 by 400 m a point of one end could only go to the other, which gives it away."""
    strip = {"Q1": shapely.box(0, 0, 4_000, 400)}
    masked = donut_mask(points(*((200.0 + 250 * n, 200.0) for n in range(15))), strip, key=KEY)
    assert masked.isna().all().all()
