"""Submissions from a KoboToolbox server (API v2), page by page, from where the last pull ended.

The token comes from the environment (KOBO_TOKEN) and goes to the named server alone: no redirect is followed, and no
address that an answer contains. What names people is taken out before anything is written.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from concerns.errors import AccessDenied, BadSetting, UnreadableFile
from loaders.people import personal_columns
from loaders.whole_file import replace_file

TOKEN_VARIABLE = "KOBO_TOKEN"  # nosec B105 - the name of a variable, not a token
PAGE = 1_000  # rows a request; the server may give fewer
_MOST_ROWS = 1_100_000
_MOST_BYTES = 100_000_000  # of one answer
_TRIES = 5
_WAIT_S = 2.0
_LONGEST_WAIT_S = 60.0
_TIMEOUT_S = (10, 120)  # to connect, to answer
_HOME = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Form:
    """A form on a server. Raises BadSetting: not an https address, or an id that cannot be one."""

    server: str
    asset: str

    def __post_init__(self) -> None:
        address = urlsplit(self.server)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _HOME):
            raise BadSetting("The address is not https.", where="Kobo server", hint="Write https://… of the server.")
        if not address.hostname or address.username or address.query or address.fragment:
            raise BadSetting("The address is no server.", where="Kobo server", hint="Write https://… and nothing else.")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.asset):
            raise BadSetting("This is no form id.", where="Kobo form", hint="Copy it from the form's address.")

    @property
    def data_address(self) -> str:
        """Where the submissions are."""
        return f"{self.server.rstrip('/')}/api/v2/assets/{self.asset}/data/"


@dataclass(frozen=True)
class Pulled:
    """What a pull brought: the file, the number of submissions, and the latest time of submission (for the next)."""

    path: Path
    n: int
    latest: str | None


def token_from_environment() -> str:
    """Return the token. Raises BadSetting: the variable is not set."""
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if not re.fullmatch(r"[\x21-\x7e]{8,200}", token):
        raise BadSetting(
            "There is no usable token.", where=f"environment {TOKEN_VARIABLE}", hint="Set it and try again."
        )
    return token


def pull(
    form: Form,
    path: Path,
    *,
    token: str,
    since: str | None = None,
    page: int = PAGE,
    sleep: Callable[[float], None] = time.sleep,
) -> Pulled:
    """Write the submissions of a form to a JSON file, a list of objects; the file appears only when it is whole.

    since: a time of submission; submissions of that instant come again, so that none is missed, and count as
    duplicates when loaded.
    Raises AccessDenied: the server does not accept the token. UnreadableFile: it does not answer as Kobo does, or
    with more than this program takes.
    """
    beside = path.with_name(f".{path.name}.part")
    n, latest = 0, since
    with requests.Session() as session:
        session.auth = _Token(token)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("[")
            for record in _records(session, form, since, page, sleep):
                file.write((",\n" if n else "\n") + json.dumps(record, ensure_ascii=False))
                n += 1
                stamp = str(record.get("_submission_time", ""))
                latest = max(latest or "", stamp) or None
            file.write("\n]\n")
            file.flush()
            os.fsync(file.fileno())
    beside.replace(path)
    return Pulled(path, n, latest)


def last_pull(folder: Path, form: Form) -> str | None:
    """Return the time of submission up to which a form was loaded, None for never.

    Raises BadSetting: the note is damaged.
    """
    note = _note(folder, form)
    if not note.is_file():
        return None
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["latest"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadSetting("The note of the last pull is damaged.", where=note.name, hint="Delete it.") from error


def remember(folder: Path, form: Form, pulled: Pulled) -> None:
    """Note up to when a form is loaded; to be called when its rows are in the store."""
    if pulled.latest:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"server": form.server, "asset": form.asset, "latest": pulled.latest})
        replace_file(_note(folder, form), text.encode())


class _Token(requests.auth.AuthBase):
    """Kobo's token in the header; set as `auth` so that no netrc of the machine replaces it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {self._token}"
        return request


