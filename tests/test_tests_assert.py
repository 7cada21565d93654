"""Every test asserts something: found on the syntax tree, since a test that is only `pass` is green for ever."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CHECKING_CALL = re.compile(r"(^|\.)(assert_\w+|assert\w*|raises|warns|fail|expect\w*|check_\w+)$")


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file by its name."""
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def is_trivial(check: ast.Assert) -> bool:
    """`assert True`, `assert 1`, `assert "text"`: passes whatever happens."""
    return isinstance(check.test, ast.Constant) and bool(check.test.value)


def asserts(node: ast.AST, known: dict[str, ast.FunctionDef | ast.AsyncFunctionDef], depth: int = 2) -> bool:
    """Does it assert, itself or through a function of the same file?"""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert) and not is_trivial(inner):
            return True
        if isinstance(inner, ast.Call):
            name = ast.unparse(inner.func)
            if CHECKING_CALL.search(name):
                return True
            if depth and name in known and known[name] is not node and asserts(known[name], known, depth - 1):
                return True
    return False


def silent_tests(path: Path) -> list[str]:
    """The tests of a file that assert nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    known = functions(tree)
    return [
        f"{path.name}::{name}" for name, node in known.items() if name.startswith("test") and not asserts(node, known)
    ]


def swallowing(path: Path) -> list[str]:
    """Handlers in a test file that swallow the failure."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    broad = ("", "Exception", "BaseException", "AssertionError")
    return [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (ast.unparse(node.type) if node.type else "") in broad
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]


def files_of_tests() -> list[Path]:
    return sorted(HERE.glob("**/test_*.py"))


def test_the_search_finds_files():
    assert len(files_of_tests()) > 10


@pytest.mark.parametrize("path", files_of_tests(), ids=lambda path: path.relative_to(HERE).as_posix())
def test_every_test_asserts(path: Path):
    assert silent_tests(path) == []


@pytest.mark.parametrize("path", files_of_tests(), ids=lambda path: path.relative_to(HERE).as_posix())
def test_no_test_swallows_its_failure(path: Path):
    assert swallowing(path) == []


@pytest.mark.parametrize("body", ["pass", "x = 1", "assert True", "'only a docstring'", "print(1)", "helper()"])
def test_a_silent_test_is_found(tmp_path: Path, body: str):
    path = tmp_path / "test_x.py"
    path.write_text(f"def helper():\n    return 1\n\ndef test_x():\n    {body}\n", encoding="utf-8")
    assert silent_tests(path) == ["test_x.py::test_x"]


@pytest.mark.parametrize("body", ["assert 1 == x", "helper()", "with pytest.raises(ValueError):\n        f()"])
def test_a_test_that_asserts_is_left_alone(tmp_path: Path, body: str):
    path = tmp_path / "test_x.py"
    path.write_text(f"def helper():\n    assert x\n\ndef test_x():\n    {body}\n", encoding="utf-8")
    assert silent_tests(path) == []
