from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from concerns.errors import AccessDenied, BadSetting, UnreadableFile
from loaders.__main__ import app
from loaders.kobo_api import Form, Pulled, last_pull, pull, remember, token_from_environment
from loaders.store import open_store

TOKEN = "0123456789abcdef"


class Kobo(ThreadingHTTPServer):
    """Answers as Kobo's API v2 does for one form; `faults`: answers given instead, one a request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.submissions: list[dict[str, Any]] = []
        self.page = 3
        self.knows_filters = True
        self.faults: list[tuple[int, dict[str, str], bytes]] = []
        self.requests: list[dict[str, list[str]]] = []

    @property
    def form(self) -> Form:
        return Form(f"http://127.0.0.1:{self.server_port}", "aBcD1234")

    def answer(self, query: dict[str, list[str]]) -> dict[str, Any]:
        found = sorted(self.submissions, key=lambda item: item["_id"])
        if self.knows_filters:
            asked = json.loads(query["query"][0])
            after = asked.get("_id", {}).get("$gt", -1)
            since = asked.get("_submission_time", {}).get("$gte", "")
            found = [item for item in found if item["_id"] > after and item["_submission_time"] >= since]
        start = int(query.get("start", ["0"])[0])
        results = found[start : start + min(self.page, int(query["limit"][0]))]
        return {"count": len(found), "next": "http://198.51.100.1/elsewhere", "previous": None, "results": results}


class _Handler(BaseHTTPRequestHandler):
    server: Kobo

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self.server.requests.append(parse_qs(address.query))
        if self.server.faults:
            self._send(*self.server.faults.pop(0))
        elif self.headers["Authorization"] != f"Token {TOKEN}":
            self._send(401, {}, b"{}")
        elif address.path != "/api/v2/assets/aBcD1234/data/":
            self._send(404, {}, b"{}")
        else:
            self._send(200, {}, json.dumps(self.server.answer(parse_qs(address.query))).encode())

    def _send(self, code: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(code)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def kobo() -> Iterator[Kobo]:
    with Kobo() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def submission(number: int, day: int = 1, **answers: Any) -> dict[str, Any]:
    return {"_id": number, "_uuid": f"u-{number}", "_submission_time": f"2024-03-{day:02}T10:00:00"} | answers


def pulled(kobo: Kobo, path, **settings: Any) -> tuple[Pulled, list[int], list[float]]:
    waits: list[float] = []
    done = pull(kobo.form, path, token=TOKEN, sleep=waits.append, **settings)
    return done, [record["_id"] for record in json.loads(path.read_text(encoding="utf-8"))], waits


@pytest.mark.parametrize("knows_filters", [True, False])
@pytest.mark.parametrize("n", [0, 1, 3, 7, 10])
def test_every_page_is_read_and_every_submission_once(kobo, tmp_path, n, knows_filters):
    kobo.submissions = [submission(7 * number % 101) for number in range(1, n + 1)]
    kobo.knows_filters = knows_filters
    done, ids, _ = pulled(kobo, tmp_path / "form.json")
    assert ids == sorted(item["_id"] for item in kobo.submissions)
    assert (done.n, done.latest) == (n, "2024-03-01T10:00:00" if n else None)


def test_a_pull_goes_on_from_the_last_submission(kobo, tmp_path):
    kobo.submissions = [submission(1, day=1), submission(2, day=5)]
    first, _, _ = pulled(kobo, tmp_path / "1.json", since=last_pull(tmp_path / "state", kobo.form))
    remember(tmp_path / "state", kobo.form, first)
    kobo.submissions += [submission(3, day=5), submission(4, day=6)]
    since = last_pull(tmp_path / "state", kobo.form)
    assert since == "2024-03-05T10:00:00"
    second, ids, _ = pulled(kobo, tmp_path / "2.json", since=since)
    assert (ids, second.latest) == ([2, 3, 4], "2024-03-06T10:00:00")  # the same instant comes again, none is missed
    kobo.knows_filters = False
    assert pulled(kobo, tmp_path / "3.json", since=since)[1] == [2, 3, 4]


def test_an_empty_pull_keeps_where_the_last_one_ended(kobo, tmp_path):
    done, ids, _ = pulled(kobo, tmp_path / "1.json", since="2024-03-05T10:00:00")
    assert (ids, done.latest) == ([], "2024-03-05T10:00:00")


def test_people_and_attachments_are_not_written(kobo, tmp_path):
    kobo.submissions = [
        submission(1, _submitted_by="somebody", _attachments=[{"x": 1}], **{"g/phonenumber": "07", "kind": "theft"})
    ]
    pulled(kobo, tmp_path / "form.json")
    text = (tmp_path / "form.json").read_text(encoding="utf-8")
    assert "theft" in text
    assert not any(word in text for word in ("somebody", "phonenumber", "_attachments"))
    assert (tmp_path / "form.json").stat().st_mode & 0o077 == 0


def test_a_busy_server_is_asked_again_after_the_time_it_names(kobo, tmp_path):
    kobo.submissions = [submission(1)]
    kobo.faults = [(503, {}, b""), (429, {"Retry-After": "7"}, b""), (502, {}, b"")]
    _, ids, waits = pulled(kobo, tmp_path / "form.json")
    assert (ids, waits) == ([1], [2.0, 7.0, 8.0])


def test_a_server_that_stays_away_leaves_no_file(kobo, tmp_path):
    kobo.faults = [(503, {}, b"")] * 9
    with pytest.raises(UnreadableFile, match="did not answer in 5 tries"):
        pulled(kobo, tmp_path / "form.json")
    assert not (tmp_path / "form.json").exists()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {}, b"{}"), AccessDenied),
        ((403, {}, b"{}"), AccessDenied),
        ((404, {}, b"{}"), AccessDenied),
        ((302, {"Location": "http://198.51.100.1/"}, b""), UnreadableFile),
        ((400, {}, b"{}"), UnreadableFile),
        ((200, {}, b"<html>"), UnreadableFile),
        ((200, {}, b"[]"), UnreadableFile),
        ((200, {}, b'{"results": [1]}'), UnreadableFile),
        ((200, {}, b'{"results": [{"_id": "1"}]}'), UnreadableFile),
        ((200, {}, b"[" * 100_000), UnreadableFile),
    ],
)
def test_any_other_answer_is_refused_without_the_token_in_the_text(kobo, tmp_path, answer, error):
    kobo.faults = [answer]
    with pytest.raises(error) as caught:
        pulled(kobo, tmp_path / "form.json")
    assert TOKEN not in str(caught.value)
    assert len(kobo.requests) == 1
    assert not (tmp_path / "form.json").exists()


@pytest.mark.parametrize(
    ("server", "asset"),
    [
        ("http://kobo.example.org", "a1"), ("ftp://kobo.example.org", "a1"), ("https://", "a1"),
        ("https://u:p@kobo.example.org", "a1"), ("https://kobo.example.org?x=1", "a1"),
        ("https://kobo.example.org", "../secret"), ("https://kobo.example.org", ""),
    ],
)  # fmt: skip
def test_only_a_server_over_tls_and_a_plain_form_id_are_taken(server, asset):
    with pytest.raises(BadSetting):
        Form(server, asset)
    assert Form("https://kobo.example.org/", "a1").data_address == "https://kobo.example.org/api/v2/assets/a1/data/"


def test_the_token_comes_from_the_environment_alone(monkeypatch):
    monkeypatch.setenv("KOBO_TOKEN", f" {TOKEN}\n")
    assert token_from_environment() == TOKEN
    for bad in ("", "short", "with space in it", "with\r\nheader: x"):
        monkeypatch.setenv("KOBO_TOKEN", bad)
        with pytest.raises(BadSetting, match="KOBO_TOKEN"):
            token_from_environment()


def test_a_damaged_note_is_named(tmp_path):
    form = Form("https://kobo.example.org", "a1")
    assert last_pull(tmp_path, form) is None
    (tmp_path / "kobo-kobo.example.org-a1.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadSetting, match="damaged"):
        last_pull(tmp_path, form)


def test_the_command_pulls_loads_and_goes_on_where_it_ended(kobo, tmp_path, monkeypatch):
    monkeypatch.setenv("KOBO_TOKEN", TOKEN)
    asked = {"meeting/incident_date": "2024-02-24", "meeting/concern_type": "theft", "location": "36.1 42.9 0 5"}
    kobo.submissions = [submission(number, **asked, _submitted_by="CANARY") for number in range(1, 6)]

    def run(*options: str) -> dict[str, Any]:
        command = [
            "kobo",
            f"http://127.0.0.1:{kobo.server_port}",
            "aBcD1234",
            "--store",
            str(tmp_path / "store"),
            "--json",
        ]
        done = CliRunner().invoke(app, [*command, *options])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    first = run()
    assert (first["pulled"], first["ledger"]["accepted"], first["ledger"]["format"]) == (5, 5, "kobo")
    edited = submission(5, **asked | {"meeting/concern_type": "drugs"}) | {"_uuid": "u-9", "meta/rootUuid": "uuid:u-5"}
    kobo.submissions = [*kobo.submissions[:4], edited, submission(6, day=2, **asked)]
    second = run()
    assert (second["pulled"], second["ledger"]["duplicates"], second["ledger"]["replaced"]) == (6, 4, 1)
    third = run()
    assert (third["pulled"], third["ledger"]["file_outcome"], third["ledger"]["duplicates"]) == (1, "accepted", 1)
    assert run("--all")["pulled"] == 6
    reports = open_store(tmp_path / "store").read("reports").to_pandas()
    assert sorted(reports["report_id"]) == ["u-1", "u-2", "u-3", "u-4", "u-6", "uuid:u-5"]
    assert not any(b"CANARY" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_command_refuses_a_wrong_token_in_one_line_and_stores_nothing(kobo, tmp_path, monkeypatch):
    monkeypatch.setenv("KOBO_TOKEN", "wrong-token-1234")
    command = ["kobo", f"http://127.0.0.1:{kobo.server_port}", "aBcD1234", "--store", str(tmp_path / "store")]
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "wrong-token" not in done.stderr
    assert open_store(tmp_path / "store").version() == -1
