"""Districts like one: nearest in size and displacement, whatever the order and the unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from concerns.comparison import nearest_peers


def world(**columns: list[float]) -> pd.DataFrame:
    n = len(columns["size"])
    return pd.DataFrame({"displaced_share": [np.nan] * n} | columns, index=[*"ABCDEFGH"[:n]])


def test_size_counts_by_its_ratio():
    found = nearest_peers(world(size=[100, 50, 160, 1_000]), "A", n=2)
    assert found.index.to_list() == ["C", "B"]  # 160/100 is nearer than 100/50
    assert found.size_ratio.to_list() == [1.6, 0.5]
    assert found.attrs["by_share"] is False


def test_the_share_of_displaced_counts_where_it_is_known():
    people = world(size=[100, 100, 120, 90, 900], displaced_share=[0.3, 0.0, 0.3, np.nan, 0.3])
    assert nearest_peers(people, "A").index.to_list() == ["C", "B", "E"]  # D has no share and is no peer
    assert nearest_peers(people, "D").attrs["by_share"] is False  # without one's own share: by size
    assert nearest_peers(people, "D").index[0] in "AB"


@given(st.lists(st.floats(1, 1e7), min_size=2, max_size=8, unique=True), st.randoms(), st.floats(0.1, 10))
def test_neither_order_nor_unit_matters(sizes, random, factor):
    people = world(size=sizes, displaced_share=[size % 1 for size in sizes])
    order = list(people.index)
    random.shuffle(order)
    moved = people.loc[order].assign(size=people["size"] * factor)
    one, other = nearest_peers(people, "A"), nearest_peers(moved, "A")
    pd.testing.assert_frame_equal(
        one.drop(columns="size").sort_index(), other.drop(columns="size").sort_index(), atol=1e-6
    )
    assert (one.distance.diff().dropna() >= 0).all()


def test_nobody_alone_unknown_and_all_alike():
    assert nearest_peers(world(size=[5]), "A").empty
    assert nearest_peers(world(size=[5, 6]), "Z").empty
    assert nearest_peers(world(size=[0, 6]), "A").empty
    assert nearest_peers(world(size=[5, 5, 5]), "A").distance.to_list() == [0.0, 0.0]
