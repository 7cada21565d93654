from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.errors import BadSetting
from concerns.taxonomy import Taxonomy, label_key
from loaders.categories import load_taxonomy


def row(**columns: str) -> dict[str, str]:
    plain = {"code": "C01", "subcode": "", "label_en": "Armed", "label_ar": "مسلحة", "label_ckb": "چەکدار"}
    return plain | {"sensitive": "no", "iccs": "09"} | columns


def small() -> Taxonomy:
    return Taxonomy.from_rows(
        [
            row(),
            row(subcode="C01.1", label_en="Attack", label_ar="هجوم", label_ckb="هێرش", sensitive="yes"),
            row(code="C12", label_en="Services", label_ar="خدمات", label_ckb="خزمەت"),
        ]
    )


def test_codes_and_labels_of_three_languages_mean_the_same():
    for text in ("C01.1", "c01.1 ", "ATTACK", " هُجوم", "هێرش", "\u200fهجوم"):
        assert small().resolve(text) == ("C01", "C01.1"), text
    assert small().resolve("C01") == ("C01", None)
    assert [small().resolve(text) for text in ("", "C01.2", "C1", "C011", "weather")] == [None] * 5


def test_services_count_in_the_mix_and_not_as_security():
    assert small().categories == ("C01", "C12")
    assert small().security == ("C01",)


def test_a_sensitive_subcategory_does_not_make_its_category_sensitive():
    taxonomy = small()
    assert not taxonomy.is_sensitive("C01")
    assert taxonomy.is_sensitive("C01", "C01.1")


def test_what_the_taxonomy_does_not_know_is_sensitive():
    assert small().is_sensitive("C77")
    assert small().is_sensitive("C12", "C12.9")


def test_labels_fall_back_to_english():
    assert (small().label("C12", "ar"), small().label("C12", "kmr")) == ("خدمات", "Services")
    with pytest.raises(KeyError):
        small().label("C77")


@pytest.mark.parametrize(
    "rows",
    [
        [row(code="X1")],
        [row(sensitive="maybe")],
        [row(), row()],
        [row(subcode="C01.1")],
        [row(), row(subcode="C02.1")],
        [row(), row(subcode="C01.10")],
    ],
)
def test_a_broken_row_is_named_by_its_line(rows):
    with pytest.raises(BadSetting, match=r"categories, line \d"):
        Taxonomy.from_rows(rows)


@given(st.text(max_size=30))
def test_folding_a_label_twice_changes_nothing(text):
    assert label_key(label_key(text)) == label_key(text)


def test_the_project_file_holds_the_documented_taxonomy():
    taxonomy = load_taxonomy()
    assert taxonomy.categories == (*(f"C{n:02}" for n in range(1, 13)), "C99")
    counts = [len(taxonomy.subcategories(code)) for code in taxonomy.categories]
    assert counts == [4, 5, 4, 5, 4, 5, 4, 6, 4, 6, 6, 6, 0]
    open_but_flagged = {"C02.3", "C02.4", "C04.5", "C09.1", "C10.2"}
    assert {code for code in taxonomy.sensitive if code[:3] not in ("C05", "C06")} == open_but_flagged
    assert {"C05", "C06"} <= taxonomy.sensitive
    assert taxonomy.iccs("C01") == ("09", "01")
    assert taxonomy.iccs("C12") == ()


def test_every_label_of_the_project_file_leads_back_to_its_code():
    taxonomy = load_taxonomy()
    for code in taxonomy.categories:
        for sub in ("", *taxonomy.subcategories(code)):
            for language in ("en", "ar", "ckb"):
                assert taxonomy.resolve(taxonomy.label(sub or code, language)) == (code, sub or None)
