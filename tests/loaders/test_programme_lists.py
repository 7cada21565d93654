"""Labels of the closed lists: complete, unambiguous, and read back by the checks."""

from __future__ import annotations

import pytest

from concerns.errors import BadSetting
from concerns.programme import Known
from loaders.programme_lists import LISTS, LISTS_FILE, load_lists
from tests.concerns.test_programme_checks import check


def edited(folder, old: str, new: str):
    text = LISTS_FILE.read_text(encoding="utf-8")
    assert old in text
    file = folder / "lists.csv"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_every_code_of_every_list_has_three_labels():
    lists = load_lists()
    assert {column: list(codes) for column, codes in lists.labels.items()} == {
        column: [str(value) for value in values] for column, values in LISTS.items()
    }
    assert len(lists.options("sector", "ar")) == 11


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_a_template_filled_with_labels_is_read_as_codes(language):
    lists = load_lists()
    known = Known(labels=lists.codes())
    tables = {"referrals": ("sector", "priority", "status", "outcome"), "activities": ("kind", "unit", "functional")}
    tables |= {"surveys": ("arm", "indicator", "group")}
    for table, columns in tables.items():
        for column in columns:
            for code, labels in lists.labels[column].items():
                assert check(table, {column: labels[language]}, known=known).accepted[column].to_list() == [code]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("label_ckb\n", "label_kmr\n", "columns"),
        ("sector,health,", "sector,wellness,", "unknown or stands twice"),
        ("sector,health,", "sector,labour,", "stands twice"),
        ("sector,health,Health,الصحة,تەندروستی\n", "", "lacks health"),
        ("sector,health,Health,", "sector,health, ,", "blank"),
        ("sector,health,Health,", "sector,health,Education,", "two codes"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, old, new, says):
    with pytest.raises(BadSetting, match=says):
        load_lists(edited(tmp_path, old, new))
