"""Streamlit's start page, told where the server is.

Without that the browser guesses the base path from the page's address: on /trends it first asks /trends/_stcore/health
and /trends/_stcore/host-config, is answered 404 twice, and only then asks the right ones.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit
from starlette.datastructures import Headers
from streamlit import config

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


def base_path() -> str:
    """The path under which the dashboard lies, with a slash at both ends."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/" if base else "/"


def told(page: bytes) -> bytes:
    """The start page with a script before all others that names the server; any other page as it is."""
    return page.replace(b"<head>", b"<head><script>" + _script().encode() + b"</script>", 1)


def is_wanted(scope: Message) -> bool:
    """Whether a request may be one for the start page: that of a browser which opens an address."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "*/*")


def as_it_is(scope: Message) -> Message:
    """The same request for an answer that is not packed."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}


def inline_sources() -> str:
    """The hashes of the scripts inside the start page, ours included, as a content policy names them."""
    return f"{_OF_STREAMLIT} {hashes([_script()])}"


def hashes(scripts: Iterable[str]) -> str:
    """Scripts as a content policy names them.

    >>> hashes([""])
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _script() -> str:
    path = json.dumps(base_path()).replace("<", "\\u003c")
    return f"window.__streamlit={{BACKEND_BASE_URL:new URL({path},location.origin).href}}"


_START_PAGE = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
_OF_STREAMLIT = hashes(re.findall(r"<script>(.*?)</script>", _START_PAGE, re.S))


class Told:
    """Sends an answer on; a start page is held until it is whole, and then sent with its script."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)

    async def _send_page(self, start: Message) -> None:
        body = told(self._body)
        others = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await self._send({**start, "headers": [*others, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", []) if name.lower() == b"content-type"]
    return start["status"] == 200 and any(kind.startswith(b"text/html") for kind in kinds)
