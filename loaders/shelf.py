"""What a store remembers beside its tables: mappings by name and by form, spellings of places, notes on alerts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from concerns.schema import BadSetting
from geo.places import ALIAS_COLUMNS
from loaders.mapping import Mapping, parse_mapping
from loaders.whole_file import replace_file

ALERT_STATUSES = ("seen", "verified", "dismissed")
LONGEST_NOTE = 500
LONGEST_NAME, MOST_MAPPINGS, MOST_ALIASES = 80, 200, 20_000


class Shelf:
    """Four small files in a store's folder. Names that users gave are values in them and never become a path."""

    def __init__(self, folder: Path) -> None:
        self._mappings, self._aliases = folder / "mappings.json", folder / "place_aliases.json"
        self._forms, self._notes = folder / "forms.json", folder / "alert_notes.json"

    def fingerprint(self, *, with_forms: bool) -> str:
        """Tell the remembered spellings (and forms), which decide a load, from any others; "" where there are none."""
        files = [self._aliases, *([self._forms] if with_forms else [])]
        known = [path.read_bytes() for path in files if path.is_file()]
        return hashlib.sha256(b"\n".join(known)).hexdigest()[:16] if known else ""

    def keep_form(self, form_id: str, version: str, mapping: Mapping) -> None:
        """Keep how the exports of a form are read; the same form and version replaces it.

        Raises BadSetting: the form states no version, or there are too many forms.
        """
        if not version:
            hint = "Load each export together with its form."
            raise BadSetting("The form states no version by which it could be kept.", where="settings", hint=hint)
        kept = self._read(self._forms)
        key = f"{form_id[:LONGEST_NAME]} {version[:LONGEST_NAME]}"
        if key not in kept and len(kept) >= MOST_MAPPINGS:
            raise BadSetting("There are too many kept forms.", where="forms", hint="Take some out of forms.json.")
        self._write(self._forms, kept | {key: {"version": version, "mapping": mapping.to_yaml()}})

    def form_for(self, versions: Iterable[str]) -> tuple[str, Mapping] | None:
        """The kept form, with its name, of the last of some versions that is known; None where none is."""
        kept = self._read(self._forms)
        wanted = list(versions)
        fitting = [(wanted.index(form["version"]), key) for key, form in kept.items() if form["version"] in wanted]
        if not fitting:
            return None
        key = max(fitting)[1]
        return key, parse_mapping(kept[key]["mapping"], where="kept form")

    def mappings(self) -> dict[str, Mapping]:
        """The saved mappings by the name that they were given."""
        return {name: parse_mapping(text, where="saved mapping") for name, text in self._read(self._mappings).items()}

    def save_mapping(self, name: str, mapping: Mapping) -> None:
        """Keep a mapping under a name; the same name replaces it.

        Raises BadSetting: no name, a name that is too long or not printable, or too many mappings.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise BadSetting("This name cannot be used.", where="mapping", hint="Give up to 80 visible signs.")
        saved = self._read(self._mappings)
        if name not in saved and len(saved) >= MOST_MAPPINGS:
            raise BadSetting("There are too many saved mappings.", where="mapping", hint="Replace one of them.")
        self._write(self._mappings, saved | {name: mapping.to_yaml()})

    def fitting(self, columns: list[str]) -> dict[str, Mapping]:
        """The saved mappings whose columns a file has."""
        have = {column.strip().casefold() for column in columns}
        return {
            name: mapping
            for name, mapping in self.mappings().items()
            if all(any(one.strip().casefold() in have for one in names) for names in mapping.columns.values())
        }

    def aliases(self) -> pd.DataFrame | None:
        """Confirmed spellings, columns `geo.places.ALIAS_COLUMNS`; None when there are none."""
        rows = list(self._read(self._aliases).values())
        return pd.DataFrame(rows, columns=list(ALIAS_COLUMNS)) if rows else None

    def remember_alias(self, name: str, adm2_pcode: str) -> None:
        """Keep that a name means a district. Raises BadSetting: no name, or too many of them."""
        name = " ".join(name.split())
        known = self._read(self._aliases)
        if not name or len(name) > LONGEST_NAME or len(known) >= MOST_ALIASES:
            raise BadSetting("This name cannot be remembered.", where="place name", hint="Give up to 80 signs.")
        row = dict(zip(ALIAS_COLUMNS, (name, "2", adm2_pcode, "Confirmed by a user."), strict=True))
        self._write(self._aliases, known | {name.casefold(): row})

    def alert_notes(self) -> dict[str, dict[str, str]]:
        """What people noted of alerts: key of the alert → status (seen, verified, dismissed), note, who, on."""
        return self._read(self._notes)

    def note_alert(self, key: str, *, status: str, note: str, who: str, on: str) -> None:
        """Keep what somebody found out about an alert; a later note replaces it.

        Raises BadSetting: an unknown status, a note that is too long, or too many of them.
        """
        notes = self._read(self._notes)
        if status not in ALERT_STATUSES or len(note) > LONGEST_NOTE or len(notes) >= MOST_ALIASES:
            raise BadSetting("This note cannot be kept.", where="alert", hint="Choose a status; up to 500 signs.")
        self._write(self._notes, notes | {key: {"status": status, "note": note.strip(), "who": who, "on": on}})

    @staticmethod
    def _read(path: Path) -> dict:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    @staticmethod
    def _write(path: Path, content: dict) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(content, ensure_ascii=False, indent=1).encode())
