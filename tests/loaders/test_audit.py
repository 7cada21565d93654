"""The trail grows, and whatever else happens to it shows."""

from __future__ import annotations

import datetime as dt
import json
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.schema import StoreError
from loaders.audit import DETAILS, AuditTrail, Event

AT = dt.datetime(2024, 5, 1, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def trail(tmp_path) -> AuditTrail:
    """A trail of five deeds."""
    trail = AuditTrail(tmp_path / "audit")
    for number in range(5):
        trail.append(Event.LOADED, who="a@example.org", at=AT, batch_id=f"b{number}", n_read=10, n_accepted=9)
    return trail


def lines_of(trail: AuditTrail) -> list[str]:
    return (trail.folder / "trail.jsonl").read_text().splitlines(keepends=True)


def rewrite(trail: AuditTrail, lines: list[str]) -> None:
    (trail.folder / "trail.jsonl").write_text("".join(lines))


def test_deeds_are_read_as_they_were_written(trail):
    trail.append(Event.EXPORTED, who="oidc|7", at=AT.astimezone(dt.timezone(dt.timedelta(hours=3))), what="reports")
    deeds = trail.read()
    assert deeds["n"].to_list() == [1, 2, 3, 4, 5, 6]
    assert deeds.iloc[5][["who", "event", "details"]].to_list() == ["oidc|7", "exported", '{"what": "reports"}']
    assert (deeds["at"] == AT).all()
    state = trail.verify()
    assert (state.n_entries, state.is_whole, len(state.head)) == (6, True, 64)


def test_a_trail_that_was_never_begun_is_whole_and_empty(tmp_path):
    trail = AuditTrail(tmp_path / "audit")
    assert (trail.verify().n_entries, trail.verify().is_whole) == (0, True)
    assert trail.read().columns.to_list() == ["n", "at", "who", "event", "details"]
    assert trail.read().empty


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 4), place=st.integers(0, 400), sign=st.sampled_from("x0 \n"))
def test_any_changed_sign_shows(tmp_path_factory, number, place, sign):
    trail = AuditTrail(tmp_path_factory.mktemp("audit"))
    for each in range(5):
        trail.append(Event.UNDID, who="a", at=AT, batch_id=f"b{each}")
    lines = lines_of(trail)
    line = lines[number]
    place %= len(line) - 1
    if line[place] == sign:
        return
    lines[number] = line[:place] + sign + line[place + 1 :]
    rewrite(trail, lines)
    state = trail.verify()
    assert not state.is_whole
    assert number + 1 <= state.broken_at <= number + 2


@pytest.mark.parametrize(
    ("deed", "broken_at"),
    [
        (lambda lines: lines[1:], 1),
        (lambda lines: lines[:2] + lines[3:], 3),
        (lambda lines: lines[:-1], 4),
        (lambda lines: lines[:1], 1),
        (lambda lines: [], 0),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: [*lines, lines[4].replace('"n": 5', '"n": 6')], 6),
        (lambda lines: [line.replace("a@example.org", "b@example.org") for line in lines], 2),
        (lambda lines: [*lines[:4], lines[4].replace("b4", "b9")], 5),
    ],
)
def test_removed_moved_added_and_changed_lines_show(trail, deed, broken_at):
    rewrite(trail, deed(lines_of(trail)))
    state = trail.verify()
    assert (state.is_whole, state.broken_at) == (False, broken_at)


def test_nothing_is_added_to_a_trail_whose_end_was_cut_off(trail):
    rewrite(trail, lines_of(trail)[:-1])
    with pytest.raises(StoreError, match="not the noted one"):
        trail.append(Event.UNDID, who="a", at=AT, batch_id="b")


def test_a_lost_trail_is_not_begun_anew(trail):
    (trail.folder / "trail.jsonl").unlink()
    assert not trail.verify().is_whole
    with pytest.raises(StoreError, match="not the noted one"):
        trail.append(Event.UNDID, who="a", at=AT, batch_id="b")


def test_a_lost_head_does_not_cost_the_trail(trail):
    (trail.folder / "head.json").unlink()
    assert not trail.verify().is_whole
    with pytest.raises(StoreError, match="not the noted one"):
        trail.append(Event.UNDID, who="a", at=AT, batch_id="b")
    assert len(lines_of(trail)) == 5


def test_a_line_torn_by_a_power_cut_is_taken_away_and_the_trail_goes_on(trail):
    with (trail.folder / "trail.jsonl").open("a") as handle:
        handle.write('{"n": 6, "at": "2024-')
    trail.append(Event.UNDID, who="a", at=AT, batch_id="b")
    assert (trail.verify().n_entries, trail.verify().is_whole) == (6, True)
    assert trail.read()["event"].to_list()[-1] == "undid"


def test_a_whole_line_that_was_not_noted_before_a_power_cut_counts(trail):
    head = (trail.folder / "head.json").read_bytes()
    trail.append(Event.UNDID, who="a", at=AT, batch_id="b6")
    (trail.folder / "head.json").write_bytes(head)
    assert trail.verify().is_whole
    trail.append(Event.UNDID, who="a", at=AT, batch_id="b7")
    assert (trail.verify().n_entries, trail.verify().is_whole) == (7, True)


@pytest.mark.parametrize(
    "details",
    [
        {"description": "text"},
        {"n_read": 3, "place_name": "Mosul"},
        {"batch_id": "she was beaten by her brother"},
        {"batch_id": "line\nbreak"},
        {"batch_id": "x" * 2001},
        {"batch_id": ["a"]},
        {"batch_id": b"a"},
    ],
)
def test_a_value_from_a_report_has_no_place(trail, details):
    with pytest.raises(ValueError, match=r"no detail|neither a number nor an id"):
        trail.append(Event.LOADED, who="a", at=AT, **details)
    assert trail.verify().n_entries == 5


def test_every_event_has_its_closed_list():
    assert DETAILS.keys() == set(Event)
    forbidden = {"description", "lat", "lon", "place_name", "category", "file_name", "text"}
    assert not forbidden & frozenset().union(*DETAILS.values())


def test_an_instant_without_a_zone_is_refused(trail):
    with pytest.raises(ValueError, match="time zone"):
        trail.append(Event.UNDID, who="a", at=AT.replace(tzinfo=None), batch_id="b")


def append_many(folder: Path) -> None:
    trail = AuditTrail(folder)
    for number in range(15):
        trail.append(Event.OPENED, who="a", at=AT, scope=f"planner||{number}", data_version="1-x")


def test_processes_that_append_at_once_make_one_chain(tmp_path):
    context = get_context("fork")
    processes = [context.Process(target=append_many, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert (AuditTrail(tmp_path).verify().n_entries, AuditTrail(tmp_path).verify().is_whole) == (45, True)
    assert [json.loads(line)["n"] for line in lines_of(AuditTrail(tmp_path))] == list(range(1, 46))
