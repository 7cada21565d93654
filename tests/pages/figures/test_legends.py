"""Legends: classes, units and the four states, safe against text."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from PIL import Image
from shapely.geometry import box

from geo.binned import BinnedCells
from geo.lattice import Lattice
from geo.projection import geometries_to_metric, to_metric
from geo.raster import Raster
from geo.sites import Located
from pages.figures import density, layers, legends, texts
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
        html = str(legends.class_legend(RATES, title="x"))
    assert 'dir="rtl"' in html
    assert "٧٫٢٥" in html


def test_the_density_classes_have_the_colours_and_limits_of_the_picture():
    country = box(43, 33, 45, 34.5)
    areas = list(geometries_to_metric(np.array([country])))
    lattice = Lattice.covering(areas[0].bounds, cell_m=3_000)
    x_m, y_m = to_metric(np.array([44.0]), np.array([33.7]))
    one = Located([0], x_m, y_m, [0], [1], [0], [1])
    surface = BinnedCells.from_reports([one], lattice, areas, n_categories=1).density(20_000.0)
    raster = Raster.over(country, lattice)
    drawn, classes = density.picture(surface, raster)
    values = raster.values(surface)
    pixels = np.asarray(Image.open(io.BytesIO(drawn.png)).convert("RGBA"))
    seen = pixels[..., 3] > 0
    codes = classes.codes(pd.Series(values[seen]))
    colours = ["#" + bytes(pixel[:3]).hex() for pixel in pixels[seen]]
    named = [classes.colours[code - 1] for code in codes]
    assert np.mean([a == b for a, b in zip(colours, named, strict=True)]) > 0.98
    assert set(colours) == set(classes.colours)
    assert classes.limits[-1] >= np.nanmax(values)


def test_the_sentence_counts_the_districts_that_hold_half():
    assert layers.concentration(pd.Series([6, 3, 2, 1, 0])) == (
        "Half of the reports come from 1 of 5 districts. 1 district has no report."
    )
    assert layers.concentration(pd.Series([2, 2, 2, 2])) == (
        "Half of the reports come from 2 of 4 districts. Every district has reports."
    )
