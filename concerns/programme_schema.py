"""The programme's vocabulary: closed lists and the columns of its six tables."""

from __future__ import annotations

from enum import StrEnum

SELF_SUSTAINING_MONTHS = 24  # a forum is expected to stand alone by this month of its mentoring
YOUTH_AGES = (15, 29)
POPULATION_ROUNDING = 2  # persons by which parts of a population may exceed their total


class Sector(StrEnum):
    """Who a concern is referred to."""

    EDUCATION = "education"
    HEALTH = "health"
    LABOUR = "labour"
    PROTECTION = "protection"
    LAW_ENFORCEMENT = "law_enforcement"
    JUSTICE = "justice"
    MUNICIPAL = "municipal"
    SOCIAL_AFFAIRS = "social_affairs"
    CIVIL_SOCIETY = "civil_society"
    MINE_ACTION = "mine_action"
    OTHER = "other"


class Priority(StrEnum):
    """How soon a referral is to be answered."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


SERVICE_LEVEL_DAYS: dict[Priority, int] = {Priority.EMERGENCY: 1, Priority.URGENT: 3, Priority.NORMAL: 14}


class ReferralStatus(StrEnum):
    """Where a referral stands (the words of Primero)."""

    IN_PROGRESS = "in_progress"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DONE = "done"
    REVOKED = "revoked"


ENDED = frozenset({ReferralStatus.REJECTED, ReferralStatus.DONE, ReferralStatus.REVOKED})


class Outcome(StrEnum):
    """What a referral led to."""

    RESOLVED = "resolved"
    PARTLY = "partly"
    NOT_RESOLVED = "not_resolved"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class ActivityKind(StrEnum):
    """What support a forum received."""

    TRAINING = "training"
    EQUIPMENT = "equipment"
    INFRASTRUCTURE = "infrastructure"
    MENTORING_VISIT = "mentoring_visit"


class Unit(StrEnum):
    """What the quantity of an activity counts."""

    PERSON = "person"
    PIECE = "piece"
    SET = "set"
    BUILDING = "building"
    VISIT = "visit"
    HOUR = "hour"


class Functional(StrEnum):
    """Whether equipment worked on the day it was checked."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Arm(StrEnum):
    """Whether a surveyed place has a forum."""

    FORUM = "forum"
    COMPARISON = "comparison"


class SurveyIndicator(StrEnum):
    """The perception indicators that every round asks for; an own code is allowed beside them."""

    TRUST_POLICE = "trust_police"
    FEEL_SAFE_DAY = "feel_safe_day"
    FEEL_SAFE_NIGHT = "feel_safe_night"
    WOULD_REPORT = "would_report"
    WOMEN_WOULD_REPORT = "women_would_report"
    KNOWS_FORUM = "knows_forum"
    SATISFIED_RESPONSE = "satisfied_response"


class Group(StrEnum):
    """Whom a survey estimate is about."""

    ALL = "all"
    WOMEN = "women"
    MEN = "men"
    YOUTH = "youth"
    IDP = "idp"
    RETURNEE = "returnee"
    HOST = "host"


class ProgrammeReason(StrEnum):
    """Why a row of a programme table is in quarantine: a closed list, one a row, the first that applies."""

    REQUIRED_MISSING = "REQUIRED_MISSING"
    VALUE_UNKNOWN = "VALUE_UNKNOWN"
    DATE_INVALID = "DATE_INVALID"
    NUMBER_INVALID = "NUMBER_INVALID"
    DATE_FUTURE = "DATE_FUTURE"
    DATES_OUT_OF_ORDER = "DATES_OUT_OF_ORDER"
    PART_EXCEEDS_TOTAL = "PART_EXCEEDS_TOTAL"
    CONTRADICTORY = "CONTRADICTORY"
    PCODE_UNKNOWN = "PCODE_UNKNOWN"
    FORUM_UNKNOWN = "FORUM_UNKNOWN"
    ORPHAN_REPORT = "ORPHAN_REPORT"
    ID_CONFLICT = "ID_CONFLICT"


# Column → Arrow type name of the stored table; "?" marks what may be missing. Dates are days in Baghdad; counts are
# persons, pieces or concerns, blank = unknown, 0 = none.

