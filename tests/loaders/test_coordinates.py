from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.cells import Mended
from loaders.coordinates import in_box, is_projected, parse_degrees, parse_numbers, split_geopoint

NONE, DIGITS, COMMA, DMS = Mended.NONE, Mended.DIGITS_NORMALISED, Mended.DECIMAL_COMMA, Mended.COORD_DMS


@pytest.mark.parametrize(
    ("text", "value", "mended"),
    [
        ("33.3152", 33.3152, NONE),
        ("+33.3152", 33.3152, NONE),
        ("-33.3", -33.3, NONE),
        ("−33.3", -33.3, NONE),  # a typographic minus
        ("3.33e1", 33.3, NONE),
        ("33,3152", 33.3152, COMMA),
        ("٣٣٫٣١", 33.31, DIGITS),
        ("۳۳.۳۱", 33.31, DIGITS),
        ("٣٣،٣١", 33.31, DIGITS | COMMA),
        ("33\u200e.31", 33.31, Mended.INVISIBLE_STRIPPED),
        ("33°18'54\"N", 33.315, DMS),
        ("33º18’54”N", 33.315, DMS),
        ("N33 18 54", 33.315, DMS),
        ("33 18 54", 33.315, DMS),
        ("33:18:54", 33.315, DMS),
        ("33d18m54sN", 33.315, DMS),
        ("33° 18.9' N", 33.315, DMS),
        ("33.315 N", 33.315, DMS),
        ("33.315°", 33.315, DMS),
        ("33°18'54\"S", -33.315, DMS),
        ("44°24′W", -44.4, DMS),
        ("44 degrees 24 minutes E", 44.4, DMS),
        ("٤٤°٢٤' شرقا", 44.4, DIGITS | DMS),
        ("445123", 445123.0, NONE),
        ("3,690,123.5", 3690123.5, NONE),
        ("445,123.45", 445123.45, NONE),
    ],
)
def test_forms_that_field_staff_write_are_read(text, value, mended):
    assert parse_degrees(text) == (pytest.approx(value, abs=1e-9), mended)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "nan", "NaN", "inf", "-inf", "33.3.1", "33 18", "33°61'", "33°18'60\"", "33.5°18'", "-33 S",
    "N33S", "--33",
    "0x21", "33_3", "1e5x", "١٢abc", "33,31,1", "=33.3", "9" * 200, "33.3 44.4", "NaN N", "null"],
)  # fmt: skip
def test_anything_else_is_no_coordinate(text):
    assert parse_degrees(text) is None


@given(st.floats(-90, 90).map(lambda value: round(value, 6)))
def test_every_form_of_one_value_is_read_alike(value):
    degrees = abs(value)
    whole, minutes = int(degrees), (degrees - int(degrees)) * 60
    plain = f"{degrees:.6f}"
    arabic = plain.translate(str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫"))
    side = "S" if value < 0 else "N"
    forms = [f"{value:.6f}", f"{plain}{side}", f"{whole}° {minutes:.9f}' {side}"]
    forms += [("-" if value < 0 else "") + text for text in (plain.replace(".", ","), arabic)]
    read = [parse_degrees(form) for form in forms]
    assert [found and found[0] for found in read] == [pytest.approx(value, abs=1e-8)] * len(forms)


@given(st.lists(st.one_of(st.floats(-200, 200).map(str), st.text(max_size=12)), max_size=40))
def test_a_column_reads_as_its_cells_one_by_one(cells):
    texts = [cell.strip() for cell in cells]
    numbers = parse_numbers(pa.array(texts, pa.large_string()), degrees=True)
    for at, text in enumerate(texts):
        single = parse_degrees(text)
        if numbers.is_blank[at]:
            assert text.lower() in ("", "n/a", "na")
        elif single is None:
            assert numbers.is_bad[at], text
            assert np.isnan(numbers.value[at]), text
        else:
            assert (numbers.value[at], numbers.mended[at]) == (single[0], int(single[1]))


def test_one_odd_cell_does_not_spoil_a_column_of_plain_ones():
    numbers = parse_numbers(pa.array(["33.1"] * 1000 + ["oops"] + ["33,5"]), degrees=True)
    assert np.nansum(numbers.value) == pytest.approx(33.1 * 1000 + 33.5)
    assert (numbers.is_bad.sum(), numbers.is_bad[1000]) == (1, True)


def test_plain_numbers_take_no_degrees():
    numbers = parse_numbers(pa.array(["12", "12°", "n/a", "N/A", "1,5"]))
    assert numbers.is_bad.tolist() == [False, True, False, False, False]
    assert numbers.is_blank.tolist() == [False, False, True, True, False]
    assert numbers.value[4] == 1.5


@pytest.mark.parametrize(
    ("text", "lat", "lon", "accuracy"),
    [
        ("36.364632 41.886755 0 12", "36.364632", "41.886755", "12"),
        ("36.364632 41.886755", "36.364632", "41.886755", ""),
        ("36.364632 41.886755 230", "36.364632", "41.886755", ""),
        (" 36.36  41.88 ", "36.36", "41.88", ""),
        ("36.36, 41.88", "36.36", "41.88", ""),
        ("36.36,41.88", "36.36", "41.88", ""),
        ("36.36;41.88", "36.36", "41.88", ""),
        ("36,36 41,88 0 5", "36,36", "41,88", "5"),
        ("٣٦٫٣٦ ٤١٫٨٨ ٠ ٥", "٣٦٫٣٦", "٤١٫٨٨", "٥"),
        ("", "", "", ""),
        ("n/a", "", "", ""),
        ("36.36", "36.36", "?", ""),
        ("Mosul", "Mosul", "?", ""),
        ("1 2 3 4 5", "1 2 3 4 5", "?", ""),
    ],
)
def test_a_geopoint_is_cut_into_its_parts(text, lat, lon, accuracy):
    parts = split_geopoint(pa.array([text], pa.large_string()))
    shown = {"n/a": ("", "")}.get(text, (parts["lat"][0].as_py(), parts["lon"][0].as_py()))
    assert (*shown, parts["accuracy_m"][0].as_py()) == (lat, lon, accuracy)


def test_a_trace_becomes_the_point_in_its_middle_and_a_shape_one_inside():
    trace, shape = "33 44 0 0;33 45 0 0", "33 44 0 0;33 45 0 0;34 45 0 0;34 44 0 0;33 44 0 0"
    parts = split_geopoint(pa.array([trace, shape], pa.large_string()))
    assert (parts["lat"].to_pylist(), parts["lon"].to_pylist()) == (
        ["33.000000", "33.500000"],
        ["44.500000", "44.500000"],
    )


def test_metres_are_told_from_numbers_that_are_merely_out_of_range():
    first = np.array([445_123.0, 3_690_123.0, 4_941_000.0, 333_152.0, 583.0, 33.0])
    second = np.array([3_690_123.0, 445_123.0, 3_930_000.0, 443_661.0, 44.0, 44.0])
    assert is_projected(first, second).tolist() == [True, True, True, False, False, False]


def test_the_edge_of_a_box_belongs_to_it():
    box = (38.7, 29.0, 48.7, 37.4)
    lat, lon = np.array([29.0, 37.4, 37.40001, np.nan]), np.array([38.7, 48.7, 44.0, 44.0])
    assert in_box(lat, lon, box).tolist() == [True, True, False, False]
