"""The published criteria, and every way to write them wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from concerns.errors import BadSetting
from loaders.criteria import CRITERIA_FILE, load_criteria


def write(path: Path, change: Any) -> Path:
    content = yaml.safe_load(CRITERIA_FILE.read_text(encoding="utf-8"))
    change(content)
    file = path / "criteria.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_the_published_weights_and_rule():
    criteria = load_criteria()
    weights = {criterion.key: criterion.weight for criterion in criteria.criteria}
    assert weights == {
        "meetings_held": 0.20, "self_funded": 0.15, "safety_plan": 0.10, "police_attend": 0.10, "women_attend": 0.10,
        "referrals_acknowledged": 0.10, "referrals_closed": 0.10, "led_alone": 0.10, "youth_attend": 0.05,
        "equipment_working": 0.0,
    }  # fmt: skip
    assert (criteria.ready_floor, criteria.ready_coverage) == (0.75, 0.80)
    assert (criteria.quarters_running, criteria.concentration) == (2, 50)
    least = {criterion.key: criterion.least for criterion in criteria.criteria if criterion.least}
    assert least == {"meetings_held": 0.6, "police_attend": 0.6}
    targets = {criterion.key: criterion.target for criterion in criteria.criteria}
    assert (targets["women_attend"], targets["youth_attend"]) == (0.30, 0.20)
    assert all(set(criterion.labels) == {"en", "ar", "ckb"} for criterion in criteria.criteria)


def test_edited_weights_are_taken_over(tmp_path):
    def shift(content):
        content["criteria"][0]["weight"], content["criteria"][9]["weight"] = 0.1, 0.1

    assert load_criteria(write(tmp_path, shift)).criteria[9].weight == 0.1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["criteria"][0].update(weight=0.3), "weights sum to 1.1"),
        (lambda c: c["criteria"][0].update(weight="much"), "weight is no number"),
        (lambda c: c["criteria"][0].update(weight=True), "weight is no number"),
        (lambda c: c["criteria"][0].update(weight=float("nan")), "weight is no number"),
        (lambda c: c["criteria"][0].update(target=0), "target is no number"),
        (lambda c: c["criteria"][0].update(least=2), "least is no number"),
        (lambda c: c["criteria"][0].update(max_age_days=0), "max_age_days"),
        (lambda c: c["criteria"][0].update(colour="red"), "Unknown fields: colour"),
        (lambda c: c["criteria"][0].pop("weight"), "meetings_held"),
        (lambda c: c["criteria"][0].pop("key"), "criterion 1"),
        (lambda c: c["criteria"][0].pop("label_ar"), "label is missing"),
        (lambda c: c["criteria"][1].update(key="meetings_held"), "stands twice"),
        (lambda c: c["rule"].update(ready_floor=1.5), "ready_floor"),
        (lambda c: c["rule"].update(quarters_running=1.5), "whole number"),
        (lambda c: c["rule"].update(mood=1), "unknown settings"),
        (lambda c: c.update(rule=[1]), "unknown settings"),
        (lambda c: c.update(criteria=[]), "lists no criteria"),
        (lambda c: c.update(criteria=["x"]), "criterion 1"),
        (lambda c: c.update(more=1), "Unknown settings: more"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, change, says):
    with pytest.raises(BadSetting, match=says):
        load_criteria(write(tmp_path, change))


@pytest.mark.parametrize("text", ["criteria: [", "\x00", "- a\n- b", ""])
def test_a_file_that_is_no_settings_file_is_refused(tmp_path, text):
    file = tmp_path / "criteria.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=r"criteria\.yaml"):
        load_criteria(file)


def test_an_absent_file_is_refused_without_its_folder(tmp_path):
    with pytest.raises(BadSetting) as caught:
        load_criteria(tmp_path / "gone.yaml")
    assert str(tmp_path) not in str(caught.value)
