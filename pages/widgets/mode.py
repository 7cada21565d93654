"""How this server lets people in: by an identity provider, as the local mode of one machine, or the release alone.

What is wrong in the settings ends the start with a sentence, for the other way would be to serve more than was meant.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streamlit import config
from streamlit.auth_util import get_secrets_auth_section

from concerns.schema import BadSetting

MODE = "CONCERN_ATLAS_MODE"
PROVIDER_KEYS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
FROM_ENVIRONMENT = {key: f"CONCERN_ATLAS_{key.upper()}" for key in PROVIDER_KEYS}
SHORTEST_SECRET = 16
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


class Mode(StrEnum):
    """Who may come in."""

    LOCAL = "local"  # whoever sits at this machine, as planner and admin
    PROVIDER = "provider"  # whom the identity provider knows and the table of roles names
    PUBLIC = "public"  # everybody, to the release and nothing else


_started: list[Mode] = []  # settings that change while the server runs do not open another door


def current() -> Mode:
    """The mode that this server was started in; in a run without a server, what the settings say.

    Raises BadSetting as `start`.
    """
    return _started[0] if _started else _chosen(os.environ, secrets_of().get("auth") or get_secrets_auth_section())


def start(environment: Mapping[str, str] = os.environ) -> Mode:
    """Settle the mode at the server's start, and see that nobody gets in by mistake.

    Raises BadSetting: an unknown mode; a secrets file that cannot be read; half a provider; another address than
    loopback without provider or public mode.
    """
    mode = _chosen(environment, secrets_of(environment).get("auth") or _from_files())
    address = config.get_option("server.address") or ""
    if mode is Mode.LOCAL and not is_loopback(address):
        hint = (
            "Keep 127.0.0.1, or configure a provider in .streamlit/secrets.toml (see deploy/secrets.example.toml), or "
            f"show the published release alone with {MODE}=public (make run-public)."
        )
        what = "Without an identity provider the dashboard serves this machine alone."
        raise BadSetting(what, where=f"server.address {address or '(all)'}", hint=hint)
    _started[:] = [mode]
    return mode


def start_or_leave() -> None:
    """`start`; with a setting that is none the server ends with one sentence and exit 2."""
    try:
        start()
    except BadSetting as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error


def _chosen(environment: Mapping[str, str], provider: Mapping[str, Any]) -> Mode:
    named = environment.get(MODE, "")
    if named not in ("", Mode.PUBLIC):
        raise BadSetting("There is no such mode.", where=MODE, hint="Leave it out, or set it to “public”.")
    if named == Mode.PUBLIC:
        return Mode.PUBLIC
    if not provider:
        return Mode.LOCAL
    _check_provider(provider)
    return Mode.PROVIDER


def secrets_of(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The provider's settings from the environment, as Streamlit takes them; empty where none is set there."""
    found = {key: environment[name] for key, name in FROM_ENVIRONMENT.items() if environment.get(name)}
    return {"auth": found} if found else {}


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0", "", "localhost.evil.org")]
    [True, True, True, True, False, False, False]
    """
    name = host.strip("[]").lower()
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def came_from_here(headers: Mapping[str, str], remote: object) -> bool:
    """Whether a visitor of local mode sits at this machine: by loopback, to a loopback name, past no proxy.

    remote: the visitor's address; None where Streamlit found it to be loopback.

    >>> came_from_here({"Host": "localhost:8501"}, None), came_from_here({"Host": "atlas.example.org"}, None)
    (True, False)
    """
    host = urlsplit(f"//{headers.get('Host', 'localhost')}").hostname or ""
    is_near = is_loopback(remote) if isinstance(remote, str) else True
    return is_near and is_loopback(host) and not any(name in headers for name in FORWARDED)


def _from_files() -> dict[str, Any]:
    """The section [auth] of the secrets files, later files over earlier ones."""
    found: dict[str, Any] = {}
    for name in config.get_option("secrets.files"):
        path = Path(name)
        if path.is_file():
            try:
                found |= tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {})
            except (OSError, ValueError) as error:
                raise BadSetting("The secrets cannot be read.", where=path.name, hint="Write it as TOML.") from error
    return found


def _check_provider(provider: Mapping[str, Any]) -> None:
    missing = [key for key in PROVIDER_KEYS if not provider.get(key)]
    if missing:
        hint = "See deploy/secrets.example.toml; one provider, its settings directly under [auth]."
        raise BadSetting(f"The identity provider lacks {', '.join(missing)}.", where="[auth]", hint=hint)
    if len(str(provider["cookie_secret"])) < SHORTEST_SECRET:
        hint = "Make one: python -c 'import secrets; print(secrets.token_hex(32))'."
        raise BadSetting("The cookie secret is too short.", where="cookie_secret", hint=hint)
    back = urlsplit(str(provider["redirect_uri"]).replace("{port}", "1"))
    if back.scheme != "https" and not is_loopback(back.hostname or ""):
        raise BadSetting("Sign-in needs TLS.", where="redirect_uri", hint="Begin it with https://.")
