"""The published criteria of the scorecard: `data/scorecard_criteria.yaml`, checked before any forum is scored."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import yaml

from concerns.errors import BadSetting
from concerns.scorecard import Criteria, Criterion

CRITERIA_FILE = Path(__file__).resolve().parents[1] / "data" / "scorecard_criteria.yaml"
RULE = {"ready_floor": 1.0, "ready_coverage": 1.0, "quarters_running": 8, "concentration": 1e6}  # setting → most
FIELDS = {"key", "weight", "target", "least", "max_age_days", "label_en", "label_ar", "label_ckb"}
LANGUAGES = ("en", "ar", "ckb")


def load_criteria(path: Path = CRITERIA_FILE) -> Criteria:
    """Read the criteria and the rule of the verdict.

    Raises BadSetting, naming the criterion and what to do: the file is absent or no YAML, a field is missing, unknown
    or out of range, a key comes twice, or the weights do not sum to 1.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadSetting("The file cannot be read as YAML.", where=path.name, hint="Restore it.") from error
    if not isinstance(content, dict) or not isinstance(content.get("criteria"), list) or not content["criteria"]:
        raise BadSetting("The file lists no criteria.", where=path.name, hint="Give it a list `criteria`.")
    unknown = set(content) - {"version", "rule", "criteria"}
    if unknown:
        raise BadSetting(
            f"Unknown settings: {', '.join(map(str, unknown))}.", where=path.name, hint="Use version, rule, criteria."
        )
    criteria = tuple(_criterion(entry, path.name, k) for k, entry in enumerate(content["criteria"], start=1))
    keys = [criterion.key for criterion in criteria]
    if len(set(keys)) < len(keys):
        raise BadSetting("A criterion stands twice.", where=path.name, hint="Keep one entry for each key.")
    total = math.fsum(criterion.weight for criterion in criteria)
    if abs(total - 1) > 1e-9:
        raise BadSetting(f"The weights sum to {total:.4g}.", where=path.name, hint="Change them so that they sum to 1.")
    return Criteria(criteria, **_rule(content.get("rule") or {}, path.name), version=str(content.get("version", "")))


def _criterion(entry: Any, file: str, number: int) -> Criterion:
    where = f"{file}, criterion {number}"
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or not entry["key"].isidentifier():
        raise BadSetting("The entry has no key.", where=where, hint="Give it a key of letters and underscores.")
    where = f"{file}, criterion {entry['key']}"
    if set(entry) - FIELDS:
        fields = ", ".join(sorted(map(str, set(entry) - FIELDS)))
        raise BadSetting(f"Unknown fields: {fields}.", where=where, hint=f"Use {', '.join(sorted(FIELDS))}.")
    labels = {language: entry.get(f"label_{language}") for language in LANGUAGES}
    if not all(isinstance(label, str) and label.strip() for label in labels.values()):
        raise BadSetting("A label is missing.", where=where, hint="Give label_en, label_ar and label_ckb.")
    age = entry.get("max_age_days")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int) or age < 1):
        raise BadSetting(
            "max_age_days is no whole number of days.", where=where, hint="Give 1 or more, or leave it out."
        )
    return Criterion(
        key=entry["key"],
        weight=_number(entry.get("weight"), "weight", where, least=0.0, most=1.0),
        target=_number(entry.get("target"), "target", where, least=1e-9, most=1e9),
        least=_number(entry.get("least", 0.0), "least", where, least=0.0, most=1.0),
        max_age_days=age,
        labels={language: str(label).strip() for language, label in labels.items()},
    )


def _rule(rule: Any, file: str) -> dict[str, Any]:
    where = f"{file}, rule"
    if not isinstance(rule, dict) or set(rule) - set(RULE):
        raise BadSetting("The rule has unknown settings.", where=where, hint=f"Use {', '.join(RULE)}.")
    values: dict[str, Any] = {
        name: _number(value, name, where, least=1e-9, most=RULE[name]) for name, value in rule.items()
    }
    if "quarters_running" in values:
        if values["quarters_running"] != int(values["quarters_running"]):
            raise BadSetting("quarters_running is no whole number.", where=where, hint="Give 1, 2 …")
        values["quarters_running"] = int(values["quarters_running"])
    return values


def _number(value: Any, name: str, where: str, *, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadSetting(f"{name} is no number from {least:g} to {most:g}.", where=where, hint=f"Correct {name}.")
    return float(value)
