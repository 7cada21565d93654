"""The logframe's indicators, and every way to write them wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from concerns.errors import BadSetting
from loaders.logframe import LOGFRAME_FILE, load_logframe


def write(path: Path, change: Any) -> Path:
    content = yaml.safe_load(LOGFRAME_FILE.read_text(encoding="utf-8"))
    change(content)
    file = path / "logframe.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_the_file_of_the_project_is_sound():
    indicators = load_logframe()
    assert len(indicators) >= 5
    assert all(set(indicator.labels) == set(indicator.verification) == {"en", "ar", "ckb"} for indicator in indicators)
    assert all(indicator.target > indicator.baseline for indicator in indicators)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["indicators"][0].update(measure="smiles"), "measure is unknown"),
        (lambda c: c["indicators"][0].update(target=0), "Baseline and target"),
        (lambda c: c["indicators"][0].update(target="many"), "Baseline and target"),
        (lambda c: c["indicators"][0].update(ends_on="2024"), "period"),
        (lambda c: c["indicators"][0].update(ends_on=c["indicators"][0]["starts_on"]), "period"),
        (lambda c: c["indicators"][0].update(label_ar=" "), "text is missing"),
        (lambda c: c["indicators"][0].update(colour="red"), "indicator 1"),
        (lambda c: c["indicators"][0].pop("target"), "indicator 1"),
        (lambda c: c["indicators"][1].update(key="forums_opened"), "stands twice"),
        (lambda c: c.update(indicators=[]), "lists no indicators"),
        (lambda c: c.update(more=1), "lists no indicators"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, change, says):
    with pytest.raises(BadSetting, match=says):
        load_logframe(write(tmp_path, change))


@pytest.mark.parametrize("text", ["indicators: [", "- a", ""])
def test_a_file_that_is_no_settings_file_is_refused(tmp_path, text):
    file = tmp_path / "logframe.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=r"logframe\.yaml"):
        load_logframe(file)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(BadSetting, match=r"gone\.yaml"):
        load_logframe(tmp_path / "gone.yaml")
