"""Who may see what. Closed by default: what is not granted here to a role by name does not exist for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from concerns.schema import ADM1_LENGTH, REPORT_COLUMNS, AccessDenied, GeoPrecision
from concerns.taxonomy import Taxonomy


class Role(StrEnum):
    """What a person is to the programme."""

    PLANNER = "planner"
    FORUM_LEAD = "forum_lead"
    DONOR = "donor"
    PUBLIC = "public"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing that a role may do. Whoever holds ROWS holds it for the own districts and clearances only."""

    RELEASE = "read the published release"
    COUNTS = "count reports of the store"
    ROWS = "see single reports and their points"
    TEXT = "read what reporters wrote"
    EXPORT_TABLES = "download tables"
    EXPORT_ROWS = "download single reports"
    LOAD = "load and undo batches"
    PUBLISH = "publish a release"
    ADMINISTER = "edit roles and read the audit trail"


_OF_ROWS = frozenset({Right.RELEASE, Right.COUNTS, Right.ROWS, Right.EXPORT_TABLES})
_OF_PLANNER = _OF_ROWS | {Right.TEXT, Right.EXPORT_ROWS, Right.LOAD}
_OF_RELEASE = frozenset({Right.RELEASE, Right.EXPORT_TABLES})
GRANTS: dict[Role, frozenset[Right]] = {
    Role.PLANNER: _OF_PLANNER,
    Role.FORUM_LEAD: _OF_ROWS,
    Role.DONOR: _OF_RELEASE,
    Role.PUBLIC: _OF_RELEASE,
    Role.ADMIN: _OF_PLANNER | {Right.PUBLISH, Right.ADMINISTER},
}
ALL_DISTRICTS = frozenset({Role.PLANNER, Role.ADMIN})  # where no district is named; others then see none


@dataclass(frozen=True)
class Viewer:
    """One person for the length of one run. `role` None, and every role that is no `Role`, may do nothing.

    `districts`: adm2 p-codes (empty: all for planner and admin, none for the rest). `clearances`: codes of sensitive
    categories or sub-categories. `until`: last day on which this holds; None without end.
    """

    subject: str
    role: Role | None = None
    districts: frozenset[str] = frozenset()
    clearances: frozenset[str] = frozenset()
    until: dt.date | None = None

    def __post_init__(self) -> None:
        for name in ("districts", "clearances"):
            codes = getattr(self, name)
            if isinstance(codes, str):
                raise TypeError(f"{name} is a set of codes, not one text")
            object.__setattr__(self, name, frozenset(codes))


@dataclass(frozen=True)
class Codes:
    """The closed list of category and sub-category codes, and those of them that only the cleared may place.

    >>> codes = Codes(known=frozenset({"C05", "C07"}), sensitive=frozenset({"C05"}))
    """

    known: frozenset[str]
    sensitive: frozenset[str]

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> Codes:
        """Take both lists from the taxonomy."""
        subcodes = {code for category in taxonomy.categories for code in taxonomy.subcategories(category)}
        return cls(known=frozenset(taxonomy.categories) | subcodes, sensitive=taxonomy.sensitive)


def rights(viewer: Viewer, *, today: dt.date) -> frozenset[Right]:
    """Give what a viewer may do today; an unknown role or a day past `until` gives nothing.

    >>> Right.ROWS in rights(Viewer("a", Role.DONOR), today=dt.date(2024, 5, 1))
    False
    """
    if viewer.until is not None and today > viewer.until:
        return frozenset()
    return GRANTS.get(viewer.role, frozenset()) if isinstance(viewer.role, Role) else frozenset()


def may(viewer: Viewer, right: Right, *, today: dt.date) -> bool:
    """Say whether a viewer holds a right today."""
    return right in rights(viewer, today=today)


def require(viewer: Viewer, right: Right, *, today: dt.date) -> None:
    """Raise AccessDenied, naming the rule, unless the viewer holds this right today."""
    if right in rights(viewer, today=today):
        return
    if viewer.until is not None and today > viewer.until:
        what = f"This access ended on {viewer.until.isoformat()}."
    else:
        role = viewer.role.value if isinstance(viewer.role, Role) else "no role"
        what = f"Not permitted to {right.value} ({role})."
    raise AccessDenied(what, where="access", hint="An admin can change it under Roles.", code=right.name)


