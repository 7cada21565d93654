"""What one visitor computed is given to another only if both see the same and the data is the same: by the syntax tree.

Every function whose value outlives a run takes the viewer's scope and the data version as hashed arguments; those that
touch no report are named here, each with what it keeps.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_import_order import ROOT, imports, name_of, parsed, sources

CACHES = {  # what keeps a value between runs, by its full name
    *(f"streamlit.{name}" for name in ("cache_data", "cache_resource", "experimental_memo", "experimental_singleton")),
    *(f"streamlit.runtime.caching.{name}" for name in ("cache_data", "cache_resource")),
    *(f"functools.{name}" for name in ("lru_cache", "cache")),
}
STORES = ("cachetools", "joblib", "diskcache", "shelve", "dbm")
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


def full_names(tree: ast.Module) -> dict[str, str]:
    """What an imported or renamed name stands for: `import streamlit as st`, `from functools import cache as kept`."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {one.asname or one.name.split(".")[0]: one.name if one.asname else one.name.split(".")[0]
                      for one in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    for node in ast.walk(tree):  # keep = st.cache_data
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            known |= {target.id: resolved(node.value, known) for target in node.targets if isinstance(target, ast.Name)}
    return known


def resolved(node: ast.expr, known: dict[str, str]) -> str:
    """The full name of an expression."""
    first, _, rest = name_of(node).partition(".")
    return ".".join(part for part in (known.get(first, first), rest) if part)


def caches(node: ast.expr, known: dict[str, str]) -> bool:
    return resolved(node, known) in CACHES


def cached(path: Path, root: Path = ROOT) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """(place, function) of each function, method or coroutine whose value outlives a run."""
    tree = parsed(path)
    known = full_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            used = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
            if any(caches(one, known) for one in used):
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
    """Caches that are made by a call, handed on or fetched by name, not by a decorator: none of them can be judged."""
    tree = parsed(path)
    known = full_names(tree)
    plain: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            plain |= {id(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list}
        elif isinstance(node, ast.Attribute) and node.attr == "clear":  # st.cache_data.clear()
            plain.add(id(node.value))
        elif isinstance(node, ast.Assign):
            plain.add(id(node.value))  # a new name, which `full_names` follows
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute) and id(node) not in plain]
    return [f"{path.relative_to(root).as_posix()}:{node.lineno}" for node in found if caches(node, known)] + [
        f"{path.relative_to(root).as_posix()}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node.func) == "getattr" and "cache" in ast.unparse(node)
    ]


KEPT_BY_MODULES = {  # names of a module that change while the server runs, each with what it keeps
    "pages/widgets/mode.py:_started": "the mode",
    "pages/figures/texts.py:_asked": "who asks for the reader's language: a function, not its answer",
    "pages/widgets/media_guard.py:_made_for": "which session a file was made for",
}
MUTATORS = {"append", "extend", "add", "update", "setdefault", "insert", "pop", "popitem", "clear", "remove", "discard"}


def kept_by_module(path: Path, root: Path = ROOT) -> list[str]:
    """Module variables and class attributes that a function changes: they outlive a run as a cache does."""
    tree = parsed(path)
    module = {
        target.id
        for node in tree.body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name)
    }
    changed: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        own |= {one.arg for one in ast.walk(function) if isinstance(one, ast.arg)}
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                changed |= set(node.names)
            elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                changed |= {name_of(node.value)} - own
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                changed |= {name_of(node.func.value)} - own
    stores = [name for _, name in imports(tree, path, root) if name.split(".")[0] in STORES or name in STORES]
    return sorted(f"{path.relative_to(root).as_posix()}:{name}" for name in [*(changed & module), *stores])


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_kept_is_kept_by_scope_and_version(path: Path):
    assert problems(path) == []
    assert wrapped_calls(path) == []
    assert set(kept_by_module(path)) <= set(KEPT_BY_MODULES)


def test_the_list_of_exceptions_has_no_dead_entry():
    assert {place for path in sources() for place, _ in cached(path)} >= set(WITHOUT_REPORTS)
    assert {place for path in sources() for place in kept_by_module(path)} == set(KEPT_BY_MODULES)


@pytest.mark.parametrize(
    "text",
    [
        "import streamlit as st\n@st.cache_data\ndef f(view): ...",
        "import streamlit as st\n@st.cache_resource(max_entries=1)\ndef f(_view, scope): ...",
        "import streamlit as st\n@st.cache_data\ndef f(_scope, version): ...",
        "from functools import lru_cache\n@lru_cache\ndef f(scope): ...",
        "from streamlit import cache_data\n@cache_data\ndef f(version): ...",
        "import streamlit as s\n@s.cache_data()\ndef f(view): ...",
        "from streamlit import cache_data as kept\n@kept(ttl=1)\ndef f(view): ...",
        "import functools as f\n@f.cache\ndef g(view): ...",
        "from functools import cache as once\nclass A:\n    @once\n    def f(self): ...",
        "import streamlit as st\nkept = st.cache_resource\n@kept\ndef f(view): ...",
        "from streamlit.runtime.caching import cache_data\n@cache_data\nasync def f(view): ...",
    ],
)
def test_a_function_that_would_mix_viewers_is_found(tmp_path: Path, text: str):
    path = tmp_path / "bad.py"
    path.write_text(text, encoding="utf-8")
    assert problems(path, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "import streamlit as st\ng = st.cache_data(lambda view: view)",
        "import functools\ng = functools.lru_cache(None)(len)",
        "from functools import partial, lru_cache\ng = partial(lru_cache, 1)",
        "import streamlit as st\ng = getattr(st, 'cache_' + 'data')(len)",
    ],
)
def test_a_cache_made_by_a_call_is_found(tmp_path: Path, text: str):
    path = tmp_path / "bad.py"
    path.write_text(text, encoding="utf-8")
    assert wrapped_calls(path, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "_kept = {}\ndef f(view):\n    _kept[1] = view",
        "_kept: dict = {}\ndef f(view):\n    return _kept.setdefault(1, view)",
        "_kept = None\ndef f(view):\n    global _kept\n    _kept = view",
        "class A: ...\nkept = A()\ndef f(view):\n    kept.view = view",
        "import joblib\nmemory = joblib.Memory('/tmp')",
        "from cachetools import cached",
    ],
)
def test_a_module_that_keeps_what_a_run_found_is_noticed(tmp_path: Path, text: str):
    path = tmp_path / "bad.py"
    path.write_text(text, encoding="utf-8")
    assert kept_by_module(path, tmp_path)
