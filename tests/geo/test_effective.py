"""What uncertain locations are worth beside exact ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.effective import effective_reports, location_error_m
from geo.surface import PLACE_ERROR_M, precision_aware


def test_a_place_is_worth_what_its_peak_keeps():
    at_a_place, exact = (
        precision_aware([0.0], [0.0], None, [level], 3_000, (-500, -500, 500, 500), (1, 1))[0, 0] for level in (2, 1)
    )
    assert effective_reports({2: 1}, bandwidth_m=3_000, district_km2=1)[2] == pytest.approx(at_a_place / exact)
    assert location_error_m(2, district_km2=1) == PLACE_ERROR_M


@given(st.dictionaries(st.integers(1, 5), st.integers(0, 10**9)), st.floats(1, 1e6), st.floats(1, 1e5))
def test_it_is_never_more_than_the_reports_and_falls_with_precision(n_reports, bandwidth_m, district_km2):
    worth = effective_reports(n_reports, bandwidth_m=bandwidth_m, district_km2=district_km2)
    assert all(0 <= worth[level] <= n for level, n in n_reports.items())
    assert worth.get(1, 0) == n_reports.get(1, 0)
    assert worth.get(5, 0) == 0
    errors = [location_error_m(level, district_km2=district_km2) for level in (1, 3, 4, 5)]
    assert errors == sorted(errors)


@pytest.mark.parametrize(("n_reports", "bandwidth_m"), [({1: 1}, 0), ({1: 1}, float("nan")), ({7: 1}, 1)])
def test_what_is_no_precision_or_bandwidth_is_refused(n_reports, bandwidth_m):
    with pytest.raises(ValueError, match=r"bandwidth_m|7"):
        effective_reports(n_reports, bandwidth_m=bandwidth_m, district_km2=1)
