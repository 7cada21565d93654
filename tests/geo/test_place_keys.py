from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.place_keys import arabic_key, is_arabic, keys, latin_key, latin_stem, sorani_key, visible


@pytest.mark.parametrize(
    ("left", "right"),
    [("Al-Ka'im", "al kaim"), ("Ḩadīthah", "Hadithah"), ("Tall ‘Afar", "Tall Afar"), ("AL.MOSUL", "Al-Mosul")],
)
def test_the_first_latin_key_drops_accents_marks_and_case(left, right):
    assert latin_key(left) == latin_key(right)


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Qaḑā’ al Mawşil", "mawsil"),
        ("Ash Shaţrah", "shatrah"),
        ("Tooz district", "tooz"),
        ("Markaz Al-Falluja", "falluja"),
        ("Alqosh", "alqosh"),  # an article only before a space or a hyphen
        ("Al", "al"),
        ("District", "district"),
    ],
)
def test_the_second_latin_key_drops_level_and_article(text, stem):
    assert latin_stem(text) == stem


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("الأعظمية", "الاعظميه"),
        ("قضاء الفلوجة", "الفلوجة"),
        ("مركز قضاء الموصل", "الموصل"),
        ("نينوى", "نينوي"),
        ("کرکوک", "كركوك"),
        ("البصـــرة", "البصرة"),
        ("\u00a0المناذرة", "المناذرة"),
    ],
)
def test_the_first_arabic_key_unites_spellings(left, right):
    assert arabic_key(left) == arabic_key(right)


def test_the_sorani_key_writes_kurdish_letters_as_arabic_ones():
    assert sorani_key("ڕەمادی") == sorani_key("رهمادي")
    assert sorani_key("گەرمیان") == sorani_key("كهرميان")


def test_script_decides_which_keys_a_name_has():
    assert is_arabic("Mosul الموصل")
    assert not is_arabic("Mosul")
    assert keys("Al-Mosul") == ("almosul", "mosul")
    assert keys("...") == ("", "")


@given(st.text(max_size=40))
def test_keys_of_any_text_hold_no_space_mark_or_capital(text):
    first, second = keys(text)
    assert (first.casefold(), second) == (first.casefold(), second.strip())
    assert visible(visible(text)) == visible(text)
    if not is_arabic(text):
        assert " " not in first + second
