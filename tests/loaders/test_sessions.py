"""A sign-in ends after eight hours, after half an hour without a click, and with the sign-out, and then stays ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from concerns.schema import AccessDenied
from loaders.sessions import IDLE, LONGEST, SKEW, Sessions, SignIn

START = dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def claims(**told: Any) -> dict[str, Any]:
    plain = {"is_logged_in": True, "iss": "https://p", "sub": "7", "iat": int(START.timestamp()), "nonce": "n1"}
    return plain | told


def signed_in(**told: Any) -> SignIn:
    return SignIn.of(claims(**told))


def refusal(sessions: Sessions, sign_in: SignIn, now: dt.datetime) -> str:
    with pytest.raises(AccessDenied) as refused:
        sessions.click(sign_in, now=now)
    return refused.value.code


@pytest.mark.parametrize(
    ("told", "code"),
    [({"is_logged_in": False}, "SIGN_IN"), ({"is_logged_in": "true"}, "SIGN_IN"), ({"sub": ""}, "CLAIMS"),
     ({"sub": None}, "CLAIMS"), ({"iat": None}, "CLAIMS"), ({"iat": "0"}, "CLAIMS"), ({"iat": True}, "CLAIMS"),
     ({"iat": 1.5}, "CLAIMS")],
)  # fmt: skip
def test_claims_that_do_not_say_who_and_when_are_nobody(told, code):
    with pytest.raises(AccessDenied) as refused:
        signed_in(**told)
    assert refused.value.code == code
    with pytest.raises(AccessDenied):
        SignIn.of({})


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_address_counts_only_when_the_provider_says_that_it_is_verified(verified):
    assert signed_in(email="a@b.org", email_verified=verified).email is None
    assert signed_in(email="a@b.org").email is None
    assert signed_in(email="a@b.org", email_verified=True).email == "a@b.org"


def test_clicks_keep_a_session_alive_until_eight_hours_are_over():
    sessions, sign_in = Sessions(), signed_in()
    now = START
    while now - START <= LONGEST:
        sessions.click(sign_in, now=now)
        now += IDLE
    assert now - START == LONGEST + IDLE
    assert refusal(sessions, sign_in, START + LONGEST + MINUTE) == "TOO_LONG"


def test_half_an_hour_without_a_click_ends_it_for_good():
    sessions, sign_in = Sessions(), signed_in()
    sessions.click(sign_in, now=START + IDLE)
    late = START + IDLE + IDLE + MINUTE
    assert refusal(sessions, sign_in, late) == "IDLE"
    assert refusal(sessions, sign_in, late + MINUTE) == "IDLE"
    again = signed_in(iat=int(late.timestamp()), nonce="n2")
    sessions.click(again, now=late + MINUTE)


def test_asking_is_no_click():
    sessions, sign_in = Sessions(), signed_in()
    assert sessions.is_alive(sign_in, now=START + IDLE)
    assert not sessions.is_alive(sign_in, now=START + IDLE + MINUTE)
    assert refusal(sessions, sign_in, START + IDLE + MINUTE) == "IDLE"


def test_a_restarted_server_takes_an_older_sign_in_for_idle():
    Sessions().click(signed_in(), now=START + IDLE)
    assert refusal(Sessions(), signed_in(), START + IDLE + MINUTE) == "IDLE"


def test_signing_out_ends_every_device_and_not_the_next_sign_in():
    sessions, here, there = Sessions(), signed_in(), signed_in(nonce="n2", iat=int((START + 3 * MINUTE).timestamp()))
    for sign_in in (here, there):
        sessions.click(sign_in, now=START + 4 * MINUTE)
    sessions.end(here, now=START + 5 * MINUTE)
    assert refusal(sessions, here, START + 6 * MINUTE) == "SIGNED_OUT"
    assert refusal(sessions, there, START + 6 * MINUTE) == "SIGNED_OUT"
    sessions.click(signed_in(nonce="n3", iat=int((START + 6 * MINUTE).timestamp())), now=START + 6 * MINUTE)


def test_an_older_sign_in_that_was_never_seen_here_is_ended_too():
    sessions, newer = Sessions(), signed_in(iat=int((START + 9 * MINUTE).timestamp()))
    sessions.click(newer, now=START + 10 * MINUTE)
    sessions.end(newer, now=START + 11 * MINUTE)
    assert refusal(sessions, signed_in(nonce="old"), START + 12 * MINUTE) == "SIGNED_OUT"


def test_signing_out_leaves_others_alone():
    sessions, mine, other = Sessions(), signed_in(), signed_in(sub="8")
    same_name_elsewhere = signed_in(iss="https://q")
    for sign_in in (mine, other, same_name_elsewhere):
        sessions.click(sign_in, now=START)
    sessions.end(mine, now=START)
    alive = [sessions.is_alive(sign_in, now=START + MINUTE) for sign_in in (mine, other, same_name_elsewhere)]
    assert alive == [False, True, True]


def test_a_sign_in_from_the_future_is_refused_but_for_a_skewed_clock():
    Sessions().click(signed_in(), now=START - SKEW)
    assert refusal(Sessions(), signed_in(), START - SKEW - MINUTE) == "TOO_LONG"


def test_what_is_too_old_to_matter_is_forgotten_and_still_refused():
    sessions, sign_in = Sessions(), signed_in()
    sessions.click(sign_in, now=START)
    sessions.end(sign_in, now=START)
    other = signed_in(sub="8", iat=int((START + 3 * LONGEST).timestamp()))
    sessions.click(other, now=START + 3 * LONGEST)
    assert not sessions._ended
    assert refusal(sessions, sign_in, START + 3 * LONGEST) == "TOO_LONG"
