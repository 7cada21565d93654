"""Transitions exported by Primero as referrals. Notes, reasons and the people on both sides are left out at reading.

A transition belongs to one of our reports only where its record has that report's id. Primero knows no priority: every
one counts as normal, so that none is called late by a guess; and no closing date: what it calls done stays undated.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from concerns.programme_cells import RefusedProgrammeRow
from concerns.programme_schema import Priority, ProgrammeReason, ReferralStatus, Sector

NAME = "primero"
_MARKS = frozenset({"record_id", "record_type", "transitioned_to_agency", "created_at", "status"})
REFERRED = frozenset({"referral", ""})  # the other types hand a whole case over
_ACCEPTED = frozenset({str(ReferralStatus.ACCEPTED), str(ReferralStatus.DONE)})
_UTC_HOURS = 3  # Asia/Baghdad, all year
# A word in the name of a service → who gives it; the first that fits.
_SECTORS = {
    "health": Sector.HEALTH, "medical": Sector.HEALTH, "psycho": Sector.HEALTH, "mental": Sector.HEALTH,
    "educat": Sector.EDUCATION, "school": Sector.EDUCATION, "livelihood": Sector.LABOUR, "labour": Sector.LABOUR,
    "police": Sector.LAW_ENFORCEMENT, "security": Sector.LAW_ENFORCEMENT, "legal": Sector.JUSTICE,
    "justice": Sector.JUSTICE, "mine": Sector.MINE_ACTION, "shelter": Sector.MUNICIPAL, "wash": Sector.MUNICIPAL,
    "protection": Sector.PROTECTION, "safehouse": Sector.PROTECTION, "reunification": Sector.PROTECTION,
    "care": Sector.SOCIAL_AFFAIRS, "social": Sector.SOCIAL_AFFAIRS, "cash": Sector.SOCIAL_AFFAIRS,
    "food": Sector.CIVIL_SOCIETY, "nfi": Sector.CIVIL_SOCIETY, "non_food": Sector.CIVIL_SOCIETY,
}  # fmt: skip


def recognise(columns: Sequence[str]) -> bool:
    """Tell whether a file has this layout, by its columns."""
    return _MARKS.issubset(name.strip().lower() for name in columns)


def to_referrals(text: pd.DataFrame, report_ids: Collection[str]) -> tuple[pd.DataFrame, list[RefusedProgrammeRow]]:
    """Return the referrals in the template's columns, and the transitions that are none (transfers, assignments).

    text: the file's own columns in lower case, cells as text. report_ids: of the store.

    >>> rows = pd.DataFrame({"id": ["t1", "t2"], "type": ["Referral", "Transfer"], "record_id": ["K1", "K1"],
    ...     "service": ["health_medical_service", ""], "status": ["accepted", "done"], "transitioned_to_agency": "NGO",
    ...     "created_at": "2024-03-05T22:30:00Z", "responded_at": ["2024-03-07T08:00:00Z", ""]})
    >>> ours, refused = to_referrals(rows, {"K1"})
    >>> ours[["referral_id", "report_id", "sector", "sent_on", "accepted_on"]].values.tolist(), len(refused)
    ([['t1', 'K1', 'health', '2024-03-06', '2024-03-07']], 1)
    """
    cells = text.reindex(columns=[*text.columns, *(n for n in _OPTIONAL if n not in text)], fill_value="")
    cells = cells.apply(lambda column: column.str.strip())
    status = cells["status"].str.lower().str.replace(r"[\s-]+", "_", regex=True)
    responded = _days(cells["responded_at"])
    ours = pd.DataFrame(
        {
            "referral_id": cells["id"],
            "report_id": cells["record_id"].where(cells["record_id"].isin(list(report_ids)), ""),
            "forum_id": "",
            "adm2_pcode": "",
            "sector": cells["service"].map(_sector),
            "receiving_body": cells["transitioned_to_agency"],
            "priority": str(Priority.NORMAL),
            "sent_on": _days(cells["created_at"]),
            "acknowledged_on": responded,
            "accepted_on": responded.where(status.isin(_ACCEPTED), ""),
            "status": status,
        },
        index=text.index,
    )
    is_referral = cells["type"].str.lower().isin(REFERRED)
    kept = [name for name in ("id", "type", "record_type", "status", "created_at") if name in text]
    refused = [
        RefusedProgrammeRow(int(row), ProgrammeReason.VALUE_UNKNOWN, "type", dict(cells.loc[row, kept]))
        for row in cells.index[~is_referral]
    ]
    return ours[is_referral], refused


_OPTIONAL = ("id", "type", "service", "responded_at")


def _sector(service: str) -> str:
    name = service.lower()
    return str(next((sector for word, sector in _SECTORS.items() if word in name), Sector.OTHER))


def _days(instants: pd.Series) -> pd.Series:
    """The day in Baghdad of an instant in UTC; a date alone is that day; what cannot be read stays as it stood."""
    plain = instants.str.replace(r"\s*UTC$", "", regex=True)
    moments = pd.to_datetime(plain.where(plain != ""), errors="coerce", utc=True, format="ISO8601")
    has_hour = plain.str.contains(":", regex=False)
    local = (moments + pd.Timedelta(hours=_UTC_HOURS)).where(has_hour, moments)
    return local.dt.strftime("%Y-%m-%d").where(moments.notna(), instants)
