"""Noisy counts on the screen: never without their interval, and drowned ones never as a figure."""

from __future__ import annotations

import pandas as pd
import pytest

from concerns import disclosure
from concerns.noise import on_screen
from pages.figures import noisy, palettes
from pages.figures.texts import reading


def members(*counts: int, margin: int = 7) -> pd.DataFrame:
    codes = [f"IQG01Q{n:02d}" for n in range(1, len(counts) + 1)]
    return on_screen(pd.DataFrame({"n_reports": counts, "margin": margin}, index=codes))


def test_the_promise_is_the_one_of_the_method():
    assert noisy.GUARANTEE == disclosure.GUARANTEE
    assert noisy.NOT_COVERED == disclosure.NOT_COVERED
    assert "73%" in noisy.guarantee(1.0)[-1]
    assert "62%" in noisy.guarantee(0.5)[-1]


@pytest.mark.parametrize(
    ("n", "margin", "words", "between"),
    [(43, 7, "43", "36 – 50"), (-5, 7, "fewer than 10", "0 – 2"), (9, 7, "fewer than 10", "2 – 16"),
     (14, 14, "fewer than 20", "0 – 28"), (1234, 7, "1,234", "1,227 – 1,241"), (0, 0, "fewer than 10", "0 – 0")],
)  # fmt: skip
def test_a_figure_is_shown_with_its_noise_or_as_fewer_than(n, margin, words, between):
    shown = members(n, margin=margin)
    assert noisy.total(shown) == words
    assert between in noisy.between(shown)
    table = noisy.table(shown, {"Place": pd.Series(["A"], index=shown.index)})
    assert table.iloc[0].to_list()[:2] == ["A", words]


def test_arabic_digits_are_the_readers():
    with reading("ar"):
        assert noisy.total(members(43)) == "٤٣"
        assert "٣٦" in noisy.between(members(43))


def test_on_the_map_what_the_noise_drowns_is_hatched_and_no_class():
    layer = noisy.layer(members(43, 9, -3, 500, 80), title="Reports")
    assert layer.codes.to_list()[1:3] == [palettes.SUPPRESSED] * 2
    assert all(code >= 1 for code in layer.codes.to_list()[:1] + layer.codes.to_list()[3:])
    assert "fewer than 10" in str(layer.legend)
    assert "3 of 5" in layer.finding


def test_a_map_where_everything_is_drowned_is_all_hatched():
    layer = noisy.layer(members(1, 2, 3), title="Reports")
    assert set(layer.codes) == {palettes.SUPPRESSED}
    assert "0 of 3" in layer.finding


def test_a_governorate_is_one_place_however_many_districts_it_has():
    shown = members(43, 43, 9).assign(adm1_pcode=["IQG01", "IQG01", "IQG02"])
    assert "1 of 2" in noisy.layer(shown, title="Reports").finding


def test_a_chart_holds_the_interval_and_no_figure_that_is_drowned():
    periods = members(43, 9).assign(period=["2024Q1", "2024Q2"])
    data = noisy.by_period(periods, title="Reports").to_dict()["datasets"]
    rows = next(iter(data.values()))
    assert [row["words"] for row in rows] == ["43", "fewer than 10"]
    assert [row["n"] for row in rows] == [43.0, None]
    assert [(row["low"], row["high"]) for row in rows] == [(36, 50), (2, 16)]
    assert [row["member"] for row in rows] == ["Q1 2024", "Q2 2024"]


def test_the_largest_category_stands_first_and_its_stored_figure_is_not_in_the_chart():
    categories = members(-3, 43, 20).assign(category=["C01", "C02", "C03"])
    chart = noisy.by_category(categories, {"C02": "C02 Killing"}, title="Reports").to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert sorted(rows, key=lambda row: row["order"])[0]["member"] == "C02 Killing"
    assert "-3" not in str(rows)


@pytest.mark.parametrize(("period", "words"), [("2024Q1", "Q1 2024"), ("2024-02", "Feb 2024"), ("2024", "2024")])
def test_periods_are_written_out(period, words):
    assert noisy.period_label(period) == words
    assert noisy.span([period]) == words
