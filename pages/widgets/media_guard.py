"""Downloads and pictures for the browser they were made for, and no other.

Streamlit serves what a page offers under /media/<hash> to whoever has the address, without any cookie. Here a browser
gets a random cookie with the first page, and /media answers only if an open session of that browser was offered the
file. The three private names of Streamlit used below are pinned with its version and watched by a browser test.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import PurePosixPath

from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.media_file_manager import MediaFileManager

COOKIE = "atlas_visit"
KEPT = 10_000  # files made on a click whose session is remembered

_made_for: OrderedDict[tuple[str, str], None] = OrderedDict()  # (file, session)


def new_cookie(*, is_secure: bool) -> str:
    """A Set-Cookie header for a browser that has none."""
    return f"{COOKIE}={secrets.token_urlsafe(32)}; HttpOnly; SameSite=Strict; Path=/" + (
        "; Secure" if is_secure else ""
    )


def visit_of(cookie_header: str) -> str | None:
    """The visit that a request's Cookie header names.

    >>> visit_of("a=b; atlas_visit=xyz"), visit_of("a=b")
    ('xyz', None)
    """
    try:
        found = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None else None


def is_offered(path: str, cookie_header: str) -> bool:
    """Was the file at this /media address offered to an open session of this browser?"""
    visit = visit_of(cookie_header)
    if not visit or not exists():
        return False
    runtime: Runtime = get_instance()
    file = PurePosixPath(path).stem
    for open_session in runtime._session_mgr.list_active_sessions():
        context = open_session.client.client_context
        if context is None or not secrets.compare_digest(context.cookies.get(COOKIE, ""), visit):
            continue
        shown = runtime.media_file_mgr._files_by_session_and_coord.get(open_session.session.id, {})
        if file in shown.values() or (file, open_session.session.id) in _made_for:
            return True
    return False


def _noted(execute: Callable[[MediaFileManager, str], str]) -> Callable[[MediaFileManager, str], str]:
    """Streamlit's making of a file on a click, with a note of the session that clicked."""

    def executed(manager: MediaFileManager, deferred: str) -> str:
        session = manager._deferred_callables[deferred]["session_id"] if deferred in manager._deferred_callables else ""
        url = execute(manager, deferred)
        _made_for[(PurePosixPath(url).stem, session)] = None
        while len(_made_for) > KEPT:
            _made_for.popitem(last=False)
        return url

    return executed


def install() -> None:
    """Note from now on whom files are made for. Called once, when the server starts."""
    MediaFileManager.execute_deferred = _noted(MediaFileManager.execute_deferred)  # type: ignore[assignment]
