"""The catalogues against themselves: each translation can be filled in with exactly what the source gives it."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[3] / "locale"
CODES = ["ar", "ckb"]


def entries(code: str) -> list[Message]:
    """The messages of one catalogue without its header."""
    with (LOCALE / code / "LC_MESSAGES" / "atlas.po").open("rb") as file:
        return [entry for entry in read_po(file, locale=code) if entry.id]


def forms(text: str | Sequence[str] | None) -> list[str]:
    """What is written of a message: one text, or one for each plural form."""
    return [form for form in ([text] if isinstance(text, str) else text or []) if form]


def placeholders(text: str) -> Counter[str]:
    """The names in braces with their format, and how often each is used."""
    return Counter(
        f"{name}!{conversion or ''}:{spec or ''}"
        for _literal, name, spec, conversion in string.Formatter().parse(text)
        if name is not None
    )


def differing(pairs: list[tuple[str, str]], *, plural: bool) -> list[str]:
    """Translations that ask for another set of names than the source; a plural form may do without the number."""
    wrong = []
    for source, translation in pairs:
        asked, given = set(placeholders(source)), set(placeholders(translation))
        if not (asked >= given if plural else asked == given):
            wrong.append(translation)
    return wrong


def test_a_lost_an_unknown_and_a_respelt_placeholder_are_seen():
    pairs = [("{n} of {total}", "{n} من"), ("{n}", "{m}"), ("{n}", "{n:d}"), ("{n}", "{}"), ("{n}", "{n} من {n}")]
    assert differing(pairs, plural=False) == ["{n} من", "{m}", "{n:d}", "{}"]
    assert differing(pairs, plural=True) == ["{m}", "{n:d}", "{}"]


@pytest.mark.parametrize("code", CODES)
def test_every_placeholder_of_the_source_is_in_the_translation(code: str):
    single = [
        (str(entry.id), form) for entry in entries(code) if not entry.pluralizable for form in forms(entry.string)
    ]
    assert len(single) > 100
    assert differing(single, plural=False) == []


@pytest.mark.parametrize("code", CODES)
def test_plural_forms_ask_for_nothing_that_the_source_does_not_give(code: str):
    plural = [(entry.id[-1], form) for entry in entries(code) if entry.pluralizable for form in forms(entry.string)]
    assert differing(plural, plural=True) == []


@pytest.mark.parametrize("code", CODES)
def test_code_and_emphasis_are_kept(code: str):
    """What Markdown reads (backticks, pairs of asterisks) stands as often as in the source."""
    marks = re.compile(r"`|\*\*")
    wrong = [
        form
        for entry in entries(code)
        if not entry.pluralizable
        for form in forms(entry.string)
        if Counter(marks.findall(form)) != Counter(marks.findall(str(entry.id)))
    ]
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_no_translation_has_stray_space_or_hides_what_turns_the_text(code: str):
    """Directional marks belong to `isolated`; in a catalogue nobody sees them."""
    turning = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    wrong = [
        form
        for entry in entries(code)
        for form in forms(entry.string)
        if turning.search(form) or (form != form.strip() and str(entry.id) == str(entry.id).strip())
    ]
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_a_native_speaker_is_asked_to_review(code: str):
    text = (LOCALE / code / "LC_MESSAGES" / "atlas.po").read_text("utf-8")
    assert "To be reviewed by a native speaker" in text.split("msgid", 1)[0]
