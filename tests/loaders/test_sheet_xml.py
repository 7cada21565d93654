"""The parts of a workbook as streams."""

from __future__ import annotations

import io

import pytest

from concerns.schema import FileReason
from loaders.confine import RefusedError
from loaders.sheet_xml import SharedTexts, day_styles, position

TEXTS = (
    "<sst><si><t>plain</t></si><si/><si><r><t>ri</t></r><r><t xml:space='preserve'>ch </t></r>"
    "<rPh><t>no</t></rPh></si><si><t>سرقة _x0007_ _x005F_x &amp; more</t></si></sst>"
)


def test_shared_texts_are_found_by_number() -> None:
    texts = SharedTexts(io.BytesIO(TEXTS.encode()), 100)
    assert [texts[n] for n in range(4)] == ["plain", "", "rich ", "سرقة \x07 _x & more"]
    for wrong in (-1, 4):
        with pytest.raises(RefusedError) as refused:
            texts[wrong]
        assert refused.value.answer["refused"] == FileReason.CORRUPT


def test_shared_text_keeps_one_character_more_than_is_allowed() -> None:
    texts = SharedTexts(io.BytesIO(f"<sst><si><t>{'س' * 5000}</t></si></sst>".encode()), 10)
    assert texts[0] == "س" * 11


def test_workbook_without_shared_texts_has_none() -> None:
    with pytest.raises(RefusedError):
        SharedTexts(None, 10)[0]


def test_styles_that_show_days() -> None:
    xml = (
        "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='dd.mm.yyyy'/><numFmt numFmtId='x' formatCode='d'/>"
        "</numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='164'/>"
        "<xf/><xf numFmtId='22'/></cellXfs><cellStyles/></styleSheet>"
    )
    assert day_styles(io.BytesIO(xml.encode())) == [False, True, False, True]
    assert day_styles(None) == []


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("XFE1", "DIMENSION_LIMIT"),
        ("A1048577", "DIMENSION_LIMIT"),
        ("A0", "DIMENSION_LIMIT"),
        ("1A", "CORRUPT"),
        ("", "CORRUPT"),
    ],
)
def test_places_that_no_sheet_has(reference: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        position(reference)
    assert refused.value.answer["refused"] == code
    assert position("XFD1048576") == (1_048_575, 16_383)
