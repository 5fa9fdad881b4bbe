import asyncio
import base64
import dataclasses
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.access import tokens
from actors.kernel.access.tokens import Revocations, Verifier, refuse_half
from actors.kernel.call import PLATFORM, TENANT
from actors.kernel.errors import SecondFactorOwed, TokenExpired, TokenInvalid, TokenRevoked
from tests.kernel.tokens import ISSUER, KEY, POLICY, Key, jwks, principal, verifier


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"realm": PLATFORM, "tenant_id": "", "tier": ""},
        {"owes_second_factor": True},
        {"impersonator_id": "usr_staff", "may_write": False},
        {"impersonator_id": "usr_staff", "may_write": True},
        {"machine": True, "session_id": "", "user_id": "key_1"},
    ],
)
def test_a_token_says_who_it_was_made_for(changes: dict[str, Any]) -> None:
    told = principal(**changes)
    found = verifier().verify(KEY.token(told, ("users.*",)))
    expected = POLICY.expand(("users.*",), told.realm)
    assert expected
    tier = told.tier or PLATFORM
    assert found == dataclasses.replace(told, permissions=expected, tier=tier)


def forged(header: dict[str, Any], claims: dict[str, Any], sign: Any = lambda text: b"") -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    text = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(sign(text.encode()))}"


def good_claims() -> dict[str, Any]:
    return tokens.claims_of(principal(), ISSUER, ("*",))


def public_pem() -> bytes:
    public = KEY.private.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def bad_tokens() -> dict[str, str]:
    good = KEY.token(principal())
    head, body, signature = good.split(".")
    other = KEY.token(principal(user_id="usr_2")).split(".")[1]
    return {
        "another's claims under this signature": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.",
        "the algorithm none": forged({"alg": "none", "kid": "k1"}, good_claims()),
        "HS256 with the public key as the secret": forged(
            {"alg": "HS256", "kid": "k1"}, good_claims(), lambda t: hmac.digest(public_pem(), t, hashlib.sha256)
        ),
        "HS256 with the key set as the secret": forged(
            {"alg": "HS256", "kid": "k1"}, good_claims(), lambda t: hmac.digest(jwks(KEY), t, hashlib.sha256)
        ),
        "a key of somebody else under our key id": Key("k1").token(principal()),
        "a key id we do not know": Key("k2").token(principal()),
        "no key id": jwt.encode(good_claims(), KEY.private, "ES256"),
        "a key id that is no text": forged({"alg": "ES256", "kid": ["k1"]}, good_claims()),
        "its own key in the header": jwt.encode(
            good_claims(), Key("x").private, "ES256", headers={"kid": "k1", "jwk": Key("x").jwk()}
        ),
        "another issuer": KEY.token(principal(), iss="https://evil.test"),
        "no issuer": KEY.token(principal(), iss=None),
        "another audience": KEY.token(principal(), aud="others"),
        "no audience": KEY.token(principal(), aud=None),
        "no end": KEY.token(principal(), exp=None),
        "no subject": KEY.token(principal(), sub=None),
        "no realm": KEY.token(principal(), rlm=None),
        "no moment its facts were read": KEY.token(principal(), ims=None),
        "an unknown realm": KEY.token(principal(), rlm="admin"),
        "issued in the future": KEY.token(principal(), iat=int(time.time()) + 3600),
        "not a token": "x",
        "nothing": "",
        "three dots": "...",
    }


