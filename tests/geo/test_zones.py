import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.zones import circles_around, cumulated, distinct_circles, over_span


def sets(circles) -> list[frozenset[int]]:
    return [frozenset(around.order[:end].tolist()) for around in circles for end in around.ends]


@settings(max_examples=40)
@given(st.integers(0, 2**31), st.sampled_from([0.2, 0.5, 1.0]))
def test_circles_are_those_of_every_radius_and_each_set_is_kept_once(seed, share):
    rng = np.random.default_rng(seed)
    x, y, size = *rng.integers(0, 6, (2, 14)) * 0.1, rng.integers(1, 9, 14) * 1.0
    listed = []
    for centre in range(14):
        apart = np.hypot(x - x[centre], y - y[centre])
        for radius in np.unique(apart.round(9)):
            inside = np.flatnonzero(apart <= radius + 1e-9)
            if size[inside].sum() <= share * size.sum() + 1e-9:
                listed.append(frozenset(inside.tolist()))
    circles = circles_around(x, y, size, share * size.sum())
    assert sets(circles) == listed
    distinct = sets(distinct_circles(circles, 14))
    assert len(distinct) == len(set(distinct))
    assert set(distinct) == set(listed)


def test_sums_over_circles_and_spans():
    table = np.arange(12).reshape(3, 4)
    around = circles_around(np.array([0, 1, 5.0]), np.zeros(3), np.ones(3), 3.0)[1]
    before = cumulated(around.prefix(table))
    assert around.order.tolist() == [1, 0, 2]
    assert over_span(before, 4, prospective=False)[:, 0].tolist() == [22, 28, 66]
    assert over_span(before, 2, prospective=True).tolist() == [[[13], [18], [39]][k] for k in range(3)]
    assert over_span(before, 3, prospective=False).shape == (3, 2)
