"""Roles and deeds as tables for an admin, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from concerns.access import Role
from loaders.audit import Event
from pages.figures.texts import _

ROLES: dict[Role, Callable[[], str]] = {
    Role.PLANNER: lambda: _("planner"),
    Role.FORUM_LEAD: lambda: _("forum lead"),
    Role.DONOR: lambda: _("donor"),
    Role.PUBLIC: lambda: _("public"),
    Role.ADMIN: lambda: _("admin"),
}
EVENTS: dict[Event, Callable[[], str]] = {
    Event.OPENED: lambda: _("opened"),
    Event.LOADED: lambda: _("loaded"),
    Event.EXPORTED: lambda: _("took out"),
    Event.UNDID: lambda: _("undid"),
    Event.PUBLISHED: lambda: _("published"),
    Event.CHANGED_ROLE: lambda: _("changed a role"),
}


def role_table(roles: pd.DataFrame) -> pd.DataFrame:
    """Everybody who has a role. roles: from `loaders.roles.RoleTable.read`; an unknown role stays as it stands."""
    names = {str(role): word() for role, word in ROLES.items()}
    return pd.DataFrame(
        {
            _("Person"): roles["who"],
            _("Role"): roles["role"].map(names).fillna(roles["role"]),
            _("Districts"): roles["districts"],
            _("Cleared for"): roles["clearances"],
            _("Last day"): roles["until"],
            _("Changed by"): roles["changed_by"],
            _("Changed at"): roles["changed_at"],
        }
    )


def trail_table(trail: pd.DataFrame) -> pd.DataFrame:
    """The deeds, as `loaders.audit.AuditTrail.read` gives them."""
    words = {str(event): word() for event, word in EVENTS.items()}
    return pd.DataFrame(
        {
            _("Line"): trail["n"],
            _("Time (UTC)"): trail["at"],
            _("Person"): trail["who"],
            _("Deed"): trail["event"].map(words).fillna(trail["event"]),
            _("Details"): trail["details"],
        }
    )
