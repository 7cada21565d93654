"""Every notebook runs from the first cell to the last, defines no function, and is kept without its output."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def code_of(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_notebooks_are_there():
    assert {"published_numbers", "reference_files", "false_alarms", "demo_walkthrough"} <= {
        path.stem for path in NOTEBOOKS
    }


@each_notebook
def test_no_function_is_defined_inside(path):
    nodes = [node for cell in code_of(path) for node in ast.walk(ast.parse(cell.source))]
    assert not [node.lineno for node in nodes if isinstance(node, FUNCTIONS)]
    assert any(isinstance(node, ast.Assert) for node in nodes)  # what it says is held by a check


@each_notebook
def test_no_output_is_kept(path):
    assert all(not cell.outputs and cell.execution_count is None for cell in code_of(path))


@each_notebook
def test_runs_from_the_first_cell_to_the_last(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, kernel_name="python3", timeout=600, resources={"metadata": {"path": path.parent}})
    client.execute()  # raises with the cell and its words when one fails
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    assert not [output for cell in ran for output in cell.outputs if output.output_type == "error"]
