"""The locks of our packages: every pin has a checksum, none names a host, and they agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted(ROOT.glob("requirements*.txt"))
TOGETHER = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")  # installed into one environment


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", lock.read_text(encoding="utf-8"), flags=re.M))


def test_the_locks_are_found():
    assert {lock.name for lock in LOCKS} >= set(TOGETHER)
    assert all(lock.with_suffix(".in").exists() for lock in LOCKS)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_a_checksum_and_no_line_names_a_host(lock: Path):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted)", text, flags=re.M)
    entries = re.split(r"^(?=[\w.-]+(?:\[[\w,-]+\])?==)", text, flags=re.M)[1:]
    assert len(entries) == len(pins(lock)) > 0
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_packages_that_meet_in_one_environment_have_one_version():
    versions: dict[str, set[str]] = {}
    for name in TOGETHER:
        for package, version in pins(ROOT / name).items():
            versions.setdefault(package, set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


def test_the_browser_lock_names_no_address():
    assert "resolved" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
