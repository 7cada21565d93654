"""The limits, and that the settings file is where they come from."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import yaml

from loaders.limits import Limits

SETTINGS = Path(__file__).resolve().parents[2] / "data" / "limits.yaml"


def test_limits_are_those_of_the_settings_file() -> None:
    setting = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    assert asdict(Limits()) == {key: value for key, value in setting.items() if key != "command_line_mb"}
    assert Limits.for_command_line() == replace(Limits(), upload_mb=setting["command_line_mb"])


def test_limits_that_the_documentation_promises() -> None:
    limits = Limits()
    assert (limits.upload_mb, limits.expanded_mb, limits.expanded_ratio) == (50, 90, 100)
    assert (limits.rows, limits.columns, limits.field_characters) == (1_100_000, 500, 10_000)
