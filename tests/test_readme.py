"""What the README says against what the code does: commands, pages, dependencies, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from pages import PAGES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text below a heading, up to the next one of its rank."""
    return re.split(r"^## ", README.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]


def table(title: str) -> list[tuple[str, str]]:
    """The rows of the first table in a section."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section(title), flags=re.M)
    return rows[1:]


def loader_commands() -> list[str]:
    return re.findall(r"python -m loaders ([^\n`#]+)", README)


def test_every_make_target_exists():
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    assert {"run", "test", "setup"} <= named
    assert named <= targets


def test_every_public_target_is_named():
    listed = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    assert listed <= set(re.findall(r"\bmake ([a-z-]+)", README))


@pytest.mark.parametrize("line", loader_commands())
def test_every_command_and_option_exists(line: str):
    from loaders.__main__ import app

    command = typer.main.get_command(app)
    words = line.split()
    while hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"no command {name}"
        command = command.commands[name]
    options = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    assert {word for word in words if word.startswith("-")} <= options


def test_the_command_that_loads_is_shown():
    assert any(line.startswith("ingest ") for line in loader_commands())
    assert any(line.startswith("boundaries install ") for line in loader_commands())


def test_the_page_list_is_the_menu():
    assert [title for title, _question in table("Pages")] == [page.title for page in PAGES]


def test_every_page_file_is_in_the_menu_and_has_render():
    files = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert files == {page.module for page in PAGES}
    assert all(
        re.search(r"^def render\(\) -> None:", (ROOT / "pages" / f"{n}.py").read_text("utf-8"), re.M) for n in files
    )


def test_the_dependency_table_is_the_requirement_list():
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").split()
    wanted = sorted(re.split(r"[\[=<>]", line)[0].lower() for line in lines)
    listed = table("Dependencies")
    assert [name for name, _why in listed] == wanted
    assert all(len(why.split()) >= 1 and why.strip("- ") for _name, why in listed)


def test_every_file_that_is_named_exists():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    named = re.findall(r"`([\w./-]+/[\w.-]+\.(?:md|json|py|txt|in|yaml)|LICENSE|package-lock\.json)`", README)
    assert pictures
    assert [path for path in [*pictures, *named] if not (ROOT / path).exists()] == []


def test_every_shown_language_is_there():
    from pages.figures.texts import LOCALES

    assert set(re.findall(r"\?lang=(\w+)", README)) <= set(LOCALES)
