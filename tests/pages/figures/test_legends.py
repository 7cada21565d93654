"""Legends: classes, units and the four states, safe against text."""

from __future__ import annotations

import pandas as pd

from pages.figures import legends, palettes, texts
from pages.figures.palettes import NO_DATA, SUPPRESSED, UNTESTABLE, ZERO, Classes

COUNTS = Classes((1, 3, 4, 10), ("#c7e9b4", "#41b6c4", "#253494"), "quantiles", True)
RATES = Classes((0.5, 2, 7.25), ("#c7e9b4", "#253494"), "natural_breaks", False)


def test_labels_of_counts_name_whole_numbers_that_do_not_overlap():
    assert legends.class_labels(COUNTS) == ["1 to 2", "3", "4 to 10"]


def test_labels_of_rates_are_half_open_but_the_last():
    assert legends.class_labels(RATES) == ["0.50 to under 2.00", "2.00 to 7.25"]


def test_a_label_says_what_the_class_holds():
    """The values that a label names fall into its class."""
    codes = COUNTS.codes(pd.Series([1, 2, 3, 4, 10]))
    assert codes.to_list() == [1, 1, 2, 3, 3]


def test_the_four_states_look_different_and_stand_in_the_legend():
    entries = legends.state_entries((ZERO, NO_DATA, SUPPRESSED, UNTESTABLE))
    assert len({entry.fill for entry in entries}) == len({entry.label for entry in entries}) == 4
    html = str(legends.class_legend(COUNTS, title="Reports"))
    assert all(entry.label in html and entry.fill in html for entry in entries)


def test_the_title_with_its_unit_is_escaped():
    html = str(legends.class_legend(COUNTS, title="<img src=x onerror=alert(1)>", note="<b>"))
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "<b>" not in html


def test_arabic_legends_read_from_the_right():
    with texts.reading("ar"):
        html = str(legends.density_legend(0, 12.5, title="x"))
    assert 'dir="rtl"' in html
    assert "to left" in html
    assert "١٢٫٥" in html


def test_the_density_ramp_has_the_colours_of_the_surface():
    assert ", ".join(palettes.VIRIDIS) in str(legends.density_legend(0, 3, title="reports per km²"))