@pytest.mark.parametrize(("name", "token"), bad_tokens().items())
def test_a_token_that_is_not_ours_is_refused(name: str, token: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier().verify(token)


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at(text: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier_for_all.verify(text)


verifier_for_all = verifier()


def test_a_token_past_its_time_is_refused_with_a_little_leeway() -> None:
    with pytest.raises(TokenExpired):
        verifier().verify(KEY.token(principal(expires=time.time() - 60)))
    assert verifier().verify(KEY.token(principal(expires=time.time() - 2)))


def test_a_remembered_token_expires_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one, token = verifier(), KEY.token(principal(expires=int(time.time() + 300)))
    assert one.verify(token) is one.verify(token)
    now = time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 400)
    with pytest.raises(TokenExpired):
        one.verify(token)


def test_keys_can_be_rotated_and_taken_away() -> None:
    new = Key("k2")
    one, token = verifier(KEY), KEY.token(principal())
    one.verify(token)
    one.set_keys(jwks(KEY, new))
    assert one.verify(token) and one.verify(new.token(principal()))
    one.set_keys(jwks(new))
    with pytest.raises(TokenInvalid):
        one.verify(token)


NAMED = {
    "session": {"session_id": "x"},
    "user": {"user_id": "x"},
    "tenant": {"tenant_id": "x"},
    "impersonator": {"impersonator_id": "x"},
    "role": {"role_ids": ("a", "x")},
}


@pytest.mark.parametrize("what", NAMED)
def test_a_token_issued_before_a_change_to_what_it_names_is_stale(what: str) -> None:
    one, told = verifier(), principal(**NAMED[what])
    before, others = KEY.token(told), KEY.token(principal())
    after = KEY.token(dataclasses.replace(told, issued_ms=told.issued_ms + 1000))
    assert one.verify(before)
    one.revocations.mark("x", told.issued_ms + 500)
    for _ in range(2):
        with pytest.raises(TokenRevoked):
            one.verify(before)
    assert one.verify(after) and one.verify(others)


def test_a_token_first_seen_after_the_change_is_stale_as_well() -> None:
    one, told = verifier(), principal()
    one.revocations.mark(told.session_id, told.issued_ms + 1)
    with pytest.raises(TokenRevoked):
        one.verify(KEY.token(told))


def test_an_older_mark_never_replaces_a_newer_one() -> None:
    marks = Revocations(60)
    marks.mark("x", 2000)
    epoch = marks.epoch
    marks.mark("x", 1000)
    assert marks.epoch == epoch
    assert marks.stale(principal(user_id="x", issued_ms=1500))
    assert not marks.stale(principal(user_id="x", issued_ms=2000))


def test_marks_that_no_living_token_can_meet_are_forgotten() -> None:
    marks, now = Revocations(60), int(time.time() * 1000)
    for number in range(50_001):
        marks.mark(f"old_{number}", 1)
    marks.mark("new", now)
    assert marks.stale(principal(user_id="new", issued_ms=now - 1))
    assert len(marks._since) == 1


def test_memory_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_MOST_REMEMBERED", 3)
    one = verifier()
    for number in range(8):
        one.verify(KEY.token(principal(user_id=f"usr_{number}")))
    assert len(one._known) <= 3


def test_a_wildcard_never_reaches_into_the_other_realm() -> None:
    platform = verifier().verify(KEY.token(principal(realm=PLATFORM), ("*",)))
    tenant = verifier().verify(KEY.token(principal(realm=TENANT), ("*",)))
    assert platform.tenant_id == ""
    assert tenant.permissions == POLICY.expand(("*",), TENANT)
    assert platform.permissions - tenant.permissions


def test_half_a_sign_in_is_told_apart() -> None:
    refuse_half(principal())
    with pytest.raises(SecondFactorOwed):
        refuse_half(principal(owes_second_factor=True))


def test_the_issuer_is_part_of_what_is_checked() -> None:
    other = Verifier("https://other.test", POLICY, Revocations(60))
    other.set_keys(jwks(KEY))
    with pytest.raises(TokenInvalid):
        other.verify(KEY.token(principal()))


def test_a_token_that_names_another_tier_than_its_tenants_is_stale() -> None:
    marks = Revocations(3600)
    before = marks.epoch
    marks.mark_tier("ten_1", "premium", 2000)
    assert marks.epoch > before
    assert marks.stale(principal(tier="standard", issued_ms=1999))
    assert not marks.stale(principal(tier="standard", issued_ms=2000)), "made since, by a host that knows better"
    assert not marks.stale(principal(tier="premium", issued_ms=1000))
    assert not marks.stale(principal(tier="standard", issued_ms=1000, tenant_id="ten_2"))
    marks.mark_tier("ten_1", "standard", 3000)
    assert marks.stale(principal(tier="premium", issued_ms=2500))
    assert not marks.stale(principal(tier="standard", issued_ms=1000))


async def test_a_change_of_tier_is_noticed_by_who_waits_for_a_token_to_turn_stale() -> None:
    marks = Revocations(3600)
    waiting = asyncio.ensure_future(marks.turned_stale(principal(tier="standard", issued_ms=1)))
    await asyncio.sleep(0)
    marks.mark_tier("ten_1", "standard", 2000)
    await asyncio.sleep(0)
    assert not waiting.done()
    marks.mark_tier("ten_1", "premium", 2000)
    await asyncio.wait_for(waiting, 5)


def test_tiers_of_long_ago_are_forgotten() -> None:
    marks = Revocations(0)
    for number in range(50_001):
        marks.mark_tier(f"ten_{number}", "premium", 1000)
    now = int(time.time() * 1000)
    marks.mark_tier("ten_new", "premium", now)
    assert len(marks._tiers) == 1
    assert marks.stale(principal(tenant_id="ten_new", tier="free", issued_ms=now - 1))