# Grain: one row a forum.
FORUM_COLUMNS: dict[str, str] = {
    "forum_id": "string",
    "adm2_pcode": "string",
    "name_en": "string?",
    "name_ar": "string?",
    "name_ckb": "string?",
    "lat": "float64?",
    "lon": "float64?",
    "opened_on": "date32",
    "mentoring_start": "date32?",
    "mentoring_end": "date32?",
    "handover_on": "date32?",
    "closed_on": "date32?",
    "ssp_adopted_on": "date32?",
    "members_total": "int32?",
    "members_women": "int32?",
    "self_funded_share": "float64?",
    "donor": "string?",
}

# Grain: one row a meeting, planned or held; held_on missing = not held; n_concerns 0 = held, and nothing was raised.
MEETING_COLUMNS: dict[str, str] = {
    "meeting_id": "string",
    "forum_id": "string",
    "planned_on": "date32?",
    "held_on": "date32?",
    "n_concerns": "int32?",
    "att_total": "int32?",
    "att_women": "int32?",
    "att_youth": "int32?",
    "att_police": "int32?",
    "att_idp": "int32?",
    "att_returnee": "int32?",
}

# Grain: one row a referral; closed_on missing = open, or ended on a day that nobody wrote down (see `status`).
REFERRAL_COLUMNS: dict[str, str] = {
    "referral_id": "string",
    "report_id": "string?",
    "forum_id": "string?",
    "adm2_pcode": "string?",
    "category": "string?",
    "sector": "string",
    "receiving_body": "string?",
    "priority": "string",
    "sent_on": "date32",
    "acknowledged_on": "date32?",
    "accepted_on": "date32?",
    "closed_on": "date32?",
    "status": "string",
    "outcome": "string?",
}

# Grain: one row a training, a delivery, a work or a mentoring visit; forum_id missing = for the whole district.
ACTIVITY_COLUMNS: dict[str, str] = {
    "activity_id": "string",
    "forum_id": "string?",
    "adm2_pcode": "string",
    "kind": "string",
    "started_on": "date32",
    "ended_on": "date32?",
    "donor": "string?",
    "item": "string?",
    "quantity": "float64?",
    "unit": "string?",
    "participants_total": "int32?",
    "participants_women": "int32?",
    "participants_police": "int32?",
    "cost_usd": "float64?",
    "functional": "string?",
    "checked_on": "date32?",
}

# Grain: one row a survey round, place, arm, indicator and group. estimate and se are shares (0 to 1).
SURVEY_COLUMNS: dict[str, str] = {
    "survey_id": "string",
    "wave": "int32",
    "fielded_from": "date32",
    "fielded_to": "date32",
    "adm1_pcode": "string?",
    "adm2_pcode": "string?",
    "site": "string?",
    "arm": "string",
    "indicator": "string",
    "group": "string",
    "n": "int32",
    "estimate": "float64",
    "se": "float64",
    "is_se_computed": "bool",  # from n and the estimate, design effect 1, because the source gave none
}

# Grain: one row an area, year, source and boundary version.
POPULATION_COLUMNS: dict[str, str] = {
    "adm_pcode": "string",
    "year": "int32",
    "source": "string",
    "boundary_version": "string",
    "total": "int32",
    "female": "int32?",
    "male": "int32?",
    "youth": "int32?",
    "idp": "int32?",
    "returnee": "int32?",
}

PROGRAMME_TABLES: dict[str, dict[str, str]] = {
    "forums": FORUM_COLUMNS,
    "meetings": MEETING_COLUMNS,
    "referrals": REFERRAL_COLUMNS,
    "activities": ACTIVITY_COLUMNS,
    "surveys": SURVEY_COLUMNS,
    "population": POPULATION_COLUMNS,
}

# What makes a row of a table the same row in the next file.
PROGRAMME_KEYS: dict[str, tuple[str, ...]] = {
    "forums": ("forum_id",),
    "meetings": ("meeting_id",),
    "referrals": ("referral_id",),
    "activities": ("activity_id",),
    "surveys": ("survey_id", "wave", "adm1_pcode", "adm2_pcode", "site", "arm", "indicator", "group"),
    "population": ("adm_pcode", "year", "source", "boundary_version"),
}

# Columns that take one of a closed list; templates offer these values for choice.
CLOSED_LISTS: dict[str, type[StrEnum]] = {
    "sector": Sector,
    "priority": Priority,
    "status": ReferralStatus,
    "outcome": Outcome,
    "kind": ActivityKind,
    "unit": Unit,
    "functional": Functional,
    "arm": Arm,
    "group": Group,
}
