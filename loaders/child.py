"""A parser of untrusted files in a process of its own, with limits of memory and time, so that it takes only itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # nosec B404 - the child runs our own module, never a command from a file
import sys
from pathlib import Path
from typing import Any

from concerns.schema import FileReason, StoreError
from loaders.archive import corrupt
from loaders.confine import NO_MEMORY, NO_ROOM
from loaders.limits import Limits
from loaders.sniff import refuse, shown_name

_START = "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module(sys.argv[2], run_name='__main__')"
_WALL_OVER_CPU = 3  # a machine under load gives a process a third of its time


def run(
    module: str,
    request: dict[str, Any],
    *,
    folder: Path,
    name: str,
    limits: Limits,
    hint: str = "Save it as CSV, or split it.",
) -> dict[str, Any]:
    """Run a module of this package in isolation and return what it found out; its rows are in `folder`.

    module: ends in a call of `confine.serve`. Nothing of this process but the request reaches it. hint: what to do
    about a file that takes too much.
    Raises UnreadableFile: what the child refused; LIMIT when it ran out of memory or time; CORRUPT when it crashed.
    Raises StoreError: no room for its rows.
    """
    order = request | {"folder": str(folder), "memory_mb": limits.child_memory_mb, "seconds": limits.child_seconds}
    command = [sys.executable, "-I", "-B", "-c", _START, str(Path(__file__).resolve().parents[1]), module]
    try:
        done = subprocess.run(  # nosec B603 - a fixed command; the request goes in as JSON
            command,
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            timeout=limits.child_seconds * _WALL_OVER_CPU,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _exhausted(name, "time", hint) from error
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _exhausted(name, "time or memory", hint)
    answer = _answer(done.stdout)
    if answer.get("refused") == NO_MEMORY:
        raise _exhausted(name, "memory", hint)
    if answer.get("refused") == NO_ROOM:
        room = "Free some space and load the file again."
        raise StoreError("There is no room for the rows of the file.", where=shown_name(name), hint=room)
    if "refused" in answer:
        raise refuse(FileReason(answer["refused"]), name, answer["what"], answer["hint"])
    if done.returncode != 0 or "found" not in answer:
        raise corrupt(name)
    return answer["found"]


def _environment(folder: Path) -> dict[str, str]:
    """What the child gets to know of this process: no token, no address, no settings of libraries."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if key in os.environ}
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
    return kept | single | {"HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}


def _answer(output: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(output)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _exhausted(name: str, what: str, hint: str) -> Exception:
    text = f"Reading the file takes more {what} than is allowed."
    return refuse(FileReason.LIMIT, name, text, hint)
