"""Which sign-ins are alive on this server: eight hours at most, half an hour without a click, until signed out.

The browser's cookie lives for thirty days and says the same all the time, so what it says is not enough. This memory is
the server's own and is lost with it: after a restart a sign-in older than half an hour counts as idle.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concerns.schema import AccessDenied

LONGEST, IDLE, SKEW = dt.timedelta(hours=8), dt.timedelta(minutes=30), dt.timedelta(minutes=5)


@dataclass(frozen=True)
class SignIn:
    """One sign-in as the identity provider told it. email: only one that the provider has verified, else None."""

    key: str
    person: str
    subject: str
    email: str | None
    issued_at: dt.datetime

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> SignIn:
        """Read the claims of an ID token. Raises AccessDenied: nobody signed in, or no subject or time is told.

        >>> SignIn.of({"is_logged_in": True, "sub": "7", "iat": 0, "email": "a@b.c", "email_verified": False}).email
        """
        subject, issued = claims.get("sub"), claims.get("iat")
        if claims.get("is_logged_in") is not True:
            raise _refused("Nobody is signed in.", "SIGN_IN")
        if not isinstance(subject, str) or not subject or isinstance(issued, bool) or not isinstance(issued, int):
            raise _refused("The identity provider does not say who signed in, or when.", "CLAIMS")
        told = json.dumps({str(name): str(value) for name, value in claims.items()}, sort_keys=True)
        email = claims.get("email")
        is_verified = claims.get("email_verified") is True and isinstance(email, str)
        return cls(
            key=hashlib.sha256(told.encode()).hexdigest(),
            person=f"{claims.get('iss')}|{subject}",
            subject=subject,
            email=str(email) if is_verified else None,
            issued_at=dt.datetime.fromtimestamp(issued, dt.UTC),
        )


class Sessions:
    """The sign-ins of one server. Safe to ask from several threads."""

    def __init__(self) -> None:
        self._last_click: dict[str, dt.datetime] = {}
        self._ended: dict[str, dt.datetime] = {}  # key of a sign-in, or person → when it was signed out
        self._keys: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def click(self, sign_in: SignIn, *, now: dt.datetime) -> None:
        """Note that somebody did something. Raises AccessDenied: this sign-in is over; sign in again."""
        with self._lock:
            self._check(sign_in, now)
            self._last_click[sign_in.key] = now
            self._keys.setdefault(sign_in.person, set()).add(sign_in.key)
            self._forget(now)

    def is_alive(self, sign_in: SignIn, *, now: dt.datetime) -> bool:
        """Whether a click would be answered now; asking is no click."""
        with self._lock:
            try:
                self._check(sign_in, now)
            except AccessDenied:
                return False
        return True

    def end(self, sign_in: SignIn, *, now: dt.datetime) -> None:
        """Sign a person out: in every tab and on every device that signed in to this server before."""
        with self._lock:
            for key in self._keys.pop(sign_in.person, set()) | {sign_in.key}:
                self._ended[key] = now
                self._last_click.pop(key, None)
            before = self._ended.get(sign_in.person, sign_in.issued_at)
            self._ended[sign_in.person] = max(before, sign_in.issued_at)  # both by the provider's clock

    def _check(self, sign_in: SignIn, now: dt.datetime) -> None:
        ended_before = self._ended.get(sign_in.person)
        is_ended = sign_in.key in self._ended or (ended_before is not None and sign_in.issued_at < ended_before)
        if is_ended:
            raise _refused("You signed out.", "SIGNED_OUT")
        if not -SKEW <= now - sign_in.issued_at <= LONGEST:
            raise _refused("This session ended after 8 hours.", "TOO_LONG")
        if now - self._last_click.get(sign_in.key, sign_in.issued_at) > IDLE:
            raise _refused("This session ended after 30 minutes without a click.", "IDLE")

    def _forget(self, now: dt.datetime) -> None:
        """Drop what is too old to matter: a sign-in of that age is refused by its age."""
        for memory in (self._last_click, self._ended):
            for key in [key for key, when in memory.items() if now - when > 2 * LONGEST]:
                del memory[key]
        for person, keys in list(self._keys.items()):
            keys &= self._last_click.keys()
            if not keys:
                del self._keys[person]


def _refused(what: str, code: str) -> AccessDenied:
    return AccessDenied(what, where="sign-in", hint="Sign in again.", code=code)
