"""Where the things lie that belong to a store and are no table of it: roles, audit trail, release and its ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loaders.audit import AuditTrail
from loaders.roles import RoleTable
from loaders.store import Store, store_address


@dataclass(frozen=True)
class Folders:
    """The private folders of a store, and the release, which is for everybody.

    >>> Folders.of(Store("/srv/atlas/store"), {}).release
    PosixPath('/srv/atlas/release')
    """

    roles: Path
    audit: Path
    ledger: Path
    release: Path

    @classmethod
    def of(cls, store: Store, environment: Mapping[str, str] = os.environ) -> Folders:
        """Name the folders of a store; a remote store keeps them beside the code, as if it were data/store."""
        home = store.folder or Path(store_address(None))
        return cls(home / "roles", home / "audit", home / "published", release_folder(environment, home=home))

    @property
    def trail(self) -> AuditTrail:
        """The audit trail."""
        return AuditTrail(self.audit)

    @property
    def role_table(self) -> RoleTable:
        """The table of roles."""
        return RoleTable(self.roles, self.trail)


def release_folder(environment: Mapping[str, str] = os.environ, *, home: Path | None = None) -> Path:
    """The folder that CONCERN_ATLAS_RELEASE names, else the one beside the store: data/store, data/release."""
    named = environment.get("CONCERN_ATLAS_RELEASE")
    home = home or Path(store_address(None))
    return Path(named) if named else home.with_name("release" if home.name == "store" else f"{home.name}-release")
