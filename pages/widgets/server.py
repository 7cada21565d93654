"""What the web server adds to Streamlit's answers: security headers, a health address, closed side doors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.widgets import media_guard, start_page

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


# Charts compile their expressions ('unsafe-eval'); only the map's frame, a page of its own, also runs inline scripts.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' {inline}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "media-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
}
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
MEDIA, COMPONENT = "/media/", "/component/"
FILES = (MEDIA, COMPONENT, "/app/static/")  # what is served as it is; every other page is Streamlit's start page


def _under(folder: str) -> str:
    """The folder's address under the base path, if the dashboard has one."""
    return start_page.base_path() + folder.lstrip("/")


class SecurityHeaders:
    """Adds the headers to every answer, and answers 404 where nobody has business."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Anything but HTTP (the web socket) passes through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope.get("path", "")
        cookies = Headers(scope=scope).get("cookie", "")
        is_new = media_guard.visit_of(cookies) is None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_headers(message.get("headers", []), path, scope["scheme"], is_new)
            await send(message)

        is_closed = any(closed in path for closed in CLOSED)
        if is_closed or (path.startswith(_under(MEDIA)) and not media_guard.is_offered(path, cookies)):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send_with_headers)
            return
        if start_page.is_wanted(scope) and not path.startswith(tuple(map(_under, FILES))):
            await self.app(start_page.as_it_is(scope), receive, start_page.Told(send_with_headers))
        else:
            await self.app(scope, receive, send_with_headers)


def _with_headers(given: list[tuple[bytes, bytes]], path: str, scheme: str, is_new: bool) -> list[tuple[bytes, bytes]]:
    """The answer's headers with ours; a page for a new browser also brings its cookie."""
    inline = "'unsafe-inline'" if path.startswith(_under(COMPONENT)) else start_page.inline_sources()
    added = HEADERS | {"content-security-policy": CONTENT_POLICY.format(inline=inline)}
    if path.startswith(_under(MEDIA)):
        added |= {"cache-control": "no-store"}
    kept = [
        (name, _secured(value) if scheme == "https" and name.lower() == b"set-cookie" else value)
        for name, value in given
        if name.decode("latin-1").lower() not in added
    ]
    is_page = any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in given)
    visit = {"set-cookie": media_guard.new_cookie(is_secure=scheme == "https")} if is_page and is_new else {}
    own = [*added.items(), *visit.items()]  # a cookie is added to those that the answer sets by itself
    return kept + [(name.encode("latin-1"), value.encode("latin-1")) for name, value in own]


def _secured(cookie: bytes) -> bytes:
    """A Set-Cookie header that keeps its cookie off plain HTTP; Streamlit leaves that out of its sign-in cookies."""
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"


async def _healthz(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


ROUTES = [Route("/healthz", _healthz)]
MIDDLEWARE = [Middleware(SecurityHeaders)]
