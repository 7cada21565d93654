"""The logframe's indicators: `data/logframe.yaml`, checked before anything is held against a target."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml

from concerns.delivered import Indicator, Measure
from concerns.errors import BadSetting

LOGFRAME_FILE = Path(__file__).resolve().parents[1] / "data" / "logframe.yaml"
LANGUAGES = ("en", "ar", "ckb")
TEXTS = [f"{kind}_{language}" for kind in ("label", "verification") for language in LANGUAGES]
FIELDS = {"key", "measure", "baseline", "target", "starts_on", "ends_on", *TEXTS}


def load_logframe(path: Path = LOGFRAME_FILE) -> tuple[Indicator, ...]:
    """Read the indicators.

    Raises BadSetting, naming the indicator and what to do: the file is absent or no YAML, a field is missing, unknown
    or of the wrong kind, a key comes twice, a target equals its baseline, a period ends before it starts.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadSetting("The file cannot be read as YAML.", where=path.name, hint="Restore it.") from error
    entries = content.get("indicators") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries or set(content) != {"indicators"}:
        raise BadSetting("The file lists no indicators.", where=path.name, hint="Give it one list `indicators`.")
    indicators = tuple(_indicator(entry, f"{path.name}, indicator {k}") for k, entry in enumerate(entries, start=1))
    if len({indicator.key for indicator in indicators}) < len(indicators):
        raise BadSetting("An indicator stands twice.", where=path.name, hint="Keep one entry for each key.")
    return indicators


def _indicator(entry: Any, where: str) -> Indicator:
    if not isinstance(entry, dict) or set(entry) != FIELDS:
        raise BadSetting("The fields are not those of an indicator.", where=where, hint=f"Use {', '.join(FIELDS)}.")
    measures = [str(measure) for measure in Measure]
    if entry["measure"] not in measures:
        raise BadSetting("The measure is unknown.", where=where, hint=f"Use one of {', '.join(measures)}.")
    numbers = (entry["baseline"], entry["target"])
    if any(isinstance(n, bool) or not isinstance(n, int | float) or n < 0 for n in numbers) or numbers[0] == numbers[1]:
        raise BadSetting("Baseline and target are no two numbers from 0 on.", where=where, hint="Correct them.")
    dates = (entry["starts_on"], entry["ends_on"])
    if any(type(day) is not dt.date for day in dates) or dates[0] >= dates[1]:
        raise BadSetting("The period is no two days in order.", where=where, hint="Write them as 2024-12-31.")
    if not all(isinstance(entry[name], str) and entry[name].strip() for name in ("key", *TEXTS)):
        raise BadSetting("A text is missing.", where=where, hint="Give key, labels and verification in each language.")
    return Indicator(
        key=entry["key"],
        measure=Measure(entry["measure"]),
        baseline=float(numbers[0]),
        target=float(numbers[1]),
        starts_on=dates[0],
        ends_on=dates[1],
        labels={language: entry[f"label_{language}"].strip() for language in LANGUAGES},
        verification={language: entry[f"verification_{language}"].strip() for language in LANGUAGES},
    )