def may_see_district(viewer: Viewer, adm2_pcode: str, *, today: dt.date) -> bool:
    """Say whether rows of this district are open to the viewer, sensitive ones apart."""
    if Right.ROWS not in rights(viewer, today=today):
        return False
    return adm2_pcode in viewer.districts if viewer.districts else viewer.role in ALL_DISTRICTS


def scope(viewer: Viewer, *, today: dt.date) -> str:
    """Give the text that two viewers share only if they see the same; it belongs in every cache key.

    >>> scope(Viewer("a@example.org", Role.FORUM_LEAD, frozenset({"IQG15Q03"})), today=dt.date(2024, 5, 1))
    'forum_lead|IQG15Q03|'
    """
    if not rights(viewer, today=today):
        return "nothing||"
    return f"{viewer.role}|{','.join(sorted(viewer.districts))}|{','.join(sorted(viewer.clearances))}"


# What a report shows: closed lists. A column that stands in none of them is not seen by anyone.
_OPEN = frozenset(
    [
        "occurred_on",
        "reported_on",
        "date_precision",
        "adm1_pcode",
        "geo_precision",
        "category",
        "subcategory",
        "severity",
        "sensitive",
        "boundary_version",
        "is_context",
    ]
)
_PLACE = frozenset(
    [
        "adm2_pcode",
        "adm3_pcode",
        "adm2_stated",
        "place_name",
        "lat",
        "lon",
        "accuracy_m",
        "join_method",
        "distance_m",
        "location_conflict",
    ]
)
_PERSONS = frozenset(
    [
        "report_id",
        "source",
        "forum_id",
        "submitted_at",
        "n_affected",
        "affected_women",
        "affected_children",
        "reporter_group",
        "reporter_sex",
        "reporter_status",
        "validation",
        "near_duplicate",
        "repairs",
        "batch_id",
        "row",
        "content_hash",
        "text_lang",
    ]
)
_TEXT = frozenset({"description"})
_NULLABLE = {"bool": "boolean", "int8": "Int8", "int32": "Int32", "int64": "Int64"}  # types that cannot miss a value


def permitted_rows(reports: pd.DataFrame, viewer: Viewer, codes: Codes, *, today: dt.date) -> pd.DataFrame:
    """Cut reports to what a viewer may see, before anything is computed from them.

    reports: any of the columns `REPORT_COLUMNS`, with adm1_pcode, adm2_pcode, category, subcategory and sensitive.
    Returns a new frame, index 0 …; columns that nobody may see are left out. Rows of a category that is not in
    `codes.known` are left out. A sensitive row that the viewer is not cleared for is coarse: place, persons, identity
    and text are missing and geo_precision is GOVERNORATE. Coarse rows stand last, sorted by what they still show, for
    their neighbours in the file would tell the district. For a viewer of single districts they come from the whole of
    the governorates, for a choice by district would tell it too.
    Raises KeyError: one of the five columns is absent, so that nothing can be decided.

    >>> row = {"adm1_pcode": "IQG15", "adm2_pcode": "IQG15Q03", "category": "C05", "subcategory": None,
    ...        "sensitive": True, "lat": 36.3}
    >>> codes = Codes(known=frozenset({"C05", "C07"}), sensitive=frozenset({"C05"}))
    >>> seen = permitted_rows(pd.DataFrame([row]), Viewer("a", Role.PLANNER), codes, today=dt.date(2024, 5, 1))
    >>> seen[["adm1_pcode", "adm2_pcode", "lat"]].to_dict("records")
    [{'adm1_pcode': 'IQG15', 'adm2_pcode': nan, 'lat': nan}]
    """
    keep, coarse = _decide(reports, viewer, codes, today)
    granted = rights(viewer, today=today)
    visible = _OPEN | _PLACE | _PERSONS | (_TEXT if Right.TEXT in granted else frozenset())
    columns = [name for name in reports.columns if name in visible and name in REPORT_COLUMNS]
    fine = reports.loc[keep & ~coarse, columns]
    blurred = _coarsened(reports.loc[keep & coarse, columns], codes)
    return pd.concat([fine, blurred], ignore_index=True) if len(blurred) else fine.reset_index(drop=True)


