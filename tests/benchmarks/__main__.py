"""Every measurement in one table: `make bench`. Each bench_*.py holds run() -> list of rows.

A row: what (text), ours, peer (medians, or None), ratio (as its bar has it), unit, bar (text, such as "≥ 8× less"), met
(bool or None). Further keys are kept in build/bench.json.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULT = HERE.parents[1] / "build" / "bench.json"
COLUMNS = ("what", "ours", "peer", "ratio", "unit", "bar", "met")


def shown(value: object) -> str:
    """A cell of the table."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows under their heads, columns aligned."""
    cells = [list(COLUMNS), *[[shown(row.get(column)) for column in COLUMNS] for row in rows]]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells)


def alone(name: str) -> list[dict[str, Any]]:
    """The rows of one benchmark, run in a process of its own: what one peer leaves in memory disturbs no other.

    A benchmark that ends badly gives one row whose bar is not met.
    """
    ran = subprocess.run([sys.executable, "-m", "tests.benchmarks.alone", name], stdout=subprocess.PIPE, check=False)
    if ran.returncode:
        return [{"what": f"{name} ended with {ran.returncode}", "met": False}]
    rows: list[dict[str, Any]] = json.loads(ran.stdout)
    return rows


def main(names: list[str]) -> int:
    """Run all benchmarks, or those named; exit 1 when a bar is missed."""
    found = sorted(path.stem for path in HERE.glob("bench_*.py"))
    chosen = [name for name in found if not names or name.removeprefix("bench_") in names]
    rows: list[dict[str, Any]] = []
    for name in chosen:
        started = time.perf_counter()
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += [{"benchmark": name, **row} for row in alone(name)]
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    print(table(rows))
    missed = [row["what"] for row in rows if row.get("met") is False]
    print(f"\n{sum(row.get('met') is True for row in rows)} bars reached, {len(missed)} not", *missed, sep="\n  ")
    RESULT.parent.mkdir(exist_ok=True)
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "at": dt.datetime.now(dt.UTC).isoformat(),
    }
    RESULT.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1, default=float), encoding="utf-8")
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
