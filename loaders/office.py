"""What an admin does in the browser or at the command line: edit roles, read the audit trail, publish a release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd

from concerns import access
from concerns.access import Right, Viewer
from loaders import district_set
from loaders.audit import AuditState
from loaders.folders import Folders
from loaders.publication import closed_quarters, publish_store
from loaders.release import MANIFEST, read_manifest
from loaders.roles import RoleEntry
from loaders.store import Store


class Office:
    """The office of one person at one moment. Raises AccessDenied without the right to administer.

    ask: says again who this person is, at each deed.
    """

    def __init__(self, store: Store, *, ask: Callable[[], Viewer], today: dt.date, now: dt.datetime) -> None:
        self._store, self._ask, self._today, self._now = store, ask, today, now
        self._folders = Folders.of(store)
        self._permitted(Right.ADMINISTER)

    def roles(self) -> pd.DataFrame:
        """The table of roles; columns `loaders.roles.COLUMNS`."""
        self._permitted(Right.ADMINISTER)
        return self._folders.role_table.read()

    def set_role(self, entry: RoleEntry) -> None:
        """Enter somebody, or change their row. Raises BadSetting as `RoleTable.set`."""
        self._folders.role_table.set(entry, by=self._permitted(Right.ADMINISTER), at=self._now)

    def revoke(self, who: str) -> None:
        """Take somebody's role away. Raises BadSetting as `RoleTable.revoke`."""
        self._folders.role_table.revoke(who, by=self._permitted(Right.ADMINISTER), at=self._now)

    def trail(self) -> pd.DataFrame:
        """Every deed of the audit trail, the newest first."""
        self._permitted(Right.ADMINISTER)
        return self._folders.trail.read().iloc[::-1].reset_index(drop=True)

    def trail_state(self) -> AuditState:
        """Whether the trail is whole, and its head."""
        self._permitted(Right.ADMINISTER)
        return self._folders.trail.verify()

    def manifest(self) -> dict[str, Any] | None:
        """The release's manifest; None before the first publication."""
        self._permitted(Right.PUBLISH)
        folder = self._folders.release
        return read_manifest(folder)[0] if (folder / MANIFEST).exists() else None

    def closed_quarters(self) -> tuple[str, ...]:
        """The quarters that could be published today."""
        return closed_quarters(self.manifest(), today=self._today, n=40)

    @property
    def districts(self) -> pd.DataFrame:
        """The districts in use, with their names."""
        return pd.DataFrame(district_set.installed(self._store.folder).districts.drop(columns="geometry"))

    def publish(self, until: str, *, epsilon: float | None = None, since: str | None = None) -> dict[str, Any]:
        """Publish the closed quarters up to `until`, as `loaders.publication.publish_store`."""
        by = self._permitted(Right.PUBLISH)
        return publish_store(self._store, until=until, by=by, at=self._now, epsilon=epsilon, since=since)

    def _permitted(self, right: Right) -> Viewer:
        viewer = self._ask()
        access.require(viewer, right, today=self._today)
        return viewer
