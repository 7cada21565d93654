"""One benchmark in a process of its own, its rows as JSON: `python -m tests.benchmarks.alone bench_join`."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys

if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        rows = importlib.import_module(f"tests.benchmarks.{sys.argv[1]}").run()
    print(json.dumps(rows, default=float))
