"""Imports go one way, the pure rooms stay pure, and dangerous calls stay where they are watched: by the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = {"concerns": 0, "geo": 1, "loaders": 2, "pages": 3, "dashboard": 4}
PURE = ("concerns", "geo")
# Modules that reach files, the network, the clock, the environment or a hidden seed.
IMPURE_MODULES = frozenset(
    [
        "os",
        "io",
        "shutil",
        "tempfile",
        "glob",
        "socket",
        "ssl",
        "http",
        "urllib",
        "requests",
        "urllib3",
        "subprocess",
        "multiprocessing",
        "threading",
        "asyncio",
        "time",
        "random",
        "secrets",
        "logging",
        "sqlite3",
        "duckdb",
        "deltalake",
        "streamlit",
        "pyogrio",
        "fiona",
        "tqdm",
        "typer",
        "getpass",
        "platform",
    ]
)
IMPURE_BUILTINS = frozenset({"open", "input", "print", "exec", "eval", "compile", "__import__"})
# Ends of dotted names: datetime.now finds dt.datetime.now() too.
IMPURE_CALLS = frozenset(
    [
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "date.today",
        "Timestamp.now",
        "Timestamp.today",
        "os.getenv",
        "random.seed",
        "random.rand",
        "random.randn",
        "random.random",
        "random.choice",
        "random.permutation",
        "random.shuffle",
        "random.randint",
        "random.poisson",
        "random.normal",
    ]
)
IMPURE_METHODS = frozenset(
    [
        "read_csv",
        "read_parquet",
        "read_file",
        "read_excel",
        "to_csv",
        "to_parquet",
        "to_file",
        "to_excel",
        "read_text",
        "write_text",
        "read_bytes",
        "write_bytes",
    ]
)
STORE_OPENER = ROOT / "pages" / "widgets" / "sign_in.py"  # opens it once and hands out views only
STREAMLIT_HOMES = ("pages/*.py", "pages/widgets/*.py", "dashboard.py")
# What can run or render text from data → the only files that may name it.
WATCHED = {
    "folium": {"pages/figures/maps.py", "pages/widgets/map_view.py"},
    "branca": {"pages/figures/maps.py", "pages/figures/map_text.py"},
    "streamlit_folium": {"pages/widgets/map_view.py"},
    "streamlit.components": set(),
    "st.html": {"pages/widgets/markup.py"},
    "components.html": set(),
    "components.v1": set(),
    "st.iframe": set(),
    "st.fragment": {"pages/widgets/page_frame.py", "pages/widgets/entrance.py"},  # theirs look again who looks
    # These ask at the click who takes the file, or offer templates without data.
    ".download_button": {
        "pages/widgets/downloads.py",
        "pages/widgets/sharing.py",
        "pages/data.py",
        "pages/widgets/programme_upload.py",
    },
    "unsafe_allow_html": set(),
    "unsafe_allow_javascript": {"pages/widgets/markup.py"},
    ".explore": set(),
    "_repr_html_": set(),
    "pickle": set(),
    "allow_pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "dill": set(),
    "joblib": set(),
    "eval": set(),
    "exec": set(),
    "yaml.load": set(),
    "yaml.unsafe_load": set(),
    "read_pickle": set(),
}


def sources(root: Path = ROOT) -> list[Path]:
    """Every source file of the five rooms."""
    return sorted(p for room in ORDER for p in [*root.glob(f"{room}/**/*.py"), *root.glob(f"{room}.py")])


def parsed(path: Path) -> ast.Module:
    """The syntax tree; a file that does not parse fails the test."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(tree: ast.Module, path: Path, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """(line, full module name) of every import, those inside functions, relative ones and importlib calls included."""
    package = [*path.relative_to(root).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and name_of(node.func) in (
            "importlib.import_module",
            "import_module",
            "__import__",
        ):
            text = ast.unparse(node.args[0]) if node.args else ""
            yield node.lineno, text.lstrip("f").strip("'\"").split("{")[0].rstrip(".")


def name_of(node: ast.expr) -> str:
    """The dotted name of an expression, as far as it has one."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def room_of(path: Path, root: Path = ROOT) -> str:
    return path.relative_to(root).parts[0].removesuffix(".py")


def against_the_order(path: Path, root: Path = ROOT) -> list[str]:
    """Imports of a room further to the right."""
    room = room_of(path, root)
    return [
        f"{path.name}:{line} {room} imports {module}"
        for line, module in imports(parsed(path), path, root)
        if ORDER.get(module.split(".")[0], -1) > ORDER[room]
    ]


