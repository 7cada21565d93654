"""Kill an ingest at random instants, many times over, and look at what is left; run as a program of its own.

Each load, look and repair runs in a fork of this process, which itself only imports: a process that has started the
threads of the table engine must not fork.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from loaders.district_set import approximate
from loaders.doctor import examine
from loaders.ingest import Request, ingest
from loaders.settings import Settings
from loaders.store import open_store

NOW = dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)
N_ROWS = 3_000


def write_file(path: Path, number: int) -> None:
    """A file of reports whose ids tell which file they came from."""
    lines = ["report_id,occurred_on,lat,lon,category"]
    lines += [f"f{number}-{n},2024-0{1 + n % 5}-11,33.3{n % 10},44.{n % 9}1,C07" for n in range(N_ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")


def load(store: Path, path: Path) -> dict:
    """Load the file; gives the ledger."""
    request = Request(NOW, Settings(today=NOW.date()))
    return ingest(path, open_store(store), approximate(), request).ledger.to_json()


def look(store: Path) -> dict:
    """How many rows each batch in force shows, and how many ids are there twice."""
    frame = open_store(store).read("reports", ["batch_id", "report_id"]).to_pandas()
    sizes = frame.groupby("batch_id").size()
    return {"sizes": sorted(sizes.tolist()), "doubled": int(frame["report_id"].duplicated().sum())}


def repair(store: Path) -> list[str]:
    """What the doctor found."""
    return [finding.kind for finding in examine(open_store(store), now=NOW)]


def in_fork(work: Callable[[], object], *, kill_after_s: float | None = None) -> tuple[bool, object]:
    """Run something in a fork; whether it ended by itself, and what it gave."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            answer = json.dumps(work(), default=str).encode()
            os.write(write_end, answer)
            os._exit(0)
        except BaseException as error:
            os.write(write_end, json.dumps(f"{type(error).__name__}: {error}").encode())
            os._exit(1)
    os.close(write_end)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read_end, "rb") as answers:
        answer = answers.read()
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status) == 0, json.loads(answer) if answer else None


def main(folder: Path, n_kills: int, seed: int) -> dict:
    """Kill n_kills loads; returns what was seen, as counts."""
    rng = random.Random(seed)
    approximate().index  # noqa: B018  built before the forks, so that each load starts at once
    store, path = folder / "store", folder / "reports.csv"
    seen = {"killed": 0, "ended": 0, "broken_looks": 0, "partial": 0, "doubled": 0, "findings": 0, "incomplete": 0}
    write_file(path, 0)
    started = time.monotonic()
    in_fork(lambda: load(folder / "timing", path))
    typical_s = time.monotonic() - started
    for number in range(1, n_kills + 1):
        write_file(path, number)
        ended, _answer = in_fork(lambda: load(store, path), kill_after_s=rng.uniform(0.0, 1.1) * typical_s)
        seen["ended" if ended else "killed"] += 1
        good, state = in_fork(lambda: look(store))
        seen["broken_looks"] += not good
        seen["partial"] += good and any(size != N_ROWS for size in state["sizes"])
        if rng.random() < 0.5:
            good, found = in_fork(lambda: repair(store))
            seen["findings"] += len(found) if good else 1_000
        good, ledger = in_fork(lambda: load(store, path))
        seen["incomplete"] += not good or ledger["accepted"] + ledger["duplicates"] not in (0, N_ROWS)
        good, state = in_fork(lambda: look(store))
        seen["doubled"] += not good or state["doubled"]
        seen["incomplete"] += not good or state["sizes"] != [N_ROWS] * number
    in_fork(lambda: repair(store))
    seen["findings_after_repair"] = len(in_fork(lambda: repair(store))[1])
    return seen


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201
