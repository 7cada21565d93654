"""What one visitor computed is given to another only if both see the same and the data is the same: by the syntax tree.

Every function whose value outlives a run takes the viewer's scope and the data version as hashed arguments; those that
touch no report are named here, each with what it keeps.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_import_order import ROOT, name_of, parsed, sources

STREAMLIT_CACHES = ("cache_data", "cache_resource", "experimental_memo", "experimental_singleton")
PROCESS_CACHES = ("lru_cache", "functools.cache", "cache")
KEYS = {"scope", "version"}
WITHOUT_REPORTS = {
    "pages/widgets/map_view.py:_base": "outlines of districts, by boundary version",
    "pages/figures/texts.py:catalogue": "translations",
    "pages/figures/files.py:_renderer": "the chart renderer and its fonts",
    "loaders/district_set.py:approximate": "the embedded districts",
    "loaders/district_set.py:_read": "installed districts, by file",
    "loaders/categories.py:load_taxonomy": "the categories",
    "loaders/tables.py:arrow_schema": "column types",
    "loaders/programme_lists.py:load_lists": "the lists of a programme table's words",
    "loaders/demo.py:places": "the embedded places",
    "concerns/noise.py:noise_margin": "quantiles of a distribution",
    "geo/projection.py:_transformer": "a projection",
}


def decorators(node: ast.FunctionDef) -> Iterator[str]:
    """Names of a function's decorators, called or not."""
    for decorator in node.decorator_list:
        yield name_of(decorator.func if isinstance(decorator, ast.Call) else decorator)


def caches(name: str) -> bool:
    return name.split(".")[-1] in STREAMLIT_CACHES or name in PROCESS_CACHES


def cached(path: Path, root: Path = ROOT) -> Iterator[tuple[str, ast.FunctionDef]]:
    """(place, function) of each function whose value outlives a run."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef) and any(map(caches, decorators(node))):
            yield f"{path.relative_to(root).as_posix()}:{node.name}", node


def problems(path: Path, root: Path = ROOT) -> list[str]:
    """Cached functions that neither take scope and version nor are known to touch no report."""
    found = []
    for place, node in cached(path, root):
        hashed = {one.arg for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]}
        if place not in WITHOUT_REPORTS and not hashed >= KEYS:
            found.append(f"{place} takes {sorted(hashed)}")
    return found


def wrapped_calls(path: Path, root: Path = ROOT) -> list[str]:
    """Caches that are made by a call, not by a decorator: none of them can be judged."""
    tree = parsed(path)
    decorating = {
        id(one) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for one in node.decorator_list
    }
    return [
        f"{path.relative_to(root).as_posix()}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and id(node) not in decorating and caches(name_of(node.func))
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_kept_is_kept_by_scope_and_version(path: Path):
    assert problems(path) == []
    assert wrapped_calls(path) == []


def test_the_list_of_exceptions_has_no_dead_entry():
    assert {place for path in sources() for place, _ in cached(path)} >= set(WITHOUT_REPORTS)


@pytest.mark.parametrize(
    "text",
    [
        "import streamlit as st\n@st.cache_data\ndef f(view): ...",
        "import streamlit as st\n@st.cache_resource(max_entries=1)\ndef f(_view, scope): ...",
        "import streamlit as st\n@st.cache_data\ndef f(_scope, version): ...",
        "from functools import lru_cache\n@lru_cache\ndef f(scope): ...",
        "from streamlit import cache_data\n@cache_data\ndef f(version): ...",
    ],
)
def test_a_function_that_would_mix_viewers_is_found(tmp_path: Path, text: str):
    path = tmp_path / "bad.py"
    path.write_text(text, encoding="utf-8")
    assert problems(path, tmp_path)


def test_a_cache_made_by_a_call_is_found(tmp_path: Path):
    path = tmp_path / "bad.py"
    path.write_text("import streamlit as st\ng = st.cache_data(lambda view: view)", encoding="utf-8")
    assert wrapped_calls(path, tmp_path)
