"""A load that is killed at any instant loses nothing and doubles nothing; the same command run again completes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def kill_many(folder: Path, n_kills: int, seed: int) -> dict:
    command = [sys.executable, "-m", "tests.loaders.kill_driver", str(folder), str(n_kills), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def check(seen: dict, n_kills: int) -> None:
    assert seen["killed"] + seen["ended"] == n_kills
    assert seen["killed"] > n_kills / 3
    for fault in ("broken_looks", "partial", "doubled", "incomplete", "findings_after_repair"):
        assert seen[fault] == 0, seen
    assert seen["findings"] < 1_000


def test_a_killed_load_leaves_whole_batches_and_completes_when_run_again(tmp_path):
    check(kill_many(tmp_path, 12, seed=1), 12)


@pytest.mark.slow
def test_two_hundred_kills(tmp_path):
    check(kill_many(tmp_path, 200, seed=2), 200)
