"""The table of roles: who is what, where, cleared for what and until when. Looked up anew on every run.

One small file with the store: a checksum, then the rows as JSON (a flipped bit in Parquet goes unseen in places, and
here it could be somebody's last day). Somebody who is not in it, twice in it, past the last day or entered with a role
that is none, is nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from concerns import access
from concerns.access import Right, Role, Viewer
from concerns.schema import BadSetting, StoreError
from loaders import lock
from loaders.audit import AuditTrail, Event
from loaders.whole_file import replace_file

COLUMNS = ("who", "role", "districts", "clearances", "until", "changed_by", "changed_at")
NOBODY = Viewer("")
_FILE = "roles.json"
_WHO = re.compile(r"[\w.@+|:/'=%~-]{1,200}")
_CODE = re.compile(r"[A-Za-z0-9.]{1,24}")


@dataclass(frozen=True)
class RoleEntry:
    """One row of the table. `who`: an e-mail address, or the subject that the identity provider gives."""

    who: str
    role: Role
    districts: frozenset[str] = frozenset()
    clearances: frozenset[str] = frozenset()
    until: dt.date | None = None


class RoleTable:
    """The table in one folder, and the trail that notes every change of it."""

    def __init__(self, folder: Path, trail: AuditTrail) -> None:
        if folder == trail.folder:
            raise ValueError("roles and trail need folders of their own, since each has its lock")
        self.folder, self.trail = folder, trail

    def read(self) -> pd.DataFrame:
        """Grain: one row a person; columns `COLUMNS`, districts and clearances as codes with commas.

        Raises StoreError: the file is damaged or was changed by hand. Then nobody has a role.
        """
        path = self.folder / _FILE
        if not path.exists():
            return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
        digest, _, rows = path.read_bytes().partition(b"\n")
        if hashlib.sha256(rows).hexdigest().encode() != digest:
            raise StoreError(
                "The table of roles was damaged or changed by hand.", where=_FILE, hint="Restore a backup."
            )
        return pd.DataFrame(json.loads(rows), columns=list(COLUMNS), dtype="str")

    def find(self, *, email: str | None = None, subject: str | None = None) -> Viewer:
        """Give the viewer of a signed-in person, NOBODY when the table does not name exactly one row for them.

        email: only one that the identity provider has verified; letters' case does not matter. subject: exactly.
        Whether the last day is past is decided by `access`, on every question.
        """
        table = self.read()
        is_them = pd.Series(False, index=table.index)
        if email:
            is_them |= table["who"].str.casefold() == email.casefold()
        if subject:
            is_them |= table["who"] == subject
        if is_them.sum() != 1:
            return NOBODY
        return _viewer(table[is_them].iloc[0])

    def set(self, entry: RoleEntry, *, by: Viewer, at: dt.datetime) -> None:
        """Enter somebody, or change their row.

        Raises AccessDenied: `by` may not administer today. Raises BadSetting: an entry in the wrong form, or the last
        admin would lose the role.
        """
        access.require(by, Right.ADMINISTER, today=at.date())
        _check(entry)
        row = {
            "who": entry.who,
            "role": str(entry.role),
            "districts": ",".join(sorted(entry.districts)),
            "clearances": ",".join(sorted(entry.clearances)),
            "until": entry.until.isoformat() if entry.until else "",
            "changed_by": by.subject,
            "changed_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        }
        with lock.writing(self.folder):
            table = pd.concat([self._others(entry.who), pd.DataFrame([row])], ignore_index=True)
            _check_admins(table, today=at.date())
            details = {name: row[name] for name in ("role", "districts", "clearances", "until")}
            self.trail.append(Event.CHANGED_ROLE, who=by.subject, at=at, subject=entry.who, **details)
            self._write(table)

    def revoke(self, who: str, *, by: Viewer, at: dt.datetime) -> None:
        """Take somebody's row away; it works at their next click.

        Raises AccessDenied: `by` may not administer today. Raises BadSetting: there is no such row, or it is the last
        admin's.
        """
        access.require(by, Right.ADMINISTER, today=at.date())
        with lock.writing(self.folder):
            others = self._others(who)
            if len(others) == len(self.read()):
                raise BadSetting("Nobody of this name has a role.", where="roles", hint="Look for it in the table.")
            _check_admins(others, today=at.date())
            self.trail.append(Event.CHANGED_ROLE, who=by.subject, at=at, subject=who, role=None)
            self._write(others)

    def _others(self, who: str) -> pd.DataFrame:
        table = self.read()
        return table[table["who"].str.casefold() != who.casefold()]

    def _write(self, table: pd.DataFrame) -> None:
        rows = json.dumps(table.sort_values("who").to_dict("records"), ensure_ascii=False, indent=1).encode()
        replace_file(self.folder / _FILE, hashlib.sha256(rows).hexdigest().encode() + b"\n" + rows)


def _viewer(row: pd.Series) -> Viewer:
    """What cannot be read of a row gives nothing."""
    try:
        role = Role(row["role"])
        until = dt.date.fromisoformat(row["until"]) if row["until"] else None
    except (ValueError, TypeError):
        return NOBODY
    codes = {name: frozenset(str(row[name]).split(",")) - {""} for name in ("districts", "clearances")}
    return Viewer(str(row["who"]), role, until=until, **codes)


def _check_admins(table: pd.DataFrame, *, today: dt.date) -> None:
    viewers = [_viewer(row) for _, row in table.iterrows()]
    if not any(Right.ADMINISTER in access.rights(viewer, today=today) for viewer in viewers):
        raise BadSetting("Nobody could administer any more.", where="roles", hint="Make somebody else an admin first.")


def _check(entry: RoleEntry) -> None:
    codes = entry.districts | entry.clearances
    if not _WHO.fullmatch(entry.who) or not isinstance(entry.role, Role) or not all(map(_CODE.fullmatch, codes)):
        hint = "Write an address or subject without spaces, one of the roles, and codes such as IQG15Q03 or C05."
        raise BadSetting("The entry cannot be read.", where="roles", hint=hint)
    if entry.role is Role.FORUM_LEAD and not entry.districts:
        raise BadSetting("A forum lead sees nothing without a district.", where="roles", hint="Name the districts.")
