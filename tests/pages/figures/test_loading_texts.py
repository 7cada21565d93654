"""What is said about a file is said in the reader's language, and every remark of the loaders is known here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from concerns.schema import FileOutcome, FileReason
from loaders.ledger import Ledger
from pages.figures import loading_texts, texts

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = (
    "Latitude and longitude look exchanged in the whole file: 3 of 4 points.",
    "Nothing in “تاريخ الحادث” proves the order of day and month; read as day first.",
    "Values of reporter_sex outside its list became “unknown”: 12.",
    "The sheet 'بلاغات' was read, of 3 in the workbook.",
    "The mapping names no column of this file for severity, district.",
)


def test_every_reason_for_a_refusal_has_its_sentence_in_arabic():
    assert set(loading_texts.REFUSALS) == set(FileReason)
    for reason in FileReason:
        ledger = Ledger(FileOutcome.REJECTED, file_reason=reason, sentence="a.csv: what. do.")
        with texts.reading("ar"):
            said = loading_texts.refusal(ledger)
        assert re.match(r"[\u0600-\u06ff]", said) and "a.csv: what. do." in said
        with texts.reading("en"):
            assert loading_texts.refusal(ledger) == "a.csv: what. do."


@pytest.mark.parametrize("remark", EXAMPLES)
def test_a_remark_keeps_what_varies_and_changes_its_language(remark):
    with texts.reading("en"):
        assert loading_texts.remark(remark) == remark
    with texts.reading("ar"):
        said = loading_texts.remark(remark)
    assert said != remark
    assert all(part in said for part in re.findall(r"“([^”]+)”|\d+", remark) if part)


def test_a_remark_that_nobody_knows_stays_as_it_is():
    with texts.reading("ar"):
        assert loading_texts.remark("Something new.") == "Something new."


def test_the_remarks_stand_in_the_loaders_as_they_are_written_here():
    source = "".join(path.read_text() for path in [*ROOT.glob("loaders/*.py"), *ROOT.glob("loaders/sources/*.py")])
    for template in loading_texts.REMARKS:
        longest = max(re.split(r"\{\w+\}|[:.“”]", template), key=len).strip()
        assert longest in source, template
