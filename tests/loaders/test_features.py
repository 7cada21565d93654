"""Points in WKB, layers by name or column, database values as text."""

from __future__ import annotations

import struct

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from concerns.schema import FileReason
from loaders.confine import RefusedError
from loaders.features import pick_layer, point_of, text_of

DEGREES = st.floats(-180, 180)


@given(DEGREES, DEGREES, st.booleans(), st.booleans())
def test_point_of_any_writer_is_read(x: float, y: float, is_multi: bool, is_big: bool) -> None:
    point = shapely.Point(x, y, 5.0)
    shape = shapely.MultiPoint([point]) if is_multi else point
    for flavor in ("iso", "extended"):
        flag, lat, lon = point_of(
            shapely.to_wkb(shape, byte_order=0 if is_big else 1, flavor=flavor, output_dimension=3)
        )
        assert (flag, float(lat), float(lon)) == ("", y, x)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_point_or_a_fault(wkb: bytes) -> None:
    flag, lat, lon = point_of(wkb)
    assert flag in ("", "GEOM_INVALID", "GEOM_TYPE")
    assert not flag or (lat, lon) == ("", "")


def test_shapes_that_are_no_point() -> None:
    assert point_of(shapely.to_wkb(shapely.box(0, 0, 1, 1)))[0] == "GEOM_TYPE"
    assert point_of(shapely.to_wkb(shapely.MultiPoint([(0, 0), (1, 1)])))[0] == "GEOM_TYPE"
    assert point_of(shapely.to_wkb(shapely.MultiPoint())) == ("", "", "")
    assert point_of(shapely.to_wkb(shapely.Point())) == ("", "", "")
    assert point_of(struct.pack("<BIdd", 7, 1, 0, 0))[0] == "GEOM_INVALID"


def test_layer_is_the_named_one_the_only_one_or_the_one_with_the_column() -> None:
    layers = {"adm1": ["ADM1_PCODE"], "adm2": ["ADM2_PCODE"], "adm3": ["ADM2_PCODE", "ADM3_PCODE"]}
    assert pick_layer(layers, name="ADM1 ") == "adm1"
    assert pick_layer({"x": []}, name=None) == "x"
    assert pick_layer(layers, name=None, wanted=["adm2_pcode"], unwanted=["adm3_pcode"]) == "adm2"
    for name, options in ((None, {}), ("adm4", {}), (None, {"wanted": ["pcode"]}), (None, {"wanted": ["adm2_pcode"]})):
        with pytest.raises(RefusedError) as refused:
            pick_layer(layers, name=name, **options)
        assert refused.value.answer["refused"] == FileReason.LAYER_AMBIGUOUS


def test_values_as_text() -> None:
    values = [None, float("nan"), 2.0, 33.299999999999997, 1e300, 5, True, b"x", "text"]
    assert [text_of(value) for value in values] == ["", "", "2", "33.3", "1e+300", "5", "True", "", "text"]
