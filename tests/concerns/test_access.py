"""Who may see what: each role by itself, and everything unknown closed."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.access import (
    ALL_DISTRICTS,
    GRANTS,
    Codes,
    Right,
    Role,
    Viewer,
    is_sensitive,
    may_see_district,
    permitted_rows,
    require,
    rights,
    scope,
)
from concerns.schema import REPORT_COLUMNS, AccessDenied
from concerns.taxonomy import Taxonomy

TODAY = dt.date(2024, 5, 1)
CODES = Codes(
    known=frozenset({"C02", "C02.1", "C02.3", "C05", "C05.1", "C05.2", "C07", "C07.1"}),
    sensitive=frozenset({"C05", "C02.3"}),
)
CANARY = "CANARY"
TEXTS = [name for name, kind in REPORT_COLUMNS.items() if kind.startswith("string")]


def report(**values: object) -> dict[str, object]:
    """A report with a canary in every text field."""
    row: dict[str, object] = {name: f"{CANARY}-{name}" for name in TEXTS}
    row |= {
        "occurred_on": dt.date(2024, 3, 3), "reported_on": dt.date(2024, 3, 4), "date_precision": 1,
        "submitted_at": pd.Timestamp("2024-03-04", tz="UTC"), "adm1_pcode": "IQG15", "adm2_pcode": "IQG15Q03",
        "lat": 36.27, "lon": 43.37, "accuracy_m": 5.0, "geo_precision": 1, "category": "C07", "subcategory": None,
        "severity": 2, "n_affected": 6, "affected_women": 2, "affected_children": 1, "distance_m": 0.0,
        "location_conflict": False, "near_duplicate": False, "sensitive": False, "boundary_version": "cod-2019",
        "row": 7,
    }  # fmt: skip
    return row | values


def reports(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(REPORT_COLUMNS))


def seen(frame: pd.DataFrame, role: Role | None, districts: tuple[str, ...] = (), cleared: tuple[str, ...] = ()):
    viewer = Viewer("a@example.org", role, frozenset(districts), frozenset(cleared))
    return permitted_rows(frame, viewer, CODES, today=TODAY)


def test_rights_of_each_role_are_the_written_ones():
    assert {role: sorted(right.name for right in granted) for role, granted in GRANTS.items()} == {
        Role.PLANNER: ["COUNTS", "EXPORT_ROWS", "EXPORT_TABLES", "LOAD", "RELEASE", "ROWS", "TEXT"],
        Role.FORUM_LEAD: ["COUNTS", "EXPORT_TABLES", "RELEASE", "ROWS"],
        Role.DONOR: ["EXPORT_TABLES", "RELEASE"],
        Role.PUBLIC: ["EXPORT_TABLES", "RELEASE"],
        Role.ADMIN: sorted(right.name for right in Right),
    }


@pytest.mark.parametrize("role", [None, "Planner", "planner ", "root", "", 0])
def test_an_unknown_role_has_no_right_and_no_row(role):
    viewer = Viewer("a", role)  # type: ignore[arg-type]
    assert rights(viewer, today=TODAY) == frozenset()
    assert permitted_rows(reports(report()), viewer, CODES, today=TODAY).empty
    assert not may_see_district(viewer, "IQG15Q03", today=TODAY)
    assert scope(viewer, today=TODAY) == "nothing||"


@pytest.mark.parametrize("role", [Role.DONOR, Role.PUBLIC])
def test_donor_and_public_have_no_way_to_a_row_whatever_their_table_entry_says(role):
    frame = reports(report(), report(category="C05", sensitive=True))
    assert seen(frame, role, ("IQG15Q03",), ("C05",)).empty


def test_access_ends_after_its_last_day():
    viewer = Viewer("a", Role.PLANNER, until=TODAY)
    assert Right.ROWS in rights(viewer, today=TODAY)
    late = TODAY + dt.timedelta(days=1)
    assert rights(viewer, today=late) == frozenset()
    assert permitted_rows(reports(report()), viewer, CODES, today=late).empty
    with pytest.raises(AccessDenied, match="ended on 2024-05-01") as denied:
        require(viewer, Right.ROWS, today=late)
    assert denied.value.code == "ROWS"


def test_denial_names_the_rule():
    with pytest.raises(AccessDenied, match=r"Not permitted to see single reports and their points \(donor\)"):
        require(Viewer("a", Role.DONOR), Right.ROWS, today=TODAY)
    require(Viewer("a", Role.PLANNER), Right.ROWS, today=TODAY)


def test_planner_sees_open_rows_whole_and_sensitive_ones_by_governorate_only():
    frame = reports(report(), report(category="C05", subcategory="C05.1", sensitive=True))
    rows = seen(frame, Role.PLANNER)
    assert rows.loc[0, "description"] == "CANARY-description"
    assert rows.loc[0, ["lat", "adm2_pcode", "report_id"]].to_list() == [36.27, "IQG15Q03", "CANARY-report_id"]
    coarse = rows.loc[1].dropna()
    assert coarse.to_dict() == {
        "occurred_on": dt.date(2024, 3, 3), "reported_on": dt.date(2024, 3, 4), "date_precision": 1,
        "adm1_pcode": "IQG15", "geo_precision": 5, "category": "C05", "subcategory": "C05.1", "severity": 2,
        "sensitive": True, "boundary_version": "cod-2019",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("category", "subcategory", "flag", "cleared", "is_fine"),
    [
        ("C07", None, False, (), True),
        ("C07", "C07.1", False, (), True),
        ("C05", None, False, (), False),  # by category, whatever the flag says
        ("C05", None, True, ("C05",), True),
        ("C05", "C05.1", True, ("C05",), True),
        ("C05", "C05.1", True, ("C05.1",), True),
        ("C05", "C05.2", True, ("C05.1",), False),
        ("C05", None, True, ("C05.1",), False),
        ("C02", "C02.1", False, (), True),
        ("C02", "C02.3", False, (), False),  # by sub-category
        ("C02", "C02.3", True, ("C02.3",), True),
        ("C02", "C02.3", True, ("C02",), True),
        ("C02", "C02.3", True, ("C05",), False),
        ("C07", None, True, (), False),  # by the source's own flag
        ("C07", None, None, (), False),  # an unknown flag is no "open"
        ("C07", None, True, ("C07",), True),
        ("C07", "C05.1", False, (), False),  # a sub-category of another, sensitive category
        ("C07", "C05.1", False, ("C07",), False),
        ("C05", "C07.1", True, ("C07",), False),
        ("C07", "C07.9", False, (), False),  # a sub-category that nobody knows
    ],
)
def test_who_is_cleared_for_a_row(category, subcategory, flag, cleared, is_fine):
    frame = reports(report(category=category, subcategory=subcategory, sensitive=flag))
    rows = seen(frame, Role.PLANNER, cleared=cleared)
    assert len(rows) == 1
    assert rows["lat"].notna().item() == is_fine
    assert is_sensitive(frame, CODES).item() == (not is_fine or bool(cleared))


@pytest.mark.parametrize("category", ["C98", "", None, "c07", "C05.1", "C07.1"])
def test_an_unknown_category_does_not_exist_even_for_an_admin(category):
    frame = reports(report(category=category))
    assert seen(frame, Role.ADMIN, cleared=("C98", "", "c07", "C05.1")).empty


def test_an_unknown_subcategory_is_coarse_and_unnamed():
    row = seen(reports(report(subcategory="C07.canary")), Role.PLANNER)
    assert row["subcategory"].isna().all()
    assert row["adm2_pcode"].isna().all()


def test_a_lead_sees_own_districts_without_text_and_none_when_none_is_named():
    frame = reports(report(), report(adm2_pcode="IQG15Q04"), report(adm1_pcode="IQG01", adm2_pcode="IQG01Q01"))
    rows = seen(frame, Role.FORUM_LEAD, ("IQG15Q03",))
    assert rows["adm2_pcode"].to_list() == ["IQG15Q03"]
    assert "description" not in rows
    assert seen(frame, Role.FORUM_LEAD).empty
    assert seen(frame, Role.PLANNER, ("IQG01Q01",))["adm2_pcode"].to_list() == ["IQG01Q01"]


def test_coarse_rows_of_a_lead_do_not_depend_on_the_district_they_happened_in():
    inside = report(category="C05", sensitive=True, adm2_pcode="IQG15Q03")
    outside = report(category="C05", sensitive=True, adm2_pcode="IQG15Q04")
    other = report(category="C05", sensitive=True, adm1_pcode="IQG01", adm2_pcode="IQG01Q01")
    pd.testing.assert_frame_equal(
        seen(reports(inside, other), Role.FORUM_LEAD, ("IQG15Q03",)),
        seen(reports(outside, other), Role.FORUM_LEAD, ("IQG15Q03",)),
    )
    assert len(seen(reports(inside, outside, other), Role.FORUM_LEAD, ("IQG15Q03",))) == 2


def test_the_order_of_coarse_rows_tells_nothing_about_their_neighbours_in_the_file():
    hidden = [report(category="C05", sensitive=True, severity=level) for level in (3, 1, 2)]
    frame = reports(hidden[0], report(row=8), hidden[1], hidden[2], report(row=9))
    rows = seen(frame, Role.PLANNER)
    assert rows["row"].to_list()[:2] == [8, 9]
    assert rows["severity"].to_list()[2:] == [1, 2, 3]
    assert rows.index.to_list() == [0, 1, 2, 3, 4]


def test_a_column_outside_the_schema_is_seen_by_nobody():
    frame = reports(report()).assign(phone=f"{CANARY}-phone")
    assert "phone" not in seen(frame, Role.ADMIN, cleared=("C05",))


def test_without_the_columns_that_decide_nothing_is_shown():
    for name in ("category", "subcategory", "sensitive", "adm1_pcode", "adm2_pcode"):
        with pytest.raises(KeyError, match=name):
            seen(reports(report()).drop(columns=name), Role.FORUM_LEAD, ("IQG15Q03",))


def test_an_empty_store_gives_an_empty_table_with_the_same_columns():
    assert seen(reports(), Role.PLANNER).columns.to_list() == seen(reports(report()), Role.PLANNER).columns.to_list()


@pytest.mark.parametrize(
    ("role", "districts", "sees"),
    [
        (Role.PLANNER, (), [True, True]),
        (Role.PLANNER, ("IQG15Q03",), [True, False]),
        (Role.FORUM_LEAD, ("IQG15Q03",), [True, False]),
        (Role.FORUM_LEAD, (), [False, False]),
        (Role.DONOR, ("IQG15Q03",), [False, False]),
    ],
)
def test_districts_that_are_open_to_a_viewer(role, districts, sees):
    viewer = Viewer("a", role, frozenset(districts))
    assert [may_see_district(viewer, code, today=TODAY) for code in ("IQG15Q03", "IQG15Q04")] == sees


def test_codes_are_those_of_the_taxonomy():
    blank = {"label_en": "a", "label_ar": "b", "label_ckb": "c", "iccs": ""}
    rows = [
        blank | {"code": "C02", "subcode": "", "sensitive": "no"},
        blank | {"code": "C02", "subcode": "C02.3", "sensitive": "yes"},
        blank | {"code": "C05", "subcode": "", "sensitive": "yes"},
    ]
    codes = Codes.of(Taxonomy.from_rows(rows))
    assert codes == Codes(known=frozenset({"C02", "C02.3", "C05"}), sensitive=frozenset({"C02.3", "C05"}))


def test_one_text_is_no_set_of_codes():
    with pytest.raises(TypeError, match="districts"):
        Viewer("a", Role.PLANNER, "IQG15Q03")  # type: ignore[arg-type]


def test_scopes_differ_exactly_where_sight_differs():
    same = [Viewer(who, Role.FORUM_LEAD, frozenset({"IQG15Q03", "IQG15Q04"})) for who in ("a", "b")]
    assert scope(same[0], today=TODAY) == scope(same[1], today=TODAY)
    others = [Viewer("a", Role.PLANNER), Viewer("a", Role.PLANNER, clearances=frozenset({"C05"})), same[0]]
    assert len({scope(viewer, today=TODAY) for viewer in others}) == 3


codes_drawn = st.sampled_from(["C02", "C02.1", "C02.3", "C05", "C05.1", "C07", "C07.1", "C98", "", None])
places_drawn = st.sampled_from(["IQG15Q03", "IQG15Q04", "IQG01Q01"])
viewers_drawn = st.builds(
    Viewer,
    subject=st.just("a"),
    role=st.sampled_from([*Role, None]),
    districts=st.frozensets(places_drawn, max_size=2),
    clearances=st.frozensets(st.sampled_from(["C05", "C05.1", "C02.3", "C98"]), max_size=2),
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(codes_drawn, codes_drawn, places_drawn, st.booleans()), max_size=6), viewer=viewers_drawn
)
def test_no_canary_of_a_hidden_row_is_in_what_anybody_gets(rows, viewer):
    frame = reports(
        *[
            report(category=category, subcategory=sub, adm2_pcode=place, adm1_pcode=place[:5], sensitive=flag)
            | {name: f"{CANARY}{number}-{name}" for name in ("description", "report_id", "place_name", "forum_id")}
            for number, (category, sub, place, flag) in enumerate(rows)
        ]
    )
    text = permitted_rows(frame, viewer, CODES, today=TODAY).to_csv()
    for number, (category, sub, place, flag) in enumerate(rows):
        is_open = category in {"C02", "C07"} and sub in {None, "", "C02.1", "C07.1", "C02", "C07"} and not flag
        covered = {category, sub, (sub or "").split(".")[0]} & viewer.clearances
        in_place = place in viewer.districts or (not viewer.districts and viewer.role in ALL_DISTRICTS)
        if viewer.role in {None, Role.DONOR, Role.PUBLIC} or not in_place or not (is_open or covered):
            assert f"{CANARY}{number}-" not in text