def _records(
    session: requests.Session, form: Form, since: str | None, page: int, sleep: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    """Yield each submission once, in the order of `_id`; by offset where a server does not filter by `_id`."""
    last_id, start, n = -1, 0, 0
    while True:
        query: dict[str, Any] = {"_id": {"$gt": last_id}} if not start else {}
        if since:
            query["_submission_time"] = {"$gte": since}
        asked = {"format": "json", "limit": page, "query": json.dumps(query), "sort": json.dumps({"_id": 1})}
        results: list[dict[str, Any]] = _get(session, form, asked | ({"start": start} if start else {}), sleep)[
            "results"
        ]
        fresh = [record for record in results if record["_id"] > last_id]
        if results and not fresh and not start:
            start = n  # the same page again: this server does not know the filter
            continue
        if not results:
            return
        start += len(results) if start else 0
        for record in sorted(fresh, key=lambda item: item["_id"]):
            last_id = record["_id"]
            n += 1
            if n > _MOST_ROWS:
                raise _strange(form, f"There are more than {_MOST_ROWS} submissions.", "Pull a shorter period.")
            if not since or str(record.get("_submission_time", since)) >= since:
                yield _without_people(record)


def _get(
    session: requests.Session, form: Form, asked: dict[str, Any], sleep: Callable[[float], None]
) -> dict[str, Any]:
    """Ask once, and again after a moment where the server is busy or the line broke."""
    broken: requests.RequestException | None = None
    for attempt in range(_TRIES):
        wait = min(_WAIT_S * 2**attempt, _LONGEST_WAIT_S)
        try:
            with session.get(
                form.data_address, params=asked, timeout=_TIMEOUT_S, allow_redirects=False, stream=True
            ) as answer:
                if answer.status_code == 200:
                    return _body(answer, form)
                if answer.status_code in (401, 403, 404):
                    hint = f"Check {TOKEN_VARIABLE}, the form id, and who may see the form."
                    raise AccessDenied("The server refuses the token or the form.", where=_host(form), hint=hint)
                if answer.status_code != 429 and answer.status_code < 500:
                    raise _strange(form, f"The server answers with code {answer.status_code}.", "Check its address.")
                if answer.headers.get("Retry-After", "").isdigit():
                    wait = min(float(answer.headers["Retry-After"]), _LONGEST_WAIT_S)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            broken = error  # the line broke; asked again below
        if attempt < _TRIES - 1:
            sleep(wait)
    raise _strange(form, f"The server did not answer in {_TRIES} tries.", "Try again later.") from broken


def _body(answer: requests.Response, form: Form) -> dict[str, Any]:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_content(1 << 16):
        size += len(part)
        if size > _MOST_BYTES:
            raise _strange(form, "One answer is larger than this program takes.", "Ask for smaller pages.")
        parts.append(part)
    try:
        body = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as error:
        raise _strange(form, "The answer is no JSON.", "Check the address of the server.") from error
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list) or not all(_is_submission(record) for record in results):
        raise _strange(form, "The answer holds no list of submissions.", "Check the address of the server.")
    return dict(body)


def _is_submission(record: Any) -> bool:
    return isinstance(record, dict) and type(record.get("_id")) is int and record["_id"] >= 0


def _without_people(record: dict[str, Any]) -> dict[str, Any]:
    left_out = personal_columns(record)
    return {key: value for key, value in record.items() if key not in left_out}


def _strange(form: Form, what: str, hint: str) -> UnreadableFile:
    return UnreadableFile(what, where=_host(form), hint=hint, code="CORRUPT")


def _host(form: Form) -> str:
    return str(urlsplit(form.server).hostname)


def _note(folder: Path, form: Form) -> Path:
    return folder / f"kobo-{_host(form)}-{form.asset}.json"
