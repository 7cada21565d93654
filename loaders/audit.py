"""The audit trail: who opened, loaded, exported, undid, published or changed a role. Append-only, each line chained.

One line a deed, as JSON; each holds the hash of the line before, so a changed, removed or inserted line shows. Lines
cut off the end show against `head.json`, and against the head that `doctor` prints if somebody wrote it down. What may
be said of a deed is a closed list of ids and counts: a value from a report has no place to stand in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd

from concerns.schema import StoreError
from loaders import lock
from loaders.whole_file import replace_file


class Event(StrEnum):
    """What can be done that must be known later."""

    OPENED = "opened"
    LOADED = "loaded"
    EXPORTED = "exported"
    UNDID = "undid"
    PUBLISHED = "published"
    CHANGED_ROLE = "changed_role"


DETAILS: dict[Event, frozenset[str]] = {
    Event.OPENED: frozenset({"scope", "data_version"}),
    Event.LOADED: frozenset({"batch_id", "n_read", "n_accepted", "n_duplicates", "n_quarantined"}),
    Event.EXPORTED: frozenset({"what", "format", "n_rows", "scope", "data_version", "is_masked"}),
    Event.UNDID: frozenset({"batch_id"}),
    Event.PUBLISHED: frozenset({"release", "epsilon", "data_version"}),
    Event.CHANGED_ROLE: frozenset({"subject", "role", "districts", "clearances", "until"}),
}
_ID = re.compile(r"[\w.,:@+|/'=%~-]{0,2000}")  # ids, p-codes, addresses: one word, so that no sentence fits in
_START = "0" * 64


@dataclass(frozen=True)
class AuditState:
    """What `verify` found: how many lines, the hash of the last one, and the first line (1 …) that does not fit."""

    n_entries: int
    head: str
    broken_at: int | None = None
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every line fits the one before and the end is the noted one."""
        return not self.problem


class AuditTrail:
    """The trail in one folder: `trail.jsonl` and `head.json`. Several processes may append at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trail, self._head = folder / "trail.jsonl", folder / "head.json"

    def append(self, event: Event, *, who: str, at: dt.datetime, **details: str | int | float | bool | None) -> None:
        """Add one deed; it is on the disk when this returns.

        Raises ValueError: a detail that this event does not have, or a value that is neither number nor id.
        Raises StoreError: the end of the trail is not the noted one, so nothing may be added to it.
        """
        _check(event, {"who": who} | details)
        with lock.writing(self.folder):
            state = self._settle()
            entry = {"n": state.n_entries + 1, "at": _instant(at), "who": who, "event": str(event)}
            entry |= {"details": details, "before": state.head}
            line = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            with self._trail.open("ab") as handle:
                handle.write(line)
                handle.flush()
                os.fsync(handle.fileno())
            self._note(state.n_entries + 1, _hash(line), self._trail.stat().st_size)

    def verify(self) -> AuditState:
        """Read the whole trail and see that every line fits the one before, and the end the noted head."""
        n, head, before = 0, _START, _START
        lines = self._trail.read_bytes().splitlines(keepends=True) if self._trail.exists() else []
        for n, line in enumerate(lines, start=1):
            if not _follows(line, n, head):
                return AuditState(n, head, n, "The line was changed, or others were removed or added before it.")
            before, head = head, _hash(line)
        noted = self._noted()
        is_noted = (noted["n"], noted["head"]) == (n, head)
        is_one_behind = n > 0 and (noted["n"], noted["head"]) == (n - 1, before)  # a power cut before it was noted
        if is_noted or is_one_behind:
            return AuditState(n, head)
        return AuditState(n, head, n, "The end is not the noted one: the last line was changed, or lines were cut off.")

    def read(self) -> pd.DataFrame:
        """Grain: one row a deed, oldest first. Columns: n, at (UTC), who, event, details (JSON text)."""
        lines = self._trail.read_text(encoding="utf-8").splitlines() if self._trail.exists() else []
        entries = [json.loads(line) for line in lines]
        frame = pd.DataFrame(entries, columns=["n", "at", "who", "event", "details"])
        return frame.assign(
            at=pd.to_datetime(frame["at"], utc=True),
            details=[json.dumps(details, ensure_ascii=False, sort_keys=True) for details in frame["details"]],
        )

    def _settle(self) -> AuditState:
        """Come back from a power cut while a line was written: a whole line counts, a torn one never did."""
        noted = self._noted()
        state = AuditState(noted["n"], noted["head"])
        with self._trail.open("a+b") as handle:
            size = handle.tell()
            handle.seek(noted["size"])
            tail = handle.read()
        if size == noted["size"]:
            return state
        if _follows(tail, state.n_entries + 1, state.head):
            state = AuditState(state.n_entries + 1, _hash(tail))
        elif not tail or b"\n" in tail:
            hint = "Look at it with: python -m loaders doctor. Restore it from a backup."
            raise StoreError("The end of the audit trail is not the noted one.", where=self._trail.name, hint=hint)
        else:
            os.truncate(self._trail, noted["size"])
        self._note(state.n_entries, state.head, self._trail.stat().st_size)
        return state

    def _noted(self) -> dict[str, Any]:
        if not self._head.exists():
            return {"n": 0, "head": _START, "size": 0}
        return dict(json.loads(self._head.read_bytes()))

    def _note(self, n: int, head: str, size: int) -> None:
        replace_file(self._head, json.dumps({"n": n, "head": head, "size": size}).encode())


def _check(event: Event, details: Mapping[str, Any]) -> None:
    unknown = details.keys() - DETAILS[event] - {"who"}
    if unknown:
        raise ValueError(f"{event} has no detail {', '.join(sorted(unknown))}")
    for name, value in details.items():
        is_id = isinstance(value, str) and _ID.fullmatch(value)
        if not (is_id or value is None or isinstance(value, bool | int | float)):
            raise ValueError(f"{name} is neither a number nor an id")


def _follows(line: bytes, n: int, head: str) -> bool:
    """Whether this is one whole line, with this number, after the line of this hash."""
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    return line.endswith(b"\n") and isinstance(entry, dict) and entry.get("n") == n and entry.get("before") == head


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _instant(at: dt.datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("at must name its time zone")
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")
