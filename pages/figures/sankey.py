"""A flow through steps, drawn in Altair: bars for the stations of each step, ribbons for what goes between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from pages.figures import palettes
from pages.figures.charts import with_texts

GAP = 0.015  # of the whole, between two stations
WIDTH = 0.05  # of a step, of a bar
CURVE = np.linspace(0.0, 1.0, 21)
OTHER = palettes.OTHER_COLOUR


def stations(table: pd.DataFrame, steps: Sequence[str]) -> pd.DataFrame:
    """Stack the stations of each step, the largest on top: step (0 …), name, n, top, bottom (shares of all).

    table: one row a way: the columns `steps` and n.

    >>> ways = pd.DataFrame({"a": ["x", "y"], "b": ["z", "z"], "n": [3, 1]})
    >>> stations(ways, ["a", "b"])[["step", "name", "n"]].to_numpy().tolist()
    [[0, 'x', 3], [0, 'y', 1], [1, 'z', 4]]
    """
    frames, total = [], float(table["n"].sum())
    for number, step in enumerate(steps):
        sums = table.groupby(step)["n"].sum().sort_values(ascending=False, kind="stable")
        size = sums.to_numpy(dtype="float64") / total
        top = np.concatenate([[0.0], (size + GAP).cumsum()[:-1]])
        frames.append(
            pd.DataFrame({"step": number, "name": sums.index, "n": sums.to_numpy(), "top": top, "bottom": top + size})
        )
    return pd.concat(frames, ignore_index=True)


def ribbons(table: pd.DataFrame, steps: Sequence[str], placed: pd.DataFrame) -> pd.DataFrame:
    """Lay a ribbon for each pair of stations that something goes between: way, source, x, upper, lower, n, from, to."""
    total, frames = float(table["n"].sum()), []
    at = placed.set_index(["step", "name"])
    for number, (left, right) in enumerate(pairwise(steps)):
        links = table.groupby([left, right], as_index=False)["n"].sum()
        order = {side: links[side].map(at.loc[number + k]["top"]).to_numpy() for k, side in enumerate((left, right))}
        links = links.assign(_left=order[left], _right=order[right]).sort_values(["_left", "_right"])
        share = links["n"] / total
        start = links["_left"] + share.groupby(links[left]).cumsum() - share
        by_right = links.sort_values(["_right", "_left"])
        inside = (by_right["n"] / total).groupby(by_right[right]).cumsum() - by_right["n"] / total
        end = links["_right"] + inside.reindex(links.index)
        ease = CURVE**2 * (3 - 2 * CURVE)
        for k in links.index:
            upper = start[k] + (end[k] - start[k]) * ease
            frames.append(
                pd.DataFrame(
                    {
                        "way": f"{number}-{k}",
                        "x": number + WIDTH + (1 - WIDTH) * CURVE,
                        "upper": upper,
                        "lower": upper + share[k],
                        "n": links["n"][k],
                        "from": links[left][k],
                        "to": links[right][k],
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def flow(table: pd.DataFrame, *, steps: Sequence[str], title: str) -> alt.LayerChart | alt.FacetChart:
    """Ways through `steps`, from left to right in every language. table: the columns `steps` and n."""
    placed = stations(table, steps)
    first = placed[placed["step"] == 0]["name"].astype("str").tolist()
    colours = alt.Scale(domain=first[:8], range=list(palettes.OKABE_ITO)[: len(first[:8])])
    ways = ribbons(table, steps, placed)
    tooltip = [
        alt.Tooltip("from:N", title=" "),
        alt.Tooltip("to:N", title="→"),
        alt.Tooltip("n_text:N", title=title),
    ]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.9, len(steps) - 0.4], nice=False))
    y = alt.Scale(reverse=True, nice=False)
    height = 26 * int(placed["step"].value_counts().max()) + 120
    ribbon = (
        alt.Chart(with_texts(ways, numbers=["n"]), height=height)
        .mark_area(opacity=0.45)
        .encode(
            x=x,
            y=alt.Y("upper:Q", axis=None, scale=y),
            y2="lower:Q",
            detail="way:N",
            color=alt.condition(
                alt.FieldOneOfPredicate("from", first[:8]),
                alt.Color("from:N", scale=colours, legend=None),
                alt.value(OTHER),
            ),
            tooltip=tooltip,
        )
    )
    shown = with_texts(placed, numbers=["n"])
    is_first = shown["step"] == 0
    shown = shown.assign(
        x=shown["step"].astype("float64"),
        right=shown["step"] + WIDTH,
        middle=(shown["top"] + shown["bottom"]) / 2,
        words=shown["name"].astype("str") + " · " + shown["n_text"],
        text_x=np.where(is_first, -0.02, shown["step"] + WIDTH + 0.02),
    )
    bars = (
        alt.Chart(shown).mark_rect(color="#404040").encode(x=x, x2="right:Q", y=alt.Y("top:Q", scale=y), y2="bottom:Q")
    )
    place = {"x": alt.X("text_x:Q", axis=None), "y": alt.Y("middle:Q", scale=y), "text": alt.Text("words:N")}
    left = alt.Chart(shown[is_first]).mark_text(align="right", baseline="middle", fontSize=12, limit=230)
    right = alt.Chart(shown[~is_first]).mark_text(align="left", baseline="middle", fontSize=12, limit=230)
    return alt.layer(ribbon, bars, left.encode(**place), right.encode(**place)).configure_view(stroke=None)
