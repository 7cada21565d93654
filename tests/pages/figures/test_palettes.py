"""Classes with round limits, and colours that stay apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.figures import palettes
from pages.figures.palettes import NO_DATA, ZERO, classes

POSITIVE = st.lists(st.floats(1e-6, 1e9, allow_nan=False), min_size=1, max_size=60)


@settings(deadline=None)  # the first call imports mapclassify
@given(POSITIVE, st.sampled_from(palettes.METHODS), st.integers(2, 5))
def test_every_value_has_a_class_and_order_is_kept(values: list[float], method: str, k: int):
    found = classes(values, k=k, method=method)
    codes = found.codes(pd.Series(sorted(values)))
    assert codes.between(1, len(found.colours)).all()
    assert codes.is_monotonic_increasing
    assert len(found.limits) == len(found.colours) + 1
    assert list(found.limits) == sorted(set(found.limits)) or len(found.colours) == 1
    assert found.limits[0] <= min(values) * (1 + 1e-9)
    assert found.limits[-1] >= max(values) * (1 - 1e-9)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_limits_of_counts_are_whole(values: list[int]):
    found = classes(values, whole=True)
    assert all(limit == int(limit) for limit in found.limits)
    codes = found.codes(pd.Series(values))
    assert ((codes == ZERO) == (pd.Series(values) == 0)).all()


def test_zero_and_missing_are_no_class():
    found = classes([0, 1, 5, 20, np.nan, np.inf])
    assert found.codes(pd.Series([0, np.nan, 5.0], index=["a", "b", "c"])).to_dict()["a"] == ZERO
    assert found.codes(pd.Series([0, np.nan, 5.0], index=["a", "b", "c"])).to_dict()["b"] == NO_DATA


def test_a_huge_outlier_does_not_swallow_the_classes():
    values = [*range(1, 100), 10**9]
    codes = classes(values, whole=True).codes(pd.Series(values))
    assert codes.value_counts().max() <= 40


@pytest.mark.parametrize("values", [[], [0, 0], [np.nan], [7, 7, 7]])
def test_without_two_different_values_there_is_one_class(values: list[float]):
    assert len(classes(values).colours) == 1


@pytest.mark.parametrize("arguments", [{"method": "equal"}, {"k": 1}, {"k": 9}])
def test_other_settings_are_refused(arguments: dict):
    with pytest.raises(ValueError, match="method must be"):
        classes([1, 2, 3], **arguments)


def lightness(colour: str) -> float:
    """CIE L* of an sRGB colour (IEC 61966-2-1, D65)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_sequential_colours_darken_so_that_they_print_in_grey():
    steps = [lightness(colour) for colour in (palettes.ZERO_COLOUR, *palettes.YLGNBU)]
    assert all(a - b > 5 for a, b in pairwise(steps))


def test_categories_beyond_eight_share_the_colour_of_other():
    found = palettes.category_colours([f"C{i:02}" for i in range(1, 13)])
    assert len(set(list(found.values())[:8])) == 8
    assert set(list(found.values())[8:]) == {palettes.OTHER_COLOUR}