def impurities(path: Path, root: Path = ROOT) -> list[str]:
    """What a pure module must not touch."""
    tree = parsed(path)
    found = [
        f"{path.name}:{line} imports {module}"
        for line, module in imports(tree, path, root)
        if module.split(".")[0] in IMPURE_MODULES
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            is_impure = name in IMPURE_BUILTINS or ".".join(name.split(".")[-2:]) in IMPURE_CALLS
            if is_impure or method in IMPURE_METHODS:
                found.append(f"{path.name}:{node.lineno} calls {name}")
            if name.endswith("default_rng") and not node.args and not node.keywords:
                found.append(f"{path.name}:{node.lineno} draws without a seed")
        elif isinstance(node, ast.Attribute) and name_of(node) in ("os.environ", "sys.argv", "sys.stdin", "sys.stdout"):
            found.append(f"{path.name}:{node.lineno} reads {name_of(node)}")
    return found


def dangers(path: Path, root: Path = ROOT) -> list[str]:
    """Watched names in a file that is not their home."""
    tree, place = parsed(path), path.relative_to(root).as_posix()
    seen: set[tuple[int, str]] = set()
    for line, module in imports(tree, path, root):
        seen |= {(line, watched) for watched in WATCHED if module == watched or module.startswith(f"{watched}.")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            seen |= {(node.lineno, watched) for watched in WATCHED if name == watched or name.endswith(f".{watched}")}
            seen |= {(node.lineno, key.arg) for key in node.keywords if key.arg in WATCHED}
        if isinstance(node, ast.Attribute):
            seen |= {
                (node.lineno, w) for w in (f".{node.attr}", node.attr) if w in WATCHED and w not in ("eval", "exec")
            }
            seen |= {(node.lineno, w) for w in WATCHED if name_of(node) == w}
    return [f"{place}:{line} uses {watched}" for line, watched in sorted(seen) if place not in WATCHED[watched]]


def test_there_are_sources_in_every_room():
    assert {room_of(path) for path in sources()} == set(ORDER)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way(path: Path):
    assert against_the_order(path) == []


@pytest.mark.parametrize(
    "path", [p for p in sources() if room_of(p) in PURE], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_the_pure_rooms_are_pure(path: Path):
    assert impurities(path) == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_dangerous_calls_stay_in_their_module(path: Path):
    assert dangers(path) == []


def test_streamlit_is_imported_in_pages_and_widgets_only():
    homes = {path for pattern in STREAMLIT_HOMES for path in ROOT.glob(pattern)}
    users = {p for p in sources() if any(module.split(".")[0] == "streamlit" for _, module in imports(parsed(p), p))}
    assert users
    assert users - homes == set()


def test_pages_reach_the_store_through_the_view_only():
    guilty = [
        f"{path.name}:{line}"
        for path in sources()
        if room_of(path) in ("pages", "dashboard") and path != STORE_OPENER
        for line, module in imports(parsed(path), path)
        if module.startswith(("loaders.store", "deltalake", "duckdb"))
    ]
    assert guilty == []


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "import loaders.store",
        "from loaders import store",
        "def f():\n    from pages import figures",
        "from ..loaders import store",
        "import importlib\nimportlib.import_module('pages.data')",
        "import importlib\nimportlib.import_module(f'pages.{x}')",
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, text: str):
    assert against_the_order(written(tmp_path, "concerns/bad.py", text), tmp_path)


def test_a_file_that_does_not_parse_fails(tmp_path: Path):
    with pytest.raises(SyntaxError):
        against_the_order(written(tmp_path, "concerns/bad.py", "def f(:\n"), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from pathlib import Path\nPath('a').read_text()",
        "open('a')",
        "from datetime import datetime\ndatetime.now()",
        "import datetime as dt\ndt.date.today()",
        "import numpy as np\nnp.random.default_rng()",
        "import numpy as np\nnp.random.rand(3)",
        "import pandas as pd\npd.read_csv('a')",
        "import pandas as pd\npd.Timestamp.now()",
        "def f():\n    import requests",
        "import streamlit as st",
        "import logging",
        "print('x')",
    ],
)
def test_an_impurity_is_found(tmp_path: Path, text: str):
    assert impurities(written(tmp_path, "geo/bad.py", text), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "import folium",
        "import streamlit as st\nst.html('x')",
        "import streamlit as st\nst.markdown('x', unsafe_allow_html=True)",
        "import streamlit.components.v1 as components\ncomponents.html('x')",
        "frame.explore()",
        "import pickle",
        "import numpy as np\nnp.load('a', allow_pickle=True)",
        "from branca.element import Element",
        "eval('1')",
    ],
)
def test_a_danger_is_found(tmp_path: Path, text: str):
    assert dangers(written(tmp_path, "pages/bad.py", text), tmp_path)
