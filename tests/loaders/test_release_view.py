"""Every figure of a release page is a sum of published cells, and nobody gets there without the right."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from concerns.access import Role, Viewer
from concerns.disclosure import Table
from concerns.release_question import TABLES, ReleaseQuestion
from concerns.schema import AccessDenied
from loaders.folders import Folders
from loaders.release_view import ReleaseView, open_release_view
from tests import canaries

TODAY = dt.date(2026, 7, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Folders.of(canaries.build(tmp_path_factory.mktemp("release_view"))).release


@pytest.fixture
def view(folder) -> ReleaseView:
    return open_release_view(folder, Viewer("", Role.DONOR), today=TODAY)


@pytest.mark.parametrize("role", list(Role))
def test_everybody_with_a_role_may_read_the_release(folder, role):
    assert open_release_view(folder, Viewer("x", role, until=TODAY), today=TODAY).release.quarters


@pytest.mark.parametrize(
    "viewer", [Viewer("x"), Viewer("x", "king"), Viewer("x", Role.DONOR, until=dt.date(2026, 7, 1))]
)
def test_nobody_else_does(folder, viewer):
    with pytest.raises(AccessDenied):
        open_release_view(folder, viewer, today=TODAY)


@pytest.mark.parametrize("table", list(TABLES))
@pytest.mark.parametrize("governorates", [(), ("IQG15",)])
def test_every_figure_is_a_sum_of_published_cells(view, table, governorates):
    answer = view.answer(ReleaseQuestion(table, "2025Q3", "2026Q2", governorates, ("C07",)))
    rows = view.release.tables[TABLES[table]]
    rows = rows[~rows["is_correction"]]
    if governorates and table != "country":
        rows = rows[rows["adm1_pcode"].isin(governorates)]
    if table != "districts":
        rows = rows[rows["category"] == "C07"]
    assert answer.total["n_reports"].to_list() == [rows["n_reports"].sum()]
    for frame in (answer.lines, answer.periods, answer.categories):
        if frame is not None:
            assert frame["n_reports"].sum() == rows["n_reports"].sum()
            assert frame["n_cells"].sum() == len(rows)
    if answer.places is not None:
        place = "adm2_pcode" if table == "districts" else "adm1_pcode"
        assert set(answer.places["n_reports"]) <= set(rows.groupby(place)["n_reports"].sum())


def test_a_map_of_governorates_gives_their_figure_to_each_of_their_districts(view):
    places = view.answer(ReleaseQuestion("governorates")).places
    totals = view.release.totals(
        Table.GOVERNORATE_QUARTER, by=["adm1_pcode"], where={"quarter": view.release.quarters}
    ).set_index("adm1_pcode")["n_reports"]
    assert len(places) == 101
    expected = places["adm1_pcode"].map(totals).rename("n_reports")
    pd.testing.assert_series_equal(places["n_reports"], expected, check_names=False)


def test_meetings_are_those_held_in_the_same_quarters_and_governorates(view):
    everywhere = view.answer(ReleaseQuestion(first="2025Q3", last="2026Q2")).n_held
    here = view.answer(ReleaseQuestion(first="2025Q3", last="2026Q2", governorates=("IQG01",))).n_held
    assert (everywhere, here) == (75, 25)
    lines = view.answer(ReleaseQuestion(first="2025Q3", last="2025Q3")).lines.set_index("adm2_pcode")
    assert lines.loc[canaries.OWN, "n_held"] == 7
    assert lines.loc[canaries.OWN, "n_forums"] == 1


def test_the_sensitive_table_knows_whole_years_alone(view):
    assert view.answer(ReleaseQuestion("sensitive", "2025Q3", "2026Q2")).quarters == ("2025Q3", "2025Q4")
    assert view.answer(ReleaseQuestion("sensitive", "2026Q1", "2026Q2")).lines.empty


def test_the_release_carries_its_own_districts(view):
    assert view.district_set.version.startswith("approximate-")
    assert len(view.district_set.districts) == 101
    assert view.district_set.is_approximate
    assert view.district_set.districts.crs.to_epsg() == 4326
    assert not view.is_synthetic
    assert view.published_on == canaries.NOON.date()
