"""What became of every row of a file: the sum that must come out, for people and for machines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any

from concerns.schema import FileOutcome


@dataclass
class Ledger:
    """One load: read = accepted + quarantined + duplicates, to the row.

    `replaced`: accepted rows that took the place of an older content of the same report. `joined`: accepted rows by
    `join_method`. `sentence`: why the file was refused, for people; "" otherwise.
    """

    file_outcome: FileOutcome = FileOutcome.ACCEPTED
    file_reason: str | None = None
    format: str | None = None
    rows_read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    replaced: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    joined: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    batch_id: str | None = None
    boundary_version: str | None = None
    sentence: str = ""

    @property
    def is_balanced(self) -> bool:
        """Whether every row that was read is accounted for, and each quarantined one has a reason."""
        total = self.accepted + self.quarantined + self.duplicates
        return self.rows_read == total and self.quarantined == sum(self.reasons.values())

    def close(self) -> None:
        """Settle the outcome from the counts."""
        if self.quarantined == 0:
            self.file_outcome = FileOutcome.ACCEPTED
        elif self.accepted or self.duplicates:
            self.file_outcome = FileOutcome.ACCEPTED_WITH_QUARANTINE
        else:
            self.file_outcome = FileOutcome.QUARANTINED_ALL

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`, counters sorted by code."""
        plain: dict[str, Any] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        for name in ("reasons", "repairs", "joined"):
            plain[name] = {str(code): n for code, n in sorted(plain[name].items())}
        return plain | {"file_outcome": str(self.file_outcome)}

    def to_text(self, name: str) -> str:
        """Give the ledger in lines for a terminal."""
        if self.file_outcome in (FileOutcome.REJECTED, FileOutcome.ALREADY_INGESTED):
            return f"{name}: {self.file_outcome} {self.sentence}".rstrip()
        parts = f"{self.accepted} accepted + {self.duplicates} duplicates + {self.quarantined} quarantined"
        lines = [f"{name}: {self.format}: read {self.rows_read} = {parts}"]
        lines += [f"  {reason}: {n}" for reason, n in sorted(self.reasons.items())]
        lines += [f"  repaired {repair}: {n}" for repair, n in sorted(self.repairs.items())]
        lines += [f"  {warning}" for warning in self.warnings]
        return "\n".join(lines)