def _coarsened(rows: pd.DataFrame, codes: Codes) -> pd.DataFrame:
    """Blank all but the open columns, and forget the order."""
    open_columns = [name for name in rows.columns if name in _OPEN]
    coarse = rows.copy()
    for name in rows.columns.difference(open_columns):
        coarse[name] = pd.Series(None, index=rows.index, dtype=_NULLABLE.get(str(rows[name].dtype), rows[name].dtype))
    if "geo_precision" in open_columns:
        coarse["geo_precision"] = pd.Series(int(GeoPrecision.GOVERNORATE), index=rows.index, dtype="int8")
    if "subcategory" in open_columns:
        coarse["subcategory"] = coarse["subcategory"].where(coarse["subcategory"].isin(codes.known))
    return coarse.sort_values(open_columns, ignore_index=True)


def _decide(reports: pd.DataFrame, viewer: Viewer, codes: Codes, today: dt.date) -> tuple[pd.Series, pd.Series]:
    """Give which rows exist for the viewer, and which of them only at governorate precision."""
    coarse = ~is_cleared(reports, viewer.clearances & codes.known, codes)
    if Right.ROWS not in rights(viewer, today=today):
        return pd.Series(False, index=reports.index), coarse
    known = reports["category"].isin(_categories(codes))
    if viewer.districts:
        governorates = {code[:ADM1_LENGTH] for code in viewer.districts}
        fine = reports["adm2_pcode"].isin(viewer.districts)
        inside = fine.where(~coarse, reports["adm1_pcode"].isin(governorates))
    else:
        inside = pd.Series(viewer.role in ALL_DISTRICTS, index=reports.index)
    return known & inside, coarse


def is_sensitive(reports: pd.DataFrame, codes: Codes) -> pd.Series:
    """Say which reports only the cleared may place: by category, sub-category or flag; undecidable counts as sensitive.

    reports: category, subcategory, sensitive. Returns bool on the index of `reports`.
    """
    return ~is_cleared(reports, frozenset(), codes)


def is_cleared_for_all(viewer: Viewer, codes: Codes) -> bool:
    """Say whether no report can be too sensitive for this viewer, whatever its sub-category or flag."""
    return _categories(codes) <= viewer.clearances


def is_cleared(reports: pd.DataFrame, clearances: frozenset[str], codes: Codes) -> pd.Series:
    """Say which reports somebody with these clearances may place; columns and index as for `is_sensitive`.

    Decided once for each combination of the three marks: millions of reports have few.
    """
    marks = reports[["category", "subcategory", "sensitive"]]
    numbers = [pd.factorize(marks[name]) for name in marks.columns]
    combined = np.ravel_multi_index([code + 1 for code, _ in numbers], [len(unique) + 1 for _, unique in numbers])
    _, first, kind = np.unique(combined, return_index=True, return_inverse=True)
    decided = _kind_is_cleared(marks.iloc[first].reset_index(drop=True), clearances, codes)
    return pd.Series(decided.to_numpy()[kind], index=reports.index, dtype=bool)


def _kind_is_cleared(kinds: pd.DataFrame, clearances: frozenset[str], codes: Codes) -> pd.Series:
    """A report is cleared when each of its three marks (category, sub-category, flag) is open or covered."""
    category, sub = kinds["category"].astype("object"), kinds["subcategory"].astype("object")
    parent = sub.map(lambda code: code.split(".")[0], na_action="ignore")
    has_sub = sub.notna() & (sub != "")
    covers_category = category.isin(clearances)
    covers_sub = has_sub & (sub.isin(clearances) | parent.isin(clearances))
    category_ok = (
        covers_category
        | (covers_sub & (parent == category))
        | (category.isin(_categories(codes)) & ~category.isin(codes.sensitive))
    )
    sub_open = sub.isin(codes.known) & ~sub.isin(codes.sensitive) & ~parent.isin(codes.sensitive)
    sub_ok = ~has_sub | sub_open | covers_sub
    flag_open = kinds["sensitive"].astype("object").map({False: True}).fillna(False).astype(bool)
    return category_ok & sub_ok & (flag_open | covers_category | covers_sub)


def _categories(codes: Codes) -> frozenset[str]:
    """A sub-category's code in the place of a category is an unknown category."""
    return frozenset(code for code in codes.known if "." not in code)
